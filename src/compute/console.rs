//! What a server wrote to its console.

use super::core::Compute;
use crate::compute::Error;
use crate::objects::{InstanceId, RequestContext, VmState};

impl Compute {
    /// The last lines, oldest first; all of them without a number.
    pub async fn console_output(
        &self,
        context: &RequestContext,
        id: InstanceId,
        lines: Option<u64>,
    ) -> Result<String, Error> {
        let instance = self.core.visible(context, id).await?;
        if instance.vm_state == VmState::Building {
            return Err(Error::Conflict(format!("Instance {id} is not ready")));
        }
        self.core.engine.required()?;
        let output = self.core.driver.console_output(id, lines).await;
        output.map_err(|error| Error::from(error).at_the_door())
    }
}
