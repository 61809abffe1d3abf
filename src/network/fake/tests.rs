//! The fake network refuses what a real one refuses.

use std::net::IpAddr;

use futures_util::{FutureExt, StreamExt};
use uuid::Uuid;

use super::{FakeNetwork, Verb};
use crate::network::{Binding, Changed, Error, NetworkService, NewPort, PortChange, PortStatus};
use crate::objects::{InstanceId, RequestContext, RequestId};

fn context() -> RequestContext {
    RequestContext {
        judge: None,
        request_id: RequestId("req-1".to_owned()),
        global_request_id: None,
        user_id: "alice".into(),
        project_id: "demo".into(),
        roles: Vec::new(),
        token: None,
    }
}

fn binding(number: u128) -> Binding {
    Binding {
        instance: InstanceId(Uuid::from_u128(number)),
        host: "host".to_owned(),
        zone: "nova".to_owned(),
    }
}

fn on(network: Uuid, fixed_ip: Option<IpAddr>) -> NewPort {
    NewPort {
        network,
        project: context().project_id,
        binding: binding(1),
        fixed_ip,
        security_groups: None,
        dns_name: None,
    }
}

fn small(network: &FakeNetwork) -> Uuid {
    let project = context().project_id;
    network.add_network(project.as_str(), "small", &["10.0.0.0/29".parse().unwrap()])
}

#[tokio::test]
async fn addresses_are_given_once_and_run_out() {
    let service = FakeNetwork::default();
    let network = small(&service);
    let wanted: IpAddr = "10.0.0.3".parse().unwrap();
    let first = service.create_port(&on(network, Some(wanted))).await.unwrap();
    assert_eq!(first.fixed_ips[0].1, wanted);
    let again = service.create_port(&on(network, Some(wanted))).await;
    assert!(matches!(again, Err(Error::Conflict(words)) if words.contains("10.0.0.3 already allocated")));
    let outside = service
        .create_port(&on(network, Some("10.0.1.3".parse().unwrap())))
        .await;
    assert!(matches!(outside, Err(Error::Invalid(_))));
    for expected in ["10.0.0.2", "10.0.0.4", "10.0.0.5", "10.0.0.6"] {
        let port = service.create_port(&on(network, None)).await.unwrap();
        assert_eq!(port.fixed_ips[0].1.to_string(), expected);
    }
    let none = service.create_port(&on(network, None)).await;
    assert!(matches!(none, Err(Error::Exhausted(_))));
    assert_eq!(service.ports().len(), 5);
}

#[tokio::test]
async fn a_port_belongs_to_one_server_until_it_is_given_back() {
    let service = FakeNetwork::default();
    let network = small(&service);
    let port = service.add_port(context().project_id.as_str(), network).unwrap();
    let bind = |number| PortChange::Bind {
        binding: binding(number),
        dns_name: None,
    };
    let bound = service.update_port(port, &bind(1)).await.unwrap();
    assert_eq!(
        (bound.status, bound.device_owner.as_str()),
        (PortStatus::Active, "compute:nova")
    );
    assert!(matches!(
        service.update_port(port, &bind(2)).await,
        Err(Error::Conflict(_))
    ));
    service.update_port(port, &PortChange::Release).await.unwrap();
    service.update_port(port, &bind(2)).await.unwrap();
    assert_eq!(service.ports_of(binding(2).instance).await.unwrap()[0].id, port);
}

#[tokio::test]
async fn quotas_faults_and_lost_answers_come_when_they_are_told_to() {
    let service = FakeNetwork::default();
    let network = small(&service);
    service.limit_ports(context().project_id.as_str(), 1);
    service.faults().lose_next_answer(Verb::CreatePort);
    let lost = service.create_port(&on(network, None)).await;
    assert!(matches!(lost, Err(Error::Unreachable { .. })));
    assert_eq!(service.ports().len(), 1, "it was made all the same");
    let over = service.create_port(&on(network, None)).await;
    assert!(matches!(over, Err(Error::OverQuota(_))));
    let held = service.faults().hold(Verb::Vifs).await;
    assert!(service.vifs(&[]).now_or_never().is_none());
    drop(held);
    service.faults().down(true);
    assert!(service.vifs(&[]).await.is_err());
}

#[tokio::test]
async fn what_changes_is_told() {
    let service = FakeNetwork::default();
    let network = small(&service);
    let mut changes = service.changes();
    let port = service.create_port(&on(network, None)).await.unwrap();
    service.remove_port(port.id);
    assert_eq!(changes.next().await, Some(Changed::Ports(vec![port.id])));
    assert_eq!(service.vifs(&[port.id]).await.unwrap(), []);
}
