//! What a `user_data` asks for inside a server, as its user sees it: the console's output and the server's actions.

use serde_json::{Value, json};

use crate::stage::engine::sh;
use crate::stage::{Session, Stage, boot_body, until};

const EVENT: &str = "compute_run_user_data";

/// The event of the server's newest action of that name, once it is over, and that action's message.
async fn event(session: &Session, server: &str, action: &str) -> (Value, Value) {
    let path = format!("/servers/{server}/os-instance-actions");
    until("the user_data was done", async || {
        let actions = session.get(&path).await.body;
        let actions = actions["instanceActions"].as_array().unwrap().iter();
        let named = actions.filter(|known| known["action"] == action);
        let request = named.map(|known| known["request_id"].as_str().unwrap()).next()?;
        let shown = session.get(&format!("{path}/{request}")).await.body["instanceAction"].clone();
        let mut events = shown["events"].as_array()?.iter();
        let event = events.rfind(|event| event["event"] == EVENT)?.clone();
        (!event["result"].is_null()).then(|| (event, shown["message"].clone()))
    })
    .await
}

async fn console(session: &Session, server: &str) -> String {
    let output = session.act(server, json!({"os-getConsoleOutput": {}})).await;
    output["output"].as_str().unwrap().to_owned()
}

async fn booted(stage: &Stage, session: &Session, user_data: &str) -> String {
    let image = stage.upload(session, &stage.seed.name("system")).await;
    let body = boot_body(&stage.seed.name("server"), &image, user_data);
    let server = session.boot(&body).await;
    session.reaches(&server, "ACTIVE").await;
    server
}

#[tokio::test]
async fn a_script_is_run_its_output_read_and_its_exit_code_told() {
    let stage = Stage::alone().await;
    let session = stage.member().await;
    let script = "#!/bin/bash\nbusybox touch /ran\necho hello from the script\nexit 3\n";
    let server = booted(&stage, &session, script).await;
    let (event, message) = event(&session, &server, "create").await;
    assert_eq!(
        (&event["result"], &message),
        (&json!("Error"), &json!("part-001 exited with 3"))
    );
    let output = console(&session, &server).await;
    assert!(
        output.contains("hello from the script\nnova-docker: part-001 exited with 3\n"),
        "{output}"
    );
    assert_eq!(sh(&server, "ls /ran").await.unwrap(), "/ran\n");
    session.act(&server, json!({"reboot": {"type": "HARD"}})).await;
    session.reaches(&server, "ACTIVE").await;
    let again = console(&session, &server).await;
    assert_eq!(again.matches("hello from the script").count(), 1, "{again}");
    // An operator reads more of it.
    let admin = stage.admin().await;
    let path = format!("/servers/{server}/os-instance-actions");
    let actions = admin.get(&path).await.body["instanceActions"].clone();
    let create = actions
        .as_array()
        .unwrap()
        .iter()
        .find(|action| action["action"] == "create")
        .unwrap();
    let shown = admin
        .get(&format!("{path}/{}", create["request_id"].as_str().unwrap()))
        .await
        .body;
    let events = shown["instanceAction"]["events"].as_array().unwrap();
    let told = events.iter().find(|event| event["event"] == EVENT).unwrap();
    assert_eq!(told["details"], "part-001 exited with 3");
    // A rebuilt server is a new one.
    let image = session.server(&server).await.unwrap()["image"]["id"].clone();
    session
        .act(&server, json!({"rebuild": {"imageRef": image}}))
        .await;
    session.reaches(&server, "ACTIVE").await;
    let (rebuilt, _) = self::event(&session, &server, "rebuild").await;
    assert_eq!(rebuilt["result"], "Error");
    assert_eq!(
        console(&session, &server)
            .await
            .matches("hello from the script")
            .count(),
        1
    );
    session.delete(&server).await;
}

#[tokio::test]
async fn a_script_outlives_the_service_and_is_run_once() {
    let mut stage = Stage::alone().await;
    let session = stage.member().await;
    let script =
        "#!/bin/sh\necho one time >>/times\necho begun\nuntil [ -e /go ]; do sleep 1; done\necho over\n";
    let server = booted(&stage, &session, script).await;
    until("the script begins", async || {
        console(&session, &server).await.contains("begun").then_some(())
    })
    .await;
    stage.service.kill().await;
    sh(&server, "busybox touch /go").await.unwrap();
    stage.service.start().await;
    let session = stage.member().await;
    let (event, message) = event(&session, &server, "create").await;
    assert_eq!((&event["result"], &message), (&json!("Success"), &Value::Null));
    assert_eq!(sh(&server, "cat /times").await.unwrap(), "one time\n");
    // What was written while nobody was there to listen is not lost.
    let output = console(&session, &server).await;
    assert!(output.contains("begun\nover\n"), "{output}");
    session.delete(&server).await;
}

#[tokio::test]
async fn cloud_config_and_options_come_together_as_a_multipart_document() {
    let stage = Stage::alone().await;
    let session = stage.member().await;
    let mail = "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n\
        --x\nContent-Type: text/cloud-config\n\n#cloud-config\nhostname: told\nntp: {}\n\
        write_files: [{path: /written, content: by cloud-config}]\n\
        --x\nContent-Type: text/plain\nContent-Disposition: attachment; filename=\"\"\n\nenvironment: {COLOUR: red}\n--x--\n";
    let server = booted(&stage, &session, mail).await;
    let (event, message) = event(&session, &server, "create").await;
    assert_eq!((&event["result"], &message), (&json!("Success"), &Value::Null));
    assert_eq!(
        sh(&server, "cat /written; hostname; echo $COLOUR").await.unwrap(),
        "by cloud-configtold\nred\n"
    );
    let output = console(&session, &server).await;
    assert!(output.contains("`ntp` is not done in a container"), "{output}");
    session.delete(&server).await;
}

#[tokio::test]
async fn an_operator_may_want_none_of_it() {
    let setting = crate::stage::Alone {
        docker: "run_user_scripts = false".to_owned(),
        ..Default::default()
    };
    let stage = setting.up().await;
    let session = stage.member().await;
    let server = booted(&stage, &session, "#!/bin/sh\necho ran\n").await;
    let path = format!("/servers/{server}/os-instance-actions");
    let actions = session.get(&path).await.body;
    let request = actions["instanceActions"][0]["request_id"]
        .as_str()
        .unwrap()
        .to_owned();
    let shown = session.get(&format!("{path}/{request}")).await.body;
    let events: Vec<&Value> = shown["instanceAction"]["events"]
        .as_array()
        .unwrap()
        .iter()
        .collect();
    assert!(events.iter().all(|event| event["event"] != EVENT), "{shown}");
    assert_eq!(console(&session, &server).await, "");
    session.delete(&server).await;
}
