//! The console log.

use nova_docker::virt::{ComputeDriver, Error};

use crate::stage::{Stage, instance};

#[tokio::test]
async fn both_streams_are_there_and_after_the_end_too() {
    let stage = Stage::set().await;
    let id = stage.running("sh -c 'echo out; echo err >&2; exit 3'").await.id;
    assert_eq!(stage.ended(id).await.exit_code, Some(3));
    let written = stage.driver.console_output(id, None).await.unwrap();
    let mut lines: Vec<&str> = written.lines().collect();
    lines.sort_unstable();
    assert_eq!(lines, ["err", "out"]);
}

#[tokio::test]
async fn the_last_lines_come_oldest_first() {
    let stage = Stage::set().await;
    let id = stage.running("seq 1 100").await.id;
    stage.ended(id).await;
    assert_eq!(
        stage.driver.console_output(id, Some(3)).await.unwrap(),
        "98\n99\n100\n"
    );
    assert_eq!(stage.driver.console_output(id, Some(0)).await.unwrap(), "");
    assert_eq!(
        stage
            .driver
            .console_output(id, None)
            .await
            .unwrap()
            .lines()
            .count(),
        100
    );
}

#[tokio::test]
async fn a_terminal_is_read_as_it_is() {
    let stage = Stage::set().await;
    let server = instance("{tty: true, command: [printf, 'Grüße\\nno newline']}");
    let server = match stage.boot(&server, &stage.local_image().await).await {
        Ok(_) => server,
        // docker-py's `tty` may be the driver's to decide: then the engine's own word asks for one.
        Err(_) => {
            let server = instance(r#"{"Tty": true, "Cmd": ["printf", "Grüße\\nno newline"]}"#);
            stage.boot(&server, &stage.local_image().await).await.unwrap();
            server
        }
    };
    stage.ended(server.id).await;
    assert_eq!(
        stage.driver.console_output(server.id, None).await.unwrap(),
        "Grüße\r\nno newline"
    );
}

#[tokio::test]
async fn bytes_that_are_no_text_do_not_break_it() {
    let stage = Stage::set().await;
    let id = stage.running(r"printf 'a\377b\n'").await.id;
    stage.ended(id).await;
    assert_eq!(
        stage.driver.console_output(id, None).await.unwrap(),
        "a\u{fffd}b\n"
    );
}

#[tokio::test]
async fn an_engine_that_cannot_be_read_says_why() {
    let stage = Stage::set().await;
    let server = instance("");
    let labels = stage_labels(&stage, &server);
    let body = bollard::models::ContainerCreateBody {
        image: Some(stage.reference.clone()),
        labels: Some(labels),
        host_config: Some(bollard::models::HostConfig {
            log_config: Some(bollard::models::HostConfigLogConfig {
                typ: Some("none".to_owned()),
                config: None,
            }),
            ..Default::default()
        }),
        ..Default::default()
    };
    let options = bollard::query_parameters::CreateContainerOptionsBuilder::default()
        .name(&format!("nova-{}", server.id))
        .build();
    stage
        .api()
        .await
        .create_container(Some(options), body)
        .await
        .unwrap();
    let error = stage.driver.console_output(server.id, None).await.unwrap_err();
    assert!(
        matches!(&error, Error::Refused(reason) if reason.contains("such as json-file")),
        "{error}"
    );
}

fn stage_labels(
    stage: &Stage,
    server: &nova_docker::objects::Instance,
) -> std::collections::HashMap<String, String> {
    [
        (
            "org.openstack.nova.deployment".to_owned(),
            stage.deployment.to_string(),
        ),
        (
            "org.openstack.nova.instance_uuid".to_owned(),
            server.id.to_string(),
        ),
    ]
    .into()
}
