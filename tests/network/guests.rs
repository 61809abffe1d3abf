//! What a server is told when it asks 169.254.169.254, by programs and by bytes.

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

#[tokio::test]
async fn neighbours_are_known_by_name_in_every_form_and_by_address() {
    let scene = scene(neighbours(), &[]);
    let server = attended(&scene).await;
    for name in [
        "web",
        "WEB",
        "web.openstacklocal",
        "web.novalocal",
        "Web.OpenStackLocal",
    ] {
        let expected = format!("NOERROR; ours; {name} A 10.0.0.1; {name} A 10.0.0.77");
        assert_eq!(dig(&server, name, Rtype::A).await, expected);
    }
    assert_eq!(
        dig(&server, "web", Rtype::AAAA).await,
        "NOERROR; ours; web AAAA fd00::1"
    );
    let four = "77.0.0.10.in-addr.arpa";
    let expected = format!("NOERROR; ours; {four} PTR web.openstacklocal.");
    assert_eq!(dig(&server, four, Rtype::PTR).await, expected);
    let six = format!("1.{}0.0.d.f.ip6.arpa", "0.".repeat(27));
    let expected = format!("NOERROR; ours; {six} PTR web.openstacklocal.");
    assert_eq!(dig(&server, &six, Rtype::PTR).await, expected);
}

#[tokio::test]
async fn no_address_of_a_kind_is_not_the_same_as_no_such_name() {
    let scene = scene(neighbours(), &[]);
    let server = attended(&scene).await;
    let nothing =
        |code: &str, zone: &str| format!("{code}; ours; {zone} SOA {zone}. {zone}. 1 86400 86400 86400 5");
    assert_eq!(
        dig(&server, "many", Rtype::AAAA).await,
        nothing("NOERROR", "many")
    );
    assert_eq!(dig(&server, "web", Rtype::MX).await, nothing("NOERROR", "web"));
    let domain = "openstacklocal";
    assert_eq!(
        dig(&server, "web.openstacklocal", Rtype::TXT).await,
        nothing("NOERROR", domain)
    );
    assert_eq!(dig(&server, domain, Rtype::A).await, nothing("NOERROR", domain));
    for nobody in ["db.openstacklocal", "a.web.openstacklocal"] {
        assert_eq!(dig(&server, nobody, Rtype::A).await, nothing("NXDOMAIN", domain));
    }
}

#[tokio::test]
async fn what_does_not_fit_is_had_by_tcp() {
    let scene = scene(neighbours(), &[]);
    let server = attended(&scene).await;
    assert_eq!(dig(&server, "many", Rtype::A).await, "NOERROR; ours; truncated");
    let roomy = by_udp(&server, question("many", Rtype::A, Some(4096))).await;
    assert_eq!(shown(&roomy).matches(" A 10.0.1.").count(), 60);
    assert!(shown(&roomy).ends_with("; EDNS 1232"));
    let whole = by_tcp(&server, question("many", Rtype::A, None)).await;
    assert_eq!(shown(&whole).matches(" A 10.0.1.").count(), 60);
}

#[tokio::test]
async fn what_is_no_question_is_told_so_or_passed_over() {
    let scene = scene(neighbours(), &[]);
    let server = attended(&scene).await;
    let code = async |question: Vec<u8>| {
        let reply = by_udp(&server, question).await;
        Message::from_octets(reply).unwrap().opt_rcode().to_string()
    };
    let mut notify = question("web", Rtype::SOA, None);
    notify[2] |= 4 << 3;
    assert_eq!(code(notify).await, "NOTIMP");
    let mut empty = question("web", Rtype::A, None);
    empty.truncate(12);
    empty[5] = 0;
    assert_eq!(code(empty).await, "FORMERR");
    let mut chaos = question("web", Rtype::A, None);
    *chaos.last_mut().unwrap() = 3;
    assert_eq!(code(chaos).await, "REFUSED");
    let mut newer = question("web", Rtype::A, Some(1232));
    let version = newer.len() - 5;
    newer[version] = 1;
    assert_eq!(code(newer).await, "BADVERS");
    let garbage = server.run(|| {
        let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).unwrap();
        socket.connect((ADDRESS, 53)).unwrap();
        for size in 0..200_u8 {
            socket.send(&vec![size.wrapping_mul(37); size.into()]).unwrap();
        }
        let mut stream = TcpStream::connect((ADDRESS, 53)).unwrap();
        stream.write_all(&[0, 3, 1, 2, 3]).unwrap();
        let mut rest = Vec::new();
        // Hung up on.
        drop(stream.read_to_end(&mut rest));
        rest
    });
    assert_eq!(garbage.await.unwrap(), [0; 0]);
    assert_eq!(
        dig(&server, "web", Rtype::AAAA).await,
        "NOERROR; ours; web AAAA fd00::1"
    );
}

/// A name server that answers everything, by UDP and TCP, until its test ends.
fn name_server(address: IpAddr) {
    let udp = UdpSocket::bind((address, 53)).unwrap();
    let tcp = TcpListener::bind((address, 53)).unwrap();
    thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok((size, from)) = udp.recv_from(&mut buffer) {
            udp.send_to(&elsewhere(&buffer[..size]), from).unwrap();
        }
    });
    thread::spawn(move || {
        for mut stream in tcp.incoming().map(Result::unwrap) {
            while let Some(question) = read_framed(&mut stream) {
                write_framed(&mut stream, &elsewhere(&question));
            }
        }
    });
}

fn elsewhere(question: &[u8]) -> Vec<u8> {
    let question = Message::from_octets(question).unwrap();
    let name = question.sole_question().unwrap().into_qname();
    let mut reply = MessageBuilder::new_vec()
        .start_answer(&question, Rcode::NOERROR)
        .unwrap();
    reply.header_mut().set_ra(true);
    reply.push((name, Ttl::from_secs(60), A::new(ELSEWHERE))).unwrap();
    reply.finish()
}

#[tokio::test]
async fn others_are_asked_from_the_host_when_the_networks_name_nobody() {
    // Of the whole host: no other run of this test has the same.
    let [.., a, b] = std::process::id().to_be_bytes();
    let resolver = IpAddr::V4(Ipv4Addr::new(127, 53, a, b));
    name_server(resolver);
    // Asking ourselves would go round in circles.
    let scene = scene(neighbours(), &[IpAddr::V4(ADDRESS), resolver]);
    let server = attended(&scene).await;
    let expected = "NOERROR; www.example.org A 203.0.113.9";
    assert_eq!(dig(&server, "www.example.org", Rtype::A).await, expected);
    let asked = by_tcp(&server, question("www.example.org", Rtype::A, None)).await;
    assert_eq!(shown(&asked), expected);
    assert_eq!(dig(&server, "db", Rtype::A).await, "NOERROR; db A 203.0.113.9");
    let four = "9.9.9.9.in-addr.arpa";
    assert_eq!(
        dig(&server, four, Rtype::PTR).await,
        format!("NOERROR; {four} A 203.0.113.9")
    );
}

#[tokio::test]
async fn name_servers_of_the_networks_are_asked_from_within_them() {
    let stage = Stage::set("bridge").await;
    let one = stage.server(&vif("bridge", 1)).await;
    let two = stage.server(&vif("bridge", 2)).await;
    let resolver: IpAddr = "10.0.0.2".parse().unwrap();
    two.run(move || name_server(resolver)).await.unwrap();
    let upstream = vec![IpAddr::V4(Ipv4Addr::LOCALHOST), resolver];
    let scene = scene(
        Names {
            upstream,
            ..neighbours()
        },
        &[],
    );
    scene.guests.attend(server(1), &one).await.unwrap();
    let expected = "NOERROR; www.example.org A 203.0.113.9";
    assert_eq!(dig(&one, "www.example.org", Rtype::A).await, expected);
    let asked = by_tcp(&one, question("www.example.org", Rtype::A, None)).await;
    assert_eq!(shown(&asked), expected);
}

#[tokio::test]
async fn a_question_that_nobody_answers_fails() {
    let scene = scene(neighbours(), &[]);
    let server = attended(&scene).await;
    assert_eq!(dig(&server, "www.example.org", Rtype::A).await, "SERVFAIL");
    // No way leads there.
    let upstream = vec!["192.0.2.1".parse().unwrap()];
    let scene = self::scene(
        Names {
            upstream,
            ..neighbours()
        },
        &[],
    );
    let server = attended(&scene).await;
    assert_eq!(dig(&server, "www.example.org", Rtype::A).await, "SERVFAIL");
}

/// Says one thing to everybody, as a metadata service.
fn says(listener: MetadataListener, words: &'static str) {
    listener.listener.set_nonblocking(false).unwrap();
    thread::spawn(move || {
        for mut stream in listener.listener.incoming().map(Result::unwrap) {
            let mut buffer = [0; 4096];
            let _ = stream.read(&mut buffer).unwrap();
            write!(stream, "HTTP/1.0 200 OK\r\n\r\n{words}").unwrap();
        }
    });
}

const WGET: &str = "busybox wget -q -O - http://169.254.169.254/latest/";

#[tokio::test]
async fn programs_in_a_server_find_both_services() {
    let mut scene = scene(neighbours(), &[]);
    let server = attended(&scene).await;
    let listener = scene.listeners.recv().await.unwrap();
    assert_eq!(listener.instance, self::server(1));
    says(listener, "you are one");
    assert_eq!(run(&server, WGET).await, "you are one");
    let said = run(
        &server,
        "busybox nslookup -type=a web.openstacklocal 169.254.169.254",
    )
    .await;
    assert!(
        said.contains("Name:\tweb.openstacklocal\nAddress: 10.0.0.77"),
        "{said}"
    );
}

#[tokio::test]
async fn the_ports_of_a_server_stay_its_own() {
    let mut scene = scene(neighbours(), &[]);
    let server = attended(&scene).await;
    says(scene.listeners.recv().await.unwrap(), "metadata");
    let own = server.run(|| {
        let any = Ipv4Addr::UNSPECIFIED;
        let (web, udp, tcp) = (
            TcpListener::bind((any, 80)).unwrap(),
            UdpSocket::bind((any, 53)).unwrap(),
            TcpListener::bind((any, 53)).unwrap(),
        );
        let at_home = TcpStream::connect("127.0.0.1:80").unwrap().local_addr().unwrap();
        (web.accept().unwrap().1 == at_home, udp, tcp, web)
    });
    let (reached, ..) = &own.await.unwrap();
    assert!(reached);
    assert_eq!(run(&server, WGET).await, "metadata");
    assert_eq!(
        dig(&server, "web", Rtype::AAAA).await,
        "NOERROR; ours; web AAAA fd00::1"
    );
}

#[tokio::test]
async fn a_server_that_took_our_ports_is_answered_all_the_same() {
    let mut scene = scene(neighbours(), &[]);
    let server = namespace();
    let taken = server.run(|| {
        let any = Ipv4Addr::UNSPECIFIED;
        let tcp = [61_080, 61_053].map(|port| TcpListener::bind((any, port)).unwrap());
        (tcp, UdpSocket::bind((any, 61_053)).unwrap())
    });
    let _taken = taken.await.unwrap();
    scene.guests.attend(self::server(1), &server).await.unwrap();
    says(scene.listeners.recv().await.unwrap(), "metadata");
    assert_eq!(run(&server, WGET).await, "metadata");
    let expected = "NOERROR; ours; web AAAA fd00::1";
    assert_eq!(dig(&server, "web", Rtype::AAAA).await, expected);
    assert_eq!(
        shown(&by_tcp(&server, question("web", Rtype::AAAA, None)).await),
        expected
    );
}

#[tokio::test]
async fn a_neighbour_gets_nothing_out_of_it() {
    let stage = Stage::set("bridge").await;
    let one = stage.server(&vif("bridge", 1)).await;
    let two = stage.server(&vif("bridge", 2)).await;
    let mut scene = scene(neighbours(), &[]);
    scene.guests.attend(server(1), &one).await.unwrap();
    says(scene.listeners.recv().await.unwrap(), "secret");
    assert_eq!(run(&one, WGET).await, "secret");
    ip(&two, "route add 169.254.169.254 via 10.0.0.1").await;
    let reached = two.run(|| {
        [80, 53, 61_080, 61_053].map(|port| {
            let address = SocketAddr::from((ADDRESS, port));
            TcpStream::connect_timeout(&address, Duration::from_secs(1)).is_ok()
        })
    });
    assert_eq!(reached.await.unwrap(), [false; 4]);
    // Nor does what leaves the server come from that address.
    let way_out = ip(&one, "route get 10.0.0.2").await;
    assert!(way_out.contains("src 10.0.0.1"), "{way_out}");
}

#[tokio::test]
async fn attending_again_repairs_and_another_namespace_takes_the_place_of_the_first() {
    let mut scene = scene(neighbours(), &[]);
    let first = attended(&scene).await;
    let listener = scene.listeners.recv().await.unwrap();
    ip(&first, "address del 169.254.169.254/32 dev lo").await;
    ip(&first, "link set lo down").await;
    scene.guests.attend(server(1), &first).await.unwrap();
    assert!(scene.listeners.try_recv().is_err(), "the listener is the same");
    assert!(!listener.end.is_cancelled());
    let expected = "NOERROR; ours; web AAAA fd00::1";
    assert_eq!(dig(&first, "web", Rtype::AAAA).await, expected);
    let second = attended(&scene).await;
    listener.end.cancelled().await;
    let replaced = scene.listeners.recv().await.unwrap();
    assert!(!replaced.end.is_cancelled());
    assert_eq!(dig(&second, "web", Rtype::AAAA).await, expected);
}

#[tokio::test]
async fn who_begins_anew_finds_the_rules_of_an_earlier_life() {
    let server = namespace();
    for _ in 0..2 {
        let scene = scene(neighbours(), &[]);
        scene.guests.attend(self::server(1), &server).await.unwrap();
        let expected = "NOERROR; ours; web AAAA fd00::1";
        assert_eq!(dig(&server, "web", Rtype::AAAA).await, expected);
        scene.guests.leave(self::server(1));
    }
    let rules = run(&server, "nft list ruleset").await;
    assert_eq!(rules.matches("dnat").count(), 3, "{rules}");
}

#[tokio::test]
async fn a_namespace_that_is_left_goes() {
    let stage = Stage::set("bridge").await;
    let gone = stage.server(&vif("bridge", 1)).await;
    let mut scene = scene(neighbours(), &[]);
    scene.guests.attend(server(1), &gone).await.unwrap();
    let listener = scene.listeners.recv().await.unwrap();
    // A conversation is under way.
    let open = gone
        .run(|| TcpStream::connect((ADDRESS, 53)).unwrap())
        .await
        .unwrap();
    assert_eq!(
        dig(&gone, "web", Rtype::AAAA).await,
        "NOERROR; ours; web AAAA fd00::1"
    );
    drop((gone, open));
    scene.guests.leave(server(1));
    scene.guests.leave(server(1));
    listener.end.cancelled().await;
    drop(listener);
    for _ in 0..100 {
        if names(&stage.host).await == ["br0", "lo"] {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the wire into a namespace that was left is still there");
}

#[tokio::test]
async fn who_holds_many_connections_is_in_nobodys_way() {
    let scene = scene(neighbours(), &[]);
    let (greedy, modest) = (namespace(), namespace());
    scene.guests.attend(server(1), &greedy).await.unwrap();
    scene.guests.attend(server(2), &modest).await.unwrap();
    let held = greedy.run(|| -> Vec<_> {
        (0..100)
            .map(|_| TcpStream::connect((ADDRESS, 53)).unwrap())
            .collect()
    });
    let held = held.await.unwrap();
    let expected = "NOERROR; ours; web AAAA fd00::1";
    assert_eq!(dig(&greedy, "web", Rtype::AAAA).await, expected);
    assert_eq!(dig(&modest, "web", Rtype::AAAA).await, expected);
    assert_eq!(
        shown(&by_tcp(&modest, question("web", Rtype::AAAA, None)).await),
        expected
    );
    drop(held);
}
