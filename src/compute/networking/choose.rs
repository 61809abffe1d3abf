//! Which networks new servers are to be on: everything that can be wrong with it is found before anything is written.

use std::collections::{BTreeSet, HashSet};
use std::net::IpAddr;

use uuid::Uuid;

use super::groups;
use crate::compute::core::Core;
use crate::compute::{Boot, Error};
use crate::network::{self, Network, Port};
use crate::objects::{Instance, InstanceId, NetworkChoice, RequestContext, UserData, VmState, WantedNetwork};

pub(super) const AMBIGUOUS: &str = "Multiple possible networks found, use a Network ID to be more specific.";
pub(super) const NAMES_NOTHING: &str = "Bad network format: missing 'uuid'";
pub(super) const CANNOT_BE_APPLIED: &str =
    "Network requires port_security_enabled and subnet associated in order to apply security groups.";

/// What a boot's wishes come to.
#[derive(Debug)]
pub(in crate::compute) struct Chosen {
    /// Networks and ports, or none: what the cloud was to choose is chosen.
    pub(in crate::compute) network: NetworkChoice,
    pub(in crate::compute) security_groups: Option<Vec<Uuid>>,
    /// For how many servers there are ports.
    pub(in crate::compute) most: u32,
}

impl Chosen {
    pub(in crate::compute) fn lent_ports(&self) -> Vec<Uuid> {
        wanted(&self.network)
            .iter()
            .filter_map(|wanted| wanted.port)
            .collect()
    }
}

pub(in crate::compute) fn wanted(choice: &NetworkChoice) -> &[WantedNetwork] {
    match choice {
        NetworkChoice::These(wanted) => wanted,
        NetworkChoice::Unspecified | NetworkChoice::Auto | NetworkChoice::None => &[],
    }
}

pub(in crate::compute) async fn choose(
    core: &Core,
    context: &RequestContext,
    boot: &Boot,
) -> Result<Chosen, Error> {
    let asked = wanted(&boot.network);
    check_shape(asked, boot.max_count)?;
    let security_groups = groups::resolve(core, context, &boot.security_groups).await?;
    let (network, networks) = match &boot.network {
        NetworkChoice::None => (NetworkChoice::None, Vec::new()),
        NetworkChoice::Unspecified => match only(core, context).await? {
            Some(network) => on(network),
            None => (NetworkChoice::None, Vec::new()),
        },
        NetworkChoice::Auto => on(automatic(core, context, boot).await?),
        NetworkChoice::These(asked) => {
            let networks = these(core, context, &boot.name, asked).await?;
            (NetworkChoice::These(asked.clone()), networks)
        }
    };
    check_external(context, &networks)?;
    check_groups(wanted(&network), &networks, security_groups.is_some())?;
    check_mode(boot.user_data.as_ref(), !wanted(&network).is_empty())?;
    Ok(Chosen {
        most: room(core, context, &network, boot).await?,
        network,
        security_groups,
    })
}

/// What can be said without asking anybody.
fn check_shape(asked: &[WantedNetwork], max_count: u32) -> Result<(), Error> {
    let mut ports = BTreeSet::new();
    for wanted in asked {
        let Some(port) = wanted.port else {
            match wanted.network {
                Some(_) => continue,
                None => return Err(Error::Invalid(NAMES_NOTHING.to_owned())),
            }
        };
        if !ports.insert(port) {
            return Err(Error::Invalid(format!(
                "Port ID '{port}' was specified twice: you cannot attach a port multiple times."
            )));
        }
        if let Some(address) = wanted.fixed_ip {
            return Err(Error::Invalid(format!(
                "Specified Fixed IP '{address}' cannot be used with port '{port}': the two cannot be specified \
                 together."
            )));
        }
    }
    if max_count > 1 && !ports.is_empty() {
        return Err(Error::Invalid(
            "Failed to launch instances: Unable to launch multiple instances with a single configured port ID. \
             Please launch your instance one by one with different ports."
                .to_owned(),
        ));
    }
    if max_count > 1 && asked.iter().any(|wanted| wanted.fixed_ip.is_some()) {
        return Err(Error::Invalid(
            "Failed to launch instances: max_count cannot be greater than 1 if an fixed_ip is specified."
                .to_owned(),
        ));
    }
    Ok(())
}

/// The project's only network, if it has any.
async fn only(core: &Core, context: &RequestContext) -> Result<Option<Network>, Error> {
    let mut networks = core.network.networks(context, None).await.map_err(refused)?;
    match (networks.pop(), networks.is_empty()) {
        (only, true) => {
            only.iter().try_for_each(check_subnets)?;
            Ok(only)
        }
        _ => Err(Error::Conflict(AMBIGUOUS.to_owned())),
    }
}

fn on(network: Network) -> (NetworkChoice, Vec<Network>) {
    let wanted = WantedNetwork {
        network: Some(network.id),
        ..WantedNetwork::default()
    };
    (NetworkChoice::These(vec![wanted]), vec![network])
}

/// The project's only network, or a new one. A network of the project's own that is down is one that is still being made.
async fn automatic(core: &Core, context: &RequestContext, boot: &Boot) -> Result<Network, Error> {
    let is_ready = |network: &Network| network.shared || network.admin_state_up;
    if let Some(network) = only(core, context).await?.filter(is_ready) {
        return Ok(network);
    }
    check_mode(boot.user_data.as_ref(), true)?;
    let allocated = core.network.auto_allocated(context).await.map_err(refused)?;
    allocated.ok_or_else(|| {
        Error::Invalid(format!(
            "Unable to automatically allocate a network for project {}",
            context.project_id
        ))
    })
}

async fn these(
    core: &Core,
    context: &RequestContext,
    server: &str,
    asked: &[WantedNetwork],
) -> Result<Vec<Network>, Error> {
    let mut of_ports = Vec::new();
    for port in asked.iter().filter_map(|wanted| wanted.port) {
        of_ports.push(usable_port(core, context, server, port).await?.network);
    }
    let named: Vec<Uuid> = asked.iter().filter_map(|wanted| wanted.network).collect();
    let all: BTreeSet<Uuid> = named.iter().chain(&of_ports).copied().collect();
    let all: Vec<Uuid> = all.into_iter().collect();
    let networks = core
        .network
        .networks(context, Some(&all))
        .await
        .map_err(refused)?;
    for id in &named {
        check_subnets(found(&networks, *id).map_err(|error| Error::Invalid(error.to_string()))?)?;
    }
    for wanted in asked {
        if let (Some(network), Some(address)) = (wanted.network, wanted.fixed_ip) {
            check_address(core, context, network, address).await?;
        }
    }
    Ok(networks)
}

fn found(networks: &[Network], id: Uuid) -> Result<&Network, Error> {
    let network = networks.iter().find(|network| network.id == id);
    network.ok_or_else(|| Error::NotFound(format!("Network {id} could not be found.")))
}

fn check_subnets(network: &Network) -> Result<(), Error> {
    match network.has_subnets {
        true => Ok(()),
        false => Err(Error::Invalid(format!(
            "Network {} requires a subnet in order to boot instances on.",
            network.id
        ))),
    }
}

/// A port of the user's that a server can have.
pub(super) async fn usable_port(
    core: &Core,
    context: &RequestContext,
    server: &str,
    id: Uuid,
) -> Result<Port, Error> {
    let port = match core.network.port(context, id).await {
        Ok(port) => port,
        Err(network::Error::NotFound(_)) => {
            return Err(Error::Invalid(format!("Port id {id} could not be found.")));
        }
        Err(error) => return Err(refused(error)),
    };
    if port.device_id.is_some() || lender(core, id, None).await?.is_some() {
        return Err(in_use(id));
    }
    if port.project != context.project_id {
        return Err(Error::Invalid(format!(
            "Port {id} not usable for instance {server}."
        )));
    }
    if port.fixed_ips.is_empty() {
        return Err(Error::Invalid(format!(
            "Port {id} requires a FixedIP in order to be used."
        )));
    }
    Ok(port)
}

/// For a server that is about to be written.
pub(in crate::compute) async fn check_port_is_free(core: &Core, port: Uuid) -> Result<(), Error> {
    match lender(core, port, None).await? {
        Some(_) => Err(in_use(port)),
        None => Ok(()),
    }
}

pub(super) fn in_use(port: Uuid) -> Error {
    Error::Conflict(format!("Port {port} is still in use."))
}

/// The server that the port is lent to, other than this one.
pub(super) async fn lender(
    core: &Core,
    port: Uuid,
    but: Option<InstanceId>,
) -> Result<Option<InstanceId>, Error> {
    let instances = core.records.instances().await?;
    let lent = |i: &&std::sync::Arc<Instance>| {
        Some(i.id) != but && (i.wiring.lent_ports.contains(&port) || i.vifs.iter().any(|vif| vif.id == port))
    };
    Ok(instances.iter().find(lent).map(|instance| instance.id))
}

/// `Conflict` when somebody has it, `Invalid` when nobody can.
pub(super) async fn check_address(
    core: &Core,
    context: &RequestContext,
    network: Uuid,
    address: IpAddr,
) -> Result<(), Error> {
    for instance in core.records.instances().await? {
        let has = instance
            .vifs
            .iter()
            .any(|vif| vif.network.id == network && vif.fixed_ips().any(|(ip, _)| ip == address));
        let will_have = instance.vm_state == VmState::Building
            && wanted(&instance.network)
                .iter()
                .any(|other| other.network == Some(network) && other.fixed_ip == Some(address));
        if has || will_have {
            return Err(Error::Conflict(format!(
                "Fixed IP address {address} is already in use on instance {}.",
                instance.id
            )));
        }
    }
    match core.network.check_address(context, network, address).await {
        Ok(()) => Ok(()),
        Err(network::Error::Conflict(_)) => {
            Err(Error::Conflict(format!("Fixed IP {address} is already in use.")))
        }
        Err(network::Error::Invalid(_)) => Err(Error::Invalid(format!(
            "Invalid input received: Fixed IP {address} is not a valid ip address for network {network}."
        ))),
        Err(error) => Err(refused(error)),
    }
}

pub(super) fn check_external(context: &RequestContext, networks: &[Network]) -> Result<(), Error> {
    let forbidden = networks.iter().find(|n| n.external && !n.shared);
    match forbidden {
        Some(network) if !context.is_admin() => Err(Error::Forbidden(format!(
            "It is not allowed to create an interface on external network {}",
            network.id
        ))),
        _ => Ok(()),
    }
}

/// Groups are for ports that are made here: those of users keep their own.
pub(super) fn check_groups(asked: &[WantedNetwork], networks: &[Network], groups: bool) -> Result<(), Error> {
    let made: HashSet<Uuid> = asked.iter().filter_map(|wanted| wanted.network).collect();
    let unfit = |network: &&Network| match network.port_security_enabled {
        true => !network.has_subnets,
        false => groups,
    };
    let mut on = networks.iter().filter(|network| made.contains(&network.id));
    match on.any(|network| unfit(&network)) {
        true => Err(Error::Invalid(CANNOT_BE_APPLIED.to_owned())),
        false => Ok(()),
    }
}

/// A container that joins somebody else's network has no place for interfaces of its own.
pub(in crate::compute) fn check_mode(user_data: Option<&UserData>, vifs: bool) -> Result<(), Error> {
    let Some(mode) = user_data.and_then(crate::compute::suitable::network_mode) else {
        return Ok(());
    };
    let ours = matches!(mode.as_str(), "" | "default" | "bridge" | "none");
    match vifs && !ours {
        true => Err(Error::Invalid(format!(
            "The network_mode '{mode}' of the user_data is for a server without networks: ask for `networks: none`."
        ))),
        false => Ok(()),
    }
}

/// For how many servers the project may have ports.
async fn room(
    core: &Core,
    context: &RequestContext,
    network: &NetworkChoice,
    boot: &Boot,
) -> Result<u32, Error> {
    let made = wanted(network).iter().filter(|wanted| wanted.port.is_none());
    let each = made.count() as u64;
    if each == 0 {
        return Ok(boot.max_count);
    }
    let Some(left) = core.network.ports_left(context).await.map_err(refused)? else {
        return Ok(boot.max_count);
    };
    let most = u32::try_from(left / each).unwrap_or(u32::MAX).min(boot.max_count);
    match most >= boot.min_count {
        true => Ok(most),
        false => Err(no_more_ports()),
    }
}

pub(super) fn no_more_ports() -> Error {
    Error::OverQuota {
        message: "Maximum number of ports exceeded".to_owned(),
    }
}

/// At a boot, what is not there is a mistake in the request.
fn refused(error: network::Error) -> Error {
    match Error::from(error).at_the_door() {
        Error::NotFound(words) => Error::Invalid(words),
        error => error,
    }
}
