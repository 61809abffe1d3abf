//! What `compute` asks of a host, in Nova's verbs.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::stream::BoxStream;

use crate::objects::{
    HostResources, Image, ImageId, Instance, InstanceId, PowerState, RequestContext, TaskState, Vif,
};

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("Instance {0} could not be found.")]
    NoSuchInstance(InstanceId),
    /// The image cannot become a server, in words that say what to change about it.
    #[error("Image {id} is unacceptable: {reason}")]
    ImageUnacceptable { id: ImageId, reason: String },
    /// The engine refused what was asked, in its own words.
    #[error("the Docker engine refused: {0}")]
    Refused(String),
    #[error("{0}")]
    UserData(#[from] crate::user_data::Error),
    #[error(transparent)]
    Image(#[from] crate::image::Error),
    #[error(transparent)]
    Engine(#[from] crate::docker::Error),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RebootType {
    Soft,
    Hard,
}

/// What is true of an instance on this host now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observed {
    pub power_state: PowerState,
    pub exit_code: Option<i64>,
    pub vifs: Vec<Vif>,
}

/// Something happened to an instance, perhaps behind our back: look at it again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event {
    pub instance: InstanceId,
}

/// Told by a driver in the middle of long work, so that users see where it is.
#[async_trait]
pub trait Progress: Send + Sync {
    async fn task_state(&self, state: TaskState);
}

/// Makes instances be what they should be on this host.
///
/// Verbs on an instance that is not there answer `NoSuchInstance`, save `destroy`, which is then done already. A verb
/// whose end state already holds succeeds. No verb is called twice at once for one instance.
#[async_trait]
pub trait ComputeDriver: fmt::Debug + Send + Sync {
    /// Brings the instance into being, running; the image is fetched into the engine if it is not there.
    ///
    /// On error nothing is left behind: no container, no half-loaded image. So too when the future is dropped and
    /// `destroy` is called after.
    async fn spawn(
        &self,
        context: &RequestContext,
        instance: &Instance,
        image: &Image,
        progress: &dyn Progress,
    ) -> Result<Observed, Error>;
    /// Removes the container and its anonymous volumes.
    async fn destroy(&self, id: InstanceId) -> Result<(), Error>;
    async fn power_on(&self, id: InstanceId) -> Result<Observed, Error>;
    /// Asks the process to end, and kills it when `timeout` has passed.
    async fn power_off(&self, id: InstanceId, timeout: Duration) -> Result<Observed, Error>;
    /// Soft: as `power_off`, then on again. Hard: killed at once.
    async fn reboot(&self, id: InstanceId, kind: RebootType, timeout: Duration) -> Result<Observed, Error>;
    async fn pause(&self, id: InstanceId) -> Result<Observed, Error>;
    async fn unpause(&self, id: InstanceId) -> Result<Observed, Error>;
    /// Commits the container and streams it into the image, which exists already, queued.
    async fn snapshot(
        &self,
        context: &RequestContext,
        instance: &Instance,
        image: ImageId,
        progress: &dyn Progress,
    ) -> Result<(), Error>;
    /// The last lines of what the server wrote, oldest first; all of them without a number.
    async fn console_output(&self, id: InstanceId, lines: Option<u64>) -> Result<String, Error>;
    /// `None` when there is no container.
    async fn observe(&self, id: InstanceId) -> Result<Option<Observed>, Error>;
    /// Every container of this deployment, whether or not a record owns it.
    async fn observe_all(&self) -> Result<Vec<(InstanceId, Observed)>, Error>;
    async fn resources(&self) -> Result<HostResources, Error>;
    /// Ends when the engine goes away; the caller asks again and looks at everything anew.
    async fn events(&self) -> Result<BoxStream<'static, Event>, Error>;
    /// Removes what the engine keeps of these images, save what a container still needs.
    async fn forget_image(&self, id: ImageId) -> Result<(), Error>;
    /// The images kept in the engine that this deployment brought there.
    async fn cached_images(&self) -> Result<Vec<ImageId>, Error>;
    /// Waits until nothing is under way any more that was begun for callers who did not wait for its end.
    async fn settle(&self);
}
