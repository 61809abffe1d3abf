//! Open vSwitch, directly and through a bridge.

use nova_docker::objects::Vif;

use crate::stage::{carries_tcp, names, owner, reaches, vif};
use crate::switch::Switch;

const IDS: &str = "{attached-mac=\"\"fa:16:3e:00:00:01\"\", iface-id=\"\"00000001-0000-0000-0000-000000000000\"\", \
     iface-status=active, vm-uuid=\"\"00000000-0000-0000-0000-000000000abc\"\"}";

pub(crate) fn hybrid(n: u8) -> Vif {
    let mut vif = vif("ovs", n);
    vif.details.ovs_hybrid_plug = true;
    vif
}

#[tokio::test]
async fn two_servers_on_one_switch_reach_each_other() {
    let switch = Switch::start().await;
    let stage = switch.stage();
    let one = stage.server(&vif("ovs", 1)).await;
    let two = stage.server(&vif("ovs", 2)).await;
    assert!(reaches(&one, "10.0.0.2").await);
    assert!(reaches(&two, "fd00::1").await);
    carries_tcp(&one, &two, "10.0.0.2").await;
}

#[tokio::test]
async fn a_port_is_known_as_nova_makes_it_known_and_goes_with_the_vif() {
    let switch = Switch::start().await;
    let stage = switch.stage();
    let before = stage.state().await;
    stage.driver.plug(&owner(), &vif("ovs", 1)).await.unwrap();
    assert_eq!(switch.ports().await, [format!("tap00000001-00,\"{IDS}\"")]);
    for _ in 0..2 {
        stage.driver.unplug(&owner(), &vif("ovs", 1)).await.unwrap();
        assert_eq!(switch.ports().await, [""; 0]);
        assert_eq!(stage.state().await, before);
    }
}

#[tokio::test]
async fn an_id_of_its_own_stands_for_the_ports() {
    let switch = Switch::start().await;
    let stage = switch.stage();
    let mut named = vif("ovs", 1);
    named.ovs_interface_id = Some("logical-port".to_owned());
    stage.driver.plug(&owner(), &named).await.unwrap();
    let id = switch
        .vsctl("get Interface tap00000001-00 external_ids:iface-id")
        .await;
    assert_eq!(id, "logical-port");
}

#[tokio::test]
async fn hybrid_servers_reach_each_other_through_their_bridges() {
    let switch = Switch::start().await;
    let stage = switch.stage();
    let before = stage.state().await;
    let one = stage.server(&hybrid(1)).await;
    let two = stage.server(&vif("ovs", 2)).await;
    assert!(reaches(&one, "10.0.0.2").await);
    assert!(reaches(&two, "fd00::1").await);
    carries_tcp(&one, &two, "10.0.0.2").await;
    assert_eq!(switch.ports().await[0], format!("qvo00000001-00,\"{IDS}\""));
    let devices = names(&stage.host).await;
    for device in [
        "qbr00000001-00",
        "qvb00000001-00",
        "qvo00000001-00",
        "tap00000001-00",
    ] {
        assert!(
            devices.iter().any(|name| name == device),
            "{device} in {devices:?}"
        );
    }
    stage.driver.unplug(&owner(), &vif("ovs", 2)).await.unwrap();
    for _ in 0..2 {
        stage.driver.unplug(&owner(), &hybrid(1)).await.unwrap();
        assert_eq!(switch.ports().await, [""; 0]);
        assert_eq!(stage.state().await, before);
    }
}

#[tokio::test]
async fn a_restarted_server_is_on_the_switch_again() {
    let switch = Switch::start().await;
    let stage = switch.stage();
    let peer = stage.server(&vif("ovs", 9)).await;
    for vif in [vif("ovs", 1), hybrid(2)] {
        let address = vif.fixed_ips().next().unwrap().0.to_string();
        for _ in 0..3 {
            let server = stage.server(&vif).await;
            assert!(reaches(&peer, &address).await);
            drop(server);
        }
    }
    assert_eq!(switch.ports().await.len(), 3);
}

#[tokio::test]
async fn without_a_switch_nothing_is_left_behind() {
    let switch = Switch::start().await;
    let stage = switch.stage();
    let before = stage.state().await;
    let mut lost = vif("ovs", 1);
    lost.network.bridge = Some("br-lost".to_owned());
    let refused = stage.driver.plug(&owner(), &lost).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "'ovs-vsctl' failed: ovs-vsctl: no bridge named br-lost"
    );
    assert_eq!(stage.state().await, before);
}
