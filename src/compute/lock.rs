//! Locks: an owner's keeps the owner from mistakes, an administrator's keeps the owner away.

use super::actions::ActionLog;
use super::core::Compute;
use crate::compute::Error;
use crate::objects::{InstanceId, Lock, RequestContext};

impl Compute {
    /// A lock that is there already stays as it is, unless an administrator puts theirs over it.
    pub async fn lock(
        &self,
        context: &RequestContext,
        id: InstanceId,
        reason: Option<String>,
    ) -> Result<(), Error> {
        let instance = self.core.visible(context, id).await?;
        let owner = instance.project_id == context.project_id;
        if owner && instance.lock.is_some() {
            return Ok(());
        }
        let by = if owner { "owner" } else { "admin" }.to_owned();
        self.write_lock(context, id, "lock", Some(Lock { by, reason }))
            .await
    }

    pub async fn unlock(&self, context: &RequestContext, id: InstanceId) -> Result<(), Error> {
        let instance = self.core.visible(context, id).await?;
        let theirs = instance.lock.as_ref().is_some_and(|lock| lock.by == "admin");
        if theirs && !context.is_admin() {
            let rule = "os_compute_api:os-lock-server:unlock:unlock_override";
            return Err(Error::Forbidden(format!(
                "Policy doesn't allow {rule} to be performed."
            )));
        }
        self.write_lock(context, id, "unlock", None).await
    }

    async fn write_lock(
        &self,
        context: &RequestContext,
        id: InstanceId,
        action: &str,
        lock: Option<Lock>,
    ) -> Result<(), Error> {
        let mut log = ActionLog::open(&self.core, context, id, action).await;
        let written = self.core.change(id, |instance| {
            instance.lock = lock;
            Ok(())
        });
        log.step(&format!("api_{action}"), written).await?;
        Ok(())
    }
}
