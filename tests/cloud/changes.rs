//! What is told of changes.

use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use nova_docker::network::{Changed, NetworkService, NewPort, Port};
use serde_json::json;
use uuid::Uuid;

use crate::stage::{SOON, Stage, id};

/// Waits until a change of this port alone is told.
async fn told(changes: &mut BoxStream<'static, Changed>, port: Uuid) {
    let change = tokio::time::timeout(SOON, changes.next()).await.unwrap();
    assert_eq!(change, Some(Changed::Ports(vec![port])));
}

#[tokio::test]
async fn rules_members_and_addresses_that_change_are_told_inside_a_cloud() {
    let stage = Stage::set().await;
    let (network, _) = stage.network(&["10.7.0.0/24"]).await;
    let group = async |name: &str| id(&stage.user.make("security-group", json!({"name": name})).await);
    let (web, friends) = (group("web").await, group("friends").await);
    let port = async |group: Uuid, host: &str| -> Port {
        let mut port = NewPort {
            security_groups: Some(vec![group]),
            ..stage.wanted(network)
        };
        port.binding.host = host.to_owned();
        stage.neutron.create_port(&port).await.unwrap()
    };
    let server = port(web, &stage.host).await;
    let mut changes = stage.neutron.changes();
    told(&mut changes, server.id).await;
    let rule = json!({"security_group_id": web, "direction": "ingress", "remote_group_id": friends});
    let rule = id(&stage.user.make("security-group-rule", rule).await);
    told(&mut changes, server.id).await;
    let friend = port(friends, "elsewhere").await;
    told(&mut changes, server.id).await;
    stage
        .user
        .change("port", friend.id, json!({"security_groups": []}))
        .await;
    told(&mut changes, server.id).await;
    let path = format!("security-group-rules/{rule}");
    stage
        .user
        .network(reqwest::Method::DELETE, &path, json!(null))
        .await;
    told(&mut changes, server.id).await;
    stage
        .user
        .change("network", network, json!({"name": "renamed"}))
        .await;
    told(&mut changes, server.id).await;
    let second = port(friends, &stage.host).await;
    told(&mut changes, second.id).await;
    let outside = format!("ports/{}", server.id);
    stage
        .admin
        .network(reqwest::Method::DELETE, &outside, json!(null))
        .await;
    told(&mut changes, server.id).await;
}
