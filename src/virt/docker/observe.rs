//! What is true of a container now, in Nova's terms.

use std::collections::HashMap;
use std::net::IpAddr;

use bollard::models::{
    ContainerInspectResponse, ContainerState, ContainerStateStatusEnum as Status, EndpointSettings,
};
use bollard::query_parameters::{InspectContainerOptions, ListContainersOptionsBuilder};
use futures_util::{StreamExt, TryStreamExt, stream};

use super::DockerDriver;
use super::names::{self, container_name, instance_of};
use super::refusal::refused;
use crate::objects::{FixedIp, InstanceId, PowerState, Vif};
use crate::virt::{Error, Observed};

/// How many containers are inspected at once.
const ABREAST: usize = 16;

impl DockerDriver {
    pub(super) async fn look(&self, id: InstanceId) -> Result<Option<Observed>, Error> {
        Ok(self.find(id).await?.as_ref().map(observed))
    }

    /// The container, or `NoSuchInstance`.
    pub(super) async fn existing(&self, id: InstanceId) -> Result<ContainerInspectResponse, Error> {
        self.find(id).await?.ok_or(Error::NoSuchInstance(id))
    }

    /// By its exact name; a container of that name without our labels is none of ours.
    pub(super) async fn find(&self, id: InstanceId) -> Result<Option<ContainerInspectResponse>, Error> {
        let api = self.docker.api().await?;
        let found = api
            .inspect_container(&container_name(id), None::<InspectContainerOptions>)
            .await;
        match found.map_err(crate::docker::Error::from) {
            Ok(container) => Ok((self.identify(&container) == Some(id)).then_some(container)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(refused(error)),
        }
    }

    /// Containers that vanish meanwhile are left out.
    pub(super) async fn look_at_all(&self) -> Result<Vec<(InstanceId, Observed)>, Error> {
        let ids = self.list().await?;
        let found: Vec<Option<(InstanceId, Observed)>> = stream::iter(ids)
            .map(|id| async move { Ok::<_, Error>(self.look(id).await?.map(|observed| (id, observed))) })
            .buffered(ABREAST)
            .try_collect()
            .await?;
        Ok(found.into_iter().flatten().collect())
    }

    async fn list(&self) -> Result<Vec<InstanceId>, Error> {
        let label = format!("{}={}", names::DEPLOYMENT, self.settings.deployment);
        let options = ListContainersOptionsBuilder::default()
            .all(true)
            .filters(&HashMap::from([("label", vec![label])]))
            .build();
        let containers = self
            .docker
            .api()
            .await?
            .list_containers(Some(options))
            .await
            .map_err(refused)?;
        let ids = containers.into_iter().filter_map(|container| {
            let labels = container.labels.unwrap_or_default();
            let names = container.names.unwrap_or_default();
            names
                .iter()
                .find_map(|name| instance_of(self.settings.deployment, name, &labels))
        });
        Ok(ids.collect())
    }

    fn identify(&self, container: &ContainerInspectResponse) -> Option<InstanceId> {
        let labels = container.config.as_ref()?.labels.as_ref()?;
        instance_of(self.settings.deployment, container.name.as_deref()?, labels)
    }
}

pub(super) fn observed(container: &ContainerInspectResponse) -> Observed {
    let (power_state, exit_code) = container
        .state
        .as_ref()
        .map_or((PowerState::NoState, None), power);
    let networks = container
        .network_settings
        .as_ref()
        .and_then(|settings| settings.networks.as_ref());
    let mut vifs: Vec<Vif> = networks
        .into_iter()
        .flatten()
        .filter_map(|(network, endpoint)| vif(network, endpoint))
        .collect();
    vifs.sort_by(|left, right| left.network.cmp(&right.network));
    Observed {
        power_state,
        exit_code,
        vifs,
    }
}

fn power(state: &ContainerState) -> (PowerState, Option<i64>) {
    match state.status {
        Some(Status::PAUSED) => (PowerState::Paused, None),
        Some(Status::RUNNING | Status::RESTARTING | Status::STOPPING) => (PowerState::Running, None),
        // Never started: there is no end to tell of.
        Some(Status::CREATED) => (PowerState::Shutdown, None),
        Some(Status::EXITED | Status::DEAD | Status::REMOVING) => (PowerState::Shutdown, state.exit_code),
        Some(Status::EMPTY) | None => (PowerState::NoState, None),
    }
}

/// Nothing without an address of its own: the network of a container that is not running, of the host, or none at all.
fn vif(network: &str, endpoint: &EndpointSettings) -> Option<Vif> {
    let mac = endpoint.mac_address.clone().filter(|mac| !mac.is_empty())?;
    let v4 = fixed_ip(endpoint.ip_address.as_deref(), endpoint.ip_prefix_len);
    let v6 = fixed_ip(
        endpoint.global_ipv6_address.as_deref(),
        endpoint.global_ipv6_prefix_len,
    );
    Some(Vif {
        network: network.to_owned(),
        mac,
        fixed_ips: v4.into_iter().chain(v6).collect(),
    })
}

fn fixed_ip(address: Option<&str>, prefix: Option<i64>) -> Option<FixedIp> {
    let address: IpAddr = address?.parse().ok()?;
    let prefix = u8::try_from(prefix?).ok()?;
    Some(FixedIp { address, prefix })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn seen(state: serde_json::Value, networks: serde_json::Value) -> Observed {
        let inspect = json!({"State": state, "NetworkSettings": {"Networks": networks}});
        observed(&serde_json::from_value(inspect).unwrap())
    }

    fn power_of(status: &str) -> (PowerState, Option<i64>) {
        let seen = seen(json!({"Status": status, "ExitCode": 137}), json!({}));
        (seen.power_state, seen.exit_code)
    }

    #[test]
    fn every_state_of_a_container_has_its_power_state() {
        assert_eq!(power_of("running"), (PowerState::Running, None));
        assert_eq!(power_of("restarting"), (PowerState::Running, None));
        assert_eq!(power_of("paused"), (PowerState::Paused, None));
        assert_eq!(power_of("created"), (PowerState::Shutdown, None));
        assert_eq!(power_of("exited"), (PowerState::Shutdown, Some(137)));
        assert_eq!(power_of("dead"), (PowerState::Shutdown, Some(137)));
        assert_eq!(power_of("removing"), (PowerState::Shutdown, Some(137)));
    }

    #[test]
    fn a_vif_shows_both_families_and_networks_come_sorted() {
        let networks = json!({
            "web": {"MacAddress": "02:42:ac:12:00:02", "IPAddress": "172.18.0.2", "IPPrefixLen": 16,
                    "GlobalIPv6Address": "fd00::2", "GlobalIPv6PrefixLen": 64},
            "bridge": {"MacAddress": "02:42:ac:11:00:02", "IPAddress": "172.17.0.2", "IPPrefixLen": 16,
                       "GlobalIPv6Address": "", "GlobalIPv6PrefixLen": 0},
        });
        let ip = |address: &str, prefix| FixedIp {
            address: address.parse().unwrap(),
            prefix,
        };
        let expected = vec![
            Vif {
                network: "bridge".into(),
                mac: "02:42:ac:11:00:02".into(),
                fixed_ips: vec![ip("172.17.0.2", 16)],
            },
            Vif {
                network: "web".into(),
                mac: "02:42:ac:12:00:02".into(),
                fixed_ips: vec![ip("172.18.0.2", 16), ip("fd00::2", 64)],
            },
        ];
        assert_eq!(seen(json!({"Status": "running"}), networks).vifs, expected);
    }

    #[test]
    fn a_network_without_an_address_is_no_vif() {
        let ended = json!({"bridge": {"MacAddress": "", "IPAddress": "", "IPPrefixLen": 0}});
        assert_eq!(seen(json!({"Status": "exited", "ExitCode": 0}), ended).vifs, []);
    }
}
