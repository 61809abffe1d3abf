//! Start, stop, reboot, pause, suspend and back: one verb of the driver each, then the record says what came of it.

use std::sync::Arc;
use std::time::Duration;

use super::actions::ActionLog;
use super::commit::to_the_end;
use super::core::{Compute, Core};
use super::queue::Kind;
use super::settle::{clear_task, follow, settle};
use super::sync;
use super::task_state::{Power, Verb};
use super::{expiry, networking, provision, said};
use crate::compute::Error;
use crate::objects::{Instance, InstanceId, RequestContext, VmState};
use crate::virt::{Observed, RebootType};

impl Compute {
    pub async fn start(&self, context: &RequestContext, id: InstanceId) -> Result<(), Error> {
        self.power(context, id, Power::Start).await
    }

    pub async fn stop(&self, context: &RequestContext, id: InstanceId) -> Result<(), Error> {
        self.power(context, id, Power::Stop).await
    }

    pub async fn reboot(
        &self,
        context: &RequestContext,
        id: InstanceId,
        kind: RebootType,
    ) -> Result<(), Error> {
        self.power(context, id, Power::Reboot(kind)).await
    }

    pub async fn pause(&self, context: &RequestContext, id: InstanceId) -> Result<(), Error> {
        self.power(context, id, Power::Pause).await
    }

    pub async fn unpause(&self, context: &RequestContext, id: InstanceId) -> Result<(), Error> {
        self.power(context, id, Power::Unpause).await
    }

    /// By the freezer: the server keeps all its memory, and loses it when the host restarts.
    pub async fn suspend(&self, context: &RequestContext, id: InstanceId) -> Result<(), Error> {
        self.power(context, id, Power::Suspend).await
    }

    pub async fn resume(&self, context: &RequestContext, id: InstanceId) -> Result<(), Error> {
        self.power(context, id, Power::Resume).await
    }

    async fn power(&self, context: &RequestContext, id: InstanceId, power: Power) -> Result<(), Error> {
        let verb = Verb::Power(power);
        let instance = self.core.visible(context, id).await?;
        verb.check(&instance, context.is_admin())?;
        self.core.engine.required()?;
        let (core, context) = (self.core.clone(), context.clone());
        to_the_end(async move {
            core.begin(&context, id, verb).await?;
            let log = ActionLog::open(&core, &context, id, names(power).0).await;
            core.enqueue(id, Kind::Work, carry_out(core.clone(), id, power, log));
            Ok(())
        })
        .await
    }
}

/// Does the verb's work; its task is over afterwards, whatever came of it.
pub(super) async fn carry_out(core: Arc<Core>, id: InstanceId, power: Power, mut log: ActionLog) {
    let outcome = log.step(names(power).1, drive(&core, id, power)).await;
    if let Err(error) = &outcome {
        core.record_fault(id, error, None).await;
    }
    let recorded = core.change(id, |instance| {
        if let Ok(observed) = &outcome {
            match power {
                Power::Suspend => {
                    instance.vm_state = VmState::Suspended;
                    follow(instance, observed);
                }
                _ => settle(instance, observed),
            }
            instance.wiring.broken &= !plugs(power);
        }
        if instance.task_state == Verb::Power(power).task_state() {
            clear_task(instance);
        }
        Ok(())
    });
    if let Err(error) = recorded.await {
        tracing::warn!(instance.id = %id, %error, "what became of a server was not recorded");
    }
    match outcome {
        Ok(_) => {
            provision::take_up(&core, id).await;
            if starts(power) {
                expiry::after_start(&core, id).await;
            }
        }
        // How far it came nobody knows.
        Err(_) => sync::look_at(&core, id),
    }
}

async fn drive(core: &Core, id: InstanceId, power: Power) -> Result<Observed, Error> {
    let instance = core.instance(id).await?;
    let timeout = shutdown_timeout(core, &instance);
    let observed = match power {
        Power::Start => {
            let network = networking::fresh(core, &instance).await;
            core.driver.power_on(&instance, &network).await
        }
        Power::Stop => core.driver.power_off(id, timeout).await,
        Power::Reboot(kind) => {
            let network = networking::fresh(core, &instance).await;
            core.driver.reboot(&instance, &network, kind, timeout).await
        }
        Power::Pause | Power::Suspend => core.driver.pause(id).await,
        Power::Unpause | Power::Resume => core.driver.unpause(&instance).await,
    };
    if plugs(power) && observed.is_ok() {
        core.nets.mark_wired(id);
    }
    Ok(observed?)
}

/// Whether the driver has put the server's interfaces in place when the verb is done.
const fn plugs(power: Power) -> bool {
    matches!(power, Power::Start | Power::Reboot(_))
}

/// Whether the server is meant to run when the verb is done.
const fn starts(power: Power) -> bool {
    !matches!(power, Power::Stop | Power::Pause | Power::Suspend)
}

/// How long the server is given to end by itself: what its user asks for, or its image, or what the operator says.
pub(super) fn shutdown_timeout(core: &Core, instance: &Instance) -> Duration {
    let said = said::options(instance).stop_timeout;
    let asked = || {
        instance
            .image_properties
            .get("os_shutdown_timeout")?
            .trim()
            .parse()
            .ok()
    };
    said.and_then(|seconds| u64::try_from(seconds).ok())
        .or_else(asked)
        .map_or(core.settings.shutdown_timeout, Duration::from_secs)
}

/// The action and its event, as Nova calls them.
pub(super) fn names(power: Power) -> (&'static str, &'static str) {
    match power {
        Power::Start => ("start", "compute_start_instance"),
        Power::Stop => ("stop", "compute_stop_instance"),
        Power::Reboot(_) => ("reboot", "compute_reboot_instance"),
        Power::Pause => ("pause", "compute_pause_instance"),
        Power::Unpause => ("unpause", "compute_unpause_instance"),
        Power::Suspend => ("suspend", "compute_suspend_instance"),
        Power::Resume => ("resume", "compute_resume_instance"),
    }
}
