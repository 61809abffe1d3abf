//! What a project may use.

use std::collections::BTreeSet;

use nova_docker::network::{Network, NetworkService};
use nova_docker::objects::ProjectId;
use serde_json::json;
use uuid::Uuid;

use crate::stage::{Stage, id};

#[tokio::test]
async fn a_project_has_its_own_networks_and_the_shared_ones_inside_a_cloud() {
    let stage = Stage::set().await;
    let context = stage.context();
    let (own, _) = stage.network(&["10.7.0.0/24"]).await;
    let others = |shared: bool| {
        stage
            .admin
            .make("network", json!({"name": "others", "shared": shared}))
    };
    let (shared, hidden) = (id(&others(true).await), id(&others(false).await));
    let offered = stage.neutron.networks(&context, None).await;
    let named = stage
        .neutron
        .networks(&context, Some(&[shared, hidden, own]))
        .await;
    for network in [shared, hidden] {
        stage
            .admin
            .network(
                reqwest::Method::DELETE,
                &format!("networks/{network}"),
                json!(null),
            )
            .await;
    }
    let expected = |id: Uuid, name: &str, project: &str, shared| Network {
        id,
        name: name.to_owned(),
        project: ProjectId::from(project),
        shared,
        external: false,
        admin_state_up: true,
        port_security_enabled: true,
        has_subnets: !shared,
    };
    let own = expected(own, "ours", &stage.project, false);
    let shared = expected(shared, "others", stage.admin.project(), true);
    assert_eq!(offered.unwrap(), [own.clone(), shared.clone()]);
    assert_eq!(named.unwrap(), [shared, own]);
}

#[tokio::test]
async fn a_project_has_its_own_security_groups_inside_a_cloud() {
    let stage = Stage::set().await;
    let web = json!({"name": "web", "description": "Doors."});
    let web = id(&stage.user.make("security-group", web).await);
    let groups = stage.neutron.security_groups(&stage.context()).await.unwrap();
    let names: BTreeSet<&str> = groups.iter().map(|group| group.name.as_str()).collect();
    assert_eq!(names, BTreeSet::from(["default", "web"]));
    let group = groups.iter().find(|group| group.id == web).unwrap();
    assert_eq!(
        (group.description.as_str(), group.project.as_str()),
        ("Doors.", stage.project.as_str())
    );
}
