//! One interface less for a server that is there.

use std::sync::Arc;

use uuid::Uuid;

use super::allocate::reclaim;
use super::attach::disconnect;
use crate::compute::Error;
use crate::compute::actions::ActionLog;
use crate::compute::commit::to_the_end;
use crate::compute::core::{Compute, Core};
use crate::compute::queue::Kind;
use crate::compute::task_state::Verb;
use crate::objects::{Instance, InstanceId, RequestContext, Vif};

const ACTION: &str = "detach_interface";

impl Compute {
    /// Accepted; done in the server's queue.
    pub async fn detach_interface(
        &self,
        context: &RequestContext,
        id: InstanceId,
        port: Uuid,
    ) -> Result<(), Error> {
        let core = &self.core;
        let instance = core.visible(context, id).await?;
        Verb::DetachInterface.check(&instance, context.is_admin())?;
        vif(&instance, port)?;
        core.engine.required()?;
        let (core, context) = (core.clone(), context.clone());
        to_the_end(async move {
            let mut log = ActionLog::open(&core, &context, id, ACTION).await;
            let work = core.clone();
            core.enqueue(id, Kind::Work, async move {
                let detached = log.step("compute_detach_interface", detach(&work, id, port));
                if let Err(error) = detached.await {
                    work.record_fault(id, &error, None).await;
                }
            });
            Ok(())
        })
        .await
    }
}

fn vif(instance: &Instance, port: Uuid) -> Result<&Vif, Error> {
    let vif = instance.vifs.iter().find(|vif| vif.id == port);
    vif.ok_or_else(|| Error::NotFound(format!("Port {port} is not attached")))
}

async fn detach(core: &Arc<Core>, id: InstanceId, port: Uuid) -> Result<(), Error> {
    let instance = core.instance(id).await?;
    disconnect(core, &instance, vif(&instance, port)?).await?;
    match reclaim(core, id).await {
        Err(error) if error.is_network_away() => {
            tracing::info!(instance.id = %id, port.id = %port, "a port is given back when the network service is back");
            Ok(())
        }
        outcome => outcome,
    }
}
