//! Limits that change while a server runs, a rescue, a password and diagnostics, on a real engine.

use std::time::Duration;

use bollard::container::LogOutput;
use bollard::exec::{StartExecOptions, StartExecResults};
use bollard::models::ExecConfig;
use futures_util::StreamExt;
use nova_docker::objects::{Flavor, Instance, InstanceId, PowerState, Secret};
use nova_docker::virt::{ComputeDriver, Error, NetworkInfo, Observed, Supplies};

use crate::stage::{Stage, context, instance};

const PATIENCE: Duration = Duration::from_secs(10);

/// What a command wrote in the container that has the server's place.
async fn inside(stage: &Stage, id: InstanceId, command: &str) -> String {
    let api = stage.api().await;
    let config = ExecConfig {
        attach_stdout: Some(true),
        attach_stderr: Some(true),
        cmd: Some(["sh", "-c", command].map(str::to_owned).to_vec()),
        ..ExecConfig::default()
    };
    let exec = api.create_exec(&format!("nova-{id}"), config).await.unwrap();
    let started = api.start_exec(&exec.id, None::<StartExecOptions>).await.unwrap();
    let StartExecResults::Attached { mut output, .. } = started else {
        panic!("the command is attached");
    };
    let mut written = String::new();
    while let Some(chunk) = output.next().await {
        let chunk: LogOutput = chunk.unwrap();
        written.push_str(&chunk.to_string());
    }
    written
}

async fn rescue(stage: &Stage, server: &Instance) -> Result<Observed, Error> {
    let image = stage.local_image().await;
    stage
        .driver
        .rescue(&context(), server, &image, &Supplies::default(), PATIENCE)
        .await
}

fn of_size(server: &Instance, vcpus: u32, memory_mb: u64) -> Instance {
    Instance {
        flavor: Flavor {
            vcpus,
            memory_mb,
            ..server.flavor.clone()
        },
        ..server.clone()
    }
}

async fn limits(stage: &Stage, id: InstanceId) -> (Option<i64>, Option<i64>, Option<i64>, Option<i64>) {
    let host = stage.inspect(id).await.unwrap().host_config.unwrap();
    (host.memory, host.memory_swap, host.cpu_shares, host.nano_cpus)
}

#[tokio::test]
async fn limits_change_while_the_server_runs_on() {
    let stage = Stage::set().await;
    let server = stage.running("sleep 1000").await;
    let id = server.id;
    let started = async || stage.inspect(id).await.unwrap().state.unwrap().started_at;
    let (before, began) = (limits(&stage, id).await, started().await);
    let (mib, cpu) = (1_i64 << 20, 1_000_000_000);
    assert_eq!(before, (Some(64 * mib), Some(96 * mib), Some(1024), Some(cpu)));
    stage.driver.resize(&of_size(&server, 2, 256)).await.unwrap();
    assert_eq!(
        limits(&stage, id).await,
        (Some(256 * mib), Some(288 * mib), Some(2048), Some(2 * cpu))
    );
    stage.driver.resize(&server).await.unwrap();
    assert_eq!((limits(&stage, id).await, started().await), (before, began));
    stage.driver.power_off(id, PATIENCE).await.unwrap();
    stage.driver.resize(&of_size(&server, 2, 256)).await.unwrap();
    stage
        .driver
        .power_on(&server, &NetworkInfo::default())
        .await
        .unwrap();
    assert_eq!(
        limits(&stage, id).await.0,
        Some(256 * mib),
        "a stopped one starts with them"
    );
    let nobody = stage.driver.resize(&instance("")).await;
    assert!(matches!(nobody, Err(Error::NoSuchInstance(_))));
}

#[tokio::test]
async fn a_server_sees_as_many_processors_as_its_flavor_has() {
    let stage = Stage::set().await;
    let count = "while :; do echo $(grep -c ^processor /proc/cpuinfo) processors; sleep 0.1; done";
    let server = stage.running(&format!("sh -c '{count}'")).await;
    stage.console_with(server.id, "1 processors").await;
    stage.driver.resize(&of_size(&server, 3, 64)).await.unwrap();
    stage.console_with(server.id, "3 processors").await;
}

#[tokio::test]
async fn a_rescue_system_mends_the_servers_files() {
    let stage = Stage::set().await;
    let server = stage
        .running("sh -c 'echo broken > /state; echo up; sleep 1000'")
        .await;
    let id = server.id;
    stage.console_with(id, "up").await;
    stage.driver.power_off(id, Duration::from_secs(1)).await.unwrap();
    let observed = rescue(&stage, &server).await.unwrap();
    assert_eq!(observed.power_state, PowerState::Running);
    assert_eq!(inside(&stage, id, "cat /mnt/rescue/state").await, "broken\n");
    assert_eq!(
        inside(&stage, id, "ls /state 2>/dev/null || echo none").await,
        "none\n"
    );
    inside(
        &stage,
        id,
        "echo mended > /mnt/rescue/new; busybox rm /mnt/rescue/state",
    )
    .await;
    let mut names = stage.containers().await;
    names.sort_unstable();
    assert_eq!(names, [format!("nova-{id}"), format!("nova-{id}-rescued")]);
    let all = stage.driver.observe_all().await.unwrap();
    assert_eq!(all.len(), 1, "the waiting container is nobody else's server");
    for _ in 0..2 {
        let back = stage
            .driver
            .unrescue(&server, &NetworkInfo::default())
            .await
            .unwrap();
        assert_eq!(back.power_state, PowerState::Running);
    }
    assert_eq!(inside(&stage, id, "cat /new").await, "mended\n");
    assert_eq!(stage.containers().await, [format!("nova-{id}")]);
    assert!(
        stage
            .api()
            .await
            .inspect_volume(&format!("nova-{id}-rescue"))
            .await
            .is_err()
    );
}

#[tokio::test]
async fn a_rescue_that_broke_off_is_begun_anew_and_a_delete_takes_everything() {
    let stage = Stage::set().await;
    let server = stage
        .running("sh -c 'echo kept > /state; echo up; sleep 1000'")
        .await;
    let id = server.id;
    stage.console_with(id, "up").await;
    for after in [0, 50, 200, 500, 1000] {
        let broken_off = tokio::time::timeout(Duration::from_millis(after), rescue(&stage, &server));
        drop(broken_off.await);
        let image = stage.local_image().await;
        let rescued = stage
            .driver
            .rescue(
                &context(),
                &server,
                &image,
                &Supplies::default(),
                Duration::from_secs(1),
            )
            .await;
        assert_eq!(
            rescued.unwrap().power_state,
            PowerState::Running,
            "after {after} ms"
        );
        assert_eq!(inside(&stage, id, "cat /mnt/rescue/state").await, "kept\n");
    }
    // As after a restart of nova-docker.
    let another = stage.another_driver();
    let back = another.unrescue(&server, &NetworkInfo::default()).await;
    assert_eq!(back.unwrap().power_state, PowerState::Running);
    assert_eq!(inside(&stage, id, "cat /state").await, "kept\n");
    rescue(&stage, &server).await.unwrap();
    stage.driver.destroy(id).await.unwrap();
    assert_eq!(stage.containers().await, Vec::<String>::new());
    assert!(
        stage
            .api()
            .await
            .inspect_volume(&format!("nova-{id}-rescue"))
            .await
            .is_err()
    );
}

#[tokio::test]
async fn a_server_that_cannot_be_rescued_is_back_as_it_was() {
    let stage = Stage::set().await;
    let mute = "nova-docker-test-mute";
    let reference = stage.reference.replace("busybox", mute);
    stage.import(&reference, "").await;
    let mute = stage.local(&reference).await;
    let boots_by_itself = instance("");
    stage
        .boot(&boots_by_itself, &stage.local_image().await)
        .await
        .unwrap();
    let id = boots_by_itself.id;
    let rescued = stage
        .driver
        .rescue(
            &context(),
            &boots_by_itself,
            &mute,
            &Supplies::default(),
            Duration::from_secs(1),
        )
        .await;
    let words = rescued.unwrap_err().to_string();
    assert!(words.contains("neither a command nor an entrypoint"), "{words}");
    let back = stage.driver.observe(id).await.unwrap().unwrap();
    assert_eq!(back.power_state, PowerState::Running);
    assert_eq!(stage.containers().await, [format!("nova-{id}")]);
}

#[tokio::test]
async fn a_password_goes_into_the_servers_own_chpasswd_and_nowhere_else() {
    let stage = Stage::set().await;
    let server = stage.running("sh -c 'echo up; sleep 1000'").await;
    let id = server.id;
    stage.console_with(id, "up").await;
    let set = async |password: &str| {
        stage
            .driver
            .set_admin_password(id, "root", &Secret::new(password))
            .await
    };
    let none = set("sesame").await;
    assert!(matches!(none, Err(Error::Unsupported(_))), "{none:?}");
    let install = |program: &str| {
        format!("printf '#!/bin/sh\\n{program}\\n' > /bin/chpasswd; busybox chmod 755 /bin/chpasswd")
    };
    inside(
        &stage,
        id,
        &install("cat > /heard; env > /seen; echo $0 $* >> /seen"),
    )
    .await;
    set("se same").await.unwrap();
    assert_eq!(inside(&stage, id, "cat /heard").await, "root:se same\n");
    let seen = inside(&stage, id, "cat /seen").await;
    assert!(seen.contains("/bin/chpasswd") && !seen.contains("same"), "{seen}");
    inside(&stage, id, &install("exit 3")).await;
    let refused = set("sesame").await;
    assert!(matches!(refused, Err(Error::Refused(_))), "{refused:?}");
}

#[tokio::test]
async fn the_engine_tells_what_a_server_uses() {
    let stage = Stage::set().await;
    let server = stage.running("sh -c 'echo up; sleep 1000'").await;
    stage.console_with(server.id, "up").await;
    let told = stage.driver.diagnostics(&server).await.unwrap();
    assert_eq!(
        (
            told.hypervisor.as_str(),
            told.hypervisor_os.as_deref(),
            told.memory_maximum
        ),
        ("docker", Some("linux"), Some(64 << 20))
    );
    assert!(told.memory_used.is_some_and(|used| used > 0), "{told:?}");
    assert!(told.cpus[0].time.is_some_and(|time| time > 0), "{told:?}");
    assert!(told.uptime.is_some(), "{told:?}");
}
