//! The engine restarts, or the whole host: servers that run on keep their networks, and those that are started again have them
//! again.

use super::restarts::{interface, is_plugged_once, pinging, unbroken};
use super::{Play, address, reaches};
use crate::stage::own_engine::OwnEngine;
use crate::stage::{Alone, STAYS, Seed, engine, until};

#[tokio::test]
async fn servers_keep_their_networks_when_the_engine_restarts() {
    let (own, play) = on_its_own_engine().await;
    engine::asked_at(own.url(), restarted(own, play)).await;
}

/// As far as that can be had without ending the host: nothing runs, and nothing is left of namespaces, links and rules.
#[tokio::test]
async fn servers_have_their_networks_again_when_the_host_restarts() {
    let (own, play) = on_its_own_engine().await;
    engine::asked_at(own.url(), restarted_with_the_host(own, play)).await;
}

async fn on_its_own_engine() -> (OwnEngine, Play) {
    let mut own = OwnEngine::prepared().await;
    own.start(true).await;
    let setting = Alone {
        docker: format!("host_url = {}", own.url()),
        ..Alone::default()
    };
    let mut stage = setting.set(Seed::planted().await);
    stage.service.start().await;
    (own, Play::on(stage).await)
}

async fn restarted_with_the_host(mut own: OwnEngine, mut play: Play) {
    let network = play.network("home", "10.65.0.0/24").await;
    let one = play.server("one", &[&network]).await;
    let again = lasting(&play, "again", &network).await;
    let there = address(&play.user, &again).await;
    reaches(&one, &there).await;
    play.stage.service.kill().await;
    own.stop().await;
    play.stage.service.cleaned_up(&["--force"]).unwrap();
    own.start(false).await;
    play.stage.service.start().await;
    play.user.reaches(&again, "ACTIVE").await;
    play.user.reaches(&one, "SHUTOFF").await;
    play.user.act(&one, serde_json::json!({"os-start": null})).await;
    play.user.reaches(&one, "ACTIVE").await;
    assert_eq!(address(&play.user, &again).await, there);
    reaches(&one, &there).await;
    reaches(&again, "one").await;
    for server in [&one, &again] {
        is_plugged_once(&play, server).await;
    }
    play.ends().await;
    drop(own);
}

async fn restarted(mut own: OwnEngine, play: Play) {
    let network = play.network("home", "10.64.0.0/24").await;
    let one = play.server("one", &[&network]).await;
    let two = play.server("two", &[&network]).await;
    let there = address(&play.user, &two).await;
    reaches(&one, &there).await;
    let before = [interface(&one).await, interface(&two).await];
    pinging(&one, &there).await;
    own.kill();
    is_missed(&play, true).await;
    own.start(true).await;
    is_missed(&play, false).await;
    unbroken(&one).await;
    assert_eq!([interface(&one).await, interface(&two).await], before);

    let again = lasting(&play, "again", &network).await;
    let away = lasting(&play, "away", &network).await;
    play.user.act(&away, serde_json::json!({"os-stop": null})).await;
    play.user.reaches(&away, "SHUTOFF").await;
    own.stop().await;
    is_missed(&play, true).await;
    own.start(false).await;
    is_missed(&play, false).await;
    own.stop().await;
    own.start(false).await;
    is_missed(&play, false).await;
    play.user.reaches(&again, "ACTIVE").await;
    play.user.reaches(&two, "SHUTOFF").await;
    // It was put away before: the engine must not wake it.
    let container = format!("nova-{away}");
    let asked = ["inspect", "--format", "{{.State.Running}}", &container];
    assert_eq!(engine::said(&asked).await.trim(), "false");
    play.user.act(&away, serde_json::json!({"os-start": null})).await;
    play.user.reaches(&away, "ACTIVE").await;
    for server in [&one, &two] {
        play.user.act(server, serde_json::json!({"os-start": null})).await;
        play.user.reaches(server, "ACTIVE").await;
    }
    reaches(&one, &there).await;
    reaches(&again, "two").await;
    reaches(&two, "again").await;
    for server in [&one, &two, &again] {
        is_plugged_once(&play, server).await;
    }
    play.ends().await;
    drop(own);
}

/// One that the engine itself starts again.
async fn lasting(play: &Play, name: &str, network: &str) -> String {
    let user_data = format!("command: {STAYS}\nhost_config: {{restart_policy: {{Name: always}}}}\n");
    let mut body = crate::stage::boot_body(name, &play.image, &user_data);
    body["server"]["networks"] = serde_json::json!([{"uuid": network}]);
    let server = play.user.boot(&body).await;
    play.user.reaches(&server, "ACTIVE").await;
    server
}

/// Until the service knows whether the engine is there.
async fn is_missed(play: &Play, missed: bool) {
    let url = play.user.compute.replace("/v2.1", "/healthcheck");
    let wanted = if missed { 503 } else { 200 };
    until("the health of compute changes", async || {
        let health = play.user.to(reqwest::Method::GET, &url).send().await.unwrap();
        (health.status() == wanted).then_some(())
    })
    .await;
}
