//! Servers on networks: real bridges, in a namespace of the test's own, and what becomes of them when anything restarts.

mod ends;

use std::process::Command;
use std::time::Duration;

use bollard::query_parameters::{
    KillContainerOptionsBuilder, RestartContainerOptionsBuilder, StartContainerOptions,
};
use futures_util::StreamExt;
use nova_docker::network::firewall::Guard;
use nova_docker::network::vif::Namespace;
use nova_docker::objects::vif::{Details, Network, Subnet};
use nova_docker::objects::{Instance, PowerState, Vif};
use nova_docker::virt::{ComputeDriver, Error, File, NetworkInfo, Observed, RebootType, Supplies};
use serde_json::Value;
use uuid::Uuid;

use crate::stage::{Stage, Steps, context, instance};

pub(crate) const PATIENCE: Duration = Duration::from_secs(10);
/// Answers pings, and ends when asked to.
pub(crate) const STAYS: &str =
    "command: [sh, -c, 'trap \"exit 0\" TERM; echo up; while true; do sleep 0.1; done']\n";

/// Number `n` of a network: `10.0.<network>.n`, on a bridge of the network's.
pub(crate) fn vif(network: u8, n: u8) -> Vif {
    Vif {
        id: Uuid::from_u128((u128::from(network) << 104) | (u128::from(n) << 96)),
        mac: format!("fa:16:3e:00:{network:02x}:{n:02x}").parse().unwrap(),
        position: 0,
        preserve_on_delete: false,
        active: true,
        tag: None,
        floating_ips: Vec::new(),
        vif_type: Some("bridge".to_owned()),
        details: Details::default(),
        ovs_interface_id: None,
        network: Network {
            id: Uuid::from_u128(network.into()),
            label: "private".to_owned(),
            project: None,
            bridge: Some(format!("br{network}")),
            mtu: Some(1400),
            should_create_vlan: false,
            vlan: None,
            bridge_interface: None,
            subnets: vec![Subnet {
                id: None,
                cidr: format!("10.0.{network}.0/24").parse().unwrap(),
                gateway: Some(format!("10.0.{network}.254").parse().unwrap()),
                ips: vec![format!("10.0.{network}.{n}").parse().unwrap()],
                routes: Vec::new(),
                dns: Vec::new(),
            }],
        },
    }
}

/// These VIFs in their order, with everything let through.
pub(crate) fn network(vifs: &[Vif]) -> NetworkInfo {
    let placed = |(position, vif): (u32, &Vif)| Vif {
        position,
        ..vif.clone()
    };
    let open = |vif: &Vif| Guard {
        port: vif.id,
        enabled: false,
        senders: Vec::new(),
        rules: Vec::new(),
    };
    NetworkInfo {
        vifs: (0..).zip(vifs).map(placed).collect(),
        guards: vifs.iter().map(open).collect(),
    }
}

pub(crate) async fn boot(stage: &Stage, user_data: &str, network: &NetworkInfo) -> Instance {
    let server = instance(user_data);
    try_boot(stage, &server, network).await.expect("the server boots");
    server
}

pub(crate) async fn try_boot(
    stage: &Stage,
    server: &Instance,
    network: &NetworkInfo,
) -> Result<Observed, Error> {
    let supplies = Supplies {
        network: network.clone(),
        config_drive: None,
        hostname: None,
    };
    let image = stage.local_image().await;
    stage
        .driver
        .spawn(&context(), server, &image, &supplies, &Steps::default())
        .await
}

pub(crate) async fn run(namespace: &Namespace, words: &[&str]) -> (bool, String) {
    let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    let output = namespace
        .run(move || Command::new(&words[0]).args(&words[1..]).output())
        .await
        .unwrap()
        .unwrap();
    (
        output.status.success(),
        String::from_utf8_lossy(&output.stdout).into_owned(),
    )
}

pub(crate) async fn links(namespace: &Namespace) -> Vec<String> {
    let (_, shown) = run(namespace, &["ip", "-j", "link"]).await;
    let links: Vec<Value> = serde_json::from_str(&shown).unwrap();
    let mut names: Vec<String> = links
        .iter()
        .map(|link| link["ifname"].as_str().unwrap().to_owned())
        .collect();
    names.sort();
    names
}

pub(crate) async fn inside(stage: &Stage, server: &Instance) -> Namespace {
    let pid = stage
        .inspect(server.id)
        .await
        .unwrap()
        .state
        .unwrap()
        .pid
        .unwrap();
    Namespace::of_process(u32::try_from(pid).unwrap()).unwrap()
}

pub(crate) async fn reaches(stage: &Stage, from: &Instance, to: &str) -> bool {
    let namespace = inside(stage, from).await;
    for _ in 0..10 {
        if run(&namespace, &["busybox", "ping", "-c1", "-W1", to]).await.0 {
            return true;
        }
    }
    false
}

fn restarted(found: bollard::models::ContainerInspectResponse) -> String {
    found.state.unwrap().started_at.unwrap()
}

#[tokio::test]
async fn servers_of_one_network_reach_each_other_when_they_are_up() {
    let stage = Stage::set().await;
    let one = boot(&stage, STAYS, &network(&[vif(1, 1)])).await;
    let two = boot(&stage, STAYS, &network(&[vif(1, 2)])).await;
    assert!(reaches(&stage, &one, "10.0.1.2").await);
    assert!(reaches(&stage, &two, "10.0.1.1").await);
    assert_eq!(links(&inside(&stage, &one).await).await, ["eth0", "lo"]);
    assert_eq!(
        links(&stage.home).await,
        ["br1", "lo", "tap00000101-00", "tap00000102-00"]
    );
}

/// In one of the ways in which servers start anew; `driver` is told of those that it did not see itself.
async fn restart(stage: &Stage, how: &str, server: &Instance, wanted: &NetworkInfo) {
    let (api, driver) = (stage.api().await, &stage.driver);
    let name = format!("nova-{}", server.id);
    match how {
        "soft" | "hard" => {
            let kind = match how {
                "soft" => RebootType::Soft,
                _ => RebootType::Hard,
            };
            driver.reboot(server, wanted, kind, PATIENCE).await.unwrap();
        }
        "off and on" => {
            driver.power_off(server.id, PATIENCE).await.unwrap();
            let on = driver.power_on(server, wanted).await.unwrap();
            assert_eq!(on.power_state, PowerState::Running);
        }
        "docker restart" => {
            let options = RestartContainerOptionsBuilder::default().t(5).build();
            api.restart_container(&name, Some(options)).await.unwrap();
            driver.plug_vifs(server, wanted).await.unwrap();
        }
        _ => {
            let options = KillContainerOptionsBuilder::default().signal("SIGKILL").build();
            api.kill_container(&name, Some(options)).await.unwrap();
            stage.ended(server.id).await;
            api.start_container(&name, None::<StartContainerOptions>)
                .await
                .unwrap();
            driver.plug_vifs(server, wanted).await.unwrap();
        }
    }
}

/// After each of these the server is connected as before, once.
#[tokio::test]
async fn whatever_restarts_a_server_it_is_connected_again_once() {
    let stage = Stage::set().await;
    let wanted = network(&[vif(1, 1)]);
    let server = boot(&stage, STAYS, &wanted).await;
    let other = boot(&stage, STAYS, &network(&[vif(1, 2)])).await;
    let host = links(&stage.home).await;
    for how in [
        "soft",
        "hard",
        "off and on",
        "docker restart",
        "docker kill and start",
    ] {
        let before = restarted(stage.inspect(server.id).await.unwrap());
        restart(&stage, how, &server, &wanted).await;
        assert_ne!(
            restarted(stage.inspect(server.id).await.unwrap()),
            before,
            "{how}"
        );
        assert!(reaches(&stage, &other, "10.0.1.1").await, "{how}");
        assert_eq!(
            links(&inside(&stage, &server).await).await,
            ["eth0", "lo"],
            "{how}"
        );
        assert_eq!(links(&stage.home).await, host, "{how}");
    }
}

#[tokio::test]
async fn what_a_new_nova_docker_finds_in_place_stays_and_what_is_missing_comes() {
    let stage = Stage::set().await;
    let wanted = network(&[vif(1, 1), vif(2, 1)]);
    let server = boot(&stage, STAYS, &wanted).await;
    let namespace = inside(&stage, &server).await;
    let index = |shown: String| serde_json::from_str::<Vec<Value>>(&shown).unwrap()[0]["ifindex"].clone();
    let eth0 = index(run(&namespace, &["ip", "-j", "link", "show", "eth0"]).await.1);
    run(&namespace, &["ip", "link", "delete", "eth1"]).await;
    let again = stage.another_driver();
    again.plug_vifs(&server, &wanted).await.unwrap();
    assert_eq!(
        index(run(&namespace, &["ip", "-j", "link", "show", "eth0"]).await.1),
        eth0
    );
    assert_eq!(links(&namespace).await, ["eth0", "eth1", "lo"]);
    assert_eq!(
        links(&stage.home).await,
        ["br1", "br2", "lo", "tap00000101-00", "tap00000201-00"]
    );
}

#[tokio::test]
async fn a_server_on_two_networks_has_them_in_order_and_can_change_one_while_it_runs() {
    let stage = Stage::set().await;
    let both = network(&[vif(2, 1), vif(1, 1)]);
    let server = boot(&stage, STAYS, &both).await;
    let namespace = inside(&stage, &server).await;
    let addresses = async || run(&namespace, &["ip", "-4", "-br", "address"]).await.1;
    let told = addresses().await;
    assert!(
        told.contains("10.0.2.1/24") && told.contains("10.0.1.1/24"),
        "{told}"
    );
    let first = told.lines().find(|line| line.starts_with("eth0")).unwrap();
    assert!(first.contains("10.0.2.1/24"), "{told}");

    let neighbour = boot(&stage, STAYS, &network(&[vif(1, 2)])).await;
    assert!(reaches(&stage, &server, "10.0.1.2").await);
    for _ in 0..2 {
        stage.driver.detach_vif(&server, &both.vifs[1]).await.unwrap();
        assert_eq!(links(&namespace).await, ["eth0", "lo"]);
        assert_eq!(
            links(&stage.home).await,
            ["br1", "br2", "lo", "tap00000102-00", "tap00000201-00"]
        );
    }
    assert!(!reaches_at_once(&stage, &neighbour, "10.0.1.1").await);
    for _ in 0..2 {
        stage.driver.prepare_vifs(&server, &both.vifs[1..]).await.unwrap();
        stage.driver.plug_vifs(&server, &both).await.unwrap();
        assert_eq!(links(&namespace).await, ["eth0", "eth1", "lo"]);
    }
    assert!(reaches(&stage, &neighbour, "10.0.1.1").await);
}

pub(crate) async fn reaches_at_once(stage: &Stage, from: &Instance, to: &str) -> bool {
    let namespace = inside(stage, from).await;
    run(&namespace, &["busybox", "ping", "-c1", "-W1", to]).await.0
}
