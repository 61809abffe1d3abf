//! An operator takes the networks of a service from the host; it makes them again if it comes back.

use super::{Play, address, interfaces, reaches, text, wires};
use crate::stage::until;

#[tokio::test]
async fn networks_are_taken_from_the_host_and_made_again_alone() {
    taken_and_made_again(Play::alone().await).await;
}

#[tokio::test]
async fn networks_are_taken_from_the_host_and_made_again_inside_a_cloud() {
    taken_and_made_again(Play::in_cloud().await).await;
}

async fn taken_and_made_again(mut play: Play) {
    let network = play.network("home", "10.66.0.0/24").await;
    let one = play.server("one", &[&network]).await;
    let two = play.server("two", &[&network]).await;
    let there = address(&play.user, &two).await;
    reaches(&one, &there).await;
    let attached = play.user.get(&format!("/servers/{one}/os-interface")).await.body;
    let port = text(&attached["interfaceAttachments"][0]["port_id"]);
    let refused = play.stage.service.cleaned_up(&[]).unwrap_err();
    assert!(refused.contains("is in use by another nova-docker"), "{refused}");
    assert!(play.stage.service.terminate().await.success());
    assert_eq!(
        play.stage.service.cleaned_up(&[]).unwrap_err(),
        "error: there are servers (2) that need their networks; delete them first, or say --force\n"
    );
    reaches(&one, &there).await;
    for _ in 0..2 {
        play.stage.service.cleaned_up(&["--force"]).unwrap();
        assert_eq!((wires::taps(&port), wires::passages(&port)), (0, 0));
        until("the server's end goes with the host's", async || {
            (interfaces(&one).await == "lo").then_some(())
        })
        .await;
    }
    play.stage.service.start().await;
    reaches(&one, &there).await;
    reaches(&two, "one").await;
    assert_eq!(wires::taps(&port), 1);
    play.ends().await;
}
