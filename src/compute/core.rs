//! The one thing a door holds, and what every verb behind it works with.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use tokio::sync::Semaphore;
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

use super::engine::Engine;
use super::networking::{self, Nets};
use super::queue::Queues;
use super::settle::clear_task;
use super::sync;
use super::task_state::Verb;
use crate::compute::{Error, Settings};
use crate::db::{self, Records};
use crate::image::ImageService;
use crate::network::NetworkService;
use crate::objects::{
    Fault, ImageId, Instance, InstanceId, RequestContext, RequestId, TaskState, VmState, World,
};
use crate::virt::ComputeDriver;

/// What compute works with.
#[derive(Debug, Clone)]
pub struct Parts {
    pub records: Arc<dyn Records>,
    pub driver: Arc<dyn ComputeDriver>,
    pub images: Arc<dyn ImageService>,
    pub network: Arc<dyn NetworkService>,
    pub world: Arc<dyn World>,
    pub settings: Settings,
}

/// Cheap to clone. When the last clone is dropped the work behind it stops where it is; the next `open` resumes it.
#[derive(Debug, Clone)]
pub struct Compute {
    pub(super) core: Arc<Core>,
    _alive: Arc<DropGuard>,
}

impl Compute {
    /// Begins to keep records and engine together: what an earlier life left half done is finished once the engine answers.
    pub async fn open(parts: Parts) -> Result<Self, Error> {
        let life = CancellationToken::new();
        let core = Arc::new(Core::new(parts, life.clone()));
        core.remember_unfinished().await?;
        core.register_service().await?;
        tokio::spawn(life.clone().run_until_cancelled_owned(sync::watch(core.clone())));
        tokio::spawn(
            life.clone()
                .run_until_cancelled_owned(networking::watch(core.clone())),
        );
        Ok(Self {
            core,
            _alive: Arc::new(life.drop_guard()),
        })
    }

    pub fn settings(&self) -> &Settings {
        &self.core.settings
    }

    /// What the clock says.
    pub fn now(&self) -> Timestamp {
        self.core.now()
    }

    /// Whether the engine answers.
    pub async fn is_ready(&self) -> bool {
        self.core.engine.is_present()
    }

    pub(super) fn end(&self) -> &CancellationToken {
        &self.core.life
    }
}

#[derive(Debug)]
pub(super) struct Core {
    pub(super) records: Arc<dyn Records>,
    pub(super) driver: Arc<dyn ComputeDriver>,
    pub(super) images: Arc<dyn ImageService>,
    pub(super) network: Arc<dyn NetworkService>,
    pub(super) world: Arc<dyn World>,
    pub(super) settings: Settings,
    pub(super) queues: Queues,
    pub(super) engine: Engine,
    pub(super) nets: Nets,
    /// Held from looking at what is taken until what one takes is written.
    pub(super) claims: tokio::sync::Mutex<()>,
    pub(super) builds: Semaphore,
    /// Those that are open.
    pub(super) consoles: TaskTracker,
    /// Where what a `user_data` asks for inside is being done: which server, and since when it is the one it is.
    provisioning: Mutex<HashSet<(InstanceId, Option<Timestamp>)>>,
    /// Servers with a task that nobody is working on: left by an earlier life, or waiting for the engine to come back.
    unfinished: Mutex<HashSet<InstanceId>>,
    life: CancellationToken,
}

impl Core {
    fn new(parts: Parts, life: CancellationToken) -> Self {
        let Parts {
            records,
            driver,
            images,
            network,
            world,
            settings,
        } = parts;
        Self {
            records,
            driver,
            images,
            network,
            world,
            queues: Queues::new(life.clone()),
            engine: Engine::default(),
            nets: Nets::default(),
            claims: tokio::sync::Mutex::default(),
            builds: Semaphore::new(settings.max_concurrent_builds),
            consoles: TaskTracker::new(),
            provisioning: Mutex::default(),
            unfinished: Mutex::default(),
            settings,
            life,
        }
    }

    /// Before anybody can ask for anything, whatever is under way is from an earlier life.
    async fn remember_unfinished(&self) -> Result<(), Error> {
        let instances = self.records.instances().await?;
        let left = |i: &&Arc<Instance>| i.task_state.is_some() || i.vm_state == VmState::Building;
        self.unfinished()
            .extend(instances.iter().filter(left).map(|i| i.id));
        Ok(())
    }

    pub(super) fn unfinished(&self) -> MutexGuard<'_, HashSet<InstanceId>> {
        self.unfinished.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn provisioning(&self) -> MutexGuard<'_, HashSet<(InstanceId, Option<Timestamp>)>> {
        self.provisioning.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ended with the process, or with the last [`Compute`].
    pub(super) fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        tokio::spawn(self.life.clone().run_until_cancelled_owned(work));
    }

    pub(super) fn now(&self) -> Timestamp {
        self.world.now()
    }

    /// The record, whoever it belongs to.
    pub(super) async fn instance(&self, id: InstanceId) -> Result<Arc<Instance>, Error> {
        self.records
            .instance(id)
            .await
            .map_err(|error| no_such_instance(id, error))
    }

    /// The record if the caller may know of it: a server of another project does not exist for them.
    pub(super) async fn visible(
        &self,
        context: &RequestContext,
        id: InstanceId,
    ) -> Result<Arc<Instance>, Error> {
        let instance = self.instance(id).await?;
        match instance.project_id == context.project_id || context.is_admin() {
            true => Ok(instance),
            false => Err(Error::NoSuchInstance(id.to_string())),
        }
    }

    /// Changes the record and says when; a refusal leaves it as it was.
    pub(super) async fn change<F>(&self, id: InstanceId, change: F) -> Result<Arc<Instance>, Error>
    where
        F: FnOnce(&mut Instance) -> Result<(), Error> + Send,
    {
        let (now, mut verdict) = (self.now(), Ok(()));
        let record = |instance: &mut Instance| {
            verdict = change(instance);
            instance.updated_at = if verdict.is_ok() { now } else { instance.updated_at };
            verdict.is_ok()
        };
        let changed = self.records.change_instance(id, Box::new(record)).await;
        verdict?;
        changed.map_err(|error| no_such_instance(id, error))
    }

    /// Changes what nobody asked to be changed: when the record changed last stays what it was.
    pub(super) async fn note<F>(&self, id: InstanceId, change: F) -> Result<Arc<Instance>, Error>
    where
        F: FnOnce(&mut Instance) + Send,
    {
        let record = |instance: &mut Instance| {
            change(instance);
            true
        };
        let changed = self.records.change_instance(id, Box::new(record)).await;
        changed.map_err(|error| no_such_instance(id, error))
    }

    /// Checks that the verb may be done now and sets its task, as one change.
    pub(super) async fn begin(
        &self,
        context: &RequestContext,
        id: InstanceId,
        verb: Verb,
    ) -> Result<Arc<Instance>, Error> {
        self.visible(context, id).await?;
        let admin = context.is_admin();
        self.change(id, |instance| verb.begin(instance, admin)).await
    }

    /// Shows where long work is, unless the server is being deleted meanwhile.
    pub(super) async fn progress(&self, id: InstanceId, task: TaskState) {
        let told = self.change(id, |instance| {
            if instance.task_state != Some(TaskState::Deleting) {
                instance.task_state = Some(task);
            }
            Ok(())
        });
        if let Err(error) = told.await {
            tracing::warn!(instance.id = %id, %error, "a task state was not recorded");
        }
    }

    /// Records why the server failed. With a `vm_state`, that too, and that nothing is being done to it any more.
    pub(super) async fn record_fault(&self, id: InstanceId, error: &Error, vm_state: Option<VmState>) {
        tracing::warn!(instance.id = %id, error = %error.in_full(), "work on a server failed");
        let fault = Fault {
            code: 500,
            message: error.to_string(),
            details: Some(error.in_full()),
            created_at: self.now(),
        };
        let recorded = self.change(id, |instance| {
            instance.fault = Some(fault);
            if let Some(vm_state) = vm_state {
                instance.vm_state = vm_state;
                clear_task(instance);
            }
            Ok(())
        });
        if let Err(error) = recorded.await {
            tracing::warn!(instance.id = %id, %error, "a fault was not recorded");
        }
    }

    /// Who we are when nobody asks: the owner, without a token.
    pub(super) fn context_of(&self, instance: &Instance) -> RequestContext {
        RequestContext {
            judge: None,
            request_id: RequestId(format!("req-{}", self.world.uuid())),
            global_request_id: None,
            user_id: instance.user_id.clone(),
            project_id: instance.project_id.clone(),
            roles: Vec::new(),
            token: None,
        }
    }

    /// Deletes an image that a snapshot did not finish; whether it is gone.
    pub(super) async fn discard_image(&self, context: &RequestContext, image: ImageId) -> bool {
        match self.images.delete(context, image).await {
            Ok(()) | Err(crate::image::Error::NotFound(_)) => true,
            Err(error) => {
                tracing::warn!(image.id = %image, %error, "an unfinished snapshot stays behind");
                false
            }
        }
    }
}

fn no_such_instance(id: InstanceId, error: db::Error) -> Error {
    match error {
        db::Error::NoSuch { .. } => Error::NoSuchInstance(id.to_string()),
        error => Error::Records(error),
    }
}
