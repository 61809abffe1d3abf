//! What interfaces a server has.

use uuid::Uuid;

use super::Interface;
use crate::compute::Error;
use crate::compute::core::{Compute, Core};
use crate::network::{Port, PortStatus};
use crate::objects::{Instance, InstanceId, RequestContext, Vif};

impl Compute {
    /// In the order of their positions.
    pub async fn interfaces(
        &self,
        context: &RequestContext,
        id: InstanceId,
    ) -> Result<Vec<Interface>, Error> {
        let instance = self.core.visible(context, id).await?;
        let ports = ports(&self.core, &instance).await?;
        let mut vifs: Vec<&Vif> = instance.vifs.iter().collect();
        vifs.sort_by_key(|vif| vif.position);
        Ok(vifs.into_iter().map(|vif| interface(vif, &ports)).collect())
    }

    pub async fn interface(
        &self,
        context: &RequestContext,
        id: InstanceId,
        port: Uuid,
    ) -> Result<Interface, Error> {
        let instance = self.core.visible(context, id).await?;
        let vif = instance.vifs.iter().find(|vif| vif.id == port);
        let vif =
            vif.ok_or_else(|| Error::NotFound(format!("Instance {id} does not have a port with id {port}")))?;
        Ok(interface(vif, &ports(&self.core, &instance).await?))
    }
}

/// A service that is away is no reason to hide what is known.
async fn ports(core: &Core, instance: &Instance) -> Result<Vec<Port>, Error> {
    if instance.vifs.is_empty() {
        return Ok(Vec::new());
    }
    match core.network.ports_of(instance.id).await.map_err(Error::from) {
        Ok(ports) => Ok(ports),
        Err(error) if error.is_network_away() => Ok(Vec::new()),
        Err(error) => Err(error.at_the_door()),
    }
}

pub(super) fn interface(vif: &Vif, ports: &[Port]) -> Interface {
    let port = ports.iter().find(|port| port.id == vif.id);
    let as_remembered = match vif.active {
        true => PortStatus::Active,
        false => PortStatus::Down,
    };
    Interface {
        vif: vif.clone(),
        status: port.map_or(as_remembered, |port| port.status),
    }
}
