//! The same service as compute sees it.

use futures_util::StreamExt;

use super::*;
use crate::network::firewall::{Direction, Ethertype, Rule, Sender};
use crate::network::{Binding, Changed, NetworkService, NewPort, PortChange, PortStatus};
use crate::objects::InstanceId;

fn binding(instance: u128) -> Binding {
    Binding {
        instance: InstanceId(Uuid::from_u128(instance)),
        host: "host".to_owned(),
        zone: "nova".to_owned(),
    }
}

pub(super) fn new_port(network: Uuid, instance: u128) -> NewPort {
    NewPort {
        network,
        project: ProjectId::from("p"),
        binding: binding(instance),
        fixed_ip: None,
        security_groups: None,
        dns_name: Some("first".to_owned()),
    }
}

async fn founded() -> (LocalNetworks, Uuid) {
    let (networks, _) = empty().await;
    let founding = Founding {
        private: "10.0.0.0/24".parse().unwrap(),
        public: "172.24.4.0/24".parse().unwrap(),
        admin_project: ProjectId::from("admin"),
    };
    networks.found(&founding).await.unwrap();
    let state = networks.state();
    let private = state.networks.values().find(|network| network.name == "private");
    let id = private.unwrap().standard.id;
    (networks, id)
}

async fn names(networks: &LocalNetworks, context: &RequestContext, ids: Option<&[Uuid]>) -> Vec<String> {
    let found = networks.networks(context, ids).await.unwrap();
    let mut names: Vec<String> = found.into_iter().map(|network| network.name).collect();
    names.sort();
    names
}

#[tokio::test]
async fn servers_without_word_go_to_the_network_that_is_for_everybody() {
    let (networks, private) = founded().await;
    assert_eq!(names(&networks, &caller("p"), None).await, ["private"]);
    assert_eq!(names(&networks, &caller("admin"), None).await, ["private"]);
    let all: Vec<Uuid> = networks
        .state()
        .networks
        .values()
        .map(|network| network.standard.id)
        .collect();
    assert_eq!(
        names(&networks, &caller("p"), Some(&all)).await,
        ["private", "public"]
    );
    let make = |edit: &mut Edit<'_>| {
        let wanted = crate::network::local::networks::Wanted {
            name: Some("own".to_owned()),
            ..Default::default()
        };
        crate::network::local::networks::create(edit, wanted)
    };
    let (own, _) = networks.change(&caller("p"), make).await.unwrap();
    assert_eq!(names(&networks, &caller("p"), None).await, ["own"]);
    assert_eq!(
        names(&networks, &caller("q"), Some(&[own, private])).await,
        ["private"]
    );
}

#[tokio::test]
async fn a_port_is_made_bound_shown_released_and_deleted() {
    let (networks, private) = founded().await;
    let port = networks.create_port(&new_port(private, 7)).await.unwrap();
    let subnet = networks.state().subnets_of(private).next().unwrap().clone();
    assert_eq!(
        port.fixed_ips,
        [(subnet.standard.id, "10.0.0.2".parse().unwrap())]
    );
    assert_eq!(
        (port.status, port.device_owner.as_str(), port.host.as_deref()),
        (PortStatus::Active, "compute:nova", Some("host"))
    );
    assert_eq!(
        networks.ports_of(binding(7).instance).await.unwrap(),
        std::slice::from_ref(&port)
    );

    let vifs = networks.vifs(&[Uuid::from_u128(1), port.id]).await.unwrap();
    let [vif] = vifs.as_slice() else {
        panic!("{vifs:?}")
    };
    assert_eq!((vif.id, vif.mac, vif.active), (port.id, port.mac, true));
    assert_eq!(vif.vif_type.as_deref(), Some("bridge"));
    assert_eq!(
        (
            vif.network.label.as_str(),
            vif.network.mtu,
            vif.network.bridge.as_deref()
        ),
        (
            "private",
            Some(1500),
            Some(format!("brq{}", &private.to_string()[..11]).as_str())
        )
    );
    assert_eq!(vif.network.subnets[0].gateway, Some("10.0.0.1".parse().unwrap()));

    let bind = PortChange::Bind {
        binding: binding(8),
        dns_name: None,
    };
    let taken = networks.update_port(port.id, &bind);
    assert_eq!(
        taken.await.unwrap_err().to_string(),
        format!("Port {} is still in use.", port.id)
    );
    let free = networks.update_port(port.id, &PortChange::Release).await.unwrap();
    assert_eq!(
        (free.status, free.device_id, free.host),
        (PortStatus::Down, None, None)
    );
    networks.delete_port(port.id).await.unwrap();
    networks.delete_port(port.id).await.unwrap();
    assert_eq!(networks.vifs(&[port.id]).await.unwrap(), []);
}

#[tokio::test]
async fn addresses_are_added_checked_and_removed() {
    let (networks, private) = founded().await;
    let port = networks.create_port(&new_port(private, 7)).await.unwrap();
    let addresses = |port: &crate::network::Port| -> Vec<String> {
        port.fixed_ips.iter().map(|(_, ip)| ip.to_string()).collect()
    };
    let more = networks
        .update_port(port.id, &PortChange::AddFixedIp)
        .await
        .unwrap();
    assert_eq!(addresses(&more), ["10.0.0.2", "10.0.0.3"]);
    let check = async |text: &str| {
        let checked = networks
            .check_address(&caller("p"), private, text.parse().unwrap())
            .await;
        checked.map_err(|error| error.to_string())
    };
    let subnet = more.fixed_ips[0].0;
    assert_eq!(
        check("10.0.0.3").await,
        Err(format!(
            "IP address 10.0.0.3 already allocated in subnet {subnet}"
        ))
    );
    assert_eq!(check("10.0.0.4").await, Ok(()));
    let remove = PortChange::RemoveFixedIp("10.0.0.2".parse().unwrap());
    let less = networks.update_port(port.id, &remove).await.unwrap();
    assert_eq!(addresses(&less), ["10.0.0.3"]);
}

#[tokio::test]
async fn members_of_the_default_group_let_each_other_in_and_are_told_of_each_other() {
    let (networks, private) = founded().await;
    let one = networks.create_port(&new_port(private, 7)).await.unwrap();
    let mut changes = networks.changes();
    let two = networks.create_port(&new_port(private, 8)).await.unwrap();
    let Some(Changed::Ports(told)) = changes.next().await else {
        panic!("nothing was told");
    };
    assert!(told.contains(&one.id) && told.contains(&two.id), "{told:?}");

    let guards = networks.guards(&[one.id]).await.unwrap();
    let [guard] = guards.as_slice() else {
        panic!("{guards:?}")
    };
    let own = Sender {
        mac: one.mac,
        address: "10.0.0.2/32".parse().unwrap(),
    };
    assert_eq!(
        (guard.enabled, guard.senders.as_slice()),
        (true, [own].as_slice())
    );
    let rule = |direction, ethertype, remote: Option<&[&str]>| Rule {
        direction,
        ethertype,
        protocol: None,
        min: None,
        max: None,
        remote: remote.map(|texts| texts.iter().map(|text| text.parse().unwrap()).collect()),
    };
    for expected in [
        rule(Direction::Egress, Ethertype::V4, None),
        rule(Direction::Egress, Ethertype::V6, None),
        rule(Direction::Ingress, Ethertype::V6, Some(&[])),
    ] {
        assert!(guard.rules.contains(&expected), "{guard:?}");
    }
    let members = guard
        .rules
        .iter()
        .find(|rule| rule.direction == Direction::Ingress && rule.ethertype == Ethertype::V4);
    let mut members = members.unwrap().remote.clone().unwrap();
    members.sort_by_key(|member| member.address);
    assert_eq!(
        members,
        ["10.0.0.2/32".parse().unwrap(), "10.0.0.3/32".parse().unwrap()]
    );
    assert_eq!(guard.rules.len(), 4);
}

#[tokio::test]
async fn the_quota_of_a_project_ends_its_ports() {
    let (networks, private) = founded().await;
    let context = caller("p");
    assert_eq!(networks.ports_left(&context).await.unwrap(), Some(500));
    let set = |edit: &mut Edit<'_>| {
        quotas::set(
            edit.state,
            &ProjectId::from("p"),
            [("port".to_owned(), 1)].into_iter().collect(),
        );
        Ok(())
    };
    networks.change(&caller("admin"), set).await.unwrap();
    networks.create_port(&new_port(private, 7)).await.unwrap();
    assert_eq!(networks.ports_left(&context).await.unwrap(), Some(0));
    let refused = networks.create_port(&new_port(private, 8)).await.unwrap_err();
    assert!(
        matches!(&refused, crate::network::Error::OverQuota(words) if words == "Quota exceeded for resources: ['port'].")
    );
}
