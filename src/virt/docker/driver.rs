//! The compute driver of a Docker engine: its parts, and each verb sent to the file that does it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::stream::BoxStream;
use tokio_util::task::TaskTracker;

use super::host::Abilities;
use super::networking::{EngineNetworks, HostEnds, Memory};
use super::turns::Turns;
use super::uptime;
use crate::docker::Docker;
use crate::image::ImageService;
use crate::image::archive::Rules;
use crate::network::guest::Guests;
use crate::network::vif::Plugging;
use crate::objects::{
    DeploymentId, Diagnostics, HostPort, HostResources, Image, ImageId, Instance, InstanceId, RequestContext,
    Secret, Vif,
};
use crate::user_data::Provisioning;
use crate::virt::{
    ComputeDriver, Error, Event, NetworkInfo, Observed, Progress, Provisioned, RebootType, Supplies, Terminal,
};

/// What the driver is told once.
#[derive(Debug, Clone)]
pub struct Settings {
    pub deployment: DeploymentId,
    /// This compute host's name.
    pub host: String,
    /// Where files that belong to one server are kept.
    pub instances_path: PathBuf,
    /// The disk that is counted; `/` when it does not exist.
    pub root_directory: PathBuf,
    /// Image data is taken from here when there is a file of the image's id.
    pub shared_directory: Option<PathBuf>,
    /// What is asked of images; what the engine can is found out.
    pub archives: Rules,
    /// Servers stand still while they are made an image of.
    pub pause_on_snapshot: bool,
    pub inject_key: bool,
    /// Every container is privileged.
    pub privileged: bool,
    /// What lies in these directories of the host everybody may bind.
    pub allowed_bind_paths: Vec<PathBuf>,
    /// Who connects servers to their networks.
    pub plugging: Plugging,
    /// Who answers servers at 169.254.169.254, where VIFs are plugged by us.
    pub guests: Option<Guests>,
}

/// Cheap to clone.
#[derive(Debug, Clone)]
pub struct DockerDriver {
    pub(super) docker: Docker,
    pub(super) images: Arc<dyn ImageService>,
    pub(super) settings: Arc<Settings>,
    pub(super) abilities: Arc<Abilities>,
    /// Held while a container is being made, so that `destroy` cannot overtake it.
    pub(super) building: Turns<InstanceId>,
    pub(super) loading: Turns<ImageId>,
    pub(super) wired: Memory,
    pub(super) networks: EngineNetworks,
    /// What runs to its end whether or not its caller waits.
    pub(super) undisturbed: TaskTracker,
}

impl DockerDriver {
    pub fn new(docker: Docker, images: Arc<dyn ImageService>, settings: Settings) -> Self {
        let networks = EngineNetworks::new(docker.clone(), settings.deployment);
        Self {
            docker,
            images,
            settings: Arc::new(settings),
            abilities: Arc::default(),
            building: Turns::default(),
            loading: Turns::default(),
            wired: Memory::default(),
            networks,
            undisturbed: TaskTracker::new(),
        }
    }
}

#[async_trait]
impl ComputeDriver for DockerDriver {
    async fn spawn(
        &self,
        context: &RequestContext,
        instance: &Instance,
        image: &Image,
        supplies: &Supplies,
        _progress: &dyn Progress,
    ) -> Result<Observed, Error> {
        self.boot(context, instance, image, supplies).await
    }

    async fn destroy(&self, id: InstanceId) -> Result<(), Error> {
        self.remove(id).await
    }

    async fn power_on(&self, instance: &Instance, network: &NetworkInfo) -> Result<Observed, Error> {
        self.start(instance, network).await
    }

    async fn power_off(&self, id: InstanceId, timeout: Duration) -> Result<Observed, Error> {
        self.stop(id, timeout).await
    }

    async fn reboot(
        &self,
        instance: &Instance,
        network: &NetworkInfo,
        kind: RebootType,
        timeout: Duration,
    ) -> Result<Observed, Error> {
        self.restart(instance, network, kind, timeout).await
    }

    async fn prepare_vifs(&self, instance: &Instance, vifs: &[Vif]) -> Result<(), Error> {
        self.prepare(instance, vifs).await
    }

    async fn plug_vifs(&self, instance: &Instance, network: &NetworkInfo) -> Result<(), Error> {
        self.wire(instance, network, HostEnds::Unknown).await.map(drop)
    }

    async fn detach_vif(&self, instance: &Instance, vif: &Vif) -> Result<(), Error> {
        self.detach(instance, vif).await
    }

    async fn unplug_vifs(&self, instance: &Instance, vifs: &[Vif]) -> Result<(), Error> {
        self.unplug(instance, vifs).await
    }

    async fn guard(&self, instance: &Instance, network: &NetworkInfo) -> Result<(), Error> {
        self.protect(instance, network).await
    }

    async fn pause(&self, id: InstanceId) -> Result<Observed, Error> {
        self.freeze(id).await
    }

    async fn unpause(&self, instance: &Instance) -> Result<Observed, Error> {
        self.thaw(instance).await
    }

    async fn resize(&self, instance: &Instance) -> Result<(), Error> {
        self.limit(instance).await
    }

    async fn rescue(
        &self,
        context: &RequestContext,
        instance: &Instance,
        image: &Image,
        supplies: &Supplies,
        timeout: Duration,
    ) -> Result<Observed, Error> {
        self.enter_rescue(context, instance, image, supplies, timeout)
            .await
    }

    async fn unrescue(&self, instance: &Instance, network: &NetworkInfo) -> Result<Observed, Error> {
        self.leave_rescue(instance, network).await
    }

    async fn set_admin_password(&self, id: InstanceId, user: &str, password: &Secret) -> Result<(), Error> {
        self.change_password(id, user, password).await
    }

    async fn diagnostics(&self, instance: &Instance) -> Result<Diagnostics, Error> {
        self.usage(instance).await
    }

    async fn snapshot(
        &self,
        context: &RequestContext,
        instance: &Instance,
        image: ImageId,
        progress: &dyn Progress,
    ) -> Result<(), Error> {
        self.commit_and_upload(context, instance, image, progress).await
    }

    async fn console_output(&self, id: InstanceId, lines: Option<u64>) -> Result<String, Error> {
        self.log(id, lines).await
    }

    async fn provision(&self, instance: &Instance, work: &Provisioning) -> Result<Provisioned, Error> {
        self.do_inside(instance, work).await
    }

    async fn terminal(&self, id: InstanceId) -> Result<Terminal, Error> {
        self.open_terminal(id).await
    }

    async fn observe(&self, id: InstanceId) -> Result<Option<Observed>, Error> {
        self.look(id).await
    }

    async fn observe_all(&self) -> Result<Vec<(InstanceId, Observed)>, Error> {
        self.look_at_all().await
    }

    async fn allows_bind(&self, source: &str) -> bool {
        self.allowed_source(source).await.is_some()
    }

    async fn is_port_held(&self, port: &HostPort) -> bool {
        self.holds_port(port).await
    }

    fn publishes_ports(&self) -> bool {
        matches!(self.settings.plugging, Plugging::Engine)
    }

    async fn resources(&self) -> Result<HostResources, Error> {
        self.host_resources().await
    }

    async fn host_uptime(&self) -> Result<Option<String>, Error> {
        Ok(uptime::of_host(self.docker.url()).await)
    }

    async fn events(&self) -> Result<BoxStream<'static, Event>, Error> {
        self.watch().await
    }

    async fn forget_image(&self, id: ImageId) -> Result<(), Error> {
        self.forget(id).await
    }

    async fn cached_images(&self) -> Result<Vec<ImageId>, Error> {
        self.remembered().await
    }

    async fn settle(&self) {
        self.undisturbed.close();
        self.undisturbed.wait().await;
    }
}
