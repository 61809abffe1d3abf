//! What routers join, and what they keep apart.

use nova_docker::objects::vif::HostRoute;

use super::house::{House, interface, leading_out, router, wanted};
use crate::stage::{carries_tcp, ip, is_cut_off, names, reaches};

#[tokio::test]
async fn two_networks_of_one_router_reach_each_other() {
    let house = House::new().await;
    house.make(&wanted(&[router(1, &[1, 2])])).await;
    let (one, two) = (house.server(1, 1).await, house.server(2, 1).await);
    assert!(reaches(&one, "10.2.0.1").await);
    assert!(reaches(&two, "10.1.0.1").await);
    assert!(reaches(&one, "fd02::1").await);
    carries_tcp(&one, &two, "10.2.0.1").await;
    carries_tcp(&two, &one, "fd01::1").await;
}

#[tokio::test]
async fn networks_that_no_router_joins_are_apart() {
    let house = House::new().await;
    let (first, second) = (router(1, &[1, 2]), router(2, &[3]));
    house
        .make(&wanted(&[leading_out(first, 11), leading_out(second, 12)]))
        .await;
    let (one, three) = (house.server(1, 1).await, house.server(3, 1).await);
    assert!(reaches(&one, "10.2.0.254").await);
    assert!(is_cut_off(&one, "10.3.0.1").await);
    assert!(is_cut_off(&three, "10.1.0.1").await);
    assert!(is_cut_off(&three, "fd01::1").await);
}

#[tokio::test]
async fn a_router_without_a_network_lets_nothing_through_to_it() {
    let house = House::new().await;
    house.make(&wanted(&[router(1, &[1, 2])])).await;
    let one = house.server(1, 1).await;
    let _two = house.server(2, 1).await;
    assert!(reaches(&one, "10.2.0.1").await);
    house.make(&wanted(&[router(1, &[1])])).await;
    assert!(is_cut_off(&one, "10.2.0.1").await);
    assert!(reaches(&one, "10.1.0.254").await);
    let mut disabled = router(1, &[1, 2]);
    disabled.enabled = false;
    house.make(&wanted(&[disabled])).await;
    assert!(is_cut_off(&one, "10.1.0.254").await);
    assert_eq!(house.named(), ["nova-docker-deadbeef"]);
    house.make(&wanted(&[router(1, &[1, 2])])).await;
    assert!(reaches(&one, "10.2.0.1").await);
}

#[tokio::test]
async fn a_route_of_the_user_leads_through_another_router() {
    let house = House::new().await;
    let route = |destination: &str, gateway: &str| HostRoute {
        destination: destination.parse().unwrap(),
        gateway: gateway.parse().unwrap(),
    };
    let (mut first, mut second) = (router(1, &[1, 2]), router(2, &[3]));
    second.interfaces.push(interface(2, 2, 253));
    first.routes = vec![
        route("10.3.0.0/24", "10.2.0.253"),
        // Nobody is there: left out.
        route("10.4.0.0/24", "192.0.2.1"),
    ];
    second.routes = vec![route("10.1.0.0/24", "10.2.0.254")];
    house.make(&wanted(&[first.clone(), second.clone()])).await;
    let (one, three) = (house.server(1, 1).await, house.server(3, 1).await);
    assert!(reaches(&one, "10.3.0.1").await);
    assert!(reaches(&three, "10.1.0.1").await);
    first.routes.clear();
    house.make(&wanted(&[first.clone(), second])).await;
    assert!(is_cut_off(&one, "10.3.0.1").await);
    let inside = house.opened(&format!("qrouter-{}", first.id));
    assert_eq!(
        ip(&inside, "-4 route").await.lines().collect::<Vec<_>>(),
        [
            "10.1.0.0/24 dev qr-aa000101-00 proto kernel scope link src 10.1.0.254",
            "10.2.0.0/24 dev qr-aa000102-00 proto kernel scope link src 10.2.0.254",
        ]
    );
}

#[tokio::test]
async fn bridges_go_with_their_networks_when_nothing_is_on_them() {
    let house = House::new().await;
    let mut wanted = wanted(&[router(1, &[1, 2])]);
    wanted.bridges.insert("brq00000000002".to_owned());
    house.make(&wanted).await;
    let server = house.server(1, 1).await;
    wanted.routers.clear();
    house.make(&wanted).await;
    let switch = house.fabric.switch().await.unwrap();
    assert_eq!(
        names(&switch).await,
        ["brq00000000001", "brq00000000002", "lo", "tap00000101-00"]
    );
    ip(&server, "link delete eth0").await;
    wanted.bridges.clear();
    house.make(&wanted).await;
    assert_eq!(names(&switch).await, ["lo"]);
}
