//! Where the services are, who reaches them, and for how long.

use super::*;

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
