//! Whatever restarts - the service, a server through the API or behind our back - servers are on their networks again, once.

use std::time::Duration;

use serde_json::json;

use super::{Play, address, interfaces, reaches, text, wires};
use crate::stage::engine::{self, sh};
use crate::stage::until;

#[tokio::test]
async fn traffic_goes_on_while_the_service_is_killed_and_starts_again_alone() {
    the_service(Play::alone().await).await;
}

#[tokio::test]
async fn traffic_goes_on_while_the_service_is_killed_and_starts_again_inside_a_cloud() {
    the_service(Play::in_cloud().await).await;
}

async fn the_service(mut play: Play) {
    let network = play.network("home", "10.61.0.0/24").await;
    let one = play.server("one", &[&network]).await;
    let two = play.server("two", &[&network]).await;
    let there = address(&play.user, &two).await;
    reaches(&one, &there).await;
    let before = [interface(&one).await, interface(&two).await];
    pinging(&one, &there).await;
    for _ in 0..2 {
        play.stage.service.kill().await;
        tokio::time::sleep(Duration::from_secs(1)).await;
        play.stage.service.start().await;
        play.user.reaches(&one, "ACTIVE").await;
        reaches(&two, "one").await;
    }
    unbroken(&one).await;
    assert_eq!([interface(&one).await, interface(&two).await], before);
    for server in [&one, &two] {
        is_plugged_once(&play, server).await;
    }
    play.ends().await;
}

#[tokio::test]
async fn a_restarted_server_is_on_its_network_again_alone() {
    a_server(Play::alone().await).await;
}

#[tokio::test]
async fn a_restarted_server_is_on_its_network_again_inside_a_cloud() {
    a_server(Play::in_cloud().await).await;
}

async fn a_server(play: Play) {
    let network = play.network("home", "10.62.0.0/24").await;
    let one = play.server("one", &[&network]).await;
    let two = play.server("two", &[&network]).await;
    let there = address(&play.user, &two).await;
    let name = engine::container(&two);
    for how in [
        "soft",
        "hard",
        "off and on",
        "docker restart",
        "docker kill and start",
    ] {
        let before = started(&two).await;
        match how {
            "soft" | "hard" => {
                let line = format!("server reboot --{how} --wait {two}");
                play.openstack.run(&line).await;
            }
            "off and on" => {
                play.user.act(&two, json!({"os-stop": null})).await;
                play.user.reaches(&two, "SHUTOFF").await;
                assert!(!super::pings(&one, &there).await, "it is off");
                play.user.act(&two, json!({"os-start": null})).await;
            }
            "docker restart" => drop(engine::said(&["restart", "--time", "5", &name]).await),
            _ => {
                engine::said(&["kill", &name]).await;
                engine::said(&["start", &name]).await;
            }
        }
        reaches(&one, &there).await;
        reaches(&two, "one").await;
        play.user.reaches(&two, "ACTIVE").await;
        assert_ne!(started(&two).await, before, "{how}");
        is_plugged_once(&play, &two).await;
    }
    play.ends().await;
}

/// Begins to ping, five times a second.
pub(super) async fn pinging(server: &str, to: &str) {
    let line = format!("busybox ping -i 0.2 {to} >/told 2>&1 & echo $! >/pinger");
    sh(server, &line).await.unwrap();
}

/// Ends it, and none was lost.
pub(super) async fn unbroken(server: &str) {
    sh(server, "kill -INT $(cat /pinger)").await.unwrap();
    let told = until("the pings are counted", async || {
        let told = sh(server, "cat /told").await.unwrap();
        told.contains("packet loss").then_some(told)
    })
    .await;
    assert!(told.contains(" 0% packet loss"), "{told}");
}

async fn started(server: &str) -> String {
    text(&engine::inspect(server).await["State"]["StartedAt"])
}

/// The number of its interface: another one of that name would have another.
pub(super) async fn interface(server: &str) -> String {
    sh(server, "cat /sys/class/net/eth0/ifindex").await.unwrap()
}

pub(super) async fn is_plugged_once(play: &Play, server: &str) {
    assert_eq!(interfaces(server).await, "eth0 lo");
    let attached = play
        .user
        .get(&format!("/servers/{server}/os-interface"))
        .await
        .body;
    let attached = attached["interfaceAttachments"].as_array().unwrap();
    assert_eq!(attached.len(), 1, "{attached:?}");
    assert_eq!(wires::taps(&text(&attached[0]["port_id"])), 1);
}
