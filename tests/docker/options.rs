//! What `user_data` and metadata do to a container.

use nova_docker::objects::PowerState;
use nova_docker::virt::ComputeDriver;

use crate::stage::{Stage, instance};

#[tokio::test]
async fn metadata_is_environment_and_user_data_lies_over_it() {
    let stage = Stage::set().await;
    let mut server = instance("command: env\nenvironment: {color: blue, size: big}\n");
    server.metadata = [("color", "red"), ("role", "web")]
        .map(|(k, v)| (k.to_owned(), v.to_owned()))
        .into();
    stage.boot(&server, &stage.local_image().await).await.unwrap();
    let written = stage.console_with(server.id, "size=").await;
    for line in ["color=blue", "role=web", "size=big"] {
        assert!(written.lines().any(|have| have == line), "{line} in {written}");
    }
    assert!(!written.contains("red"));
}

#[tokio::test]
async fn a_create_body_in_the_engines_own_words_is_followed() {
    let stage = Stage::set().await;
    let body = r#"{"Cmd": ["sleep", "1000"], "Tty": true, "OpenStdin": false, "WorkingDir": "/bin",
        "ExposedPorts": {"80/tcp": {}},
        "HostConfig": {"NetworkMode": "bridge", "CapDrop": ["MKNOD"], "Dns": ["192.0.2.1"], "RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 2},
                       "PortBindings": {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": ""}]}}}"#;
    let server = instance(body);
    stage.boot(&server, &stage.local_image().await).await.unwrap();
    let found = stage.inspect(server.id).await.unwrap();
    let (config, host) = (found.config.unwrap(), found.host_config.unwrap());
    assert_eq!(config.cmd.unwrap(), ["sleep", "1000"]);
    assert_eq!((config.tty, config.open_stdin), (Some(true), Some(false)));
    assert_eq!(config.working_dir.as_deref(), Some("/bin"));
    assert_eq!(config.exposed_ports.unwrap(), ["80/tcp"]);
    assert_eq!(host.cap_drop.unwrap(), ["MKNOD"]);
    assert_eq!(host.dns.unwrap(), ["192.0.2.1"]);
    assert_eq!(host.restart_policy.unwrap().maximum_retry_count, Some(2));
    let port = &host.port_bindings.unwrap()["80/tcp"].clone().unwrap()[0];
    assert_eq!(port.host_ip.as_deref(), Some("127.0.0.1"));
    let published = found.network_settings.unwrap().ports.unwrap()["80/tcp"]
        .clone()
        .unwrap();
    assert_ne!(published[0].host_port.as_deref(), Some(""));
}

#[tokio::test]
async fn a_volume_of_the_host_is_bound_and_an_anonymous_one_goes_with_the_server() {
    let stage = Stage::set().await;
    std::fs::write(stage.files.path().join("word"), "from the host\n").unwrap();
    let mut server = instance(&format!(
        "volumes: {{{}: /mnt}}\ncommand: [sh, -c, 'cat /mnt/word; sleep 1000']\n",
        stage.files.path().display()
    ));
    server.licence.operator = true;
    stage.boot(&server, &stage.local_image().await).await.unwrap();
    stage.console_with(server.id, "from the host").await;

    let server = instance("volumes: [/data]\ncommand: sleep 1000\n");
    stage.boot(&server, &stage.local_image().await).await.unwrap();
    let mounts = stage.inspect(server.id).await.unwrap().mounts.unwrap();
    let volume = mounts.into_iter().find_map(|mount| mount.name).unwrap();
    let api = stage.api().await;
    assert!(api.inspect_volume(&volume).await.is_ok());
    stage.driver.destroy(server.id).await.unwrap();
    assert!(api.inspect_volume(&volume).await.is_err());
}

#[tokio::test]
async fn a_mistake_in_user_data_is_said_and_nothing_is_made() {
    let stage = Stage::set().await;
    let error = stage
        .boot(
            &instance("comand: sleep 1000\nenvironment: {a: b}\n"),
            &stage.local_image().await,
        )
        .await;
    let message = error.unwrap_err().to_string();
    assert!(message.contains("did you mean `command`?"), "{message}");
    assert_eq!(stage.containers().await, [""; 0]);
}

#[tokio::test]
async fn what_belongs_to_somebody_else_is_ignored() {
    let stage = Stage::set().await;
    let server = instance("#cloud-config\npackages: [nginx]\n");
    let observed = stage.boot(&server, &stage.local_image().await).await.unwrap();
    assert_eq!(observed.power_state, PowerState::Running);
}
