//! Verbs called again, after restarts and in the wrong moment.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use futures_util::FutureExt;
use futures_util::future::try_join_all;

use nova_docker::network::vif::{Change, Error, Host, Kernel, Link, Namespace, Place, Settings};

use crate::stage::{Stage, assert_same, driver_on, inside, ip, links, names, namespace, owner, reaches, vif};

#[tokio::test]
async fn plugging_again_disturbs_nothing() {
    let stage = Stage::set("bridge").await;
    let one = stage.server(&vif("bridge", 1)).await;
    let two = stage.server(&vif("bridge", 2)).await;
    assert!(reaches(&one, "10.0.0.2").await);
    let before = all_of(&stage, &one).await;
    stage.connect(&one, 0, &vif("bridge", 1)).await.unwrap();
    assert_same(&all_of(&stage, &one).await, &before, "after plugging again");
    assert!(reaches(&one, "10.0.0.2").await);
    drop(two);
}

async fn all_of(stage: &Stage, server: &Namespace) -> Vec<String> {
    let mut all = stage.state().await;
    all.extend(links(server).await);
    all.push(ip(server, "route").await);
    all.push(ip(server, "-6 route").await);
    all
}

#[tokio::test]
async fn what_is_missing_is_repaired() {
    let stage = Stage::set("bridge").await;
    let one = stage.server(&vif("bridge", 1)).await;
    let two = stage.server(&vif("bridge", 2)).await;
    ip(&stage.host, "link delete br0").await;
    ip(&stage.host, "link set tap00000001-00 down").await;
    ip(&one, "address flush dev eth0").await;
    stage.connect(&one, 0, &vif("bridge", 1)).await.unwrap();
    stage.connect(&two, 0, &vif("bridge", 2)).await.unwrap();
    assert!(reaches(&one, "10.0.0.2").await);
    assert!(reaches(&one, "fd00::2").await);
}

#[tokio::test]
async fn a_restarted_server_is_connected_though_its_old_namespace_lingers() {
    let stage = Stage::set("bridge").await;
    let old = stage.server(&vif("bridge", 1)).await;
    let new = stage.server(&vif("bridge", 1)).await;
    let two = stage.server(&vif("bridge", 2)).await;
    assert!(reaches(&two, "10.0.0.1").await);
    assert_eq!(names(&new).await, ["eth0", "lo"]);
    assert_eq!(names(&old).await, ["lo"]);
}

#[tokio::test]
async fn unplugging_twice_is_unplugging_once() {
    let stage = Stage::set("bridge").await;
    let server = stage.server(&vif("bridge", 1)).await;
    for _ in 0..2 {
        stage.driver.unplug(&owner(), &vif("bridge", 1)).await.unwrap();
        assert_eq!(names(&stage.host).await, ["br0", "lo"]);
        assert_eq!(names(&server).await, ["lo"]);
    }
}

#[tokio::test]
async fn another_interface_under_the_name_stays() {
    let stage = Stage::set("bridge").await;
    let server = stage.server(&vif("bridge", 1)).await;
    stage.driver.plug(&owner(), &vif("bridge", 2)).await.unwrap();
    let before = (stage.state().await, links(&server).await);
    let refused = stage
        .driver
        .attach(&owner(), &vif("bridge", 2), &inside(&server, 0))
        .await
        .unwrap_err();
    assert_eq!(
        refused.to_string(),
        "there is another interface 'eth0' in the server's network namespace"
    );
    assert_eq!((stage.state().await, links(&server).await), before);
}

#[tokio::test]
async fn many_at_once_share_one_bridge() {
    let stage = Stage::set("bridge").await;
    let servers = try_join_all((1..=20).map(|n| {
        let stage = &stage;
        async move {
            let server = namespace();
            stage
                .connect(&server, 0, &vif("bridge", n))
                .await
                .map(|()| server)
        }
    }));
    let servers = servers.await.unwrap();
    assert!(reaches(&servers[0], "10.0.0.20").await);
    assert_eq!(names(&stage.host).await.len(), 22);
}

#[tokio::test]
async fn a_verb_that_nobody_waits_for_goes_on_to_its_end() {
    let stage = Stage::set("bridge").await;
    let dropped = stage.driver.plug(&owner(), &vif("bridge", 1)).now_or_never();
    assert!(dropped.is_none(), "the plan was not even begun");
    let server = stage.server(&vif("bridge", 1)).await;
    let two = stage.server(&vif("bridge", 2)).await;
    assert!(reaches(&two, "10.0.0.1").await);
    assert_eq!(names(&server).await, ["eth0", "lo"]);
}

/// A kernel that just now ends the namespace in which the other end of a tap was.
#[derive(Debug)]
struct Late {
    kernel: Arc<Kernel>,
    ended: AtomicBool,
}

#[async_trait]
impl Host for Late {
    async fn link(&self, place: &Place, name: &str) -> Result<Option<Link>, Error> {
        self.kernel.link(place, name).await
    }

    async fn apply(&self, place: &Place, change: &Change) -> Result<(), Error> {
        if let Change::Mtu { link, .. } = change
            && !self.ended.swap(true, Ordering::SeqCst)
        {
            let link = link.clone();
            self.kernel.apply(place, &Change::Delete { link }).await?;
        }
        self.kernel.apply(place, change).await
    }
}

#[tokio::test]
async fn a_tap_that_vanishes_while_it_is_repaired_is_made_anew() {
    let stage = Stage::set("bridge").await;
    let old = stage.server(&vif("bridge", 1)).await;
    let late = Late {
        kernel: stage.kernel.clone(),
        ended: AtomicBool::new(false),
    };
    let driver = driver_on("bridge", &Settings::default(), Arc::new(late));
    driver.plug(&owner(), &vif("bridge", 1)).await.unwrap();
    assert_eq!(names(&old).await, ["lo"]);
    assert_eq!(
        names(&stage.host).await,
        ["br0", "lo", "ns00000001-00", "tap00000001-00"]
    );
}
