//! What a program with a raw socket may do from server 2.

use std::io::{BufRead, BufReader};
use std::net::IpAddr;
use std::process::{Command, Stdio};

use nova_docker::network::firewall::Sender;
use nova_docker::network::vif::Namespace;

use super::{cidr, guard, guarded, two};
use crate::stage::{Stage, reaches, run};

const OWN: &str = "fa163e000002";
const OTHER: &str = "fa163e000009";
const TO: &str = "fa163e000001";

fn ethernet(mac: &str, ethertype: &str, payload: &str) -> String {
    format!("{TO}{mac}{ethertype}{payload}")
}

fn hex(address: &str) -> String {
    match address.parse().unwrap() {
        IpAddr::V4(address) => format!("{:08x}", address.to_bits()),
        IpAddr::V6(address) => format!("{:032x}", address.to_bits()),
    }
}

/// A datagram from one port to another.
fn ip(mac: &str, source: &str, ports: (u16, u16)) -> String {
    let (from, to) = ports;
    let udp = format!("{from:04x}{to:04x}00080000");
    let header = format!("4500001c000100004011{}{}{}", "0000", hex(source), hex("10.0.0.1"));
    ethernet(mac, "0800", &format!("{header}{udp}"))
}

fn arp(mac: &str, said_mac: &str, said_ip: &str) -> String {
    let body = format!(
        "0001080006040002{said_mac}{}{TO}{}",
        hex(said_ip),
        hex("10.0.0.1")
    );
    ethernet(mac, "0806", &body)
}

fn ipv6(mac: &str, source: &str, next: u8, body: &str) -> String {
    let length = body.len() / 2;
    let header = format!(
        "60000000{length:04x}{next:02x}ff{}{}",
        hex(source),
        hex("fd00::1")
    );
    ethernet(mac, "86dd", &format!("{header}{body}"))
}

fn neighbour(source: &str, kind: u8, target: &str) -> String {
    ipv6(
        OWN,
        source,
        58,
        &format!("{kind:02x}00000060000000{}", hex(target)),
    )
}

fn announced_by(mac: &str, source: &str, target: &str) -> String {
    ipv6(mac, source, 58, &format!("8800000060000000{}", hex(target)))
}

/// Those of the frames that leave the server; they are sent with this protocol beside them.
async fn leaving(stage: &Stage, server: &Namespace, protocol: u16, frames: &[String]) -> Vec<String> {
    // Always let through: when it is there, all are.
    let last = arp(OWN, OWN, "0.0.0.0");
    let mut words = vec![
        "-c".to_owned(),
        SNIFFS.to_owned(),
        "tap00000002-00".to_owned(),
        last.clone(),
    ];
    let sniffing = stage.host.run(move || {
        let mut python = Command::new("python3");
        python
            .args(words.drain(..))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap()
    });
    let mut sniffer = sniffing.await.unwrap();
    let mut seen = BufReader::new(sniffer.stdout.take().unwrap())
        .lines()
        .map(Result::unwrap);
    assert_eq!(seen.next().as_deref(), Some("ready"));
    let sent = frames.join(" ");
    run(server, &format!("python3 -c '{SENDS}' {protocol} {sent}")).await;
    run(server, &format!("python3 -c '{SENDS}' 0x0806 {last}")).await;
    let seen: Vec<String> = seen.collect();
    assert!(sniffer.wait().unwrap().success() && seen.last() == Some(&last));
    frames
        .iter()
        .filter(|frame| seen.contains(frame))
        .cloned()
        .collect()
}

const SNIFFS: &str = "
import socket, sys
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
s.bind((sys.argv[1], 3))
s.settimeout(20)
print(\"ready\", flush=True)
frame = None
while frame != sys.argv[2]:
    frame = s.recv(4000).hex()
    print(frame, flush=True)
";
const SENDS: &str = "
import socket, sys
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind((\"eth0\", int(sys.argv[1], 0)))
for frame in sys.argv[2:]:
    try:
        s.send(bytes.fromhex(frame))
    except OSError as error:
        assert error.errno == 105, error
";

#[tokio::test]
async fn forged_ones_do_not_leave() {
    let (stage, _one, two) = two(&[]).await;
    let own_ip = [ip(OWN, "10.0.0.2", (9, 9))];
    let forged_ip = [
        ip(OWN, "10.0.0.9", (9, 9)),
        ip(OTHER, "10.0.0.2", (9, 9)),
        // Servers of DHCP belong to the network.
        ip(OWN, "10.0.0.2", (67, 68)),
    ];
    let own_arp = [arp(OWN, OWN, "10.0.0.2")];
    let forged_arp = [
        arp(OWN, OWN, "10.0.0.9"),
        arp(OWN, OTHER, "10.0.0.2"),
        arp(OTHER, OTHER, "10.0.0.2"),
    ];
    let own_ipv6 = [
        ipv6(OWN, "fd00::2", 17, "0009000900080000"),
        ipv6(OWN, "fe80::f816:3eff:fe00:2", 17, "0009000900080000"),
        neighbour("fd00::2", 136, "fd00::2"),
        neighbour("fd00::2", 135, "fd00::1"),
        neighbour("::", 135, "fd00::2"),
    ];
    let forged_ipv6 = [
        ipv6(OWN, "fd00::9", 17, "0009000900080000"),
        ipv6(OTHER, "fd00::2", 17, "0009000900080000"),
        ipv6(OWN, "fe80::9", 17, "0009000900080000"),
        ipv6(OWN, "fd00::2", 17, "0223022200080000"),
        neighbour("fd00::2", 136, "fd00::9"),
        neighbour("fd00::2", 134, "fd00::2"),
        neighbour("::", 135, "fd00::9"),
        neighbour("::", 136, "fd00::2"),
    ];
    let other = [
        ethernet(OWN, "88cc", "00"),
        ethernet(OWN, "8100", &format!("00010800{}", &own_ip[0][28..])),
    ];
    let frames = [
        &own_ip[..],
        &forged_ip,
        &own_arp,
        &forged_arp,
        &own_ipv6,
        &forged_ipv6,
        &other,
    ]
    .concat();
    // Whatever a socket says that its frames are.
    let mut left = Vec::new();
    for protocol in [0, 0x0800, 0x0806, 0x86dd, 0x88cc] {
        for frame in leaving(&stage, &two, protocol, &frames).await {
            if !left.contains(&frame) {
                left.push(frame);
            }
        }
    }
    left.sort();
    let mut own = [&own_ip[..], &own_arp, &own_ipv6].concat();
    own.sort();
    assert_eq!(left, own);
}

#[tokio::test]
async fn they_do_not_pass_by_the_egress_rules() {
    let (stage, _one, two) = two(&[]).await;
    let datagram = [ip(OWN, "10.0.0.2", (9, 9))];
    assert_eq!(leaving(&stage, &two, 0x0800, &datagram).await, datagram);
    let mut limited = guard(2, &[]);
    limited.rules[0].protocol = Some(1);
    guarded(&two, limited).await;
    assert!(reaches(&two, "10.0.0.1").await);
    assert_eq!(leaving(&stage, &two, 0x0800, &datagram).await, [""; 0]);
}

#[tokio::test]
async fn allowed_pairs_leave_with_their_own_mac() {
    let (stage, _one, two) = two(&[]).await;
    let mut guard = guard(2, &[]);
    guard.senders.push(Sender {
        mac: "fa:16:3e:00:00:09".parse().unwrap(),
        address: cidr("10.0.0.8/30"),
    });
    guard.senders.push(Sender {
        mac: "fa:16:3e:00:00:09".parse().unwrap(),
        address: cidr("fd00::9/128"),
    });
    guarded(&two, guard).await;
    let pair = [ip(OTHER, "10.0.0.9", (9, 9)), arp(OTHER, OTHER, "10.0.0.9")];
    let mixed = [
        ip(OWN, "10.0.0.9", (9, 9)),
        ip(OTHER, "10.0.0.2", (9, 9)),
        ip(OTHER, "10.0.0.12", (9, 9)),
    ];
    assert_eq!(
        leaving(&stage, &two, 0, &[&pair[..], &mixed].concat()).await,
        pair
    );
    let announced = [
        announced_by(OWN, "fd00::2", "fd00::2"),
        announced_by(OTHER, "fd00::9", "fd00::9"),
    ];
    let mixed = [
        announced_by(OWN, "fd00::9", "fd00::9"),
        announced_by(OTHER, "fd00::2", "fd00::2"),
        announced_by(OTHER, "fd00::9", "fd00::2"),
    ];
    assert_eq!(
        leaving(&stage, &two, 0, &[&announced[..], &mixed].concat()).await,
        announced
    );
}
