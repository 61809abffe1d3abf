//! The way out, and in by floating IPs.

use super::house::{HOST, House, OUTSIDE, Talk, floating, leading_out, router, wanted};
use crate::stage::{ip, is_cut_off, names, reaches, run};

#[tokio::test]
async fn what_goes_out_has_the_address_of_the_gateway_and_further_on_that_of_the_host() {
    let house = House::new().await;
    house.make(&wanted(&[leading_out(router(1, &[1, 2]), 11)])).await;
    let one = house.server(1, 1).await;
    let to_host = Talk::begin(&one, &house.host, "203.0.113.1").await;
    assert_eq!(to_host.heard("bye").as_deref(), Some("203.0.113.11"));
    let to_outside = Talk::begin(&one, &house.outside, OUTSIDE).await;
    assert_eq!(to_outside.heard("bye").as_deref(), Some(HOST));
}

#[tokio::test]
async fn nobody_outside_reaches_a_network_that_is_translated() {
    let house = House::new().await;
    let mut leading = leading_out(router(1, &[1]), 11);
    house.make(&wanted(&[leading.clone()])).await;
    let one = house.server(1, 1).await;
    ip(&house.host, "route add 10.1.0.0/24 via 203.0.113.11").await;
    assert!(reaches(&one, "203.0.113.1").await);
    assert!(is_cut_off(&house.host, "10.1.0.1").await);
    // Without translation the addresses inside are everybody's.
    if let Some(gateway) = &mut leading.gateway {
        gateway.snat = false;
    }
    house.make(&wanted(&[leading])).await;
    assert!(reaches(&house.host, "10.1.0.1").await);
    let talk = Talk::begin(&one, &house.host, "203.0.113.1").await;
    assert_eq!(talk.heard("bye").as_deref(), Some("10.1.0.1"));
}

#[tokio::test]
async fn a_floating_ip_is_the_server_to_all_who_look_from_outside() {
    let house = House::new().await;
    let mut leading = leading_out(router(1, &[1]), 11);
    leading.floating_ips = vec![floating("203.0.113.50", "10.1.0.1")];
    house.make(&wanted(&[leading])).await;
    let one = house.server(1, 1).await;
    ip(&house.outside, &format!("route add 203.0.113.0/24 via {HOST}")).await;
    assert!(reaches(&house.host, "203.0.113.50").await);
    let inwards = Talk::begin(&house.outside, &one, "203.0.113.50").await;
    assert_eq!(inwards.heard("bye").as_deref(), Some(OUTSIDE));
    let outwards = Talk::begin(&one, &house.host, "203.0.113.1").await;
    assert_eq!(outwards.heard("bye").as_deref(), Some("203.0.113.50"));
}

#[tokio::test]
async fn floating_ips_serve_inside_too() {
    let house = House::new().await;
    let mut leading = leading_out(router(1, &[1, 2]), 11);
    leading.floating_ips = vec![
        floating("203.0.113.50", "10.1.0.1"),
        floating("203.0.113.51", "10.1.0.2"),
    ];
    let mut other = leading_out(router(2, &[3]), 12);
    other.floating_ips = vec![floating("203.0.113.52", "10.3.0.1")];
    house.make(&wanted(&[leading, other])).await;
    let (one, two) = (house.server(1, 1).await, house.server(1, 2).await);
    let (three, plain) = (house.server(3, 1).await, house.server(2, 1).await);
    let heard = |talk: Talk| talk.heard("bye");
    // Of one network, of another one of the router, and behind another router; then oneself.
    let same = Talk::begin(&one, &two, "203.0.113.51").await;
    assert_eq!(heard(same).as_deref(), Some("203.0.113.50"));
    let routed = Talk::begin(&plain, &two, "203.0.113.51").await;
    assert_eq!(heard(routed).as_deref(), Some("203.0.113.11"));
    let far = Talk::begin(&one, &three, "203.0.113.52").await;
    assert_eq!(heard(far).as_deref(), Some("203.0.113.50"));
    let oneself = Talk::begin(&one, &one, "203.0.113.50").await;
    assert_eq!(heard(oneself).as_deref(), Some("203.0.113.50"));
}

#[tokio::test]
async fn the_host_finds_a_floating_ip_that_has_moved_to_another_router() {
    let house = House::new().await;
    let (mut first, mut second) = (leading_out(router(1, &[1]), 11), leading_out(router(2, &[2]), 12));
    first.floating_ips = vec![floating("203.0.113.50", "10.1.0.1")];
    house.make(&wanted(&[first.clone(), second.clone()])).await;
    let (one, two) = (house.server(1, 1).await, house.server(2, 1).await);
    let talk = Talk::begin(&house.host, &one, "203.0.113.50").await;
    assert_eq!(talk.heard("hello").as_deref(), Some("203.0.113.1"));
    second.floating_ips = vec![floating("203.0.113.50", "10.2.0.1")];
    first.floating_ips.clear();
    house.make(&wanted(&[first, second])).await;
    let neighbour = ip(&house.host, "neigh show 203.0.113.50").await;
    assert!(neighbour.contains("fa:16:3e:ee:ee:0c"), "{neighbour}");
    let talk = Talk::begin(&house.host, &two, "203.0.113.50").await;
    assert_eq!(talk.heard("bye").as_deref(), Some("203.0.113.1"));
}

#[tokio::test]
async fn a_conversation_ends_with_its_floating_ip() {
    let house = House::new().await;
    let mut leading = leading_out(router(1, &[1]), 11);
    leading.floating_ips = vec![floating("203.0.113.50", "10.1.0.1")];
    house.make(&wanted(&[leading.clone()])).await;
    let one = house.server(1, 1).await;
    let inwards = Talk::begin(&house.host, &one, "203.0.113.50").await;
    assert!(inwards.heard("hello").is_some());
    let outwards = Talk::begin(&one, &house.host, "203.0.113.1").await;
    assert_eq!(outwards.heard("hello").as_deref(), Some("203.0.113.50"));
    leading.floating_ips = vec![floating("203.0.113.50", "10.1.0.2")];
    house.make(&wanted(&[leading.clone()])).await;
    assert_eq!(inwards.heard("hello"), None);
    assert_eq!(outwards.heard("hello"), None);
    leading.floating_ips.clear();
    house.make(&wanted(&[leading])).await;
    assert_eq!(inwards.heard("hello"), None);
    let again = Talk::begin(&one, &house.host, "203.0.113.1").await;
    assert_eq!(again.heard("bye").as_deref(), Some("203.0.113.11"));
}

#[tokio::test]
async fn a_range_that_the_host_has_already_is_refused_and_the_rest_works() {
    let house = House::new().await;
    ip(&house.host, "link add lan0 type bridge").await;
    ip(&house.host, "link set lan0 up").await;
    ip(&house.host, "route add 203.0.113.128/25 dev lan0").await;
    let before = super::house::state(&house.host).await;
    let problems = house
        .fabric
        .reconcile(&wanted(&[leading_out(router(1, &[1, 2]), 11)]))
        .await;
    let words: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        words,
        [
            "external network 00000eee-0000-0000-0000-000000000000: the range 203.0.113.0/24 of the external network \
             overlaps 203.0.113.128/25 of this host on interface lan0"
        ]
    );
    assert_eq!(super::house::state(&house.host).await, before);
    let one = house.server(1, 1).await;
    let _two = house.server(2, 1).await;
    assert!(reaches(&one, "10.2.0.1").await);
}

#[tokio::test]
async fn an_interface_of_somebody_else_stays_as_it_is() {
    let house = House::new().await;
    ip(&house.host, "link add nvd-00000eee type bridge").await;
    ip(&house.host, "link add nvd-12345678 type bridge").await;
    let problems = house
        .fabric
        .reconcile(&wanted(&[leading_out(router(1, &[1]), 11)]))
        .await;
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert_eq!(
        problems[0].error.to_string(),
        "there is an interface nvd-00000eee on the host already, of somebody else"
    );
    assert!(house.fabric.remove_all().await.is_empty());
    assert_eq!(
        names(&house.host).await,
        ["lo", "nvd-00000eee", "nvd-12345678", "out0"]
    );
}

#[tokio::test]
async fn the_engines_rules_are_told_to_let_external_networks_through() {
    let house = House::new().await;
    for line in [
        "-P FORWARD DROP",
        "-N DOCKER-USER",
        "-A DOCKER-USER -j RETURN",
        "-A FORWARD -j DOCKER-USER",
    ] {
        run(&house.host, &format!("iptables {line}")).await;
    }
    let before = run(&house.host, "iptables -S").await;
    let mut leading = leading_out(router(1, &[1]), 11);
    leading.floating_ips = vec![floating("203.0.113.50", "10.1.0.1")];
    house.make(&wanted(&[leading])).await;
    let one = house.server(1, 1).await;
    ip(&house.outside, &format!("route add 203.0.113.0/24 via {HOST}")).await;
    assert!(reaches(&one, OUTSIDE).await);
    assert!(reaches(&house.outside, "203.0.113.50").await);
    house.restarted().remove_all().await;
    assert_eq!(run(&house.host, "iptables -S").await, before);
}
