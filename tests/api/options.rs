//! What `user_data` says of a server beside what its container is.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use nova_docker::objects::HostPort;
use serde_json::{Value, json};

use crate::cloud::{Answer, Cloud};

async fn ask(cloud: &Cloud, flavor: &str, document: &str) -> Answer {
    let body = json!({"server": {
        "name": "x", "imageRef": cloud.image, "flavorRef": flavor, "networks": "none", "user_data": STANDARD.encode(document),
    }});
    cloud.post("2.90", "/v2.1/servers", body).await
}

async fn boot(cloud: &Cloud, document: &str) -> String {
    let answer = ask(cloud, "42", document).await;
    assert_eq!(answer.status, 202, "{document}: {}", answer.body);
    let id = answer.body["server"]["id"].as_str().unwrap().to_owned();
    cloud.until(&id, "ACTIVE").await;
    id
}

async fn until_gone(cloud: &Cloud, id: &str) {
    for _ in 0..2000 {
        if cloud.get("2.1", &format!("/v2.1/servers/{id}")).await.status == 404 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    panic!("server {id} is still there");
}

#[tokio::test]
async fn a_server_goes_with_its_process_if_it_says_so() {
    let cloud = Cloud::start().await;
    let going = "command: sh\nhost_config: {auto_remove: true}";
    let id = boot(&cloud, going).await;
    cloud.faults.end_process(id.parse().unwrap(), 3);
    until_gone(&cloud, &id).await;
    let actions = cloud
        .admin(
            "2.90",
            "GET",
            &format!("/v2.1/servers/{id}/os-instance-actions"),
            None,
        )
        .await;
    assert_eq!(
        actions.body["instanceActions"][0]["action"], "delete",
        "{}",
        actions.body
    );

    let kept = boot(&cloud, "command: sh").await;
    cloud.faults.end_process(kept.parse().unwrap(), 3);
    cloud.until(&kept, "SHUTOFF").await;
}

#[tokio::test]
async fn a_server_that_its_user_stops_stays_whatever_it_says() {
    let cloud = Cloud::start().await;
    let id = boot(&cloud, r#"{"HostConfig": {"AutoRemove": true}}"#).await;
    assert_eq!(cloud.act("2.90", &id, json!({"os-stop": null})).await.status, 202);
    cloud.until(&id, "SHUTOFF").await;
    assert_eq!(
        cloud.act("2.90", &id, json!({"os-start": null})).await.status,
        202
    );
    cloud.until(&id, "ACTIVE").await;
    assert_eq!(
        cloud
            .act("2.90", &id, json!({"reboot": {"type": "HARD"}}))
            .await
            .status,
        202
    );
    cloud.until(&id, "ACTIVE").await;
    let answer = ask(
        &cloud,
        "42",
        "host_config: {auto_remove: true, restart_policy: {Name: always}}",
    )
    .await;
    assert_eq!(answer.status, 400);
    let (_, message) = answer.fault();
    assert!(
        message.contains("the restart policy brings the process back"),
        "{message}"
    );
}

#[tokio::test]
async fn what_has_no_effect_is_told_in_the_servers_action() {
    let cloud = Cloud::start().await;
    let id = boot(
        &cloud,
        "command: sh\nname: web\nhost_config: {lxc_conf: {lxc.arch: x86}}",
    )
    .await;
    let path = format!("/v2.1/servers/{id}/os-instance-actions");
    let told = async || cloud.get("2.90", &path).await.body["instanceActions"][0]["message"].clone();
    assert_eq!(
        told().await,
        "`name` has no effect: the container is named after the server; `host_config.lxc_conf.lxc.arch` has no effect: the \
         Engine no longer uses LXC"
    );
    let rebuild = json!({"rebuild": {"imageRef": cloud.image, "user_data": STANDARD.encode("command: sh")}});
    assert_eq!(cloud.act("2.90", &id, rebuild).await.status, 202);
    cloud.until(&id, "ACTIVE").await;
    assert_eq!(told().await, Value::Null);
}

#[tokio::test]
async fn a_port_that_a_program_of_the_host_has_is_no_servers() {
    let cloud = Cloud::start().await;
    let on = |port: u16| format!("host_config: {{network_mode: bridge, port_bindings: {{80: {port}}}}}");
    let id = boot(&cloud, &on(8081)).await;
    for number in [8080, 8081] {
        cloud.faults.hold_port(HostPort {
            ip: None,
            number,
            protocol: "tcp".to_owned(),
        });
    }
    let answer = ask(&cloud, "42", &on(8080)).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert_eq!(answer.fault().1, "Port 8080/tcp of the host is in use.");
    // What holds it is the server itself.
    let rebuild = json!({"rebuild": {"imageRef": cloud.image}});
    assert_eq!(cloud.act("2.90", &id, rebuild).await.status, 202);
    cloud.until(&id, "ACTIVE").await;
}

#[tokio::test]
async fn no_more_than_its_flavor_has_is_a_servers_also_when_the_flavor_changes() {
    let cloud = Cloud::start().await;
    let large =
        json!({"flavor": {"name": "large", "id": "large", "ram": 256, "vcpus": 2, "disk": 0, "swap": 64}});
    assert_eq!(
        cloud
            .admin("2.1", "POST", "/v2.1/flavors", Some(large))
            .await
            .status,
        200
    );
    for (document, words) in [
        (
            "mem_limit: 300m",
            "`mem_limit` (line 1): expected no more than flavor large has: 268435456 bytes, its memory, found string \"300m\"",
        ),
        (
            "mem_limit: 100m\nmemswap_limit: 400m",
            "`memswap_limit` (line 2): expected no more than flavor large has: 335544320 bytes, its memory and swap",
        ),
        (
            "mem_limit: 100m\nmemswap_limit: 50m",
            "`memswap_limit` (line 2): expected memory and swap together, at least the 104857600 bytes of memory",
        ),
        (
            "{\"HostConfig\": {\"CpuPeriod\": 10000,\n \"CpuQuota\": 30000}}",
            "`HostConfig.CpuQuota` (line 2): expected no more than flavor large has: 20000 microseconds of each period",
        ),
        (
            "host_config: {mem_limit: 100m, mem_reservation: 101m}",
            "`host_config.mem_reservation` (line 1): expected no more than the 104857600 bytes of memory",
        ),
        (
            "host_config: {cpu_quota: 10000, nano_cpus: 500000000}",
            "`host_config.nano_cpus` (line 1): expected nothing, for a quota of the processors is said already",
        ),
    ] {
        let answer = ask(&cloud, "large", document).await;
        assert_eq!(answer.status, 400, "{document}: {}", answer.body);
        let (_, message) = answer.fault();
        assert!(message.starts_with(words), "{document}: {message}");
    }
    let answer = ask(&cloud, "large", "mem_limit: 200m\ncpu_shares: 2048").await;
    assert_eq!(answer.status, 202, "{}", answer.body);
    let id = answer.body["server"]["id"].as_str().unwrap();
    cloud.until(id, "ACTIVE").await;
    let answer = cloud
        .act("2.90", id, json!({"resize": {"flavorRef": "42"}}))
        .await;
    assert_eq!(answer.status, 400, "{}", answer.body);
    let (_, message) = answer.fault();
    assert!(
        message.starts_with("`mem_limit` (line 1): expected no more than flavor m1.nano has: 67108864"),
        "{message}"
    );
}

#[tokio::test]
async fn a_flavor_that_promises_what_no_container_has_makes_no_servers() {
    let cloud = Cloud::start().await;
    let path = "/v2.1/flavors/42/os-extra_specs";
    for (name, value, words) in [
        ("hw:cpu_policy", "dedicated", "docker:cpuset_cpus"),
        ("hw:mem_page_size", "1GB", "pages of the host's kernel"),
        ("hw:mem_encryption", "true", "is not encrypted"),
        ("hw:cpu_realtime", "yes", "docker:cpu_rt_runtime"),
        ("pci_passthrough:alias", "gpu:1", "docker:devices"),
    ] {
        let specs = json!({"extra_specs": {name: value}});
        assert_eq!(cloud.admin("2.90", "POST", path, Some(specs)).await.status, 200);
        let answer = ask(&cloud, "42", "command: sh").await;
        assert_eq!(answer.status, 400, "{name}: {}", answer.body);
        let (_, message) = answer.fault();
        assert!(
            message.starts_with(&format!("Flavor 42: extra spec '{name}': ")),
            "{message}"
        );
        assert!(message.contains(words), "{message}");
        let path = format!("{path}/{name}");
        assert_eq!(cloud.admin("2.90", "DELETE", &path, None).await.status, 200);
    }
    let specs = json!({"extra_specs": {"hw:cpu_policy": "shared", "hw:mem_page_size": "small", "hw:cpu_sockets": "2", "hw:cpu_realtime": "no"}});
    assert_eq!(cloud.admin("2.90", "POST", path, Some(specs)).await.status, 200);
    assert_eq!(ask(&cloud, "42", "command: sh").await.status, 202);
}
