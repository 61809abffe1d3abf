//! Networks of two projects with the same addresses: neither reaches the other's servers, nor knows of them.

use reqwest::Method;
use serde_json::json;

use super::{Play, address, network_of, reaches, text};
use crate::stage::engine::sh;
use crate::stage::{STAYS, boot_body};

#[tokio::test]
async fn another_projects_network_is_out_of_reach_alone() {
    out_of_reach(Play::alone().await).await;
}

#[tokio::test]
async fn another_projects_network_is_out_of_reach_inside_a_cloud() {
    out_of_reach(Play::in_cloud().await).await;
}

async fn out_of_reach(play: Play) {
    let ours = play.network("home", "10.60.0.0/24").await;
    let mine = play
        .server_on("mine", json!([{"uuid": ours, "fixed_ip": "10.60.0.10"}]))
        .await;
    let beside = play
        .server_on("beside", json!([{"uuid": ours, "fixed_ip": "10.60.0.20"}]))
        .await;
    let icmp =
        json!({"security_group_id": play.default_group().await, "direction": "ingress", "protocol": "icmp"});
    play.user.make("security_group_rule", &icmp).await;

    let other = play.stage.newcomer("other").await.session;
    is_not_known_to(&play, &ours, &other).await;
    let theirs = network_of(&other, "home", "10.60.0.0/24").await;
    let image = play.stage.upload(&other, &play.stage.seed.name("theirs")).await;
    let boot = async |name: &str, address: &str| {
        let mut body = boot_body(name, &image, &format!("command: {STAYS}"));
        body["server"]["networks"] = json!([{"uuid": theirs, "fixed_ip": address}]);
        let server = other.boot(&body).await;
        other.reaches(&server, "ACTIVE").await;
        server
    };
    let stranger = boot("mine", "10.60.0.30").await;
    let twin = boot("twin", "10.60.0.20").await;

    // They all may be pinged by anybody who can send to them.
    reaches(&mine, "10.60.0.20").await;
    reaches(&stranger, "10.60.0.20").await;
    assert!(
        !super::pings(&stranger, "10.60.0.10").await,
        "there is nobody of that address"
    );
    assert!(!super::pings(&mine, "10.60.0.30").await);
    assert_ne!(
        hardware(&mine, "10.60.0.20").await,
        hardware(&stranger, "10.60.0.20").await
    );
    reaches(&stranger, "mine").await;
    assert!(!super::pings(&stranger, "beside").await, "nor of that name");
    assert_eq!(address(&play.user, &beside).await, address(&other, &twin).await);

    for server in [&stranger, &twin] {
        other.delete(server).await;
    }
    let path = format!("/networks/{theirs}");
    assert_eq!(other.ask_network(Method::DELETE, &path, None).await.status, 204);
    play.ends().await;
}

/// Neither to the network API nor to compute.
async fn is_not_known_to(play: &Play, network: &str, other: &crate::stage::Session) {
    let path = format!("/networks/{network}");
    assert_eq!(other.ask_network(Method::GET, &path, None).await.status, 404);
    let known = other.ask_network(Method::GET, "/ports", None).await.body;
    assert_eq!(known["ports"], json!([]));
    let mut body = boot_body("greedy", &play.image, "");
    body["server"]["networks"] = json!([{"uuid": network}]);
    let image = play.stage.upload(other, &play.stage.seed.name("other")).await;
    body["server"]["imageRef"] = json!(image);
    other
        .post("/servers", &body)
        .await
        .is(400, &format!("Network {network} could not be found."));
}

/// To whom that address belongs, as the server has learned.
async fn hardware(server: &str, address: &str) -> String {
    let said = sh(server, "cat /proc/net/arp").await.unwrap();
    let line = said.lines().find(|line| line.starts_with(&format!("{address} ")));
    text(&json!(
        line.unwrap_or_else(|| panic!("{said}")).split_whitespace().nth(3)
    ))
}
