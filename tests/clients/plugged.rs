//! VIF drivers that work with what the host has, and what becomes of `generic` where a process may not touch namespaces.

use std::os::unix::fs::MetadataExt;
use std::process::Command;

use serde_json::Value;

use crate::stage::{Alone, STAYS, Session, Stage, boot_body, engine, until};

/// A pair of interfaces of the host, up; they go with the test.
struct Parent(String);

impl Parent {
    fn made() -> Self {
        let name = format!("ndp{}", std::process::id());
        ip(&format!("link add {name} type veth peer name {name}x"));
        ip(&format!("link set {name} up"));
        ip(&format!("link set {name}x up"));
        Self(name)
    }
}

impl Drop for Parent {
    fn drop(&mut self) {
        let words = ["link", "delete", &self.0];
        Command::new("ip").args(words).output().ok();
    }
}

fn ip(line: &str) -> String {
    let output = Command::new("ip").args(line.split(' ')).output().unwrap();
    assert!(
        output.status.success(),
        "ip {line}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

/// Two servers on the network that everybody has.
async fn two_servers(stage: &Stage, session: &Session) -> [String; 2] {
    let image = stage.upload(session, &stage.seed.name("busybox")).await;
    let data = format!("command: {STAYS}");
    let one = session.boot(&boot_body("one", &image, &data)).await;
    let two = session.boot(&boot_body("two", &image, &data)).await;
    for server in [&one, &two] {
        session.reaches(server, "ACTIVE").await;
    }
    [one, two]
}

fn address(server: &Value) -> String {
    server["addresses"]["private"][0]["addr"]
        .as_str()
        .unwrap()
        .to_owned()
}

async fn reach_each_other(session: &Session, servers: &[String; 2]) {
    for (from, to) in [(0, 1), (1, 0)] {
        let to = address(&session.server(&servers[to]).await.unwrap());
        until("an answer", async || {
            let ping = format!("busybox ping -c1 -W1 {to}");
            engine::sh(&servers[from], &ping).await.ok()
        })
        .await;
    }
}

#[tokio::test]
async fn macvlans_stand_on_an_interface_of_the_host_alone() {
    let parent = Parent::made();
    let stage = Alone {
        docker: format!("vif_driver = macvlan\nflat_interface = {}\n", parent.0),
        ..Alone::default()
    };
    let stage = stage.up().await;
    let session = stage.member().await;
    let servers = two_servers(&stage, &session).await;
    reach_each_other(&session, &servers).await;
    let shown = engine::sh(&servers[0], "busybox ip -o link show eth0")
        .await
        .unwrap();
    let index = ip(&format!("-o link show {}", parent.0));
    let index = index.split(':').next().unwrap();
    assert!(shown.contains(&format!("eth0@if{index}:")), "{shown}");
    assert!(
        stage
            .service
            .log()
            .contains("routers and floating IPs do not reach them"),
        "{}",
        stage.service.log()
    );
    for server in &servers {
        session.delete(server).await;
    }
    let left = ip("-o link show type macvlan");
    assert!(!left.contains(&format!("@{}:", parent.0)), "{left}");
}

#[tokio::test]
async fn who_may_not_touch_namespaces_leaves_networks_to_the_engine_alone() {
    let socket = std::fs::metadata("/var/run/docker.sock").unwrap();
    let group = format!("--regid={}", socket.gid());
    // A range that no other network of the engine has.
    let docker = "[standalone]\nprivate_subnet = 10.213.77.0/24\n".to_owned();
    let stage = Alone {
        docker,
        before: vec![
            "setpriv".to_owned(),
            "--reuid=65534".to_owned(),
            group,
            "--clear-groups".to_owned(),
        ],
        ..Alone::default()
    };
    let stage = stage.up().await;
    let log = stage.service.log();
    assert!(
        log.contains("vif_driver 'docker' is used instead of 'generic'")
            && log.contains("this process lacks CAP_NET_ADMIN, CAP_SYS_ADMIN, CAP_SYS_PTRACE"),
        "{log}"
    );
    let session = stage.member().await;
    let servers = two_servers(&stage, &session).await;
    reach_each_other(&session, &servers).await;
    for server in &servers {
        session.delete(server).await;
    }
}
