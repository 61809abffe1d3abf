//! One address more or less on an interface that is there.

use std::net::IpAddr;
use std::sync::Arc;

use tokio::sync::oneshot;
use uuid::Uuid;

use super::attach::interrupted;
use super::refresh;
use crate::compute::Error;
use crate::compute::commit::to_the_end;
use crate::compute::core::{Compute, Core};
use crate::compute::queue::Kind;
use crate::compute::task_state::Verb;
use crate::network::PortChange;
use crate::objects::{Instance, InstanceId, RequestContext};

impl Compute {
    /// On the server's first interface on this network; it has the address when this returns.
    pub async fn add_fixed_ip(
        &self,
        context: &RequestContext,
        id: InstanceId,
        network: Uuid,
    ) -> Result<(), Error> {
        let find = move |instance: &Instance| {
            let vif = instance.vifs.iter().find(|vif| vif.network.id == network);
            vif.map(|vif| vif.id)
                .ok_or_else(|| Error::NotFound(format!("Network could not be found for instance {id}.")))
        };
        self.change_addresses(context, id, Verb::AddFixedIp, find, PortChange::AddFixedIp)
            .await
    }

    pub async fn remove_fixed_ip(
        &self,
        context: &RequestContext,
        id: InstanceId,
        address: IpAddr,
    ) -> Result<(), Error> {
        let find = move |instance: &Instance| {
            let mut vifs = instance.vifs.iter();
            let vif = vifs.find(|vif| vif.fixed_ips().any(|(ip, _)| ip == address));
            vif.map(|vif| vif.id)
                .ok_or_else(|| Error::Invalid(format!("Instance {id} does not have fixed IP '{address}'.")))
        };
        let change = PortChange::RemoveFixedIp(address);
        self.change_addresses(context, id, Verb::RemoveFixedIp, find, change)
            .await
    }

    async fn change_addresses(
        &self,
        context: &RequestContext,
        id: InstanceId,
        verb: Verb,
        find: impl Fn(&Instance) -> Result<Uuid, Error> + Send + Sync + 'static,
        change: PortChange,
    ) -> Result<(), Error> {
        let core = &self.core;
        let instance = core.visible(context, id).await?;
        verb.check(&instance, context.is_admin())?;
        find(&instance)?;
        let core = core.clone();
        to_the_end(async move {
            let (sender, answer) = oneshot::channel();
            let work = core.clone();
            core.enqueue(id, Kind::Work, async move {
                // Nobody waits any more: it is done all the same.
                sender.send(carry_out(&work, id, find, &change).await).ok();
            });
            answer.await.map_err(|_| interrupted(id))?
        })
        .await
    }
}

async fn carry_out(
    core: &Arc<Core>,
    id: InstanceId,
    find: impl Fn(&Instance) -> Result<Uuid, Error>,
    change: &PortChange,
) -> Result<(), Error> {
    let port = find(core.instance(id).await?.as_ref())?;
    let changed = core.network.update_port(port, change).await;
    changed.map_err(|error| Error::from(error).at_the_door())?;
    refresh::now(core, id).await
}
