//! What an administrator does about a server that hangs: its states are said anew, and its last words are told.

use super::actions::ActionLog;
use super::core::Compute;
use super::diagnostics::ready;
use super::task_state::Verb;
use crate::compute::Error;
use crate::objects::{InstanceId, RequestContext, VmState};
use crate::virt;

impl Compute {
    /// Whatever is being done goes on, and may say otherwise when it is done.
    pub async fn reset_state(
        &self,
        context: &RequestContext,
        id: InstanceId,
        vm_state: VmState,
    ) -> Result<(), Error> {
        self.core.visible(context, id).await?;
        let mut log = ActionLog::open(&self.core, context, id, "resetState").await;
        let reset = self.core.change(id, |instance| {
            instance.vm_state = vm_state;
            instance.task_state = None;
            Ok(())
        });
        log.step("api_reset_state", reset).await?;
        self.core.unfinished().remove(&id);
        Ok(())
    }

    /// Accepted as for any server; that a container cannot do it stands in the log of its actions.
    pub async fn trigger_crash_dump(&self, context: &RequestContext, id: InstanceId) -> Result<(), Error> {
        let instance = self.core.visible(context, id).await?;
        Verb::CrashDump.check(&instance, context.is_admin())?;
        ready(&instance)?;
        let mut log = ActionLog::open(&self.core, context, id, "trigger_crash_dump").await;
        let reason = "a container has no kernel of its own that could write a crash dump".to_owned();
        let impossible = std::future::ready(Err::<(), _>(virt::Error::Unsupported(reason).into()));
        let told = log.step("compute_trigger_crash_dump", impossible).await;
        if let Err(error) = told {
            self.core.record_fault(id, &error, None).await;
        }
        Ok(())
    }
}
