//! The one thing a door holds: everything that may be asked of servers.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::compute::{
    Boot, Booted, Error, Limits, NewKeypair, Rebuild, Rebuilt, ServerFilter, Settings, Update, Zone,
};
use crate::db::Records;
use crate::image::ImageService;
use crate::objects::{
    Action, Flavor, ImageId, Instance, InstanceId, Keypair, ProjectId, RequestContext, RequestId, Secret,
    UserId, World,
};
use crate::virt::{ComputeDriver, RebootType};

/// What compute works with.
#[derive(Debug, Clone)]
pub struct Parts {
    pub records: Arc<dyn Records>,
    pub driver: Arc<dyn ComputeDriver>,
    pub images: Arc<dyn ImageService>,
    pub world: Arc<dyn World>,
    pub settings: Settings,
}

/// Cheap to clone. When the last clone is dropped the work behind it stops, to be resumed by the next start.
#[derive(Debug, Clone)]
pub struct Compute {
    parts: Arc<Parts>,
}

impl Compute {
    /// Starts the work behind the records: what an earlier life left half done is finished.
    pub async fn open(parts: Parts) -> Result<Self, Error> {
        Ok(Self {
            parts: Arc::new(parts),
        })
    }

    pub fn settings(&self) -> &Settings {
        &self.parts.settings
    }

    /// Whether the engine answers.
    pub async fn is_ready(&self) -> bool {
        false
    }

    /// Told by an image service of our own, so that the engine forgets the image too.
    pub async fn image_deleted(&self, id: ImageId) {
        let _ = id;
    }

    /// Ends what is being done, or leaves it so that the next start resumes it.
    pub async fn shutdown(&self) {}

    fn away<T>(&self) -> Result<T, Error> {
        Err(Error::Unavailable {
            service: "compute",
            reason: "it is being started".to_owned(),
        })
    }

    pub async fn boot(&self, context: &RequestContext, boot: Boot) -> Result<Booted, Error> {
        let _ = (context, boot);
        self.away()
    }

    /// Sorted, not paged.
    pub async fn list(
        &self,
        context: &RequestContext,
        filter: &ServerFilter,
    ) -> Result<Vec<Arc<Instance>>, Error> {
        let _ = (context, filter);
        self.away()
    }

    pub async fn get(&self, context: &RequestContext, id: InstanceId) -> Result<Arc<Instance>, Error> {
        let _ = (context, id);
        self.away()
    }

    pub async fn update(
        &self,
        context: &RequestContext,
        id: InstanceId,
        update: Update,
    ) -> Result<Arc<Instance>, Error> {
        let _ = (context, id, update);
        self.away()
    }

    pub async fn delete(&self, context: &RequestContext, id: InstanceId) -> Result<(), Error> {
        let _ = (context, id);
        self.away()
    }

    /// `os-start`.
    pub async fn start(&self, context: &RequestContext, id: InstanceId) -> Result<(), Error> {
        let _ = (context, id);
        self.away()
    }

    pub async fn stop(&self, context: &RequestContext, id: InstanceId) -> Result<(), Error> {
        let _ = (context, id);
        self.away()
    }

    pub async fn reboot(
        &self,
        context: &RequestContext,
        id: InstanceId,
        kind: RebootType,
    ) -> Result<(), Error> {
        let _ = (context, id, kind);
        self.away()
    }

    pub async fn pause(&self, context: &RequestContext, id: InstanceId) -> Result<(), Error> {
        let _ = (context, id);
        self.away()
    }

    pub async fn unpause(&self, context: &RequestContext, id: InstanceId) -> Result<(), Error> {
        let _ = (context, id);
        self.away()
    }

    pub async fn create_image(
        &self,
        context: &RequestContext,
        id: InstanceId,
        name: String,
        metadata: BTreeMap<String, String>,
    ) -> Result<ImageId, Error> {
        let _ = (context, id, name, metadata);
        self.away()
    }

    pub async fn rebuild(
        &self,
        context: &RequestContext,
        id: InstanceId,
        rebuild: Rebuild,
    ) -> Result<Rebuilt, Error> {
        let _ = (context, id, rebuild);
        self.away()
    }

    pub async fn lock(
        &self,
        context: &RequestContext,
        id: InstanceId,
        reason: Option<String>,
    ) -> Result<(), Error> {
        let _ = (context, id, reason);
        self.away()
    }

    pub async fn unlock(&self, context: &RequestContext, id: InstanceId) -> Result<(), Error> {
        let _ = (context, id);
        self.away()
    }

    pub async fn console_output(
        &self,
        context: &RequestContext,
        id: InstanceId,
        lines: Option<u64>,
    ) -> Result<String, Error> {
        let _ = (context, id, lines);
        self.away()
    }

    pub async fn replace_metadata(
        &self,
        context: &RequestContext,
        id: InstanceId,
        metadata: BTreeMap<String, String>,
    ) -> Result<Arc<Instance>, Error> {
        let _ = (context, id, metadata);
        self.away()
    }

    pub async fn update_metadata(
        &self,
        context: &RequestContext,
        id: InstanceId,
        metadata: BTreeMap<String, String>,
    ) -> Result<Arc<Instance>, Error> {
        let _ = (context, id, metadata);
        self.away()
    }

    pub async fn delete_metadata(
        &self,
        context: &RequestContext,
        id: InstanceId,
        key: &str,
    ) -> Result<(), Error> {
        let _ = (context, id, key);
        self.away()
    }

    pub async fn replace_tags(
        &self,
        context: &RequestContext,
        id: InstanceId,
        tags: BTreeSet<String>,
    ) -> Result<Arc<Instance>, Error> {
        let _ = (context, id, tags);
        self.away()
    }

    /// Whether the tag is new.
    pub async fn add_tag(
        &self,
        context: &RequestContext,
        id: InstanceId,
        tag: String,
    ) -> Result<bool, Error> {
        let _ = (context, id, tag);
        self.away()
    }

    pub async fn delete_tag(&self, context: &RequestContext, id: InstanceId, tag: &str) -> Result<(), Error> {
        let _ = (context, id, tag);
        self.away()
    }

    pub async fn delete_tags(&self, context: &RequestContext, id: InstanceId) -> Result<(), Error> {
        let _ = (context, id);
        self.away()
    }

    pub async fn actions(&self, context: &RequestContext, id: InstanceId) -> Result<Vec<Action>, Error> {
        let _ = (context, id);
        self.away()
    }

    pub async fn action(
        &self,
        context: &RequestContext,
        id: InstanceId,
        request: &RequestId,
    ) -> Result<Action, Error> {
        let _ = (context, id, request);
        self.away()
    }

    pub async fn create_keypair(
        &self,
        context: &RequestContext,
        keypair: NewKeypair,
    ) -> Result<(Keypair, Option<Secret>), Error> {
        let _ = (context, keypair);
        self.away()
    }

    pub async fn list_keypairs(
        &self,
        context: &RequestContext,
        user: &UserId,
    ) -> Result<Vec<Keypair>, Error> {
        let _ = (context, user);
        self.away()
    }

    pub async fn get_keypair(
        &self,
        context: &RequestContext,
        user: &UserId,
        name: &str,
    ) -> Result<Keypair, Error> {
        let _ = (context, user, name);
        self.away()
    }

    pub async fn delete_keypair(
        &self,
        context: &RequestContext,
        user: &UserId,
        name: &str,
    ) -> Result<(), Error> {
        let _ = (context, user, name);
        self.away()
    }

    pub async fn flavors(&self, context: &RequestContext) -> Result<Vec<Arc<Flavor>>, Error> {
        let _ = context;
        self.away()
    }

    /// One flavor by its id.
    pub async fn flavor(&self, context: &RequestContext, id: &str) -> Result<Arc<Flavor>, Error> {
        let _ = (context, id);
        self.away()
    }

    pub async fn limits(&self, context: &RequestContext, project: &ProjectId) -> Result<Limits, Error> {
        let _ = (context, project);
        self.away()
    }

    pub async fn availability_zones(&self, context: &RequestContext) -> Result<Vec<Zone>, Error> {
        let _ = context;
        self.away()
    }
}
