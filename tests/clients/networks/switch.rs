//! A cloud whose ports are bound to Open vSwitch: a real one, in its userspace datapath.

use serde_json::json;

use super::{Play, address, is_cut_off, reaches, text, wires};
use crate::stage::switch::Switch;
use crate::stage::{Seed, Stage};

#[tokio::test]
async fn servers_are_on_open_vswitch_inside_a_cloud() {
    let seed = Seed::planted().await;
    let switch = Switch::start(&format!("br{}", seed.mark));
    let more = format!(
        "[docker]\novsdb_connection = {}\n[neutron]\novs_bridge = {}\n",
        switch.connection(),
        switch.bridge
    );
    let play = Play::on(Stage::in_cloud_with(seed, &more).await).await;
    let network = switched_network(&play).await;
    let one = play.server("one", &[&network]).await;
    let two = play.server("two", &[&network]).await;
    let there = address(&play.user, &two).await;
    reaches(&one, &there).await;
    reaches(&one, "two").await;
    assert_eq!(switch.ports().len(), 2);
    for rule in play.ways_in().await {
        play.openstack
            .run(&format!("security group rule delete {rule}"))
            .await;
    }
    is_cut_off(&one, &there).await;
    assert!(
        !wires::of_host(&wires::bridge(&network)),
        "nobody needs a Linux bridge"
    );
    play.ends().await;
    assert_eq!(switch.ports(), [""; 0]);
}

/// What a port is bound as is told by its physical network, which an administrator chooses.
async fn switched_network(play: &Play) -> String {
    let network = json!({
        "name": "switched", "project_id": play.user.project,
        "provider:network_type": "vlan", "provider:physical_network": "ovs",
    });
    let network = text(&play.stage.admin().await.make("network", &network).await["id"]);
    let subnet = json!({"network_id": network, "cidr": "10.63.0.0/24", "ip_version": 4});
    play.user.make("subnet", &subnet).await;
    network
}
