//! What servers are told of names.

use super::*;

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
