//! A VIF is assembled from a port, its network, its subnets and the floating addresses that lead to it.

use std::collections::{BTreeSet, HashMap};

use uuid::Uuid;

use super::calls::Caller;
use super::{Neutron, shown};
use crate::network::Error;
use crate::objects::Vif;
use crate::objects::vif::{FloatingIp, HostRoute, Network, Subnet};

/// Linux gives an interface one more; Nova and Neutron's agents agree on this.
const LONGEST_NAME: usize = 14;

const FLOATING: [&str; 3] = ["port_id", "fixed_ip_address", "floating_ip_address"];

/// What the ports in question refer to.
struct Found<'a> {
    networks: HashMap<Uuid, shown::Network>,
    subnets: HashMap<Uuid, shown::Subnet>,
    floating: Vec<shown::FloatingIp>,
    ovs_bridge: &'a str,
}

impl Neutron {
    pub(super) async fn assembled(&self, ids: &[Uuid]) -> Result<Vec<Vif>, Error> {
        let ports = self.ports_by_id(ids).await?;
        let networks: BTreeSet<Uuid> = ports.iter().map(|port| port.network_id).collect();
        let addresses = ports.iter().flat_map(|port| &port.fixed_ips);
        let subnets: BTreeSet<Uuid> = addresses.map(|ip| ip.subnet_id).collect();
        let present = ports.iter().map(|port| port.id);
        let (networks, subnets, floating) = tokio::try_join!(
            self.list_by(Caller::Us, "networks", "id", networks, &[]),
            self.list_by(Caller::Us, "subnets", "id", subnets, &[]),
            self.leading_to(Caller::Us, present),
        )?;
        let found = Found {
            networks: shown::by_id(networks, |network: &shown::Network| network.id),
            subnets: shown::by_id(subnets, |subnet: &shown::Subnet| subnet.id),
            floating,
            ovs_bridge: &self.settings.ovs_bridge,
        };
        Ok(ports.iter().filter_map(|port| found.vif(port)).collect())
    }

    /// In the order asked for, without those that are gone.
    pub(super) async fn ports_by_id(&self, ids: &[Uuid]) -> Result<Vec<shown::Port>, Error> {
        let found: Vec<shown::Port> = self
            .list_by(Caller::Us, "ports", "id", ids.iter().copied(), &[])
            .await?;
        found.iter().for_each(|port| self.interest.take(port));
        let mut found = shown::by_id(found, |port| port.id);
        Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
    }

    /// None where Neutron has no routers.
    pub(super) async fn leading_to(
        &self,
        caller: Caller<'_>,
        ports: impl IntoIterator<Item = Uuid>,
    ) -> Result<Vec<shown::FloatingIp>, Error> {
        match self
            .list_by(caller, "floatingips", "port_id", ports, &FLOATING)
            .await
        {
            Err(Error::NotFound(_)) => Ok(Vec::new()),
            answer => answer,
        }
    }
}

impl Found<'_> {
    /// None when the network went meanwhile, and its ports with it.
    fn vif(&self, port: &shown::Port) -> Option<Vif> {
        let network = self.networks.get(&port.network_id)?;
        let details = port.details.clone().unwrap_or_default();
        let leads_here = self.floating.iter().filter(|ip| ip.port_id == port.id);
        Some(Vif {
            id: port.id,
            mac: port.mac(),
            position: 0,
            preserve_on_delete: false,
            // A port that is switched off never becomes ACTIVE: nobody shall wait for it.
            active: port.status == "ACTIVE" || !port.admin_state_up,
            tag: None,
            floating_ips: leads_here
                .map(|ip| FloatingIp {
                    fixed: ip.fixed_ip_address,
                    floating: ip.floating_ip_address,
                })
                .collect(),
            network: Network {
                id: network.id,
                label: network.name.clone(),
                project: Some(network.project_id.to_string()),
                bridge: self.bridge(port),
                mtu: network.mtu,
                should_create_vlan: false,
                vlan: None,
                bridge_interface: None,
                subnets: self.subnets(port),
            },
            vif_type: port.vif_type.clone(),
            details,
            ovs_interface_id: None,
        })
    }

    fn bridge(&self, port: &shown::Port) -> Option<String> {
        let named = port
            .details
            .as_ref()
            .and_then(|details| details.bridge_name.clone());
        let made = || match port.vif_type.as_deref()? {
            "ovs" => Some(self.ovs_bridge.to_owned()),
            "bridge" => Some(
                format!("brq{}", port.network_id)
                    .chars()
                    .take(LONGEST_NAME)
                    .collect(),
            ),
            _ => None,
        };
        named.or_else(made)
    }

    /// In the order of the port's addresses.
    fn subnets(&self, port: &shown::Port) -> Vec<Subnet> {
        let mut subnets: Vec<Subnet> = Vec::new();
        for ip in &port.fixed_ips {
            let id = Some(ip.subnet_id);
            if let Some(known) = subnets.iter_mut().find(|subnet| subnet.id == id) {
                known.ips.push(ip.ip_address);
            } else if let Some(subnet) = self.subnets.get(&ip.subnet_id) {
                subnets.push(Subnet {
                    ips: vec![ip.ip_address],
                    ..described(subnet)
                });
            }
        }
        subnets
    }
}

fn described(subnet: &shown::Subnet) -> Subnet {
    let routes = subnet.host_routes.iter().map(|route| HostRoute {
        destination: route.destination,
        gateway: route.nexthop,
    });
    Subnet {
        id: Some(subnet.id),
        cidr: subnet.cidr,
        gateway: subnet.gateway_ip,
        ips: Vec::new(),
        routes: routes.collect(),
        dns: subnet.dns_nameservers.clone(),
    }
}
