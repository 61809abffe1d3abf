//! What a container gets of the host, and what not: on a real engine, with all that a server can bring along.

use std::collections::BTreeMap;
use std::fs::{create_dir, remove_file, rename};
use std::os::unix::fs::symlink;
use std::time::Duration;

use bollard::models::{HostConfig, RestartPolicyNameEnum};
use bollard::query_parameters::InspectContainerOptions;
use nova_docker::objects::{Instance, InstanceId, PowerState, SchedulerHints};
use nova_docker::virt::{ComputeDriver, Error, NetworkInfo, RebootType, Supplies};

use crate::images::described;
use crate::stage::{Stage, Steps, context, instance};

const PATIENCE: Duration = Duration::from_secs(10);

/// Without what every server has of the host: a text about its processors, which it can read.
async fn host_config(stage: &Stage, id: InstanceId) -> HostConfig {
    let mut host = stage.inspect(id).await.unwrap().host_config.unwrap();
    let mut binds = host.binds.take().unwrap_or_default();
    binds.retain(|bind| !bind.ends_with(&format!("/{id}/cpuinfo:/proc/cpuinfo:ro")));
    host.binds = Some(binds).filter(|binds| !binds.is_empty());
    host
}

async fn refusal(stage: &Stage, server: &Instance) -> String {
    match stage.boot(server, &stage.local_image().await).await {
        Err(Error::Forbidden(words)) => words,
        other => panic!("{other:?}"),
    }
}

/// May say what is the operator's.
fn of_an_operator(user_data: &str) -> Instance {
    let mut server = instance(user_data);
    server.licence.operator = true;
    server
}

/// May name another server.
fn naming(name: &str, other: &Instance, user_data: &str) -> Instance {
    let mut server = instance(user_data);
    server.licence.servers = BTreeMap::from([(name.to_owned(), other.id)]);
    server
}

#[tokio::test]
async fn what_was_not_allowed_is_not_made_whatever_the_record_says_else() {
    let stage = Stage::set().await;
    for (user_data, key) in [
        ("host_config: {privileged: true}", "`host_config.privileged`"),
        ("volumes: ['/:/mnt']", "`volumes`"),
        ("volumes_from: registry", "`volumes_from`"),
        ("host_config: {pid_mode: host}", "`host_config.pid_mode`"),
    ] {
        let words = refusal(&stage, &instance(user_data)).await;
        assert!(words.contains(key), "{words}");
    }
    assert_eq!(stage.containers().await, [""; 0]);
}

#[tokio::test]
async fn what_a_server_brings_beside_its_user_data_gives_it_nothing_of_the_host() {
    let stage = Stage::set().await;
    let hostile = format!("{}-hostile", stage.reference);
    let lines = "LABEL org.openstack.nova.restart_policy=always org.openstack.nova.deployment=x privileged=true\n\
                 ENV DOCKER_HOST=unix:///var/run/docker.sock\nVOLUME /var/run\nUSER 0\nEXPOSE 22\nCMD [\"sh\"]";
    stage.import(&hostile, lines).await;
    let mut server = instance("");
    server.name = "--privileged -v /:/host $(reboot)".to_owned();
    server.metadata = [
        ("docker:privileged", "true"),
        ("HostConfig", "{\"Privileged\": true}"),
        ("user_data", "host_config: {privileged: true}"),
    ]
    .map(|(key, value)| (key.to_owned(), value.to_owned()))
    .into();
    server.image_properties = server.metadata.clone();
    server.scheduler_hints = SchedulerHints("{\"docker:privileged\": \"true\"}".to_owned());
    server.tags = ["docker:privileged".to_owned()].into();
    let mut image = stage.local(&hostile).await;
    image.properties = server.metadata.clone();
    stage.boot(&server, &image).await.unwrap();
    let host = host_config(&stage, server.id).await;
    let said = (
        host.privileged,
        host.binds,
        host.cap_add,
        host.devices,
        host.security_opt,
    );
    assert_eq!(said, (Some(false), None, None, None, None));
    assert_eq!(host.network_mode.as_deref(), Some("none"));
    assert_eq!(host.pid_mode.as_deref().unwrap_or_default(), "");
    assert_eq!(host.ipc_mode.as_deref(), Some("private"));
    let mounts = stage.inspect(server.id).await.unwrap().mounts.unwrap();
    let others = mounts
        .iter()
        .filter(|mount| mount.destination.as_deref() != Some("/proc/cpuinfo"));
    let kinds: Vec<_> = others.filter_map(|mount| mount.typ.as_deref()).collect();
    assert_eq!(kinds, ["volume"]);
    stage.driver.power_off(server.id, PATIENCE).await.unwrap();
    stage
        .driver
        .power_on(&server, &NetworkInfo::default())
        .await
        .unwrap();
    assert_eq!(policy(&stage, server.id).await, RestartPolicyNameEnum::NO);
    stage.remove_image(&hostile).await;
}

#[tokio::test]
async fn an_image_does_not_begin_where_the_engines_own_files_are_open() {
    let stage = Stage::set().await;
    let hostile = format!("{}-cwd", stage.reference);
    stage.import(&hostile, "WORKDIR /proc/self/fd/8").await;
    let image = stage.local(&hostile).await;
    let refused = stage
        .boot(&instance("command: sleep 1000"), &image)
        .await
        .unwrap_err();
    assert!(matches!(refused, Error::ImageUnacceptable { .. }), "{refused:?}");
    assert!(refused.to_string().contains("/proc/self/fd/8"), "{refused}");
    assert_eq!(stage.containers().await, [""; 0]);
    stage
        .boot(&instance("command: sleep 1000\nworking_dir: /"), &image)
        .await
        .unwrap();
    stage.remove_image(&hostile).await;
}

#[tokio::test]
async fn a_path_is_judged_where_it_leads_and_again_at_each_start() {
    let share = tempfile::tempdir().unwrap();
    let at = |name: &str| share.path().join(name);
    for name in ["allowed", "allowed/data", "secret"] {
        create_dir(at(name)).unwrap();
    }
    symlink(at("allowed/data"), at("allowed/link")).unwrap();
    symlink(at("secret"), at("allowed/way_out")).unwrap();
    let stage = Stage::set_with(|settings| settings.allowed_bind_paths = vec![at("allowed")]).await;
    let binding = |path: &str| {
        let path = at(path).display().to_string();
        instance(&format!("command: sleep 1000\nvolumes: ['{path}:/mnt']\n"))
    };
    for outside in [
        "allowed/way_out",
        "allowed/../secret",
        "secret",
        "allowed/nothing",
    ] {
        let words = refusal(&stage, &binding(outside)).await;
        assert!(words.contains("allowed_bind_paths"), "{words}");
    }
    let server = binding("allowed/link");
    stage.boot(&server, &stage.local_image().await).await.unwrap();
    let bound = format!("{}:/mnt", at("allowed/data").canonicalize().unwrap().display());
    assert_eq!(host_config(&stage, server.id).await.binds.unwrap(), [bound]);

    let network = NetworkInfo::default();
    let start = || stage.driver.power_on(&server, &network);
    stage.driver.power_off(server.id, PATIENCE).await.unwrap();
    rename(at("allowed/data"), at("allowed/moved")).unwrap();
    symlink(at("secret"), at("allowed/data")).unwrap();
    let refused = start().await.unwrap_err();
    assert!(
        refused
            .to_string()
            .contains("does not lead any more where it led"),
        "{refused}"
    );
    let seen = stage.driver.observe(server.id).await.unwrap().unwrap();
    assert_eq!(seen.power_state, PowerState::Shutdown);
    remove_file(at("allowed/data")).unwrap();
    rename(at("allowed/moved"), at("allowed/data")).unwrap();
    assert_eq!(start().await.unwrap().power_state, PowerState::Running);
}

#[tokio::test]
async fn a_server_is_named_by_what_its_user_calls_it_and_brings_no_path_along() {
    let stage = Stage::set().await;
    let image = stage.local_image().await;
    let data = instance("command: sleep 1000\nvolumes: [/data]");
    stage.boot(&data, &image).await.unwrap();
    let user_data = "command: sleep 1000\nvolumes_from: 'db:ro'\nhost_config: {network_mode: 'container:db', ipc_mode: shareable}";
    let web = naming("db", &data, user_data);
    stage.boot(&web, &image).await.unwrap();
    let host = host_config(&stage, web.id).await;
    assert_eq!(host.volumes_from.unwrap(), [format!("nova-{}:ro", data.id)]);
    let container = stage.inspect(data.id).await.unwrap().id.unwrap();
    let mode = host.network_mode.unwrap();
    assert!(
        [
            format!("container:nova-{}", data.id),
            format!("container:{container}")
        ]
        .contains(&mode),
        "{mode}"
    );

    let files = stage.files.path().display().to_string();
    let strong = of_an_operator(&format!("command: sleep 1000\nvolumes: ['{files}:/files']"));
    stage.boot(&strong, &image).await.unwrap();
    let thief = naming("strong", &strong, "command: sleep 1000\nvolumes_from: strong");
    let words = refusal(&stage, &thief).await;
    assert!(words.contains(&files), "{words}");
    assert!(stage.inspect(thief.id).await.is_none());
}

#[tokio::test]
async fn what_an_operator_says_reaches_the_engine() {
    let stage = Stage::set().await;
    let mut server = of_an_operator(
        "command: sleep 1000\nhost_config:\n  pid_mode: host\n  uts_mode: host\n  shm_size: 32m\n  init: true\n  pids_limit: 50\n  \
         cap_add: [SYS_PTRACE]\n  sysctls: {net.ipv4.ip_forward: 1}\n  oom_score_adj: 5\n  group_add: ['5']\n  \
         tmpfs: {/scratch: size=1m}\n  log_config: {type: json-file, config: {max-size: 1m}}\n  devices: [/dev/null]\n  \
         read_only: true\n  security_opt: [no-new-privileges]\n",
    );
    server.flavor.extra_specs = [
        ("docker:cap_add", "NET_ADMIN"),
        ("docker:ulimits", "[{name: nofile, soft: 100}]"),
        ("quota:cpu_quota", "25000"),
        ("quota:cpu_shares", "99"),
    ]
    .map(|(key, value)| (key.to_owned(), value.to_owned()))
    .into();
    stage.boot(&server, &stage.local_image().await).await.unwrap();
    let host = host_config(&stage, server.id).await;
    assert_eq!(host.pid_mode.as_deref(), Some("host"));
    assert_eq!(host.uts_mode.as_deref(), Some("host"));
    assert_eq!(
        (host.shm_size, host.pids_limit, host.oom_score_adj),
        (Some(32 << 20), Some(50), Some(5))
    );
    assert_eq!((host.init, host.readonly_rootfs), (Some(true), Some(true)));
    assert_eq!(host.cap_add.unwrap(), ["NET_ADMIN", "SYS_PTRACE"]);
    assert_eq!(host.sysctls.unwrap()["net.ipv4.ip_forward"], "1");
    assert_eq!(host.group_add.unwrap(), ["5"]);
    assert_eq!(host.tmpfs.unwrap()["/scratch"], "size=1m");
    assert_eq!(host.log_config.unwrap().config.unwrap()["max-size"], "1m");
    assert_eq!(
        host.devices.unwrap()[0].path_on_host.as_deref(),
        Some("/dev/null")
    );
    // The engine adds its own for the host's processes.
    assert_eq!(host.security_opt.unwrap()[0], "no-new-privileges");
    assert_eq!(host.ulimits.unwrap()[0].soft, Some(100));
    assert_eq!((host.nano_cpus, host.cpu_shares), (Some(250_000_000), Some(99)));
}

async fn policy(stage: &Stage, id: InstanceId) -> RestartPolicyNameEnum {
    policy_of(stage, &format!("nova-{id}")).await
}

async fn policy_of(stage: &Stage, container: &str) -> RestartPolicyNameEnum {
    let api = stage.api().await;
    let found = api
        .inspect_container(container, None::<InspectContainerOptions>)
        .await;
    let policy = found.unwrap().host_config.unwrap().restart_policy.unwrap().name;
    match policy {
        None | Some(RestartPolicyNameEnum::EMPTY) => RestartPolicyNameEnum::NO,
        Some(policy) => policy,
    }
}

/// What a restart of the engine would wake.
#[tokio::test]
async fn the_engine_brings_back_only_what_is_meant_to_run() {
    let stage = Stage::set().await;
    let image = stage.local_image().await;
    let server = instance("command: sleep 1000\nhost_config: {restart_policy: {Name: always}}");
    let (id, network) = (server.id, NetworkInfo::default());
    stage.boot(&server, &image).await.unwrap();
    assert_eq!(policy(&stage, id).await, RestartPolicyNameEnum::ALWAYS);
    stage.driver.power_off(id, PATIENCE).await.unwrap();
    assert_eq!(policy(&stage, id).await, RestartPolicyNameEnum::NO);
    stage.driver.power_on(&server, &network).await.unwrap();
    assert_eq!(policy(&stage, id).await, RestartPolicyNameEnum::ALWAYS);
    for kind in [RebootType::Soft, RebootType::Hard] {
        stage
            .driver
            .reboot(&server, &network, kind, PATIENCE)
            .await
            .unwrap();
        assert_eq!(policy(&stage, id).await, RestartPolicyNameEnum::ALWAYS);
    }
    stage.driver.pause(id).await.unwrap();
    assert_eq!(policy(&stage, id).await, RestartPolicyNameEnum::NO);
    stage.driver.unpause(&server).await.unwrap();
    assert_eq!(policy(&stage, id).await, RestartPolicyNameEnum::ALWAYS);
    stage.driver.pause(id).await.unwrap();
    stage.driver.power_on(&server, &network).await.unwrap();
    assert_eq!(policy(&stage, id).await, RestartPolicyNameEnum::ALWAYS);
    let supplies = Supplies::default();
    stage
        .driver
        .rescue(&context(), &server, &image, &supplies, PATIENCE)
        .await
        .unwrap();
    assert_eq!(policy(&stage, id).await, RestartPolicyNameEnum::NO);
    assert_eq!(
        policy_of(&stage, &format!("nova-{id}-rescued")).await,
        RestartPolicyNameEnum::NO
    );
    stage.driver.unrescue(&server, &network).await.unwrap();
    assert_eq!(policy(&stage, id).await, RestartPolicyNameEnum::ALWAYS);
}

#[tokio::test]
async fn a_copy_of_a_server_with_the_host_in_it_has_none_of_it() {
    let stage = Stage::set().await;
    let files = stage.files.path().display().to_string();
    let strong = of_an_operator(&format!(
        "command: sleep 1000\nvolumes: ['{files}:/files']\nhost_config: {{pid_mode: host, cap_add: [NET_ADMIN], restart_policy: {{Name: always}}}}"
    ));
    stage.boot(&strong, &stage.local_image().await).await.unwrap();
    let image = described(Some("docker"));
    stage
        .driver
        .snapshot(&context(), &strong, image.id, &Steps::default())
        .await
        .unwrap();
    let server = instance("command: sleep 1000");
    stage.boot(&server, &image).await.unwrap();
    let host = host_config(&stage, server.id).await;
    assert_eq!((host.binds, host.cap_add), (None, None));
    assert_eq!(host.pid_mode.as_deref().unwrap_or_default(), "");
    assert_eq!(policy(&stage, server.id).await, RestartPolicyNameEnum::NO);
}
