//! What a server's container is, and that a boot that fails leaves nothing.

use std::collections::HashMap;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use nova_docker::objects::{NetworkChoice, PowerState};
use nova_docker::virt::{ComputeDriver, Error, Supplies};

use crate::stage::{Stage, Steps, context, instance};

#[tokio::test]
async fn a_server_is_a_container_with_its_name_labels_and_limits() {
    let stage = Stage::set().await;
    let server = instance("");
    let observed = stage.boot(&server, &stage.local_image().await).await.unwrap();

    let found = stage.inspect(server.id).await.unwrap();
    let config = found.config.unwrap();
    let host = found.host_config.unwrap();
    assert_eq!(found.name, Some(format!("/nova-{}", server.id)));
    assert_eq!(config.hostname.as_deref(), Some("my-server"));
    assert_eq!(config.open_stdin, Some(true));
    assert_eq!(config.tty, Some(false));
    assert_eq!(config.image, stage.local_image().await.engine_id);
    let label = |name: &str, value: &str| (format!("org.openstack.nova.{name}"), value.to_owned());
    assert_eq!(
        config.labels.unwrap(),
        HashMap::from([
            label("instance_uuid", &server.id.to_string()),
            label("deployment", &stage.deployment.to_string()),
            label("project_id", "the-project"),
            label("user_id", "the-user"),
            label("host", "docker-tests"),
            label("name", "My Server"),
            label("restart_policy", ""),
        ])
    );
    assert_eq!(host.memory, Some(64 << 20));
    assert_eq!(host.memory_swap, Some(96 << 20));
    assert_eq!(host.cpu_shares, Some(1024));
    assert_eq!(host.nano_cpus, Some(1_000_000_000));
    assert_eq!(host.privileged, Some(false));
    assert_eq!(host.network_mode.as_deref(), Some("none"));

    assert_eq!(
        (observed.power_state, observed.exit_code),
        (PowerState::Running, None)
    );
}

#[tokio::test]
async fn a_flavor_with_more_cpus_than_the_host_boots_with_what_there_is() {
    let stage = Stage::set().await;
    let mut server = instance("");
    server.flavor.vcpus = 1000;
    stage.boot(&server, &stage.local_image().await).await.unwrap();
    let cpus = i64::from(stage.driver.resources().await.unwrap().vcpus);
    let host = stage.inspect(server.id).await.unwrap().host_config.unwrap();
    assert_eq!(host.nano_cpus, Some(cpus * 1_000_000_000));
    assert_eq!(host.cpu_shares, Some(262_144));
}

#[tokio::test]
async fn a_server_without_networks_is_on_the_one_of_its_user_data() {
    let stage = Stage::set().await;
    let mut server = instance("host_config: {network_mode: bridge}\n");
    server.network = NetworkChoice::None;
    stage.boot(&server, &stage.local_image().await).await.unwrap();
    let host = stage.inspect(server.id).await.unwrap().host_config.unwrap();
    assert_eq!(host.network_mode.as_deref(), Some("bridge"));
}

#[tokio::test]
async fn the_key_is_roots_while_the_server_lives() {
    let stage = Stage::set_with(|settings| settings.inject_key = true).await;
    let mut server = instance(
        "command: [sh, -c, 'cat /root/.ssh/authorized_keys; echo x > /root/.ssh/y || echo read-only']",
    );
    server.key_data = Some("ssh-ed25519 AAAA me@there".to_owned());
    stage.boot(&server, &stage.local_image().await).await.unwrap();
    let written = stage.console_with(server.id, "read-only").await;
    assert!(
        written.contains("# The following ssh key was injected by Nova\nssh-ed25519 AAAA me@there\n"),
        "{written}"
    );
    let directory = stage.files.path().join("instances").join(server.id.to_string());
    let mode = std::fs::metadata(directory.join(".ssh"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o700);
    stage.driver.destroy(server.id).await.unwrap();
    assert!(!directory.exists());
}

#[tokio::test]
async fn a_server_that_is_gone_is_destroyed_already() {
    let stage = Stage::set().await;
    let server = stage.running("sleep 1000").await;
    stage.driver.destroy(server.id).await.unwrap();
    assert!(stage.inspect(server.id).await.is_none());
    stage.driver.destroy(server.id).await.unwrap();
    assert_eq!(stage.driver.observe(server.id).await.unwrap(), None);
}

#[tokio::test]
async fn a_server_that_cannot_start_leaves_nothing() {
    let stage = Stage::set_with(|settings| settings.inject_key = true).await;
    let mut server = instance("command: [/no/such/program]");
    server.key_data = Some("ssh-ed25519 AAAA me@there".to_owned());
    let error = stage.boot(&server, &stage.local_image().await).await.unwrap_err();
    assert!(
        matches!(&error, Error::Refused(reason) if reason.contains("/no/such/program")),
        "{error}"
    );
    assert_eq!(stage.containers().await, [""; 0]);
    assert!(
        !stage
            .files
            .path()
            .join("instances")
            .join(server.id.to_string())
            .exists()
    );
}

#[tokio::test]
async fn an_abandoned_boot_leaves_nothing_once_destroyed() {
    let stage = Stage::set().await;
    let image = stage.local_image().await;
    for after in [0, 3, 10, 30, 100, 200] {
        let server = instance("");
        let steps = Steps::default();
        let (context, supplies) = (context(), Supplies::default());
        let boot = stage.driver.spawn(&context, &server, &image, &supplies, &steps);
        // Wherever it is by now, it is dropped there.
        let _ = tokio::time::timeout(Duration::from_millis(after), boot).await;
        stage.driver.destroy(server.id).await.unwrap();
        assert_eq!(stage.containers().await, [""; 0], "dropped after {after} ms");
    }
}

#[tokio::test]
async fn an_image_without_a_command_is_refused_with_a_way_out() {
    let stage = Stage::set().await;
    let reference = format!("nova-docker-test/{}:mute", stage.deployment);
    stage.import(&reference, "").await;
    let image = stage.local(&reference).await;
    let error = stage.boot(&instance(""), &image).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "Image {} is unacceptable: it has neither a command nor an entrypoint: say what to run with `command:` in \
             user_data, or with the image property os_command_line",
            image.id
        )
    );
    assert_eq!(stage.containers().await, [""; 0]);

    let mut image = image;
    image.properties.insert(
        "os_command_line".to_owned(),
        "sh -c 'echo it said so; sleep 1000'".to_owned(),
    );
    let server = instance("");
    stage.boot(&server, &image).await.unwrap();
    stage.console_with(server.id, "it said so").await;
}

/// What an ephemeral cloud does at its end: it waits for what was cut off, and then nothing comes any more.
#[tokio::test]
async fn a_boot_that_was_cut_off_is_over_once_the_driver_has_settled() {
    let stage = Stage::set().await;
    let image = stage.local_image().await;
    for after in [1, 5, 10, 20, 40, 80] {
        let server = instance("command: sleep 1000");
        let boot = stage.boot(&server, &image);
        let done = tokio::time::timeout(Duration::from_millis(after), boot).await;
        stage.driver.settle().await;
        let made = usize::from(done.is_ok());
        assert_eq!(stage.containers().await.len(), made, "after {after} ms");
        stage.driver.destroy(server.id).await.unwrap();
    }
}
