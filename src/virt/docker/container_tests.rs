use serde_json::{Value, json};
use uuid::Uuid;

use super::*;
use crate::objects::Vif;
use crate::user_data::parse;
use crate::virt::fixtures::{image, instance, vif};

fn ground() -> Ground<'static> {
    Ground {
        deployment: DeploymentId(Uuid::from_u128(9)),
        host: "rack-1",
        cpus: 8,
        privileged: false,
        limit_disk: false,
        binds: Vec::new(),
        joining: Joining::Empty { address: None },
    }
}

fn engine_image(config: Value) -> EngineImage {
    EngineImage {
        id: "sha256:aa".to_owned(),
        config: serde_json::from_value(config).unwrap(),
    }
}

fn shell() -> EngineImage {
    engine_image(json!({"Cmd": ["sh"]}))
}

fn options(user_data: &str) -> ContainerOptions {
    parse(user_data.as_bytes()).unwrap().options
}

/// The body as the engine gets it, without what is not said.
fn body(instance: &Instance, image: &Image, user_data: &str, ground: &Ground<'_>) -> Value {
    let body = create_body(instance, image, &shell(), &options(user_data), ground).unwrap();
    serde_json::to_value(body).unwrap()
}

fn refusal(image: &Image, engine_image: &EngineImage, user_data: &str) -> String {
    create_body(&instance(1), image, engine_image, &options(user_data), &ground())
        .unwrap_err()
        .to_string()
}

#[test]
fn a_server_that_asks_for_nothing_gets_its_flavor_and_its_labels() {
    let expected = json!({
        "Hostname": "my-server",
        "OpenStdin": true,
        "Image": "sha256:aa",
        "Labels": {
            "org.openstack.nova.instance_uuid": "00000000-0000-0000-0000-000000000001",
            "org.openstack.nova.deployment": "00000000-0000-0000-0000-000000000009",
            "org.openstack.nova.project_id": "project",
            "org.openstack.nova.user_id": "user",
            "org.openstack.nova.host": "rack-1",
            "org.openstack.nova.name": "My Server",
            "org.openstack.nova.restart_policy": "",
        },
        "Env": ["product_name=OpenStack Nova"],
        "HostConfig": {
            "Memory": 64 << 20,
            "MemorySwap": 96 << 20,
            "CpuShares": 2048,
            "NanoCpus": 2_000_000_000_i64,
            "Privileged": false,
            "NetworkMode": "none",
            "Dns": ["169.254.169.254"],
            "DnsSearch": ["."],
        },
    });
    assert_eq!(body(&instance(1), &image(2), "", &ground()), expected);
}

#[test]
fn user_data_says_all_but_what_the_driver_owns() {
    let user_data = r#"{
        "Hostname": "mine", "Domainname": "example.org", "User": "1000", "Tty": true, "OpenStdin": false,
        "Env": ["A=b"], "Cmd": ["run"], "Entrypoint": ["/init"], "Image": "other", "Volumes": {"/data": {}},
        "WorkingDir": "/srv", "ExposedPorts": {"80/tcp": {}}, "Memory": 1073741824, "CpuShares": 9,
        "Cpuset": "0",
        "HostConfig": {
            "Binds": ["/tmp:/tmp"], "PortBindings": {"80/tcp": [{"HostPort": "8080"}]}, "Privileged": true,
            "Dns": ["192.0.2.1"], "DnsSearch": ["example.org"], "CapAdd": ["NET_ADMIN"], "CapDrop": ["MKNOD"],
            "RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 3}, "NetworkMode": "host",
            "Devices": [{"PathOnHost": "/dev/fuse", "PathInContainer": "/dev/fuse", "CgroupPermissions": "rw"}]
        }
    }"#;
    let ground = Ground {
        joining: Joining::ours(&options(user_data), &[]),
        ..ground()
    };
    let mut found = body(&instance(1), &image(2), user_data, &ground);
    let labels = found.as_object_mut().unwrap().remove("Labels").unwrap();
    assert_eq!(labels.as_object().unwrap().len(), 7);
    let expected = json!({
        "Hostname": "my-server", "Domainname": "example.org", "User": "1000", "Tty": true, "OpenStdin": false,
        "Env": ["A=b", "product_name=OpenStack Nova"], "Cmd": ["run"], "Entrypoint": ["/init"], "Image": "sha256:aa", "Volumes": {"/data": {}},
        "WorkingDir": "/srv", "ExposedPorts": {"80/tcp": {}},
        "HostConfig": {
            "Memory": 64 << 20, "MemorySwap": 96 << 20, "CpuShares": 9, "NanoCpus": 2_000_000_000_i64,
            "CpusetCpus": "0",
            "Binds": ["/tmp:/tmp"], "PortBindings": {"80/tcp": [{"HostPort": "8080"}]}, "Privileged": true,
            "Dns": ["192.0.2.1"], "DnsSearch": ["example.org"], "CapAdd": ["NET_ADMIN"], "CapDrop": ["MKNOD"],
            "RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 3}, "NetworkMode": "host",
            "Devices": [{"PathOnHost": "/dev/fuse", "PathInContainer": "/dev/fuse", "CgroupPermissions": "rw"}],
        },
    });
    assert_eq!(found, expected);
}

#[test]
fn metadata_is_environment_under_that_of_user_data() {
    let mut server = instance(1);
    server.metadata = ["color", "role", "gone"]
        .map(|key| (key.to_owned(), "meta".to_owned()))
        .into();
    let found = body(
        &server,
        &image(2),
        r#"{"Env": ["color=blue", "gone"]}"#,
        &ground(),
    );
    assert_eq!(
        found["Env"],
        json!(["role=meta", "color=blue", "gone", "product_name=OpenStack Nova"])
    );
}

#[test]
fn the_hosts_part_is_cpus_disk_key_and_privilege() {
    let ground = Ground {
        cpus: 1,
        limit_disk: true,
        privileged: true,
        binds: vec!["/keys:/root/.ssh:ro".to_owned()],
        ..ground()
    };
    let found = body(&instance(1), &image(2), "volumes: {/a: /b}", &ground);
    let host = &found["HostConfig"];
    assert_eq!(host["NanoCpus"], json!(1_000_000_000));
    assert_eq!(host["StorageOpt"], json!({"size": "5G"}));
    assert_eq!(host["Privileged"], json!(true));
    assert_eq!(host["Binds"], json!(["/a:/b:rw", "/keys:/root/.ssh:ro"]));
}

#[test]
fn a_flavor_of_nothing_limits_nothing_but_the_cpu() {
    let mut server = instance(1);
    server.flavor.memory_mb = 0;
    server.flavor.root_gb = 0;
    let ground = Ground {
        limit_disk: true,
        ..ground()
    };
    let host = &body(&server, &image(2), "", &ground)["HostConfig"];
    assert_eq!(
        (host.get("Memory"), host.get("MemorySwap"), host.get("StorageOpt")),
        (None, None, None)
    );
}

#[test]
fn less_swap_may_be_asked_for_but_not_more() {
    let swap = |asked: i64| {
        let user_data = format!("memswap_limit: {asked}");
        body(&instance(1), &image(2), &user_data, &ground())["HostConfig"]["MemorySwap"].clone()
    };
    assert_eq!(swap(70 << 20), json!(70 << 20));
    assert_eq!(swap(1 << 30), json!(96 << 20));
    assert_eq!(swap(-1), json!(96 << 20));
    assert_eq!(swap(8 << 20), json!(96 << 20));
}

/// The mode, and what else is said of networks.
fn network_of(vifs: &[Vif], user_data: &str) -> Value {
    let ground = Ground {
        joining: Joining::ours(&options(user_data), vifs),
        ..ground()
    };
    let found = body(&instance(1), &image(2), user_data, &ground);
    let host = &found["HostConfig"];
    let keys = [
        "NetworkMode",
        "Dns",
        "DnsSearch",
        "ExtraHosts",
        "Links",
        "PortBindings",
    ];
    let said = keys.map(|key| (key.to_owned(), host[key].clone()));
    let body =
        ["Hostname", "NetworkingConfig", "NetworkDisabled"].map(|key| (key.to_owned(), found[key].clone()));
    said.into_iter()
        .chain(body)
        .filter(|(_, value)| !value.is_null())
        .collect::<serde_json::Map<_, _>>()
        .into()
}

const WELL_CONNECTED: &str = r#"{"NetworkDisabled": true, "MacAddress": "02:00:00:00:00:01", "HostConfig": {
    "NetworkMode": "bridge", "Dns": ["192.0.2.1"], "DnsSearch": ["example.org"], "ExtraHosts": ["db:192.0.2.9"],
    "Links": ["a:b"], "PortBindings": {"80/tcp": [{"HostPort": "8080"}]}}}"#;

#[test]
fn a_server_with_interfaces_has_no_other_network_whatever_user_data_says() {
    assert_eq!(
        network_of(&[vif(5)], WELL_CONNECTED),
        json!({
            "NetworkMode": "none", "Dns": ["169.254.169.254"], "DnsSearch": ["example.org"],
            "ExtraHosts": ["my-server:10.0.0.5", "db:192.0.2.9"], "Hostname": "my-server",
        })
    );
}

#[test]
fn a_server_without_interfaces_is_where_user_data_says() {
    assert_eq!(
        network_of(&[], WELL_CONNECTED),
        json!({
            "NetworkMode": "bridge", "Dns": ["192.0.2.1"], "DnsSearch": ["example.org"],
            "ExtraHosts": ["db:192.0.2.9"], "Links": ["a:b"], "PortBindings": {"80/tcp": [{"HostPort": "8080"}]},
            "Hostname": "my-server", "NetworkDisabled": true,
            "NetworkingConfig": {"EndpointsConfig": {"bridge": {"MacAddress": "02:00:00:00:00:01"}}},
        })
    );
}

#[test]
fn a_server_without_interfaces_is_nowhere_when_user_data_is_silent() {
    assert_eq!(
        network_of(&[], ""),
        json!({
            "NetworkMode": "none", "Dns": ["169.254.169.254"], "DnsSearch": ["."], "Hostname": "my-server",
        })
    );
}

#[test]
fn who_shares_anothers_network_has_no_hostname_of_its_own() {
    let found = network_of(&[], r#"{"HostConfig": {"NetworkMode": "container:x"}}"#);
    assert_eq!(found, json!({"NetworkMode": "container:x"}));
}

#[test]
fn our_labels_cannot_be_taken_over() {
    let mut options = options("");
    options.labels = [(names::INSTANCE, "mine"), ("team", "blue")]
        .map(|(k, v)| (k.into(), v.into()))
        .into();
    let body = create_body(&instance(1), &image(2), &shell(), &options, &ground()).unwrap();
    let labels = body.labels.unwrap();
    assert_eq!(labels[names::INSTANCE], instance(1).id.to_string());
    assert_eq!(labels["team"], "blue");
}

#[test]
fn the_images_properties_say_command_and_patience() {
    let mut image = image(2);
    image
        .properties
        .insert("os_command_line".to_owned(), "sh -c 'a b'".to_owned());
    image
        .properties
        .insert("os_shutdown_timeout".to_owned(), "90".to_owned());
    let found = body(&instance(1), &image, "", &ground());
    assert_eq!(
        (&found["Cmd"], &found["StopTimeout"]),
        (&json!(["sh", "-c", "a b"]), &json!(90))
    );
    let found = body(&instance(1), &image, "command: [other]", &ground());
    assert_eq!(found["Cmd"], json!(["other"]));
    image
        .properties
        .insert("os_command_line".to_owned(), "sh -c 'a b".to_owned());
    assert!(
        refusal(&image, &shell(), "")
            .ends_with("its property os_command_line has a quote that is not closed")
    );
}

#[test]
fn something_must_be_there_to_run() {
    let mute = engine_image(json!({}));
    let reason = refusal(&image(2), &mute, "");
    assert!(
        reason.contains("say what to run with `command:` in user_data"),
        "{reason}"
    );
    // An entrypoint taken away takes the image's command with it.
    let emptied = refusal(&image(2), &shell(), r#"{"Entrypoint": [""]}"#);
    assert!(
        emptied.contains("neither a command nor an entrypoint"),
        "{emptied}"
    );
    let runs = |engine_image: &EngineImage, user_data: &str| {
        create_body(
            &instance(1),
            &image(2),
            engine_image,
            &options(user_data),
            &ground(),
        )
        .is_ok()
    };
    assert!(runs(&mute, "command: [run]"));
    assert!(runs(&mute, "entrypoint: [run]"));
    assert!(runs(&engine_image(json!({"Entrypoint": ["/init"]})), ""));
    assert!(runs(&shell(), "environment: {a: b}"));
}

#[test]
fn a_flavor_may_say_more_of_processors_than_their_number() {
    let limits = |specs: &[(&str, &str)]| {
        let mut flavor = instance(1).flavor;
        let pair = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
        flavor.extra_specs = specs.iter().map(pair).collect();
        let limits = Limits::of(&flavor, &ContainerOptions::default(), 8);
        (limits.cpu_shares, limits.nano_cpus)
    };
    assert_eq!(limits(&[]), (2048, 2_000_000_000));
    assert_eq!(limits(&[("quota:cpu_shares", "512")]), (512, 2_000_000_000));
    let half = [("quota:cpu_quota", "5000"), ("quota:cpu_period", "10000")];
    assert_eq!(limits(&half), (2048, 1_000_000_000));
    assert_eq!(limits(&[("quota:cpu_quota", "-1")]), (2048, 8_000_000_000));
    assert_eq!(limits(&[("quota:cpu_quota", "1")]), (2048, 10_000_000));
    assert_eq!(
        limits(&[("quota:cpu_shares", "0"), ("quota:cpu_quota", "0")]),
        (2048, 2_000_000_000)
    );
}
