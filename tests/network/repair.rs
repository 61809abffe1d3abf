//! Verbs called again, after restarts and in the wrong moment.

use futures_util::FutureExt;
use futures_util::future::try_join_all;

use crate::stage::{Stage, inside, ip, links, names, namespace, owner, reaches, vif};

#[tokio::test]
async fn plugging_again_disturbs_nothing() {
    let stage = Stage::set("bridge").await;
    let one = stage.server(&vif("bridge", 1)).await;
    let two = stage.server(&vif("bridge", 2)).await;
    let before = (
        stage.state().await,
        links(&one).await,
        ip(&one, "route").await,
        ip(&one, "-6 route").await,
    );
    stage.connect(&one, 0, &vif("bridge", 1)).await.unwrap();
    let after = (
        stage.state().await,
        links(&one).await,
        ip(&one, "route").await,
        ip(&one, "-6 route").await,
    );
    assert_eq!(after, before);
    assert!(reaches(&one, "10.0.0.2").await);
    drop(two);
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
