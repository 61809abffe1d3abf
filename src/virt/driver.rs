//! What `compute` asks of a host, in Nova's verbs.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::stream::BoxStream;

use super::{Provisioned, Terminal};
use crate::network::firewall::Guard;
use crate::objects::{
    Diagnostics, HostPort, HostResources, Image, ImageId, Instance, InstanceId, PowerState, RequestContext,
    Secret, TaskState, Vif,
};
use crate::user_data::Provisioning;

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
    /// What no container can do, or not on this host; the words say what it would need.
    #[error("{0}")]
    Unsupported(String),
    /// What the server's `user_data` asks for was never allowed, or is not any more.
    #[error("{0}")]
    Forbidden(String),
    #[error("{0}")]
    UserData(#[from] crate::user_data::Error),
    #[error(transparent)]
    Image(#[from] crate::image::Error),
    #[error(transparent)]
    Engine(#[from] crate::docker::Error),
    /// The server cannot be connected.
    #[error(transparent)]
    Vif(#[from] crate::network::vif::Error),
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
}

/// How an instance is connected.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NetworkInfo {
    /// In the order of their positions.
    pub vifs: Vec<Vif>,
    /// One for each VIF of the network service.
    pub guards: Vec<Guard>,
}

/// A file that a server finds in itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Below the directory of all of them.
    pub path: String,
    pub content: Vec<u8>,
}

/// A host's name without its domain, and the domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hostname {
    pub name: String,
    pub domain: Option<String>,
}

/// What a new instance is given beside its image.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Supplies {
    pub network: NetworkInfo,
    /// Read-only at `/var/lib/cloud/seed/config_drive`; `None` for no config drive.
    pub config_drive: Option<Vec<File>>,
    /// What its user calls it from inside; `None` where that is the server's own hostname.
    pub hostname: Option<Hostname>,
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
/// whose end state already holds succeeds. No two verbs are called at once for one instance, save `guard`, which does not
/// wait for a `snapshot` to end, `terminal` and `provision`.
#[async_trait]
pub trait ComputeDriver: fmt::Debug + Send + Sync {
    /// Brings the instance into being, running and connected; the image is fetched into the engine if it is not there.
    ///
    /// On error nothing is left behind: no container, no half-loaded image. So too when the future is dropped and
    /// `destroy` is called after.
    async fn spawn(
        &self,
        context: &RequestContext,
        instance: &Instance,
        image: &Image,
        supplies: &Supplies,
        progress: &dyn Progress,
    ) -> Result<Observed, Error>;
    /// Removes the container and its anonymous volumes; of a rescued instance both containers. The host's ends of its VIFs are for `unplug_vifs`.
    async fn destroy(&self, id: InstanceId) -> Result<(), Error>;
    async fn power_on(&self, instance: &Instance, network: &NetworkInfo) -> Result<Observed, Error>;
    /// Asks the process to end, and kills it when `timeout` has passed.
    async fn power_off(&self, id: InstanceId, timeout: Duration) -> Result<Observed, Error>;
    /// Soft: as `power_off`, then on again. Hard: killed at once.
    async fn reboot(
        &self,
        instance: &Instance,
        network: &NetworkInfo,
        kind: RebootType,
        timeout: Duration,
    ) -> Result<Observed, Error>;
    /// Makes the host's ends, as far as that is possible before there is a container: what a network service waits for
    /// before it says that a port works. Undone by `unplug_vifs`.
    async fn prepare_vifs(&self, instance: &Instance, vifs: &[Vif]) -> Result<(), Error>;
    /// Brings every VIF of a running instance in place, with its guard, and does nothing about those that are: after
    /// whatever restarted, and for one VIF more. For an instance that is not running it does nothing.
    async fn plug_vifs(&self, instance: &Instance, network: &NetworkInfo) -> Result<(), Error>;
    /// Takes one interface out of a running instance, and its end on the host away.
    async fn detach_vif(&self, instance: &Instance, vif: &Vif) -> Result<(), Error>;
    /// Takes the host's ends of the VIFs away, container or not. After an error the rest has been tried.
    async fn unplug_vifs(&self, instance: &Instance, vifs: &[Vif]) -> Result<(), Error>;
    /// Replaces what may pass; for an instance that is not running it does nothing.
    async fn guard(&self, instance: &Instance, network: &NetworkInfo) -> Result<(), Error>;
    async fn pause(&self, id: InstanceId) -> Result<Observed, Error>;
    async fn unpause(&self, instance: &Instance) -> Result<Observed, Error>;
    /// Gives the container the limits of the instance's flavor, running or not; a running one goes on.
    async fn resize(&self, instance: &Instance) -> Result<(), Error>;
    /// Stops the container and puts one of `image` in its place, with the first one's root filesystem at `/mnt/rescue`;
    /// every other verb means that one until `unrescue`. A rescue that broke off is begun anew.
    ///
    /// On error the first container is back, and runs if it ran. When the future is dropped and `destroy` is called after,
    /// nothing is left.
    async fn rescue(
        &self,
        context: &RequestContext,
        instance: &Instance,
        image: &Image,
        supplies: &Supplies,
        timeout: Duration,
    ) -> Result<Observed, Error>;
    /// Puts the first container back and starts it; an unrescue that broke off goes on.
    async fn unrescue(&self, instance: &Instance, network: &NetworkInfo) -> Result<Observed, Error>;
    /// `Unsupported` where the instance has nothing that could do it, `Refused` when that fails.
    async fn set_admin_password(&self, id: InstanceId, user: &str, password: &Secret) -> Result<(), Error>;
    async fn diagnostics(&self, instance: &Instance) -> Result<Diagnostics, Error>;
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
    /// Does inside a running instance what its `user_data` asks for, and answers when all of it has ended; what is written
    /// meanwhile is in the console's output. It is begun once in the life of a container: asked for again, also by another
    /// process, this waits for the end of what was begun. Other verbs are not held up, and may break it off.
    ///
    /// `Refused` where the instance does not run, `Unsupported` where it has no shell: nothing has begun then.
    async fn provision(&self, instance: &Instance, work: &Provisioning) -> Result<Provisioned, Error>;
    /// A live terminal of a running instance: its own, where it has one that can be typed into, else one with a shell in it.
    /// `Unsupported` where the instance has neither. It outlasts the call, and waits for no other verb.
    async fn terminal(&self, id: InstanceId) -> Result<Terminal, Error>;
    /// `None` when there is no container.
    async fn observe(&self, id: InstanceId) -> Result<Option<Observed>, Error>;
    /// Every container of this deployment, whether or not a record owns it.
    async fn observe_all(&self) -> Result<Vec<(InstanceId, Observed)>, Error>;
    /// Whether servers may have this path of the host without an operator's leave, as it is now.
    async fn allows_bind(&self, _source: &str) -> bool {
        false
    }
    /// Whether something on the host has a port already, as far as that can be seen.
    async fn is_port_held(&self, _port: &HostPort) -> bool {
        false
    }
    /// Whether ports of servers that have interfaces are published on the host.
    fn publishes_ports(&self) -> bool {
        false
    }
    async fn resources(&self) -> Result<HostResources, Error>;
    /// How long the host has been up and how busy it is, in the words of `uptime`; `None` where that cannot be known.
    async fn host_uptime(&self) -> Result<Option<String>, Error> {
        Ok(None)
    }
    /// Ends when the engine goes away; the caller asks again and looks at everything anew.
    async fn events(&self) -> Result<BoxStream<'static, Event>, Error>;
    /// Removes what the engine keeps of these images, save what a container still needs.
    async fn forget_image(&self, id: ImageId) -> Result<(), Error>;
    /// The images kept in the engine that this deployment brought there.
    async fn cached_images(&self) -> Result<Vec<ImageId>, Error>;
    /// Waits until nothing is under way any more that was begun for callers who did not wait for its end.
    async fn settle(&self);
}
