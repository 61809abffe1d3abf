//! What a server is told when it asks 169.254.169.254, by programs and by bytes.

mod names;
mod places;

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use async_trait::async_trait;
use domain::base::iana::{Class, Rcode, Rtype};
use domain::base::{Message, MessageBuilder, Name, Ttl};
use domain::rdata::{A, AllRecordData};
use nova_docker::network::guest::{Directory, Guests, MetadataListener};
use nova_docker::network::vif::Namespace;
use nova_docker::objects::InstanceId;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use uuid::Uuid;

use crate::stage::{Stage, ip, names, namespace, run, vif};

const ADDRESS: Ipv4Addr = Ipv4Addr::new(169, 254, 169, 254);
const PATIENCE: Duration = Duration::from_secs(20);
/// What the name servers of these tests answer to everything.
const ELSEWHERE: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 9);

#[derive(Debug, Default)]
struct Names {
    addresses: HashMap<&'static str, Vec<IpAddr>>,
    upstream: Vec<IpAddr>,
}

#[async_trait]
impl Directory for Names {
    async fn addresses(&self, _: InstanceId, name: &str) -> Vec<IpAddr> {
        self.addresses.get(name).cloned().unwrap_or_default()
    }

    async fn name(&self, _: InstanceId, address: IpAddr) -> Option<String> {
        let mut names = self.addresses.iter();
        let found = names.find(|(_, addresses)| addresses.contains(&address));
        found.map(|(name, _)| (*name).to_owned())
    }

    async fn upstream(&self, _: InstanceId) -> Vec<IpAddr> {
        self.upstream.clone()
    }
}

fn neighbours() -> Names {
    let web = ["10.0.0.1", "10.0.0.77", "fd00::1"].map(|ip| ip.parse().unwrap());
    let many = (0..60).map(|n| IpAddr::V4(Ipv4Addr::new(10, 0, 1, n)));
    Names {
        addresses: [("web", web.to_vec()), ("many", many.collect())].into(),
        upstream: Vec::new(),
    }
}

/// The guests of a test, whose host has these resolvers.
struct Scene {
    guests: Guests,
    listeners: UnboundedReceiver<MetadataListener>,
    #[expect(dead_code, reason = "kept for as long as the scene")]
    resolv_conf: tempfile::NamedTempFile,
}

fn scene(names: Names, resolvers: &[IpAddr]) -> Scene {
    let mut resolv_conf = tempfile::NamedTempFile::new().unwrap();
    for resolver in resolvers {
        writeln!(resolv_conf, "nameserver {resolver}").unwrap();
    }
    let (metadata, listeners) = unbounded_channel();
    let file = resolv_conf.path().to_owned();
    Scene {
        guests: Guests::with_resolv_conf(Arc::new(names), metadata, file),
        listeners,
        resolv_conf,
    }
}

fn server(number: u128) -> InstanceId {
    InstanceId(Uuid::from_u128(number))
}

/// A namespace whose server is answered.
async fn attended(scene: &Scene) -> Namespace {
    let namespace = namespace();
    scene.guests.attend(server(1), &namespace).await.unwrap();
    namespace
}

fn question(name: &str, rtype: Rtype, edns: Option<u16>) -> Vec<u8> {
    let mut builder = MessageBuilder::new_vec();
    builder.header_mut().set_id(4711);
    builder.header_mut().set_rd(true);
    let mut builder = builder.question();
    let name: Name<Vec<u8>> = Name::from_chars(name.chars()).unwrap();
    builder.push((&name, rtype, Class::IN)).unwrap();
    let mut builder = builder.additional();
    if let Some(size) = edns {
        let pushed = builder.opt(|opt| {
            opt.set_udp_payload_size(size);
            Ok(())
        });
        pushed.unwrap();
    }
    builder.finish()
}

async fn by_udp(from: &Namespace, question: Vec<u8>) -> Vec<u8> {
    let asked = from.run(move || {
        let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).unwrap();
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        socket.connect((ADDRESS, 53)).unwrap();
        socket.send(&question).unwrap();
        let mut buffer = vec![0; 65_536];
        let size = socket.recv(&mut buffer).expect("an answer by UDP");
        buffer.truncate(size);
        buffer
    });
    asked.await.unwrap()
}

async fn by_tcp(from: &Namespace, question: Vec<u8>) -> Vec<u8> {
    let asked = from.run(move || {
        let mut stream = TcpStream::connect((ADDRESS, 53)).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        write_framed(&mut stream, &question);
        read_framed(&mut stream).expect("an answer by TCP")
    });
    asked.await.unwrap()
}

fn write_framed(stream: &mut TcpStream, message: &[u8]) {
    let length = u16::try_from(message.len()).unwrap().to_be_bytes();
    stream.write_all(&[&length[..], message].concat()).unwrap();
}

fn read_framed(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut length = [0; 2];
    stream.read_exact(&mut length).ok()?;
    let mut message = vec![0; u16::from_be_bytes(length).into()];
    stream.read_exact(&mut message).ok()?;
    Some(message)
}

/// The whole reply, short: its code and flags, its answers, what follows them.
fn shown(reply: &[u8]) -> String {
    let message = Message::from_octets(reply).unwrap();
    let header = message.header();
    assert_eq!(
        (header.id(), header.qr(), header.rd(), header.ra()),
        (4711, true, true, true)
    );
    let mut words = vec![header.rcode().to_string()];
    words.extend(header.aa().then(|| "ours".to_owned()));
    words.extend(header.tc().then(|| "truncated".to_owned()));
    for section in [message.answer().unwrap(), message.authority().unwrap()] {
        for record in section.limit_to::<AllRecordData<_, _>>() {
            let record = record.unwrap();
            words.push(format!("{} {} {}", record.owner(), record.rtype(), record.data()));
        }
    }
    words.extend(
        message
            .opt()
            .map(|opt| format!("EDNS {}", opt.udp_payload_size())),
    );
    words.join("; ")
}

async fn dig(from: &Namespace, name: &str, rtype: Rtype) -> String {
    shown(&by_udp(from, question(name, rtype, None)).await)
}
