//! What a `user_data` asks for inside a server: once, after its first start, told in the action that made it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::stage::*;
use crate::compute::provision::EVENT;
use crate::compute::{Boot, Compute, RebootType, Rebuild, Update};
use crate::objects::*;
use crate::virt::fake::Verb;

const SCRIPT: &str = "#!/bin/sh\nexit 0\n";

fn said(user_data: &str) -> Boot {
    Boot {
        user_data: Some(UserData::new(STANDARD.encode(user_data)).unwrap()),
        ..boot("web")
    }
}

async fn booted(stage: &Stage, compute: &Compute, user_data: &str) -> InstanceId {
    let booted = compute.boot(&user(), said(user_data)).await.unwrap();
    let id = booted.instances[0].id;
    stage.until(id, |instance| is(instance, VmState::Active)).await;
    id
}

/// Until the driver is asked, which a hold keeps waiting.
async fn begun(stage: &Stage) {
    eventually(|| async { stage.faults().is_awaited(Verb::Provision).then_some(()) }).await;
}

async fn paid(stage: &Stage, id: InstanceId) {
    stage.until(id, |instance| !instance.unprovisioned).await;
}

/// Result and details of each time that it was done for this action, and the action's message.
async fn told(compute: &Compute, id: InstanceId, action: &str) -> (Vec<(String, String)>, Option<String>) {
    let actions = compute.actions(&user(), id).await.unwrap();
    let action = actions.into_iter().find(|known| known.action == action).unwrap();
    let events = action.events.into_iter().filter(|event| event.event == EVENT);
    let told = events.map(|event| {
        (
            event.result.unwrap_or_default(),
            event.details.unwrap_or_default(),
        )
    });
    (told.collect(), action.message)
}

fn once(result: &str, details: &str) -> Vec<(String, String)> {
    vec![(result.to_owned(), details.to_owned())]
}

#[tokio::test]
async fn a_script_runs_once_and_the_action_tells_how_it_ended() {
    let stage = Stage::new().await;
    let compute = stage.open().await;
    let held = stage.faults().hold(Verb::Provision).await;
    // The server is ACTIVE meanwhile.
    let id = booted(&stage, &compute, SCRIPT).await;
    begun(&stage).await;
    assert!(stage.db_instance(id).await.unprovisioned);
    assert_eq!(told(&compute, id, "create").await, (once("", ""), None));
    drop(held);
    paid(&stage, id).await;
    let scripts = stage.faults().provisioned(id).unwrap().scripts;
    assert_eq!(
        (scripts.len(), scripts[0].content.as_slice()),
        (1, SCRIPT.as_bytes())
    );
    assert_eq!(
        told(&compute, id, "create").await,
        (once("Success", "part-001 exited with 0"), None)
    );
    compute.reboot(&user(), id, RebootType::Hard).await.unwrap();
    stage.until(id, |instance| is(instance, VmState::Active)).await;
    assert!(!stage.db_instance(id).await.unprovisioned);
    assert_eq!(told(&compute, id, "create").await.0.len(), 1);
}

#[tokio::test]
async fn a_script_that_fails_is_a_failed_event_with_its_code_and_no_fault() {
    let stage = Stage::new().await;
    let compute = stage.open().await;
    let held = stage.faults().hold(Verb::Provision).await;
    let id = booted(&stage, &compute, SCRIPT).await;
    stage.faults().scripts_end_with(id, 3);
    drop(held);
    paid(&stage, id).await;
    assert_eq!(
        told(&compute, id, "create").await,
        (
            once("Error", "part-001 exited with 3"),
            Some("part-001 exited with 3".to_owned())
        )
    );
    let instance = stage.db_instance(id).await;
    assert_eq!(
        (instance.vm_state, instance.fault.is_none()),
        (VmState::Active, true)
    );
}

#[tokio::test]
async fn what_no_container_does_is_told_in_the_event_and_on_the_console() {
    let stage = Stage::new().await;
    let compute = stage.open().await;
    let id = booted(&stage, &compute, "#cloud-config\npackages: [vim]\nruncmd: [ls]\n").await;
    paid(&stage, id).await;
    let warning = "cloud-config: `packages` is not done in a container";
    assert_eq!(
        told(&compute, id, "create").await,
        (
            once("Success", &format!("cloud-config exited with 0; {warning}")),
            None
        )
    );
    let output = compute.console_output(&user(), id, None).await.unwrap();
    assert!(output.contains(warning), "{output}");
}

#[tokio::test]
async fn what_asks_for_nothing_has_no_event() {
    let mut stage = Stage::new().await;
    let compute = stage.open().await;
    for nothing in [
        "tty: true",
        "#include\nhttp://example.org\n",
        "#cloud-config\nhostname: told\n",
    ] {
        let id = booted(&stage, &compute, nothing).await;
        assert!(!stage.db_instance(id).await.unprovisioned);
        assert_eq!(
            told(&compute, id, "create").await,
            (Vec::new(), None),
            "{nothing}"
        );
    }
    drop(compute);
    stage.settings.run_user_scripts = false;
    let compute = stage.open().await;
    let id = booted(&stage, &compute, SCRIPT).await;
    assert!(!stage.db_instance(id).await.unprovisioned);
    assert_eq!(stage.faults().provisioned(id), None);
}

#[tokio::test]
async fn a_rebuilt_server_is_a_new_one() {
    let stage = Stage::new().await;
    let compute = stage.open().await;
    let id = booted(&stage, &compute, SCRIPT).await;
    paid(&stage, id).await;
    let rebuild = Rebuild {
        image: IMAGE,
        update: Update::default(),
        metadata: None,
        admin_pass: None,
        key_name: None,
        user_data: None,
        trusted_image_certificates: None,
    };
    compute.rebuild(&user(), id, rebuild).await.unwrap();
    stage.until(id, |instance| is(instance, VmState::Active)).await;
    paid(&stage, id).await;
    assert!(stage.faults().provisioned(id).is_some());
    assert_eq!(
        told(&compute, id, "rebuild").await,
        (once("Success", "part-001 exited with 0"), None)
    );
    assert_eq!(told(&compute, id, "create").await.0.len(), 1);
}

#[tokio::test]
async fn another_life_takes_up_what_the_last_one_left() {
    let stage = Stage::new().await;
    let compute = stage.open().await;
    let held = stage.faults().hold(Verb::Provision).await;
    let id = booted(&stage, &compute, SCRIPT).await;
    begun(&stage).await;
    drop(compute);
    drop(held);
    let compute = stage.open().await;
    paid(&stage, id).await;
    assert_eq!(
        told(&compute, id, "create").await,
        (once("Success", "part-001 exited with 0"), None)
    );
}

#[tokio::test]
async fn an_engine_that_goes_away_is_asked_again() {
    let stage = Stage::new().await;
    let compute = stage.open().await;
    let held = stage.faults().hold(Verb::Provision).await;
    let id = booted(&stage, &compute, SCRIPT).await;
    begun(&stage).await;
    stage.faults().engine_down(true);
    drop(held);
    eventually(|| async { (!compute.is_ready().await).then_some(()) }).await;
    assert_eq!(told(&compute, id, "create").await, (once("", ""), None));
    stage.faults().engine_down(false);
    paid(&stage, id).await;
    assert_eq!(
        told(&compute, id, "create").await,
        (once("Success", "part-001 exited with 0"), None)
    );
}

#[tokio::test]
async fn a_server_that_ended_first_is_served_by_its_next_start() {
    let stage = Stage::new().await;
    let compute = stage.open().await;
    let held = stage.faults().hold(Verb::Provision).await;
    let id = booted(&stage, &compute, SCRIPT).await;
    begun(&stage).await;
    compute.stop(&user(), id).await.unwrap();
    stage.until(id, |instance| is(instance, VmState::Stopped)).await;
    drop(held);
    let not_running = format!("Container nova-{id} is not running");
    let first = eventually(|| async {
        let (events, _) = told(&compute, id, "create").await;
        events.into_iter().next().filter(|(result, _)| !result.is_empty())
    })
    .await;
    assert!(first.0 == "Error" && first.1.contains(&not_running), "{first:?}");
    assert!(stage.db_instance(id).await.unprovisioned);
    compute.start(&user(), id).await.unwrap();
    paid(&stage, id).await;
    let (events, _) = told(&compute, id, "create").await;
    assert_eq!(events[1..], once("Success", "part-001 exited with 0"));
}

#[tokio::test]
async fn a_server_is_deleted_while_its_script_runs() {
    let stage = Stage::new().await;
    let compute = stage.open().await;
    let held = stage.faults().hold(Verb::Provision).await;
    let id = booted(&stage, &compute, SCRIPT).await;
    begun(&stage).await;
    compute.delete(&user(), id).await.unwrap();
    stage.until_gone(id).await;
    drop(held);
    let told = eventually(|| async {
        let actions = compute.actions_of_the_gone(&user(), id).await.unwrap();
        let create = actions.into_iter().find(|action| action.action == "create")?;
        let event = create.events.into_iter().find(|event| event.event == EVENT)?;
        event
            .result
            .map(|result| (result, event.details.unwrap_or_default()))
    })
    .await;
    assert_eq!(
        told,
        ("Error".to_owned(), "the server's container is gone".to_owned())
    );
}
