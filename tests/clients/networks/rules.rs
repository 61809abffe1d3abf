//! Servers are cut off by their security groups and let in by them, while they run.

use super::{Play, address, is_cut_off, reaches};
use crate::stage::engine::sh;

#[tokio::test]
async fn a_rule_that_goes_cuts_off_and_another_lets_in_alone() {
    cut_off_and_let_in(Play::alone().await).await;
}

#[tokio::test]
async fn a_rule_that_goes_cuts_off_and_another_lets_in_inside_a_cloud() {
    cut_off_and_let_in(Play::in_cloud().await).await;
}

async fn cut_off_and_let_in(play: Play) {
    let network = play.network("home", "10.56.0.0/24").await;
    let one = play.server("one", &[&network]).await;
    let two = play.server("two", &[&network]).await;
    let there = address(&play.user, &two).await;
    reaches(&one, &there).await;
    listens(&two).await;
    assert!(is_answered(&one, &there).await);

    let rules = play.ways_in().await.join(" ");
    play.openstack
        .run(&format!("security group rule delete {rules}"))
        .await;
    is_cut_off(&one, &there).await;
    assert!(!is_answered(&one, &there).await, "no more than pings");

    play.openstack
        .run("security group rule create --ingress --protocol icmp --remote-ip 10.56.0.0/24 default")
        .await;
    reaches(&one, &there).await;
    assert!(!is_answered(&one, &there).await, "pings alone were let in");
    is_let_in_by_a_group(&play, &one, &two, &there).await;
    play.ends().await;
}

/// A second group lets in who is in it, for as long as they both are.
async fn is_let_in_by_a_group(play: &Play, one: &str, two: &str, there: &str) {
    let openstack = &play.openstack;
    openstack.run("security group create friends").await;
    openstack
        .run("security group rule create --ingress --protocol tcp --dst-port 4000 --remote-group friends friends")
        .await;
    for server in [one, two] {
        openstack
            .run(&format!("server add security group {server} friends"))
            .await;
    }
    crate::stage::until("friends are let in", async || {
        is_answered(one, there).await.then_some(())
    })
    .await;
    openstack
        .run(&format!("server remove security group {one} friends"))
        .await;
    crate::stage::until("strangers are not", async || {
        (!is_answered(one, there).await).then_some(())
    })
    .await;
}

/// Says a word to whoever connects, again and again.
async fn listens(server: &str) {
    let line = "(while :; do echo word | busybox nc -l -p 4000; done) >/dev/null 2>&1 & echo";
    sh(server, line).await.unwrap();
}

async fn is_answered(server: &str, at: &str) -> bool {
    let line = format!("busybox timeout 2 busybox nc -w 2 {at} 4000 </dev/null");
    sh(server, &line).await.is_ok_and(|said| said == "word\n")
}
