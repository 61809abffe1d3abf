//! Interfaces on the host's own, without a bridge.

use nova_docker::network::vif::Namespace;
use nova_docker::objects::Vif;

use crate::stage::{Stage, carries_tcp, inside, ip, names, owner, reaches, vif};

pub(crate) async fn cable(host: &Namespace) {
    ip(host, "link add out0 type veth peer name out1").await;
    ip(host, "link set out1 up").await;
}

pub(crate) fn on_cable(n: u8) -> Vif {
    let mut vif = vif("macvlan", n);
    vif.network.bridge_interface = Some("out0".to_owned());
    vif
}

#[tokio::test]
async fn two_servers_on_one_interface_reach_each_other() {
    let stage = Stage::set("macvlan").await;
    cable(&stage.host).await;
    let one = stage.server(&on_cable(1)).await;
    let two = stage.server(&on_cable(2)).await;
    assert!(reaches(&one, "10.0.0.2").await);
    assert!(reaches(&two, "fd00::1").await);
    carries_tcp(&one, &two, "10.0.0.2").await;
    assert_eq!(names(&stage.host).await, ["lo", "out0", "out1"]);
}

#[tokio::test]
async fn plugging_again_makes_no_second_one() {
    let stage = Stage::set("macvlan").await;
    cable(&stage.host).await;
    let server = stage.server(&on_cable(1)).await;
    stage.connect(&server, 0, &on_cable(1)).await.unwrap();
    let two = stage.server(&on_cable(2)).await;
    assert!(reaches(&two, "10.0.0.1").await);
    assert_eq!(names(&stage.host).await, ["lo", "out0", "out1"]);
    assert_eq!(names(&server).await, ["eth0", "lo"]);
}

#[tokio::test]
async fn a_running_server_gives_its_interface_back() {
    let stage = Stage::set("macvlan").await;
    cable(&stage.host).await;
    let server = stage.server(&on_cable(1)).await;
    for _ in 0..2 {
        stage
            .driver
            .detach(&on_cable(1), &inside(&server, 0))
            .await
            .unwrap();
        stage.driver.unplug(&owner(), &on_cable(1)).await.unwrap();
        assert_eq!(names(&server).await, ["lo"]);
    }
}

#[tokio::test]
async fn a_network_without_an_interface_is_refused() {
    let stage = Stage::set("macvlan").await;
    let refused = stage.driver.plug(&owner(), &vif("macvlan", 1)).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "network 'private' names no interface of the host to build on"
    );
}
