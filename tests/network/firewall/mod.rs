//! What passes a server's interfaces, and what does not.

mod frames;

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::process::Command;
use std::time::Duration;

use nova_docker::network::firewall::{Direction, Ethertype, Guard, Rule, Sender, apply};
use nova_docker::network::vif::Namespace;
use nova_docker::objects::Cidr;
use uuid::Uuid;

use crate::stage::{Stage, ip, is_cut_off, namespace, reaches, run, subnet, vif};

/// Long enough for an answer on this machine, whatever it does beside.
const PATIENCE: Duration = Duration::from_secs(20);
/// Long enough to believe that there will be none.
const SILENCE: Duration = Duration::from_millis(700);

const ANY: [Rule; 2] = [
    rule(Direction::Egress, Ethertype::V4),
    rule(Direction::Egress, Ethertype::V6),
];

const fn rule(direction: Direction, ethertype: Ethertype) -> Rule {
    Rule {
        direction,
        ethertype,
        protocol: None,
        min: None,
        max: None,
        remote: None,
    }
}

fn inbound(ethertype: Ethertype, protocol: u8, min: u16, max: u16) -> Rule {
    Rule {
        protocol: Some(protocol),
        min: Some(min),
        max: Some(max),
        ..rule(Direction::Ingress, ethertype)
    }
}

fn tcp(port: u16) -> Rule {
    inbound(Ethertype::V4, 6, port, port)
}

fn from(prefixes: &[&str], rule: Rule) -> Rule {
    Rule {
        remote: Some(prefixes.iter().map(|text| cidr(text)).collect()),
        ..rule
    }
}

fn cidr(text: &str) -> Cidr {
    text.parse().unwrap()
}

/// Of the port of `vif(_, n)`: everything out, and in what is told.
fn guard(n: u8, inbound: &[Rule]) -> Guard {
    let mac = vif("bridge", n).mac;
    let addresses = [format!("10.0.0.{n}/32"), format!("fd00::{n:x}/128")];
    Guard {
        port: Uuid::from_u128(n.into()),
        enabled: true,
        senders: addresses
            .iter()
            .map(|text| Sender {
                mac,
                address: cidr(text),
            })
            .collect(),
        rules: ANY.iter().chain(inbound).cloned().collect(),
    }
}

async fn guarded(server: &Namespace, guard: Guard) {
    apply(server, &[("eth0".to_owned(), guard)]).await.unwrap();
}

/// Two servers on one bridge; the second is guarded as it is told.
async fn two(inbound: &[Rule]) -> (Stage, Namespace, Namespace) {
    let stage = Stage::set("generic").await;
    let one = stage.server(&vif("bridge", 1)).await;
    let two = namespace();
    guarded(&two, guard(2, inbound)).await;
    stage.connect(&two, 0, &vif("bridge", 2)).await.unwrap();
    guarded(&two, guard(2, inbound)).await;
    // What does not pass must be the rules' doing: the wire works.
    assert!(reaches(&two, "10.0.0.1").await && reaches(&two, "fd00::1").await);
    (stage, one, two)
}

async fn listener(server: &Namespace, address: &str) -> TcpListener {
    let address: SocketAddr = address.parse().unwrap();
    server
        .run(move || TcpListener::bind(address).unwrap())
        .await
        .unwrap()
}

async fn connect(from: &Namespace, to: &str) -> Option<TcpStream> {
    let to: SocketAddr = to.parse().unwrap();
    let connecting = from.run(move || TcpStream::connect_timeout(&to, SILENCE));
    match connecting.await.unwrap() {
        Ok(stream) => Some(stream),
        Err(error) if error.kind() == ErrorKind::TimedOut => None,
        Err(error) => panic!("{to}: {error}"),
    }
}

/// Whether a connection is made.
async fn lets_in(from: &Namespace, to: &Namespace, address: &str) -> bool {
    let _listener = listener(to, address).await;
    connect(from, address).await.is_some()
}

/// Whether a word that is said here is heard there.
fn hears(mouth: &mut TcpStream, ear: &mut TcpStream, patience: Duration) -> bool {
    mouth.write_all(b"word").unwrap();
    ear.set_read_timeout(Some(patience)).unwrap();
    let mut word = [0; 4];
    match ear.read_exact(&mut word) {
        Ok(()) => word == *b"word",
        Err(error) if error.kind() == ErrorKind::WouldBlock => false,
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test]
async fn nothing_comes_in_that_no_rule_lets_in_and_answers_do() {
    let (_stage, one, two) = two(&[]).await;
    assert!(is_cut_off(&one, "10.0.0.2").await);
    assert!(is_cut_off(&one, "fd00::2").await);
    assert!(!lets_in(&one, &two, "10.0.0.2:80").await);
    assert!(!lets_in(&one, &two, "[fd00::2]:80").await);
    assert!(lets_in(&two, &one, "10.0.0.1:80").await);
    assert!(lets_in(&two, &one, "[fd00::1]:80").await);
    assert!(lets_in(&two, &two, "127.0.0.1:80").await);
    assert!(lets_in(&two, &two, "10.0.0.2:80").await);
}

#[tokio::test]
async fn a_range_of_ports_is_let_in_and_no_other() {
    let ipv6 = inbound(Ethertype::V6, 6, 8080, 8080);
    let (_stage, one, two) = two(&[inbound(Ethertype::V4, 6, 8000, 8010), ipv6]).await;
    for (port, passes) in [
        (7999, false),
        (8000, true),
        (8010, true),
        (8011, false),
        (8080, false),
    ] {
        let address = format!("10.0.0.2:{port}");
        assert_eq!(lets_in(&one, &two, &address).await, passes, "{address}");
    }
    assert!(lets_in(&one, &two, "[fd00::2]:8080").await);
    assert!(!lets_in(&one, &two, "[fd00::2]:8000").await);
    assert!(is_cut_off(&one, "10.0.0.2").await);
}

#[tokio::test]
async fn icmp_is_let_in_by_its_type() {
    let echo = |ethertype, kind| Rule {
        protocol: Some(1),
        min: Some(kind),
        ..rule(Direction::Ingress, ethertype)
    };
    let (_stage, one, two) = two(&[echo(Ethertype::V4, 8)]).await;
    assert!(reaches(&one, "10.0.0.2").await);
    assert!(is_cut_off(&one, "fd00::2").await);
    // ICMP of IPv6 rules is ICMPv6.
    guarded(
        &two,
        guard(2, &[echo(Ethertype::V4, 13), echo(Ethertype::V6, 128)]),
    )
    .await;
    assert!(is_cut_off(&one, "10.0.0.2").await);
    assert!(reaches(&one, "fd00::2").await);
    assert!(!lets_in(&one, &two, "10.0.0.2:80").await);
}

#[tokio::test]
async fn a_prefix_lets_its_own_in() {
    let (_stage, one, two) = two(&[from(&["10.0.0.0/31"], rule(Direction::Ingress, Ethertype::V4))]).await;
    assert!(reaches(&one, "10.0.0.2").await);
    assert!(lets_in(&one, &two, "10.0.0.2:80").await);
    assert!(is_cut_off(&one, "fd00::2").await);
    ip(&one, "address add 10.0.0.3/24 dev eth0").await;
    ip(&one, "address del 10.0.0.1/24 dev eth0").await;
    assert!(is_cut_off(&one, "10.0.0.2").await);
}

#[tokio::test]
async fn members_of_a_remote_group_come_and_go() {
    let group = |members: &[&str]| guard(2, &[from(members, rule(Direction::Ingress, Ethertype::V4))]);
    let (_stage, one, two) = two(&[]).await;
    guarded(&two, group(&[])).await;
    assert!(is_cut_off(&one, "10.0.0.2").await);
    guarded(&two, group(&["10.0.0.9/32", "10.0.0.1/32", "fd00::1/128"])).await;
    assert!(reaches(&one, "10.0.0.2").await);
    guarded(&two, group(&["10.0.0.9/32"])).await;
    assert!(is_cut_off(&one, "10.0.0.2").await);
}

#[tokio::test]
async fn a_rule_that_goes_takes_its_connections_with_it() {
    let (_stage, one, two) = two(&[tcp(80), tcp(81)]).await;
    let listening = listener(&two, "10.0.0.2:80").await;
    let mut outside = connect(&one, "10.0.0.2:80").await.unwrap();
    let mut inside = listening.accept().unwrap().0;
    assert!(hears(&mut outside, &mut inside, PATIENCE) && hears(&mut inside, &mut outside, PATIENCE));

    // Another rule goes: this connection stays, and the first to speak is who did not begin it.
    guarded(&two, guard(2, &[tcp(80)])).await;
    assert!(hears(&mut inside, &mut outside, PATIENCE) && hears(&mut outside, &mut inside, PATIENCE));

    guarded(&two, guard(2, &[])).await;
    assert!(!hears(&mut inside, &mut outside, SILENCE));
    assert!(!hears(&mut outside, &mut inside, SILENCE));
    assert!(connect(&one, "10.0.0.2:80").await.is_none());

    // What was said meanwhile is said again.
    guarded(&two, guard(2, &[tcp(80)])).await;
    assert!(hears(&mut inside, &mut outside, PATIENCE) && hears(&mut outside, &mut inside, PATIENCE));
}

#[tokio::test]
async fn an_outbound_rule_that_goes_takes_its_connections_with_it() {
    let (_stage, one, two) = two(&[]).await;
    let listening = listener(&one, "10.0.0.1:80").await;
    let mut inside = connect(&two, "10.0.0.1:80").await.unwrap();
    let mut outside = listening.accept().unwrap().0;
    assert!(hears(&mut outside, &mut inside, PATIENCE) && hears(&mut inside, &mut outside, PATIENCE));
    let mut silent = guard(2, &[tcp(80)]);
    silent.rules.retain(|rule| rule.direction == Direction::Ingress);
    guarded(&two, silent).await;
    assert!(!hears(&mut outside, &mut inside, SILENCE));
    assert!(!hears(&mut inside, &mut outside, SILENCE));
    assert!(lets_in(&one, &two, "10.0.0.2:80").await);
}

#[tokio::test]
async fn udp_is_answered_until_its_rule_goes() {
    let (_stage, one, two) = two(&[inbound(Ethertype::V4, 17, 53, 53)]).await;
    let bind = async |server: &Namespace, address: &'static str| {
        let socket = server
            .run(move || UdpSocket::bind(address).unwrap())
            .await
            .unwrap();
        socket.set_read_timeout(Some(SILENCE)).unwrap();
        socket
    };
    let server = bind(&two, "10.0.0.2:53").await;
    let client = bind(&one, "10.0.0.1:5353").await;
    let told = |from: &UdpSocket, to: &UdpSocket| {
        // A sender behind the rules is told at once.
        let sent = from.send_to(b"word", to.local_addr().unwrap());
        sent.is_ok() && to.recv(&mut [0; 4]).is_ok()
    };
    assert!(told(&client, &server));
    assert!(told(&server, &client));
    guarded(&two, guard(2, &[])).await;
    assert!(!told(&client, &server));
    assert!(!told(&server, &client));
}

#[tokio::test]
async fn without_port_security_everything_passes() {
    let (_stage, one, two) = two(&[]).await;
    let open = Guard {
        enabled: false,
        senders: Vec::new(),
        rules: Vec::new(),
        ..guard(2, &[])
    };
    guarded(&two, open).await;
    assert!(reaches(&one, "10.0.0.2").await);
    assert!(reaches(&one, "fd00::2").await);
    assert!(lets_in(&one, &two, "10.0.0.2:80").await);
    ip(&two, "link set eth0 address fa:16:3e:00:00:77").await;
    ip(&two, "address add 10.0.0.77/24 dev eth0").await;
    assert!(reaches(&one, "10.0.0.77").await);
    guarded(&two, guard(2, &[])).await;
    assert!(is_cut_off(&one, "10.0.0.2").await);
}

#[tokio::test]
async fn each_interface_has_a_guard_of_its_own_and_without_one_it_is_shut() {
    let stage = Stage::set("generic").await;
    let mut second = vif("bridge", 3);
    second.network.bridge = Some("br1".to_owned());
    second.network.subnets = vec![subnet("10.1.0.0/24", "10.1.0.254", "10.1.0.3")];
    let mut beside = vif("bridge", 4);
    beside.network.bridge = Some("br1".to_owned());
    beside.network.subnets = vec![subnet("10.1.0.0/24", "10.1.0.254", "10.1.0.4")];

    let one = stage.server(&vif("bridge", 1)).await;
    let other = stage.server(&beside).await;
    let server = stage.server(&vif("bridge", 2)).await;
    stage.connect(&server, 1, &second).await.unwrap();
    assert!(reaches(&one, "10.0.0.2").await && reaches(&other, "10.1.0.3").await);

    let mut on_second = guard(3, &[tcp(81)]);
    on_second.senders[0].address = cidr("10.1.0.3/32");
    let first = ("eth0".to_owned(), guard(2, &[tcp(80)]));
    apply(&server, &[first.clone(), ("eth1".to_owned(), on_second)])
        .await
        .unwrap();
    assert!(lets_in(&one, &server, "10.0.0.2:80").await);
    assert!(!lets_in(&one, &server, "10.0.0.2:81").await);
    assert!(lets_in(&other, &server, "10.1.0.3:81").await);
    assert!(!lets_in(&other, &server, "10.1.0.3:80").await);
    assert!(lets_in(&server, &other, "10.1.0.4:80").await);

    apply(&server, &[first]).await.unwrap();
    assert!(lets_in(&one, &server, "10.0.0.2:80").await);
    assert!(!lets_in(&other, &server, "10.1.0.3:81").await);
    assert!(!lets_in(&server, &other, "10.1.0.4:80").await);

    apply(&server, &[]).await.unwrap();
    assert!(!lets_in(&one, &server, "10.0.0.2:80").await);
    assert!(lets_in(&server, &server, "127.0.0.1:80").await);
}

#[tokio::test]
async fn a_server_that_routes_is_guarded_on_both_sides() {
    let stage = Stage::set("generic").await;
    let mut second = vif("bridge", 3);
    second.network.bridge = Some("br1".to_owned());
    second.network.subnets = vec![subnet("10.1.0.0/24", "10.1.0.254", "10.1.0.3")];
    let mut beside = vif("bridge", 4);
    beside.network.bridge = Some("br1".to_owned());
    beside.network.subnets = vec![subnet("10.1.0.0/24", "10.1.0.3", "10.1.0.4")];
    let one = stage.server(&vif("bridge", 1)).await;
    let _other = stage.server(&beside).await;
    let server = stage.server(&vif("bridge", 2)).await;
    stage.connect(&server, 1, &second).await.unwrap();
    run(&server, "busybox sysctl -q -w net.ipv4.ip_forward=1").await;
    ip(&one, "route add 10.1.0.0/24 via 10.0.0.2").await;
    assert!(reaches(&one, "10.1.0.4").await);

    // Into eth0 and out of eth1 as somebody else, and back.
    let on_first = |inbound: &[Rule], pairs: &[&str]| paired(guard(2, inbound), pairs);
    let on_second = |pairs: &[&str]| {
        let mut guard = paired(guard(3, &[]), pairs);
        guard.senders[0].address = cidr("10.1.0.3/32");
        guard
    };
    let both = async |first: Guard, second: Guard| {
        let guards = [("eth0".to_owned(), first), ("eth1".to_owned(), second)];
        apply(&server, &guards).await.unwrap();
    };
    let ping = [inbound(Ethertype::V4, 1, 8, 0)];
    both(on_first(&ping, &["10.1.0.0/24"]), on_second(&["10.0.0.0/24"])).await;
    assert!(reaches(&one, "10.1.0.4").await);
    both(on_first(&[], &["10.1.0.0/24"]), on_second(&["10.0.0.0/24"])).await;
    assert!(is_cut_off(&one, "10.1.0.4").await);
    both(on_first(&ping, &["10.1.0.0/24"]), on_second(&[])).await;
    assert!(is_cut_off(&one, "10.1.0.4").await);
    both(on_first(&ping, &[]), on_second(&["10.0.0.0/24"])).await;
    assert!(is_cut_off(&one, "10.1.0.4").await);
}

fn paired(mut guard: Guard, pairs: &[&str]) -> Guard {
    let mac = guard.senders[0].mac;
    guard.senders.extend(pairs.iter().map(|text| Sender {
        mac,
        address: cidr(text),
    }));
    guard
}

#[tokio::test]
async fn only_its_own_addresses_leave_a_server_and_allowed_pairs() {
    let (_stage, one, two) = two(&[]).await;
    ip(&two, "address add 10.0.0.77/24 dev eth0").await;
    ip(&two, "address add fd00::77/64 dev eth0 nodad").await;
    let ping = async |source: &str, to: &str| {
        let line = format!("busybox ping -c1 -W1 -I {source} {to}");
        let words = shlex::split(&line).unwrap();
        let output = two
            .run(move || Command::new(&words[0]).args(&words[1..]).output())
            .await;
        output.unwrap().unwrap().status.success()
    };
    // Whoever asked in vain a moment ago may not ask again at once.
    let pings = async |source: &str, to: &str| {
        for _ in 0..10 {
            if ping(source, to).await {
                return true;
            }
        }
        false
    };
    assert!(pings("10.0.0.2", "10.0.0.1").await && pings("fd00::2", "fd00::1").await);
    assert!(!ping("10.0.0.77", "10.0.0.1").await && !ping("fd00::77", "fd00::1").await);
    assert!(is_cut_off(&one, "10.0.0.77").await);

    let pairs = &["10.0.0.64/26", "fd00::70/124"];
    guarded(&two, paired(guard(2, &[]), pairs)).await;
    assert!(pings("10.0.0.77", "10.0.0.1").await && pings("fd00::77", "fd00::1").await);

    ip(&two, "link set eth0 address fa:16:3e:00:00:77").await;
    ip(&one, "neighbour flush all").await;
    assert!(!ping("10.0.0.2", "10.0.0.1").await);
}

#[tokio::test]
async fn the_metadata_address_is_not_reachable_from_outside() {
    let (_stage, one, two) = two(&[rule(Direction::Ingress, Ethertype::V4)]).await;
    ip(&two, "address add 169.254.169.254/32 dev lo").await;
    assert!(lets_in(&two, &two, "169.254.169.254:80").await);
    ip(&one, "route add 169.254.169.254 via 10.0.0.2").await;
    assert!(!lets_in(&one, &two, "169.254.169.254:80").await);
    // Nor does it speak for that address to others.
    let open = Guard {
        enabled: false,
        ..guard(2, &[])
    };
    for guard in [guard(2, &[rule(Direction::Ingress, Ethertype::V4)]), open] {
        guarded(&two, guard).await;
        assert!(!lets_in(&one, &two, "169.254.169.254:80").await);
        let asked = one.run(|| {
            let words = ["arping", "-c1", "-w1", "-I", "eth0", "169.254.169.254"];
            Command::new("busybox")
                .args(words)
                .output()
                .unwrap()
                .status
                .success()
        });
        assert!(!asked.await.unwrap());
    }
}

#[tokio::test]
async fn rules_may_be_many_and_overlap() {
    let prefixes: Vec<String> = (0..2000_u32)
        .map(|n| format!("10.{}.{}.0/24", n / 250, n % 250))
        .collect();
    let mut prefixes: Vec<&str> = prefixes.iter().map(String::as_str).collect();
    prefixes.extend(["10.0.0.1/32", "10.0.0.0/16", "10.0.0.1/32"]);
    let many = (1..200).map(|port| from(&prefixes, tcp(port)));
    let (_stage, one, two) = two(&many.collect::<Vec<_>>()).await;
    assert!(lets_in(&one, &two, "10.0.0.2:199").await);
    assert!(!lets_in(&one, &two, "10.0.0.2:200").await);
}
