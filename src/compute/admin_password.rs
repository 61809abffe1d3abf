//! `changePassword`: another password for the administrator inside a server. It is never written down.

use tokio::sync::oneshot;

use super::actions::ActionLog;
use super::commit::to_the_end;
use super::core::{Compute, Core};
use super::queue::Kind;
use super::settle::clear_task;
use super::task_state::Verb;
use crate::compute::Error;
use crate::objects::{Instance, InstanceId, RequestContext, Secret};
use crate::virt;

impl Compute {
    /// Answers when it is done.
    pub async fn change_password(
        &self,
        context: &RequestContext,
        id: InstanceId,
        password: Secret,
    ) -> Result<(), Error> {
        let instance = self.core.visible(context, id).await?;
        Verb::ChangePassword.check(&instance, context.is_admin())?;
        self.core.engine.required()?;
        let (core, context) = (self.core.clone(), context.clone());
        to_the_end(async move {
            core.begin(&context, id, Verb::ChangePassword).await?;
            let mut log = ActionLog::open(&core, &context, id, "changePassword").await;
            let (told, heard) = oneshot::channel();
            let work = core.clone();
            core.enqueue(id, Kind::Work, async move {
                let changed = log
                    .step("compute_set_admin_password", set(&work, &instance, &password))
                    .await;
                work.write(id, clear_task).await;
                // Whoever asked may be gone.
                told.send(changed).ok();
            });
            let interrupted = |_| Error::Conflict(format!("Instance {id} is being deleted."));
            heard.await.map_err(interrupted)?
        })
        .await
    }
}

/// Sets it as soon as the rescue system runs, where it can be set.
pub(super) fn set_when_rescued(core: &std::sync::Arc<Core>, id: InstanceId, password: String) {
    let work = core.clone();
    core.enqueue(id, Kind::Work, async move {
        let Ok(instance) = work.instance(id).await else {
            return;
        };
        let rescued = instance.vm_state == crate::objects::VmState::Rescued;
        if rescued && let Err(error) = set(&work, &instance, &Secret::new(&password)).await {
            tracing::info!(instance.id = %id, %error, "the rescue system keeps the password of its image");
        }
    });
}

async fn set(core: &Core, instance: &Instance, password: &Secret) -> Result<(), Error> {
    let asked = instance.image_properties.get("os_admin_user");
    let user = asked.map_or("root", String::as_str);
    match core.driver.set_admin_password(instance.id, user, password).await {
        Ok(()) => Ok(()),
        Err(virt::Error::Unsupported(_)) => {
            Err(Error::Conflict("Set admin password is not supported".to_owned()))
        }
        Err(virt::Error::Refused(reason)) => {
            let id = instance.id;
            let words = format!("Failed to set admin password on {id} because {reason}");
            Err(Error::Conflict(words))
        }
        Err(error) => Err(Error::from(error).at_the_door()),
    }
}
