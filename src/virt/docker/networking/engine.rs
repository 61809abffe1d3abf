//! VIFs as the engine's own networks: one Docker network for each network id, shared by its servers.
//!
//! There is no firewall on them, and nobody who answers at 169.254.169.254: both need the server's namespace.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::Arc;

use bollard::models::{
    EndpointIpamConfig, EndpointSettings, Ipam, IpamConfig, NetworkConnectRequest, NetworkCreateRequest,
    NetworkDisconnectRequest,
};
use bollard::query_parameters::{
    InspectContainerOptions, InspectNetworkOptions, ListContainersOptionsBuilder,
};
use tokio::sync::{Mutex, OwnedRwLockReadGuard, RwLock};
use uuid::Uuid;

use super::super::joining::Joining;
use super::super::names::{self, container_name};
use super::super::refusal::{refused, refused_for};
use crate::docker::Docker;
use crate::objects::{DeploymentId, Instance, InstanceId, Vif};
use crate::virt::Error;

const NETWORK: &str = "org.openstack.nova.network_id";
const NONE: &str = "none";

/// Cheap to clone.
#[derive(Debug, Clone)]
pub(in crate::virt::docker) struct EngineNetworks {
    docker: Docker,
    deployment: DeploymentId,
    /// Read by whoever is about to use a network, written by whoever looks whether one is used.
    in_use: Arc<RwLock<()>>,
    /// The engine does not mind two networks of one name.
    making: Arc<Mutex<()>>,
}

impl EngineNetworks {
    pub(in crate::virt::docker) fn new(docker: Docker, deployment: DeploymentId) -> Self {
        Self {
            docker,
            deployment,
            in_use: Arc::default(),
            making: Arc::default(),
        }
    }

    /// While this is held, no network is removed.
    pub(in crate::virt::docker) async fn hold(&self) -> OwnedRwLockReadGuard<()> {
        self.in_use.clone().read_owned().await
    }

    /// For the create body: the network of the first VIF.
    pub(in crate::virt::docker) fn joining(&self, instance: &Instance, vifs: &[Vif]) -> Joining {
        let Some(vif) = vifs.first() else {
            return Joining::AsSaid;
        };
        Joining::Engine {
            network: self.name(vif.network.id),
            endpoint: Box::new(endpoint(instance, vif)),
            dns: vifs.iter().flat_map(Vif::dns).map(|ip| ip.to_string()).collect(),
        }
    }

    fn name(&self, network: Uuid) -> String {
        let deployment = self.deployment.to_string();
        format!("nova-docker-{}-{network}", &deployment[..8])
    }

    /// Makes the networks that are missing.
    pub(in crate::virt::docker) async fn ensure(&self, vifs: &[Vif]) -> Result<(), Error> {
        let _alone = self.making.lock().await;
        for vif in vifs {
            let name = self.name(vif.network.id);
            let api = self.docker.api().await?;
            let found = api.inspect_network(&name, None::<InspectNetworkOptions>).await;
            match found.map_err(crate::docker::Error::from) {
                Ok(_) => {}
                Err(error) if error.is_not_found() => {
                    let wanted = self.description(name, vif);
                    api.create_network(wanted).await.map_err(refused)?;
                }
                Err(error) => return Err(refused(error)),
            }
        }
        Ok(())
    }

    fn description(&self, name: String, vif: &Vif) -> NetworkCreateRequest {
        let network = &vif.network;
        let subnet = |subnet: &crate::objects::vif::Subnet| IpamConfig {
            subnet: Some(subnet.cidr.to_string()),
            gateway: subnet.gateway.map(|gateway| gateway.to_string()),
            ..IpamConfig::default()
        };
        let mtu = network
            .mtu
            .map(|mtu| ("com.docker.network.driver.mtu".to_owned(), mtu.to_string()));
        NetworkCreateRequest {
            name,
            driver: Some("bridge".to_owned()),
            internal: Some(network.subnets.iter().all(|subnet| subnet.gateway.is_none())),
            enable_ipv6: Some(network.subnets.iter().any(|subnet| subnet.cidr.address.is_ipv6())),
            ipam: Some(Ipam {
                config: Some(network.subnets.iter().map(subnet).collect()),
                ..Ipam::default()
            }),
            options: mtu.map(|mtu| HashMap::from([mtu])),
            labels: Some(HashMap::from([
                (names::DEPLOYMENT.to_owned(), self.deployment.to_string()),
                (NETWORK.to_owned(), network.id.to_string()),
            ])),
            ..NetworkCreateRequest::default()
        }
    }

    /// Connects a container, running or not, to those networks on which it is not as these VIFs say. Held by the caller.
    pub(in crate::virt::docker) async fn connect(
        &self,
        instance: &Instance,
        vifs: &[Vif],
    ) -> Result<(), Error> {
        self.ensure(vifs).await?;
        let present = self.endpoints(instance.id).await?;
        if present.contains_key(NONE) && !vifs.is_empty() {
            self.disconnect(instance.id, NONE).await?;
        }
        for vif in vifs {
            let name = self.name(vif.network.id);
            let wanted = endpoint(instance, vif);
            match present.get(&name) {
                Some(endpoint) if endpoint.ipam_config == wanted.ipam_config => continue,
                Some(_) => self.disconnect(instance.id, &name).await?,
                None => {}
            }
            let request = NetworkConnectRequest {
                container: container_name(instance.id),
                endpoint_config: Some(wanted),
            };
            let api = self.docker.api().await?;
            api.connect_network(&name, request).await.map_err(refused)?;
        }
        Ok(())
    }

    async fn endpoints(&self, id: InstanceId) -> Result<BTreeMap<String, EndpointSettings>, Error> {
        let api = self.docker.api().await?;
        let found = api
            .inspect_container(&container_name(id), None::<InspectContainerOptions>)
            .await
            .map_err(refused_for(id))?;
        let networks = found.network_settings.and_then(|settings| settings.networks);
        Ok(networks.unwrap_or_default().into_iter().collect())
    }

    async fn disconnect(&self, id: InstanceId, network: &str) -> Result<(), Error> {
        let request = NetworkDisconnectRequest {
            container: container_name(id),
            force: Some(true),
        };
        let api = self.docker.api().await?;
        api.disconnect_network(network, request).await.map_err(refused)
    }

    /// Takes the container, if there is one, off these networks, and removes those that no container is on any more.
    /// After an error the rest has been tried.
    pub(in crate::virt::docker) async fn leave(&self, id: InstanceId, vifs: &[Vif]) -> Result<(), Error> {
        let _alone = self.in_use.write().await;
        let present = match self.endpoints(id).await {
            Err(Error::NoSuchInstance(_)) => BTreeMap::new(),
            other => other?,
        };
        let mut answer = Ok(());
        for vif in vifs {
            let name = self.name(vif.network.id);
            let left = match present.contains_key(&name) {
                true => self.disconnect(id, &name).await,
                false => Ok(()),
            };
            let outcome = match left {
                Ok(()) => self.remove_unused(&name).await,
                Err(error) => Err(error),
            };
            answer = answer.and(outcome);
        }
        answer
    }

    /// A container that is off needs its network too, though the engine would remove it.
    async fn remove_unused(&self, name: &str) -> Result<(), Error> {
        let api = self.docker.api().await?;
        let options = ListContainersOptionsBuilder::default()
            .all(true)
            .filters(&HashMap::from([("network", vec![name.to_owned()])]))
            .build();
        let users = api.list_containers(Some(options)).await.map_err(refused)?;
        if !users.is_empty() {
            return Ok(());
        }
        match api.remove_network(name).await.map_err(crate::docker::Error::from) {
            Err(error) if error.is_not_found() => Ok(()),
            other => other.map_err(refused),
        }
    }
}

/// Engines before 25 give a MAC at the creation of a container only, and say so nowhere.
fn endpoint(instance: &Instance, vif: &Vif) -> EndpointSettings {
    let first = |ipv4: bool| {
        let ip: Option<IpAddr> = vif.first_ip(ipv4);
        ip.map(|ip| ip.to_string())
    };
    EndpointSettings {
        ipam_config: Some(EndpointIpamConfig {
            ipv4_address: first(true),
            ipv6_address: first(false),
            ..EndpointIpamConfig::default()
        }),
        mac_address: Some(vif.mac.to_string()),
        aliases: Some(vec![instance.hostname.clone()]),
        ..EndpointSettings::default()
    }
}
