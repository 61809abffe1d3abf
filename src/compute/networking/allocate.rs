//! Ports for a server: made or taken in the order asked for, and given back whatever happened meanwhile.

use std::sync::Arc;

use uuid::Uuid;

use super::choose;
use crate::compute::Error;
use crate::compute::commit::to_the_end;
use crate::compute::core::Core;
use crate::network::{self, Binding, NewPort, PortChange};
use crate::objects::{Instance, InstanceId, NetworkChoice, Vif, WantedNetwork};

/// Bound ports. Whoever calls it has said in the record that ports are unsettled, and gives back what is there after an
/// error. What may pass them is asked when the record names them: a change of it is not missed then.
pub(in crate::compute) async fn allocate(
    core: &Arc<Core>,
    instance: &Instance,
    wanted: &[WantedNetwork],
) -> Result<Vec<Vif>, Error> {
    let mut ports = Vec::new();
    for wanted in wanted {
        ports.push(match (wanted.port, wanted.network) {
            (Some(port), _) => take(core, instance, port).await?,
            (None, Some(network)) => make(core, instance, network, wanted).await?,
            (None, None) => return Err(Error::Invalid(choose::NAMES_NOTHING.to_owned())),
        });
    }
    let found = core.network.vifs(&ports).await?;
    let mut positions = free_positions(instance);
    let mut vifs = Vec::new();
    for (port, wanted) in ports.iter().zip(wanted) {
        let vif = found.iter().find(|vif| vif.id == *port);
        let vif = vif.ok_or_else(|| gone(*port))?;
        check_binding(vif)?;
        vifs.push(Vif {
            position: positions.next().unwrap_or_default(),
            tag: wanted.tag.clone(),
            preserve_on_delete: wanted.port.is_some(),
            ..vif.clone()
        });
    }
    Ok(vifs)
}

fn gone(port: Uuid) -> Error {
    Error::NotFound(format!("Port id {port} could not be found."))
}

fn check_binding(vif: &Vif) -> Result<(), Error> {
    match vif.vif_type.as_deref() {
        Some("binding_failed") => Err(Error::Invalid(format!(
            "Binding failed for port {}, please check neutron logs for more information.",
            vif.id
        ))),
        _ => Ok(()),
    }
}

/// What no interface of the server has, from the lowest.
fn free_positions(instance: &Instance) -> impl Iterator<Item = u32> {
    let taken: Vec<u32> = instance.vifs.iter().map(|vif| vif.position).collect();
    (0..).filter(move |position| !taken.contains(position))
}

fn binding(core: &Core, instance: &Instance) -> Binding {
    let settings = &core.settings;
    let zone = instance.availability_zone.as_ref();
    Binding {
        instance: instance.id,
        host: settings.host.clone(),
        zone: zone.unwrap_or(&settings.availability_zone).clone(),
    }
}

/// Goes on to its end when the server's work is interrupted: a port that the service makes is then there to be found.
async fn at_the_service<T: Send + 'static>(
    core: &Arc<Core>,
    id: InstanceId,
    call: impl Future<Output = Result<T, network::Error>> + Send + 'static,
) -> Result<T, Error> {
    let turn = core.nets.turn(id).await;
    to_the_end(async move {
        let _turn = turn;
        Ok(call.await?)
    })
    .await
}

async fn make(
    core: &Arc<Core>,
    instance: &Instance,
    network: Uuid,
    wanted: &WantedNetwork,
) -> Result<Uuid, Error> {
    let port = NewPort {
        network,
        project: instance.project_id.clone(),
        binding: binding(core, instance),
        fixed_ip: wanted.fixed_ip,
        security_groups: instance.wiring.security_groups.clone(),
        dns_name: Some(instance.hostname.clone()),
    };
    let service = core.network.clone();
    let made = at_the_service(core, instance.id, async move { service.create_port(&port).await });
    Ok(made.await?.id)
}

/// The record says that the port is lent before the service says that it is taken.
async fn take(core: &Arc<Core>, instance: &Instance, port: Uuid) -> Result<Uuid, Error> {
    {
        let _alone = core.claims.lock().await;
        if choose::lender(core, port, Some(instance.id)).await?.is_some() {
            return Err(choose::in_use(port));
        }
        core.note(instance.id, |instance| {
            if !instance.wiring.lent_ports.contains(&port) {
                instance.wiring.lent_ports.push(port);
            }
        })
        .await?;
    }
    let change = PortChange::Bind {
        binding: binding(core, instance),
        dns_name: Some(instance.hostname.clone()),
    };
    let service = core.network.clone();
    let taken = at_the_service(core, instance.id, async move {
        service.update_port(port, &change).await
    });
    Ok(taken.await?.id)
}

/// Takes away all that the server has of networks: its ends on this host, then its ports.
pub(in crate::compute) async fn deallocate(core: &Core, id: InstanceId) -> Result<(), Error> {
    let instance = core.instance(id).await?;
    if has_nothing(&instance) {
        return Ok(());
    }
    core.driver.unplug_vifs(&instance, &instance.vifs).await?;
    core.note(id, |instance| {
        instance.vifs.clear();
        instance.wiring.guards.clear();
        instance.wiring.unsettled = true;
    })
    .await?;
    reclaim(core, id).await
}

fn has_nothing(instance: &Instance) -> bool {
    let wiring = &instance.wiring;
    instance.network == NetworkChoice::None
        && instance.vifs.is_empty()
        && wiring.lent_ports.is_empty()
        && !wiring.unsettled
}

/// Gives back every port that is this server's and not among its VIFs: lent ones to their users, the others to nobody.
pub(in crate::compute) async fn reclaim(core: &Core, id: InstanceId) -> Result<(), Error> {
    let _turn = core.nets.turn(id).await;
    let reclaimed = give_back(core, id).await;
    if let Err(error) = &reclaimed
        && error.is_network_away()
    {
        core.nets.lost(&error.in_full());
    }
    reclaimed
}

async fn give_back(core: &Core, id: InstanceId) -> Result<(), Error> {
    let instance = core.instance(id).await?;
    let keeps = |port: Uuid| instance.vifs.iter().any(|vif| vif.id == port);
    let ports = core.network.ports_of(id).await?;
    let mut outcomes = Vec::new();
    for port in ports.iter().map(|port| port.id).filter(|port| !keeps(*port)) {
        outcomes.push(match instance.wiring.lent_ports.contains(&port) {
            true => release(core, port).await,
            false => core.network.delete_port(port).await,
        });
    }
    // All are tried, whatever becomes of one.
    outcomes.into_iter().collect::<Result<(), _>>()?;
    let kept: Vec<Uuid> = instance.vifs.iter().map(|vif| vif.id).collect();
    core.note(id, |instance| {
        instance.wiring.lent_ports.retain(|port| kept.contains(port));
        instance.wiring.unsettled = false;
    })
    .await?;
    Ok(())
}

async fn release(core: &Core, port: Uuid) -> Result<(), network::Error> {
    match core.network.update_port(port, &PortChange::Release).await {
        Ok(_) | Err(network::Error::NotFound(_)) => Ok(()),
        Err(error) => Err(error),
    }
}

/// As `reclaim`, when there is nobody to tell.
pub(in crate::compute) async fn reclaim_quietly(core: &Core, id: InstanceId) {
    match reclaim(core, id).await {
        Ok(()) | Err(Error::NoSuchInstance(_)) => {}
        Err(error) => {
            tracing::warn!(instance.id = %id, error = %error.in_full(), "ports of a server are left to be given back");
        }
    }
}

/// As `deallocate`, when there is nobody left to tell: what fails is tried again when the service is asked anew.
pub(in crate::compute) async fn take_back(core: Arc<Core>, id: InstanceId) {
    if let Err(error) = deallocate(&core, id).await {
        tracing::warn!(instance.id = %id, error = %error.in_full(), "ports of a server are left to be given back");
    }
}
