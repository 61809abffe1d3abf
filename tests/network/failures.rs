//! Every step refused once, of every driver: the host is as before, and the next try succeeds.

use std::sync::Arc;
use std::sync::atomic::AtomicU32;

use nova_docker::network::vif::{Error, Namespace, OvsSwitch, Settings, VifDriver};
use nova_docker::objects::Vif;

use crate::macvlan::{cable, on_cable};
use crate::ovs::hybrid;
use crate::stage::{Failing, Stage, assert_same, driver_on, inside, ip, links, namespace, owner, vif};
use crate::switch::Switch;

/// More steps than any plan has.
const ENDLESS: u32 = 100;

/// A driver for which one change fails.
fn failing(stage: &Stage, name: &str, settings: &Settings, nth: u32, halfway: bool) -> Arc<dyn VifDriver> {
    let host = Failing {
        kernel: stage.kernel.clone(),
        countdown: AtomicU32::new(nth),
        halfway,
    };
    driver_on(name, settings, Arc::new(host))
}

/// Host and switch; what `attach` must leave alone too.
async fn everything(stage: &Stage, switch: Option<&Switch>, server: &Namespace) -> Vec<String> {
    let mut state = stage.state().await;
    state.extend(links(server).await);
    if let Some(switch) = switch {
        state.extend(switch.ports().await);
    }
    state
}

/// Fails step after step until none is left.
async fn fail_everywhere(stage: &Stage, switch: Option<&Switch>, name: &str, settings: &Settings, vif: &Vif) {
    let (mut plug_failures, mut attach_failures) = (0, 0);
    for halfway in [false, true] {
        let server = namespace();
        ip(&server, "link set lo up").await;
        let before = everything(stage, switch, &server).await;
        for nth in 1..ENDLESS {
            let driver = failing(stage, name, settings, nth, halfway);
            let Err(error) = driver.plug(&owner(), vif).await else {
                break;
            };
            refused_by_the_test(&error);
            assert_same(
                &everything(stage, switch, &server).await,
                &before,
                &error.to_string(),
            );
            plug_failures += 1;
        }
        let plugged = everything(stage, switch, &server).await;
        for nth in 1..ENDLESS {
            let driver = failing(stage, name, settings, nth, halfway);
            let Err(error) = driver.attach(&owner(), vif, &inside(&server, 0)).await else {
                break;
            };
            refused_by_the_test(&error);
            assert_same(
                &everything(stage, switch, &server).await,
                &plugged,
                &error.to_string(),
            );
            attach_failures += 1;
        }
        stage.driver.detach(vif, &inside(&server, 0)).await.unwrap();
        stage.driver.unplug(&owner(), vif).await.unwrap();
    }
    assert!(plug_failures >= 6, "only {plug_failures} steps of plug failed");
    assert!(
        attach_failures >= 16,
        "only {attach_failures} steps of attach failed"
    );
}

fn refused_by_the_test(error: &Error) {
    assert!(error.to_string().contains("the test refused"), "{error}");
}

#[tokio::test]
async fn bridge() {
    let stage = Stage::set("bridge").await;
    ip(&stage.host, "link add out0 type veth peer name out1").await;
    let mut vif = vif("bridge", 1);
    vif.network.bridge_interface = Some("out0".to_owned());
    // The bridge of a neighbour stays, so each round begins with the same host.
    ip(&stage.host, "link add br0 address fe:00:00:00:00:01 type bridge").await;
    // The bridge's own addresses would come and go by themselves; and having been up once shows for ever.
    for line in [
        "link set br0 addrgenmode none",
        "link set out0 addrgenmode none",
        "link set out1 addrgenmode none",
        "link set out0 up",
        "link set out0 down",
        "link set br0 up",
        "link set br0 down",
    ] {
        ip(&stage.host, line).await;
    }
    fail_everywhere(&stage, None, "bridge", &Settings::default(), &vif).await;
}

#[tokio::test]
async fn a_bridge_that_is_not_there_yet() {
    let stage = Stage::set("bridge").await;
    let before = stage.state().await;
    for halfway in [false, true] {
        for nth in 1..ENDLESS {
            let driver = failing(&stage, "bridge", &Settings::default(), nth, halfway);
            let Err(error) = driver.plug(&owner(), &vif("bridge", 1)).await else {
                break;
            };
            refused_by_the_test(&error);
            assert_same(&stage.state().await, &before, &error.to_string());
        }
        stage.driver.unplug(&owner(), &vif("bridge", 1)).await.unwrap();
        ip(&stage.host, "link delete br0").await;
    }
}

#[tokio::test]
async fn macvlan() {
    let stage = Stage::set("macvlan").await;
    cable(&stage.host).await;
    ip(&stage.host, "link set out0 up").await;
    ip(&stage.host, "link set out0 addrgenmode none").await;
    ip(&stage.host, "link set out1 addrgenmode none").await;
    fail_everywhere(&stage, None, "macvlan", &Settings::default(), &on_cable(1)).await;
}

#[tokio::test]
async fn ovs() {
    let switch = Switch::start().await;
    let stage = switch.stage();
    for vif in [vif("ovs", 1), hybrid(2)] {
        fail_everywhere(&stage, Some(&switch), "generic", &Settings::default(), &vif).await;
    }
}

#[tokio::test]
async fn command() {
    let settings = Settings {
        plug_commands: vec!["true {tap}".to_owned(), "true {mac}".to_owned()],
        unplug_commands: vec!["true".to_owned()],
        ..Settings::default()
    };
    let stage = Stage::set_with(namespace(), "command", &settings, OvsSwitch::default());
    fail_everywhere(&stage, None, "command", &settings, &vif("special", 1)).await;
}
