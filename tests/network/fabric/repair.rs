//! Called again, after deaths, reboots and other people's hands.

use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use nova_docker::network::fabric::{Router, Wanted};

use super::house::{House, floating, leading_out, router, state, wanted};
use crate::stage::{assert_same, ip, is_cut_off, reaches, run};

fn busy() -> Wanted {
    let mut leading = leading_out(router(1, &[1, 2]), 11);
    leading.floating_ips = vec![floating("203.0.113.50", "10.1.0.1")];
    wanted(&[leading, router(2, &[3])])
}

#[tokio::test]
async fn the_same_again_changes_nothing() {
    let house = House::new().await;
    house.make(&busy()).await;
    let _one = house.server(1, 1).await;
    let before = house.state().await;
    house.make(&busy()).await;
    assert_same(&house.state().await, &before, "after the same again");
}

#[tokio::test]
async fn after_a_restart_conversations_go_on() {
    let house = House::new().await;
    house.make(&busy()).await;
    let one = house.server(1, 1).await;
    let talk = super::house::Talk::begin(&one, &house.host, "203.0.113.1").await;
    assert_eq!(talk.heard("hello").as_deref(), Some("203.0.113.50"));
    let problems = house.restarted().reconcile(&busy()).await;
    assert!(problems.is_empty(), "{problems:?}");
    assert_eq!(talk.heard("bye").as_deref(), Some("203.0.113.50"));
}

#[tokio::test]
async fn removal_leaves_nothing() {
    let house = House::new().await;
    let before = state(&house.host).await;
    house.make(&busy()).await;
    assert!(house.restarted().remove_all().await.is_empty());
    assert_eq!(house.named(), [""; 0]);
    assert_same(&state(&house.host).await, &before, "after removal");
    assert!(house.fabric.remove_all().await.is_empty());
}

#[tokio::test]
async fn what_is_missing_is_repaired() {
    let house = House::new().await;
    house.make(&busy()).await;
    let one = house.server(1, 1).await;
    let _two = house.server(2, 1).await;
    let inside = house.opened(&format!("qrouter-{}", busy().routers[0].id));
    ip(&inside, "link delete qr-aa000102-00").await;
    ip(&inside, "link set qr-aa000101-00 down").await;
    ip(&inside, "address flush dev qg-bb00000b-00").await;
    ip(&inside, "address add 10.9.0.1/24 dev qr-aa000101-00").await;
    run(&inside, "nft flush ruleset").await;
    run(&house.host, "nft flush ruleset").await;
    ip(&house.host, "link delete nvd-00000eee").await;
    house.fabric.doubt().await;
    house.make(&busy()).await;
    assert!(reaches(&one, "10.2.0.1").await);
    assert!(reaches(&house.host, "203.0.113.50").await);
    assert!(reaches(&one, super::house::OUTSIDE).await);
    assert!(is_cut_off(&one, "10.9.0.1").await);
}

#[tokio::test]
async fn a_name_without_a_namespace_is_used_again() {
    let house = House::new().await;
    std::fs::create_dir(&house.names).unwrap();
    // As a reboot leaves them where the folder is on a disk.
    std::fs::write(house.names.join("nova-docker-deadbeef"), "").unwrap();
    let name = format!("qrouter-{}", router(1, &[]).id);
    std::fs::write(house.names.join(name), "").unwrap();
    house.make(&wanted(&[router(1, &[1, 2])])).await;
    let one = house.server(1, 1).await;
    assert!(reaches(&one, "10.2.0.254").await);
}

#[tokio::test]
async fn namespaces_of_others_are_left_alone() {
    let house = House::new().await;
    let other = house.neighbour();
    let foreign = router(5, &[1]);
    assert!(
        other
            .reconcile(&wanted(std::slice::from_ref(&foreign)))
            .await
            .is_empty()
    );
    let before = house.state().await;
    let problems = house
        .fabric
        .reconcile(&wanted(std::slice::from_ref(&foreign)))
        .await;
    let path = house.names.join(format!("qrouter-{}", foreign.id));
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert_eq!(
        problems[0].to_string(),
        format!(
            "router {}: there is a network namespace {} already, of somebody else",
            foreign.id,
            path.display()
        )
    );
    assert!(house.fabric.remove_all().await.is_empty());
    assert_same(&house.state().await, &before, "the neighbour's");
}

/// A process that dies after so many steps.
struct Dying<F> {
    work: Pin<Box<F>>,
    steps: usize,
}

impl<F: Future> Future for Dying<F> {
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if self.steps == 0 {
            return Poll::Ready(None);
        }
        self.steps -= 1;
        self.work.as_mut().poll(context).map(Some)
    }
}

/// Whether the work came to its end.
async fn die_after(steps: usize, work: impl Future) -> bool {
    let work = Box::pin(work);
    pin!(Dying { work, steps }).await.is_some()
}

fn small() -> Vec<Router> {
    let mut leading = leading_out(router(1, &[1]), 11);
    leading.floating_ips = vec![floating("203.0.113.50", "10.1.0.1")];
    vec![leading]
}

#[tokio::test]
async fn after_a_death_at_any_step_everything_is_made_and_everything_is_removed() {
    let house = House::new().await;
    let before = state(&house.host).await;
    let mut step = 1;
    while !die_after(step, house.restarted().reconcile(&wanted(&small()))).await {
        assert!(house.restarted().remove_all().await.is_empty(), "step {step}");
        assert_eq!(house.named(), [""; 0], "step {step}");
        assert_same(&state(&house.host).await, &before, &format!("step {step}"));
        die_after(step, house.restarted().reconcile(&wanted(&small()))).await;
        let problems = house.restarted().reconcile(&wanted(&small())).await;
        assert!(problems.is_empty(), "step {step}: {problems:?}");
        assert!(reaches(&house.host, "203.0.113.11").await, "step {step}");
        die_after(step, house.restarted().remove_all()).await;
        assert!(house.restarted().remove_all().await.is_empty(), "step {step}");
        step += 11;
    }
    assert!(step > 30, "only {step} steps");
}
