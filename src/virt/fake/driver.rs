//! The fake driver's verbs, over a map of servers.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bollard::models::ImageConfig;
use futures_util::stream::BoxStream;
use futures_util::{StreamExt, stream};
use tokio::sync::broadcast::error::RecvError;

use super::faults::{FakeFaults, Verb};
use super::server::{KILLED, Server, TERMINATED, ensure_places, idle, limits};
use super::state::State;
use super::{archive, terminal};
use crate::image::ImageService;
use crate::objects::{
    DeploymentId, Diagnostics, HostPort, HostResources, Image, ImageId, Instance, InstanceId, PowerState,
    RequestContext, Secret, TaskState, Vif,
};
use crate::user_data::Provisioning;
use crate::virt::docker::{Asked, EngineImage, Ground, Joining, create_body, ensure_format};
use crate::virt::{
    ComputeDriver, Error, Event, NetworkInfo, Observed, Progress, Provisioned, RebootType, Supplies, Terminal,
};

/// Cheap to clone; clones share their servers.
#[derive(Debug, Clone)]
pub struct FakeDriver {
    host: Arc<str>,
    deployment: DeploymentId,
    images: Arc<dyn ImageService>,
    state: Arc<State>,
}

impl FakeDriver {
    pub fn new(host: &str, deployment: DeploymentId, images: Arc<dyn ImageService>) -> Self {
        Self {
            host: host.into(),
            deployment,
            images,
            state: Arc::new(State::new()),
        }
    }

    pub fn faults(&self) -> FakeFaults {
        FakeFaults(self.state.clone())
    }

    async fn engine_image(&self, context: &RequestContext, image: &Image) -> Result<EngineImage, Error> {
        let id = format!("fake:{}", image.id);
        if image.engine_id.is_some() {
            // What the local engine had already: taken for something that runs.
            let config = ImageConfig {
                cmd: Some(vec!["sh".to_owned()]),
                ..ImageConfig::default()
            };
            return Ok(EngineImage { id, config });
        }
        let cached = self.state.cache().get(&image.id).cloned();
        if let Some(config) = cached {
            return Ok(EngineImage { id, config });
        }
        ensure_format(image)?;
        let download = self.images.download(context, image.id).await?;
        let config = archive::read(image.id, download.stream).await?;
        self.state.cache().insert(image.id, config.clone());
        Ok(EngineImage { id, config })
    }

    fn ground(&self, joining: Joining) -> Ground<'_> {
        Ground {
            deployment: self.deployment,
            host: &self.host,
            cpus: u32::MAX,
            privileged: false,
            limit_disk: false,
            binds: Vec::new(),
            joining,
        }
    }

    /// Changes a server, and tells of it as the engine would.
    fn change(
        &self,
        id: InstanceId,
        change: impl FnOnce(&mut Server) -> Result<(), Error>,
    ) -> Result<Observed, Error> {
        let mut servers = self.state.servers();
        let server = servers.get_mut(&id).ok_or(Error::NoSuchInstance(id))?;
        let before = server.observed();
        change(server)?;
        let after = server.observed();
        drop(servers);
        if after != before {
            self.state.tell(Some(Event { instance: id }));
        }
        Ok(after)
    }
}

#[async_trait]
impl ComputeDriver for FakeDriver {
    async fn spawn(
        &self,
        context: &RequestContext,
        instance: &Instance,
        image: &Image,
        supplies: &Supplies,
        _progress: &dyn Progress,
    ) -> Result<Observed, Error> {
        self.state.enter(Verb::Spawn).await?;
        let options = Asked::by(instance)?.allowed(&instance.licence, &BTreeMap::new())?;
        let engine_image = self.engine_image(context, image).await?;
        ensure_places(&supplies.network)?;
        let ground = self.ground(Joining::ours(&options, &supplies.network.vifs));
        create_body(instance, image, &engine_image, &options, &ground)?;
        self.prepare_vifs(instance, &supplies.network.vifs).await?;
        let server = Server::booted(instance, &supplies.network);
        let observed = server.observed();
        {
            let mut servers = self.state.servers();
            if servers.contains_key(&instance.id) {
                return Err(Error::Refused(format!(
                    "the name nova-{} is already in use",
                    instance.id
                )));
            }
            servers.insert(instance.id, server);
        }
        self.state.tell(Some(Event {
            instance: instance.id,
        }));
        Ok(observed)
    }

    async fn destroy(&self, id: InstanceId) -> Result<(), Error> {
        self.state.enter(Verb::Destroy).await?;
        let removed = self.state.servers().remove(&id);
        if removed.is_some() {
            self.state.tell(Some(Event { instance: id }));
        }
        Ok(())
    }

    async fn power_on(&self, instance: &Instance, network: &NetworkInfo) -> Result<Observed, Error> {
        self.state.enter(Verb::PowerOn).await?;
        self.state.plug(instance.id, &network.vifs);
        self.change(instance.id, |server| {
            ensure_places(network)?;
            match server.power_state {
                PowerState::Running => {}
                PowerState::Paused => server.power_state = PowerState::Running,
                _ => server.begin(),
            }
            server.network = network.clone();
            Ok(())
        })
    }

    async fn power_off(&self, id: InstanceId, _timeout: Duration) -> Result<Observed, Error> {
        self.state.enter(Verb::PowerOff).await?;
        self.change(id, |server| {
            if server.power_state != PowerState::Shutdown {
                server.end(TERMINATED);
            }
            Ok(())
        })
    }

    async fn reboot(
        &self,
        instance: &Instance,
        network: &NetworkInfo,
        kind: RebootType,
        _timeout: Duration,
    ) -> Result<Observed, Error> {
        self.state.enter(Verb::Reboot).await?;
        self.state.plug(instance.id, &network.vifs);
        self.change(instance.id, |server| {
            ensure_places(network)?;
            if server.power_state != PowerState::Shutdown {
                server.end(if kind == RebootType::Hard {
                    KILLED
                } else {
                    TERMINATED
                });
            }
            server.begin();
            server.network = network.clone();
            Ok(())
        })
    }

    async fn prepare_vifs(&self, instance: &Instance, vifs: &[Vif]) -> Result<(), Error> {
        self.state.enter(Verb::PrepareVifs).await?;
        self.state.plug(instance.id, vifs);
        Ok(())
    }

    async fn plug_vifs(&self, instance: &Instance, network: &NetworkInfo) -> Result<(), Error> {
        if !self.state.is_wired(instance.id, network) {
            self.state.enter(Verb::PlugVifs).await?;
        }
        self.change(instance.id, |server| {
            if server.is_running() {
                ensure_places(network)?;
                server.network = network.clone();
                self.state.plug(instance.id, &network.vifs);
            }
            Ok(())
        })?;
        Ok(())
    }

    /// What is not plugged is detached already.
    async fn detach_vif(&self, instance: &Instance, vif: &Vif) -> Result<(), Error> {
        self.state.enter(Verb::DetachVif).await?;
        self.state.unplug(instance.id, std::slice::from_ref(vif));
        self.change(instance.id, |server| {
            server.unplug(vif.id);
            Ok(())
        })?;
        Ok(())
    }

    async fn unplug_vifs(&self, instance: &Instance, vifs: &[Vif]) -> Result<(), Error> {
        self.state.enter(Verb::UnplugVifs).await?;
        self.state.unplug(instance.id, vifs);
        if let Some(server) = self.state.servers().get_mut(&instance.id) {
            vifs.iter().for_each(|vif| server.unplug(vif.id));
        }
        Ok(())
    }

    async fn guard(&self, instance: &Instance, network: &NetworkInfo) -> Result<(), Error> {
        self.state.enter(Verb::Guard).await?;
        self.change(instance.id, |server| {
            if server.is_running() {
                server.network.guards.clone_from(&network.guards);
            }
            Ok(())
        })?;
        Ok(())
    }

    async fn pause(&self, id: InstanceId) -> Result<Observed, Error> {
        self.state.enter(Verb::Pause).await?;
        self.change(id, |server| match server.power_state {
            PowerState::Running | PowerState::Paused => {
                server.power_state = PowerState::Paused;
                Ok(())
            }
            _ => Err(Error::Refused(format!("Container nova-{id} is not running"))),
        })
    }

    async fn unpause(&self, instance: &Instance) -> Result<Observed, Error> {
        let id = instance.id;
        self.state.enter(Verb::Unpause).await?;
        self.change(id, |server| match server.power_state {
            PowerState::Running | PowerState::Paused => {
                server.power_state = PowerState::Running;
                Ok(())
            }
            _ => Err(Error::Refused(format!("Container nova-{id} is not paused"))),
        })
    }

    async fn resize(&self, instance: &Instance) -> Result<(), Error> {
        self.state.enter(Verb::Resize).await?;
        self.change(instance.id, |server| {
            server.limits = limits(instance);
            Ok(())
        })?;
        Ok(())
    }

    async fn rescue(
        &self,
        context: &RequestContext,
        instance: &Instance,
        image: &Image,
        supplies: &Supplies,
        _timeout: Duration,
    ) -> Result<Observed, Error> {
        self.state.enter(Verb::Rescue).await?;
        self.engine_image(context, image).await?;
        ensure_places(&supplies.network)?;
        self.state.plug(instance.id, &supplies.network.vifs);
        self.change(instance.id, |server| {
            server.rescue(instance, &supplies.network);
            Ok(())
        })
    }

    async fn unrescue(&self, instance: &Instance, network: &NetworkInfo) -> Result<Observed, Error> {
        self.state.enter(Verb::Unrescue).await?;
        ensure_places(network)?;
        self.state.plug(instance.id, &network.vifs);
        self.change(instance.id, |server| {
            server.unrescue(network);
            Ok(())
        })
    }

    async fn set_admin_password(&self, id: InstanceId, user: &str, password: &Secret) -> Result<(), Error> {
        self.state.enter(Verb::SetAdminPassword).await?;
        self.change(id, |server| match server.is_running() {
            true => {
                server.password = Some((user.to_owned(), password.clone()));
                Ok(())
            }
            false => Err(Error::Refused(format!("Container nova-{id} is not running"))),
        })?;
        Ok(())
    }

    async fn diagnostics(&self, instance: &Instance) -> Result<Diagnostics, Error> {
        self.state.enter(Verb::Diagnostics).await?;
        self.change(instance.id, |_| Ok(()))?;
        Ok(idle(instance))
    }

    async fn snapshot(
        &self,
        context: &RequestContext,
        instance: &Instance,
        image: ImageId,
        progress: &dyn Progress,
    ) -> Result<(), Error> {
        self.state.enter(Verb::Snapshot).await?;
        self.change(instance.id, |_| Ok(()))?;
        progress.task_state(TaskState::ImagePendingUpload).await;
        let config = ImageConfig {
            cmd: Some(vec!["sh".to_owned()]),
            ..ImageConfig::default()
        };
        let saved = archive::write(&config).map_err(crate::image::Error::from)?;
        progress.task_state(TaskState::ImageUploading).await;
        self.images
            .upload(context, image, stream::iter([Ok(saved)]).boxed())
            .await?;
        self.state.cache().insert(image, config);
        Ok(())
    }

    async fn console_output(&self, id: InstanceId, lines: Option<u64>) -> Result<String, Error> {
        self.state.enter(Verb::ConsoleOutput).await?;
        let servers = self.state.servers();
        servers
            .get(&id)
            .map(|server| server.log(lines))
            .ok_or(Error::NoSuchInstance(id))
    }

    async fn provision(&self, instance: &Instance, work: &Provisioning) -> Result<Provisioned, Error> {
        self.state.enter(Verb::Provision).await?;
        let id = instance.id;
        let mut servers = self.state.servers();
        let server = servers.get_mut(&id).ok_or(Error::NoSuchInstance(id))?;
        match server.power_state {
            PowerState::Running => Ok(server.provision(work)),
            _ => Err(Error::Refused(format!("Container nova-{id} is not running"))),
        }
    }

    async fn terminal(&self, id: InstanceId) -> Result<Terminal, Error> {
        self.state.enter(Verb::Terminal).await?;
        terminal::open(&self.state, id)
    }

    async fn observe(&self, id: InstanceId) -> Result<Option<Observed>, Error> {
        self.state.enter(Verb::Observe).await?;
        Ok(self.state.servers().get(&id).map(Server::observed))
    }

    async fn observe_all(&self) -> Result<Vec<(InstanceId, Observed)>, Error> {
        self.state.ensure_up()?;
        let servers = self.state.servers();
        Ok(servers
            .iter()
            .map(|(id, server)| (*id, server.observed()))
            .collect())
    }

    /// More than any test asks for.
    async fn is_port_held(&self, port: &HostPort) -> bool {
        self.state
            .plans()
            .held_ports
            .iter()
            .any(|held| held.collides(port))
    }

    async fn resources(&self) -> Result<HostResources, Error> {
        self.state.ensure_up()?;
        Ok(HostResources {
            hypervisor_type: "fake".to_owned(),
            hypervisor_hostname: self.host.to_string(),
            version: "1.0".to_owned(),
            architecture: "x86_64".to_owned(),
            vcpus: 1_000_000,
            memory_mb: 1 << 40,
            local_gb: 1 << 40,
            free_disk_gb: 1 << 40,
        })
    }

    async fn events(&self) -> Result<BoxStream<'static, Event>, Error> {
        self.state.ensure_up()?;
        let told = stream::unfold(self.state.events.subscribe(), |mut events| async {
            // Who falls behind is sent to look at everything anew, as when the engine goes away.
            match events.recv().await {
                Ok(Some(event)) => Some((event, events)),
                Ok(None) | Err(RecvError::Closed | RecvError::Lagged(_)) => None,
            }
        });
        Ok(told.boxed())
    }

    async fn forget_image(&self, id: ImageId) -> Result<(), Error> {
        self.state.ensure_up()?;
        self.state.cache().remove(&id);
        Ok(())
    }

    async fn cached_images(&self) -> Result<Vec<ImageId>, Error> {
        self.state.ensure_up()?;
        Ok(self.state.cache().keys().copied().collect())
    }

    /// Nothing here outlives its caller.
    async fn settle(&self) {}
}
