//! What booting servers needs of our own networks, without the way over HTTP.

use std::net::IpAddr;

use async_trait::async_trait;
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use tokio::sync::broadcast::error::RecvError;
use uuid::Uuid;

use super::edit::Edit;
use super::founding::service;
use super::records::{self, FixedIp};
use super::{LocalNetworks, State, ports, quotas, security_groups};
use crate::network::firewall::Guard;
use crate::network::{
    Binding, Changed, Error, Network, NetworkService, NewPort, Port, PortChange, SecurityGroup,
};
use crate::objects::{InstanceId, ProjectId, RequestContext, Vif};

#[async_trait]
impl NetworkService for LocalNetworks {
    async fn networks(&self, context: &RequestContext, ids: Option<&[Uuid]>) -> Result<Vec<Network>, Error> {
        let state = self.state();
        let Some(ids) = ids else {
            return Ok(usual(&state, context));
        };
        let found = ids
            .iter()
            .filter_map(|id| state.find::<records::Network>(context, *id).ok());
        Ok(found.map(|network| told(&state, network)).collect())
    }

    async fn port(&self, context: &RequestContext, id: Uuid) -> Result<Port, Error> {
        Ok(known(self.state().find::<records::Port>(context, id)?))
    }

    async fn security_groups(&self, context: &RequestContext) -> Result<Vec<SecurityGroup>, Error> {
        let project = &context.project_id;
        let prepare = |edit: &mut Edit<'_>| Ok(security_groups::ensure_default(edit, project));
        let (_, state) = self.change(context, prepare).await?;
        let groups = state.security_groups.values();
        let own = groups.filter(|group| group.standard.project_id == *project);
        Ok(own.map(|group| named(group)).collect())
    }

    async fn ports_left(&self, context: &RequestContext) -> Result<Option<u64>, Error> {
        Ok(quotas::left::<records::Port>(&self.state(), &context.project_id))
    }

    async fn check_address(
        &self,
        context: &RequestContext,
        network: Uuid,
        address: IpAddr,
    ) -> Result<(), Error> {
        let state = self.state();
        state.find::<records::Network>(context, network)?;
        Ok(ports::check_address(&state, network, address)?)
    }

    async fn create_port(&self, new: &NewPort) -> Result<Port, Error> {
        let wanted = ports::Wanted {
            network_id: Some(new.network),
            fixed_ips: new.fixed_ip.map(|ip| {
                vec![ports::WantedIp {
                    subnet_id: None,
                    ip_address: Some(ip),
                }]
            }),
            security_groups: new.security_groups.clone(),
            ..bound(&new.binding, new.dns_name.as_deref())
        };
        self.port_after(&new.project, |edit| {
            edit.claim::<records::Port>(&new.project)?;
            ports::make(edit, new.project.clone(), wanted)
        })
        .await
    }

    async fn update_port(&self, id: Uuid, change: &PortChange) -> Result<Port, Error> {
        let project = self.state().get::<records::Port>(id)?.standard.project_id.clone();
        self.port_after(&project, |edit| {
            let wanted = wanted(edit.state, id, change)?;
            ports::change(edit, id, wanted)?;
            Ok(id)
        })
        .await
    }

    async fn delete_port(&self, id: Uuid) -> Result<(), Error> {
        let nobody = service(&ProjectId::from(""));
        let remove = |edit: &mut Edit<'_>| {
            ports::remove(edit, id);
            Ok(())
        };
        self.change(&nobody, remove).await?;
        Ok(())
    }

    async fn ports_of(&self, instance: InstanceId) -> Result<Vec<Port>, Error> {
        let (state, device) = (self.state(), instance.to_string());
        let ports = state.ports.values().filter(|port| port.device_id == device);
        Ok(ports.map(|port| known(port)).collect())
    }

    async fn vifs(&self, ports: &[Uuid]) -> Result<Vec<Vif>, Error> {
        let state = self.state();
        Ok(ports
            .iter()
            .filter_map(|id| super::vifs::vif(&state, *id))
            .collect())
    }

    async fn guards(&self, ports: &[Uuid]) -> Result<Vec<Guard>, Error> {
        Ok(self.state().guards(ports))
    }

    fn changes(&self) -> BoxStream<'static, Changed> {
        let told = stream::unfold(self.watch(), |mut changes| async {
            match changes.recv().await {
                Ok(changed) => Some((changed, changes)),
                Err(RecvError::Lagged(_)) => Some((Changed::Everything, changes)),
                Err(RecvError::Closed) => None,
            }
        });
        told.boxed()
    }
}

impl LocalNetworks {
    /// Makes a change with our own rights, and answers with the port that it is about.
    async fn port_after(
        &self,
        project: &ProjectId,
        change: impl FnOnce(&mut Edit<'_>) -> Result<Uuid, super::Error> + Send,
    ) -> Result<Port, Error> {
        let (id, state) = self.change(&service(project), change).await?;
        Ok(known(state.get::<records::Port>(id)?))
    }
}

/// Where servers go that name no network. Nobody means an external one without naming it, not even its owner.
fn usual(state: &State, context: &RequestContext) -> Vec<Network> {
    let inner = || {
        state
            .networks
            .values()
            .filter(|network| !network.external || network.shared)
    };
    let own: Vec<Network> = inner()
        .filter(|network| network.standard.project_id == context.project_id)
        .map(|network| told(state, network))
        .collect();
    match own.is_empty() {
        true => inner()
            .filter(|network| network.shared)
            .map(|network| told(state, network))
            .collect(),
        false => own,
    }
}

pub(super) fn told(state: &State, network: &records::Network) -> Network {
    Network {
        id: network.standard.id,
        name: network.name.clone(),
        project: network.standard.project_id.clone(),
        shared: network.shared,
        external: network.external,
        admin_state_up: network.admin_state_up,
        port_security_enabled: network.port_security_enabled,
        has_subnets: state.subnets_of(network.standard.id).next().is_some(),
    }
}

fn known(port: &records::Port) -> Port {
    let unless_empty = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
    let pair = |fixed: &FixedIp| (fixed.subnet_id, fixed.ip_address);
    Port {
        id: port.standard.id,
        network: port.network_id,
        project: port.standard.project_id.clone(),
        mac: port.mac_address,
        fixed_ips: port.fixed_ips.iter().map(pair).collect(),
        security_groups: port.security_groups.clone(),
        status: port.status(),
        device_id: unless_empty(&port.device_id),
        device_owner: port.device_owner.clone(),
        host: unless_empty(&port.host),
    }
}

pub(super) fn named(group: &records::SecurityGroup) -> SecurityGroup {
    SecurityGroup {
        id: group.standard.id,
        name: group.name.clone(),
        description: group.standard.description.clone(),
        project: group.standard.project_id.clone(),
    }
}

fn bound(binding: &Binding, dns_name: Option<&str>) -> ports::Wanted {
    ports::Wanted {
        device_id: Some(binding.instance.to_string()),
        device_owner: Some(format!("compute:{}", binding.zone)),
        host: Some(binding.host.clone()),
        dns_name: dns_name.map(str::to_owned),
        ..ports::Wanted::default()
    }
}

fn wanted(state: &State, id: Uuid, change: &PortChange) -> Result<ports::Wanted, super::Error> {
    let port = state.get::<records::Port>(id)?;
    let all = |fixed: &[FixedIp]| {
        let wanted = |fixed: &FixedIp| ports::WantedIp {
            subnet_id: Some(fixed.subnet_id),
            ip_address: Some(fixed.ip_address),
        };
        ports::Wanted {
            fixed_ips: Some(fixed.iter().map(wanted).collect()),
            ..ports::Wanted::default()
        }
    };
    Ok(match change {
        PortChange::Bind { binding, dns_name } => {
            let ours = binding.instance.to_string();
            if !port.device_id.is_empty() && port.device_id != ours {
                let message = format!("Port {id} is still in use.");
                return Err(super::Error::conflict("PortInUse", message));
            }
            bound(binding, dns_name.as_deref())
        }
        PortChange::Release => ports::Wanted {
            device_id: Some(String::new()),
            device_owner: Some(String::new()),
            host: Some(String::new()),
            dns_name: Some(String::new()),
            ..ports::Wanted::default()
        },
        PortChange::SecurityGroups(groups) => ports::Wanted {
            security_groups: Some(groups.clone()),
            ..ports::Wanted::default()
        },
        PortChange::AddFixedIp => all(&ports::one_more(state, port)?),
        PortChange::RemoveFixedIp(address) => {
            let kept = port.fixed_ips.iter().filter(|fixed| fixed.ip_address != *address);
            all(&kept.copied().collect::<Vec<_>>())
        }
    })
}
