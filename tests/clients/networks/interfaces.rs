//! Servers on several networks, in the order asked for and while they run, and addresses that only one can have.

use serde_json::json;

use super::{Play, address, interfaces, is_cut_off, reaches, text, wires};
use crate::stage::engine::sh;
use crate::stage::until;

#[tokio::test]
async fn a_server_has_its_networks_in_the_order_asked_for_alone() {
    on_two_networks(Play::alone().await).await;
}

#[tokio::test]
async fn a_server_has_its_networks_in_the_order_asked_for_inside_a_cloud() {
    on_two_networks(Play::in_cloud().await).await;
}

async fn on_two_networks(play: Play) {
    let near = play.network("near", "10.57.1.0/24").await;
    let far = play.network("far", "10.57.2.0/24").await;
    let both = play.server("both", &[&far, &near]).await;
    assert_eq!(interfaces(&both).await, "eth0 eth1 lo");
    assert!(own_address(&both, "eth0").await.starts_with("10.57.2."));
    assert!(own_address(&both, "eth1").await.starts_with("10.57.1."));
    for network in [&near, &far] {
        let neighbour = play.server("neighbour", &[network]).await;
        reaches(&both, &address(&play.user, &neighbour).await).await;
    }
    play.ends().await;
}

#[tokio::test]
async fn interfaces_come_and_go_while_a_server_runs_alone() {
    come_and_go(Play::alone().await).await;
}

#[tokio::test]
async fn interfaces_come_and_go_while_a_server_runs_inside_a_cloud() {
    come_and_go(Play::in_cloud().await).await;
}

async fn come_and_go(play: Play) {
    let first = play.network("first", "10.58.1.0/24").await;
    let second = play.network("second", "10.58.2.0/24").await;
    let server = play.server("growing", &[&first]).await;
    let neighbour = play.server("neighbour", &[&second]).await;
    let there = address(&play.user, &neighbour).await;
    assert!(!super::pings(&server, &there).await);
    for _ in 0..2 {
        play.openstack
            .run(&format!("server add network {server} second"))
            .await;
        until("the interface is there", async || {
            (interfaces(&server).await == "eth0 eth1 lo").then_some(())
        })
        .await;
        assert!(own_address(&server, "eth1").await.starts_with("10.58.2."));
        reaches(&server, &there).await;
        reaches(&neighbour, "growing").await;

        let attached = play
            .user
            .get(&format!("/servers/{server}/os-interface"))
            .await
            .body;
        let attached = attached["interfaceAttachments"].as_array().unwrap();
        let port = attached
            .iter()
            .find(|port| port["net_id"] == json!(second))
            .unwrap();
        let port = text(&port["port_id"]);
        assert_eq!(wires::taps(&port), 1);
        play.openstack
            .run(&format!("server remove port {server} {port}"))
            .await;
        until("the interface is gone", async || {
            (interfaces(&server).await == "eth0 lo").then_some(())
        })
        .await;
        until("the host's end is gone", async || {
            (wires::taps(&port) == 0).then_some(())
        })
        .await;
        is_cut_off(&server, &there).await;
    }
    play.ends().await;
}

#[tokio::test]
async fn an_address_that_a_server_has_is_no_others_alone() {
    one_address_for_two(Play::alone().await).await;
}

#[tokio::test]
async fn an_address_that_a_server_has_is_no_others_inside_a_cloud() {
    one_address_for_two(Play::in_cloud().await).await;
}

async fn one_address_for_two(play: Play) {
    let network = play.network("home", "10.59.0.0/24").await;
    let wanted = json!([{"uuid": network, "fixed_ip": "10.59.0.77"}]);
    let first = play.server_on("first", wanted.clone()).await;
    assert_eq!(own_address(&first, "eth0").await, "10.59.0.77/24");
    let taken = format!("Fixed IP address 10.59.0.77 is already in use on instance {first}.");
    let refused = play
        .user
        .post("/servers", &play.body("second", wanted.clone()))
        .await;
    refused.is(409, &taken);
    let second = play.server("second", &[&network]).await;
    let attach =
        json!({"interfaceAttachment": {"net_id": network, "fixed_ips": [{"ip_address": "10.59.0.77"}]}});
    let refused = play
        .user
        .post(&format!("/servers/{second}/os-interface"), &attach)
        .await;
    refused.is(409, &taken);
    play.user.delete(&first).await;
    play.server_on("heir", wanted).await;
    play.ends().await;
}

/// `10.0.0.5/24`
async fn own_address(server: &str, device: &str) -> String {
    let line = format!("busybox ip -4 -o address show dev {device}");
    let said = sh(server, &line).await.unwrap();
    let mut words = said.split_whitespace().skip_while(|word| *word != "inet");
    words.nth(1).unwrap_or_default().to_owned()
}
