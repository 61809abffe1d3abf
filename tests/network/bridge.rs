//! Linux bridges.

use nova_docker::network::vif::{Change, Host, Namespace, OvsSwitch, Place, Settings};
use nova_docker::objects::vif::HostRoute;
use serde_json::{Value, json};

use crate::stage::{Stage, carries_tcp, ip, is_cut_off, names, namespace, owner, reaches, run, subnet, vif};

#[tokio::test]
async fn two_servers_on_one_bridge_reach_each_other() {
    let stage = Stage::set("generic").await;
    let one = stage.server(&vif("bridge", 1)).await;
    let two = stage.server(&vif("bridge", 2)).await;
    assert!(reaches(&one, "10.0.0.2").await);
    assert!(reaches(&two, "fd00::1").await);
    carries_tcp(&one, &two, "10.0.0.2").await;
    carries_tcp(&two, &one, "fd00::1").await;
    assert_eq!(
        names(&stage.host).await,
        ["br0", "lo", "tap00000001-00", "tap00000002-00"]
    );
}

/// With two VIFs: several subnets, several addresses of one subnet, a host route, two gateways per family.
async fn well_connected(stage: &Stage) -> Namespace {
    let mut first = vif("bridge", 1);
    first
        .network
        .subnets
        .push(subnet("10.5.0.0/16", "10.5.0.254", "10.5.0.1"));
    first.network.subnets[0].ips.push("10.0.0.77".parse().unwrap());
    first.network.subnets[0].routes.push(HostRoute {
        destination: "192.0.2.0/24".parse().unwrap(),
        gateway: "10.0.0.9".parse().unwrap(),
    });
    let mut second = vif("bridge", 2);
    second.network.subnets = vec![
        subnet("172.16.0.0/24", "172.16.0.254", "172.16.0.2"),
        subnet("fd01::/64", "fd01::fe", "fd01::2"),
    ];
    let server = namespace();
    // As engines leave a namespace without a network.
    run(&server, "busybox sysctl -q -w net.ipv6.conf.all.disable_ipv6=1").await;
    stage.connect(&server, 0, &first).await.unwrap();
    stage.connect(&server, 1, &second).await.unwrap();
    server
}

#[tokio::test]
async fn inside_are_all_addresses_in_the_order_asked_for() {
    let stage = Stage::set("generic").await;
    let server = well_connected(&stage).await;
    let shown: Vec<Value> = serde_json::from_str(&ip(&server, "-j address show").await).unwrap();
    let told = |link: &Value| {
        let addresses = link["addr_info"].as_array().unwrap().iter();
        let global = addresses.filter(|address| address["scope"] == "global");
        let text = |a: &Value| format!("{}/{}", a["local"].as_str().unwrap(), a["prefixlen"]);
        let global: Vec<String> = global.map(text).collect();
        json!([link["ifname"], link["mtu"], link["address"], global])
    };
    let mut told: Vec<Value> = shown.iter().map(told).collect();
    told.sort_by_key(Value::to_string);
    let first = ["10.0.0.1/24", "10.5.0.1/16", "10.0.0.77/24", "fd00::1/64"];
    assert_eq!(
        told,
        [
            json!(["eth0", 1400, "fa:16:3e:00:00:01", first]),
            json!(["eth1", 1400, "fa:16:3e:00:00:02", ["172.16.0.2/24", "fd01::2/64"]]),
            json!(["lo", 65536, "00:00:00:00:00:00", []]),
        ]
    );
    assert!(reaches(&server, "127.0.0.1").await);
}

#[tokio::test]
async fn inside_are_all_routes_and_the_first_gateway_is_preferred() {
    let stage = Stage::set("generic").await;
    let server = well_connected(&stage).await;
    let routes = ip(&server, "-4 route").await;
    assert_eq!(
        routes.lines().map(str::trim).collect::<Vec<_>>(),
        [
            "default via 10.0.0.254 dev eth0 proto static",
            "default via 172.16.0.254 dev eth1 proto static metric 1",
            "10.0.0.0/24 dev eth0 proto kernel scope link src 10.0.0.1",
            "10.5.0.0/16 dev eth0 proto kernel scope link src 10.5.0.1",
            "172.16.0.0/24 dev eth1 proto kernel scope link src 172.16.0.2",
            "192.0.2.0/24 via 10.0.0.9 dev eth0 proto static",
        ]
    );
    let ways_out = ip(&server, "-6 route show default").await;
    assert_eq!(
        ways_out.lines().map(str::trim).collect::<Vec<_>>(),
        [
            "default via fd00::fe dev eth0 proto static metric 1024 pref medium",
            "default via fd01::fe dev eth1 proto static metric 1025 pref medium",
        ]
    );
}

#[tokio::test]
async fn servers_on_different_bridges_are_apart() {
    let stage = Stage::set("bridge").await;
    let one = stage.server(&vif("bridge", 1)).await;
    let mut elsewhere = vif("bridge", 2);
    elsewhere.details.bridge_name = Some("br1".to_owned());
    let two = stage.server(&elsewhere).await;
    assert!(is_cut_off(&one, "10.0.0.2").await);
    assert!(is_cut_off(&two, "fd00::1").await);
}

#[tokio::test]
async fn a_bridge_keeps_its_address_and_gives_the_host_none() {
    let stage = Stage::set("bridge").await;
    stage.driver.plug(&owner(), &vif("bridge", 1)).await.unwrap();
    let address = "-j link show br0";
    let mac = |shown: &str| serde_json::from_str::<Vec<Value>>(shown).unwrap()[0]["address"].clone();
    let before = mac(&ip(&stage.host, address).await);
    stage.server(&vif("bridge", 2)).await;
    stage.driver.unplug(&owner(), &vif("bridge", 1)).await.unwrap();
    stage.driver.unplug(&owner(), &vif("bridge", 2)).await.unwrap();
    assert_eq!(mac(&ip(&stage.host, address).await), before);
    assert_eq!(ip(&stage.host, "-6 address").await, "");
}

#[tokio::test]
async fn the_networks_interface_leads_out() {
    let stage = Stage::set("bridge").await;
    ip(&stage.host, "link add out0 type veth peer name router").await;
    ip(&stage.host, "address add 10.0.0.254/24 dev router").await;
    ip(&stage.host, "link set router up").await;
    let mut led_out = vif("bridge", 1);
    led_out.network.bridge_interface = Some("out0".to_owned());
    let server = stage.server(&led_out).await;
    assert!(reaches(&server, "10.0.0.254").await);
}

#[tokio::test]
async fn an_interface_of_the_host_itself_is_not_taken() {
    let stage = Stage::set("bridge").await;
    ip(&stage.host, "link add out0 type veth peer name out1").await;
    ip(&stage.host, "address add 192.0.2.1/24 dev out0").await;
    ip(&stage.host, "link set out0 up").await;
    let before = stage.state().await;
    let mut greedy = vif("bridge", 1);
    greedy.network.bridge_interface = Some("out0".to_owned());
    let refused = stage.driver.plug(&owner(), &greedy).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "interface 'out0' has addresses of the host: it cannot become part of a bridge"
    );
    assert_eq!(stage.state().await, before);
}

/// A kernel without 802.1Q must say so and leave nothing; with it, two VLANs on one cable are apart.
#[tokio::test]
async fn vlans_keep_apart() {
    let stage = Stage::set("bridge").await;
    ip(&stage.host, "link add out0 type veth peer name out1").await;
    let mut tagged = vif("bridge", 1);
    tagged.network.should_create_vlan = true;
    tagged.network.vlan = Some(101);
    tagged.network.bridge_interface = Some("out0".to_owned());
    let before = stage.state().await;
    if !has_vlans(&stage).await {
        let refused = stage.driver.plug(&owner(), &tagged).await.unwrap_err();
        assert_eq!(
            refused.to_string(),
            "cannot make interface vlan101: Operation not supported (os error 95)"
        );
        assert_eq!(stage.state().await, before);
        return;
    }
    let (same, mut other) = (vif("bridge", 2), vif("bridge", 3));
    other.network.clone_from(&tagged.network);
    other.network.vlan = Some(102);
    other.network.bridge = Some("br1".to_owned());
    other.network.subnets = vif("bridge", 3).network.subnets;
    let one = stage.server(&tagged).await;
    let two = stage.server(&same).await;
    let three = stage.server(&other).await;
    assert!(reaches(&one, "10.0.0.2").await);
    assert!(is_cut_off(&three, "10.0.0.1").await);
    assert!(is_cut_off(&two, "10.0.0.3").await);
    assert_eq!(
        names(&stage.host).await,
        [
            "br0",
            "br1",
            "lo",
            "out0",
            "out1",
            "tap00000001-00",
            "tap00000002-00",
            "tap00000003-00",
            "vlan101",
            "vlan102"
        ]
    );
}

async fn has_vlans(stage: &Stage) -> bool {
    let probe = "ip link add link out0 name probe type vlan id 5 && ip link del probe || echo none";
    run(&stage.host, &format!("sh -c '{probe}'")).await.is_empty()
}

/// As the engine leaves a host: it forwards nothing that it does not know, and sees what bridges forward.
async fn engine_rules(stage: &Stage) {
    for program in ["iptables", "ip6tables"] {
        for rule in ["-P FORWARD DROP", "-N DOCKER-USER", "-A FORWARD -j DOCKER-USER"] {
            run(&stage.host, &format!("{program} {rule}")).await;
        }
        let switch = format!("net.bridge.bridge-nf-call-{program}=1");
        run(&stage.host, &format!("busybox sysctl -q -w {switch}")).await;
    }
}

async fn passages(stage: &Stage) -> Vec<String> {
    let mut rules = Vec::new();
    for program in ["iptables", "ip6tables"] {
        let said = run(&stage.host, &format!("{program} -S DOCKER-USER")).await;
        rules.extend(said.lines().skip(1).map(str::to_owned));
    }
    rules
}

#[tokio::test]
async fn the_engines_packet_filter_lets_through_what_is_for_servers_and_no_more() {
    let stage = Stage::set("bridge").await;
    engine_rules(&stage).await;
    let one = stage.server(&vif("bridge", 1)).await;
    let two = stage.server(&vif("bridge", 2)).await;
    assert!(reaches(&one, "10.0.0.2").await);
    assert!(reaches(&two, "fd00::1").await);
    // A server of somebody else in the same bridge, whose filters are not ours to open; and a way out.
    let other = neighbour(&stage, "tap-other", "10.0.0.8").await;
    let _router = neighbour(&stage, "out0", "10.0.0.254").await;
    assert!(is_cut_off(&one, "10.0.0.8").await);
    assert!(is_cut_off(&other, "10.0.0.254").await);
    assert!(reaches(&one, "10.0.0.254").await);
    for _ in 0..2 {
        stage.driver.plug(&owner(), &vif("bridge", 1)).await.unwrap();
        assert_eq!(passages(&stage).await.len(), 8, "two for each of both families");
    }
    for n in [1, 2, 2] {
        stage.driver.unplug(&owner(), &vif("bridge", n)).await.unwrap();
    }
    assert_eq!(passages(&stage).await, [""; 0]);
}

/// Something in the bridge that nova-docker did not put there.
async fn neighbour(stage: &Stage, link: &str, address: &str) -> Namespace {
    let inside = namespace();
    ip(&stage.host, &format!("link add {link} type veth peer name far")).await;
    let (kernel, to) = (&stage.kernel, Place::Server(inside.clone()));
    let moving = Change::Move {
        link: "far".to_owned(),
        to,
        named: "eth0".to_owned(),
    };
    kernel.apply(&Place::Host, &moving).await.unwrap();
    ip(&stage.host, &format!("link set {link} master br0 up")).await;
    ip(&inside, &format!("address add {address}/24 dev eth0")).await;
    ip(&inside, "link set eth0 up").await;
    inside
}

#[tokio::test]
async fn a_bridge_that_we_made_goes_with_the_last_that_is_in_it() {
    let settings = Settings {
        removes_bridges: true,
        ..Settings::default()
    };
    let stage = Stage::set_with(namespace(), "bridge", &settings, OvsSwitch::default());
    let before = stage.state().await;
    for n in [1, 2] {
        stage.driver.plug(&owner(), &vif("bridge", n)).await.unwrap();
    }
    stage.driver.unplug(&owner(), &vif("bridge", 1)).await.unwrap();
    let left = ["br0", "lo", "ns00000002-00", "tap00000002-00"];
    assert_eq!(names(&stage.host).await, left);
    for _ in 0..2 {
        stage.driver.unplug(&owner(), &vif("bridge", 2)).await.unwrap();
        assert_eq!(stage.state().await, before);
    }
    ip(&stage.host, "link add br0 type bridge").await;
    stage.driver.plug(&owner(), &vif("bridge", 1)).await.unwrap();
    stage.driver.unplug(&owner(), &vif("bridge", 1)).await.unwrap();
    assert_eq!(names(&stage.host).await, ["br0", "lo"], "somebody else's stays");
}
