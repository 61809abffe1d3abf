//! What a running server uses at this moment.

use super::core::Compute;
use crate::compute::Error;
use crate::objects::{Diagnostics, Instance, InstanceId, PowerState, RequestContext};

impl Compute {
    pub async fn diagnostics(&self, context: &RequestContext, id: InstanceId) -> Result<Diagnostics, Error> {
        let instance = self.core.visible(context, id).await?;
        ready(&instance)?;
        self.core.engine.required()?;
        if instance.power_state != PowerState::Running {
            return Err(Error::InvalidState {
                verb: "get_diagnostics",
                id,
                attribute: "power state",
                state: instance.power_state.word().to_owned(),
            });
        }
        let told = self.core.driver.diagnostics(&instance).await;
        told.map_err(|error| Error::from(error).at_the_door())
    }
}

/// A server that is on no host can be asked nothing.
pub(super) fn ready(instance: &Instance) -> Result<(), Error> {
    match instance.host {
        Some(_) => Ok(()),
        None => Err(Error::Conflict(format!("Instance {} is not ready", instance.id))),
    }
}
