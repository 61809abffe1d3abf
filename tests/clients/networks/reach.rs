//! Two servers of one network reach each other by address and by name.

use serde_json::json;

use super::{Play, address, reaches, text};
use crate::stage::engine::sh;
use crate::stage::{STAYS, until};

#[tokio::test]
async fn two_servers_reach_each_other_by_address_and_name_alone() {
    by_address_and_name(Play::alone().await).await;
}

#[tokio::test]
async fn two_servers_reach_each_other_by_address_and_name_inside_a_cloud() {
    by_address_and_name(Play::in_cloud().await).await;
}

/// As the README tells it, with the real client.
async fn by_address_and_name(play: Play) {
    let openstack = &play.openstack;
    openstack.run("network create home").await;
    openstack
        .run("subnet create --network home --subnet-range 10.55.0.0/24 home")
        .await;
    let user_data = play.stage.service.files.path().join("user-data.yaml");
    std::fs::write(&user_data, format!("command: {STAYS}\n")).unwrap();
    let mut servers = Vec::new();
    for name in ["one", "two"] {
        let line = format!(
            "server create {name} --image {} --flavor m1.nano --network home --user-data {}",
            play.image,
            user_data.display()
        );
        servers.push(text(&openstack.json(&line).await["id"]));
    }
    for server in &servers {
        play.user.reaches(server, "ACTIVE").await;
    }
    let shown = openstack.json("server show two").await;
    let address = address(&play.user, &servers[1]).await;
    assert_eq!(shown["addresses"], json!({"home": [address]}));
    reaches(&servers[0], &address).await;
    for name in ["two", "two.openstacklocal", "two.novalocal"] {
        let found = looked_up(&servers[0], name).await;
        assert_eq!(found, std::slice::from_ref(&address), "{name}");
    }
    reaches(&servers[0], "two").await;
    reaches(&servers[1], "one").await;
    openstack.run("server delete --wait two").await;
    until("the name is forgotten", async || {
        looked_up(&servers[0], "two.openstacklocal")
            .await
            .is_empty()
            .then_some(())
    })
    .await;
    play.ends().await;
}

#[tokio::test]
async fn servers_of_an_ipv6_network_need_no_other_alone() {
    ipv6_only(Play::alone().await).await;
}

#[tokio::test]
async fn servers_of_an_ipv6_network_need_no_other_inside_a_cloud() {
    ipv6_only(Play::in_cloud().await).await;
}

async fn ipv6_only(play: Play) {
    let network = play.network("six", "fd55::/64").await;
    let one = play.server("one", &[&network]).await;
    let two = play.server("two", &[&network]).await;
    let address = address(&play.user, &two).await;
    assert!(address.starts_with("fd55::"), "{address}");
    let inside = sh(&two, "busybox ip -o address show dev eth0 scope global")
        .await
        .unwrap();
    assert!(inside.contains(&format!("inet6 {address}/64")), "{inside}");
    assert_eq!(inside.lines().count(), 1, "{inside}");
    reaches(&one, &address).await;
    assert_eq!(looked_up(&one, "two").await, [address]);
    reaches(&one, "two").await;
    let told = sh(
        &two,
        "busybox wget -qO- http://169.254.169.254/openstack/latest/meta_data.json",
    )
    .await;
    assert!(told.as_ref().is_ok_and(|told| told.contains(&two)), "{told:?}");
    play.ends().await;
}

/// What the server's own name server says, without what it says of itself.
async fn looked_up(server: &str, name: &str) -> Vec<String> {
    let line = format!("busybox nslookup {name} 169.254.169.254 || true");
    let said = sh(server, &line).await.unwrap();
    let answers = said.split("\n\n").skip(1).flat_map(str::lines);
    let addresses = answers.filter_map(|line| line.strip_prefix("Address"));
    let addresses = addresses.filter_map(|rest| rest.split_once(": "));
    addresses
        .map(|(_, address)| address.split_whitespace().next().unwrap().to_owned())
        .collect()
}
