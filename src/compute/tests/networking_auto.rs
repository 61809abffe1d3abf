//! What "auto" is for a project with networks, and for one without.

use super::networking_choice::{refusal, refused};
use super::stage::*;
use crate::compute::Boot;
use crate::objects::*;

fn auto() -> Boot {
    Boot {
        network: NetworkChoice::Auto,
        ..boot("web")
    }
}

#[tokio::test]
async fn without_any_network_auto_is_a_new_one_and_silence_is_none() {
    let stage = Stage::new().await;
    let compute = stage.open().await;
    let id = compute.boot(&user(), boot("web")).await.unwrap().instances[0].id;
    let active = stage.until(id, |i| is(i, VmState::Active)).await;
    assert_eq!(active.vifs, []);
    assert_eq!(
        refusal(&compute, refused(auto())).await,
        (
            "400",
            "Unable to automatically allocate a network for project demo".to_owned()
        )
    );
    stage
        .network
        .allocate_automatically("10.4.0.0/24".parse().unwrap());
    for _ in 0..2 {
        let id = compute.boot(&user(), auto()).await.unwrap().instances[0].id;
        let active = stage.until(id, |i| is(i, VmState::Active)).await;
        assert_eq!(active.vifs[0].network.label, "auto_allocated_network");
    }
}

#[tokio::test]
async fn auto_is_the_only_network_unless_that_is_still_being_made() {
    let stage = Stage::new().await;
    let compute = stage.open().await;
    let own = stage.network("private");
    let id = compute.boot(&user(), auto()).await.unwrap().instances[0].id;
    let active = stage.until(id, |i| is(i, VmState::Active)).await;
    assert_eq!(active.vifs[0].network.id, own);
    stage
        .network
        .change_network(own, |network| network.admin_state_up = false);
    assert_eq!(refusal(&compute, refused(auto())).await.0, "400");
    stage.network("second");
    let ambiguous = "Multiple possible networks found, use a Network ID to be more specific.";
    assert_eq!(
        refusal(&compute, refused(auto())).await,
        ("409", ambiguous.to_owned())
    );
}
