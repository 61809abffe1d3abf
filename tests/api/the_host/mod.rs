//! Ways to the host of servers, each tried by a member of a project: how it fails, and who may go it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use serde_json::{Value, json};

use crate::cloud::{Answer, Cloud};

mod ways;

use ways::WAYS;

const NEEDED: &str = "Policy doesn't allow os_compute_api:servers:create:docker_privileged to be performed: ";

async fn create(cloud: &Cloud, token: &str, name: &str, document: &str) -> Answer {
    let body = json!({"server": {
        "name": name, "imageRef": cloud.image, "flavorRef": "42", "networks": "none", "user_data": STANDARD.encode(document),
    }});
    cloud
        .call(token, "2.90", "POST", "/v2.1/servers", Some(body))
        .await
}

async fn created(cloud: &Cloud, token: &str, name: &str, document: &str) -> String {
    let answer = create(cloud, token, name, document).await;
    assert_eq!(answer.status, 202, "{document}: {}", answer.body);
    let id = answer.body["server"]["id"].as_str().unwrap().to_owned();
    for _ in 0..2000 {
        let path = format!("/v2.1/servers/{id}");
        let server = cloud.call(token, "2.90", "GET", &path, None).await.body["server"].clone();
        match server["status"].as_str() {
            Some("BUILD") => tokio::time::sleep(std::time::Duration::from_millis(5)).await,
            Some("ACTIVE") => return id,
            _ => panic!("{server}"),
        }
    }
    panic!("server {id} is never built");
}

fn assert_refused(answer: &Answer, status: u16, words: &str, about: &str) {
    assert_eq!(answer.status.as_u16(), status, "{about}: {}", answer.body);
    let (_, message) = answer.fault();
    let rest = message.strip_prefix(NEEDED).unwrap_or(&message);
    assert!(rest.starts_with(words), "{about}: {message}");
}

async fn flavor(cloud: &Cloud, id: &str, specs: Value) {
    let body = json!({"flavor": {"name": id, "id": id, "ram": 64, "vcpus": 1, "disk": 0}});
    let made = cloud.admin("2.1", "POST", "/v2.1/flavors", Some(body)).await;
    assert_eq!(made.status, 200, "{}", made.body);
    let path = format!("/v2.1/flavors/{id}/os-extra_specs");
    let body = json!({"extra_specs": specs});
    let added = cloud.admin("2.90", "POST", &path, Some(body)).await;
    assert_eq!(added.status, 200, "{}", added.body);
}

#[tokio::test]
async fn no_way_in_user_data_leads_a_member_to_the_host() {
    let cloud = Cloud::start().await;
    let theirs = created(&cloud, "other", "theirs", "command: sh").await;
    let ours = created(&cloud, "demo", "ours", "command: sh").await;
    for (document, status, words) in WAYS {
        let document = document.replace("THEIR-ID", &theirs);
        let answer = create(&cloud, "demo", "x", &document).await;
        assert_refused(&answer, *status, words, &document);
        let body = json!({"rebuild": {"imageRef": cloud.image, "user_data": STANDARD.encode(&document)}});
        let answer = cloud.act("2.90", &ours, body).await;
        assert_refused(&answer, *status, words, &document);
    }
    let all = cloud.get("2.1", "/v2.1/servers").await;
    assert_eq!(all.body["servers"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn an_operator_says_word_for_word_what_members_may_not() {
    let cloud = Cloud::start().await;
    for (document, status, _) in WAYS {
        let nobodys = document.contains("nova-");
        if *status == 403 && !nobodys {
            created(&cloud, "operator", "x", document).await;
        }
        if nobodys {
            let document = document.replace("THEIR-ID", "1");
            let answer = create(&cloud, "operator", "x", &document).await;
            assert_eq!(answer.status, 403, "{document}: {}", answer.body);
            assert!(answer.fault().1.contains("belongs to nova-docker"), "{document}");
        }
    }
    // Containers of the engine that are no servers.
    created(&cloud, "operator", "x", "volumes_from: [parent, 'other:ro']").await;
    created(
        &cloud,
        "operator",
        "x",
        r#"{"HostConfig": {"Links": ["redis3:redis"]}}"#,
    )
    .await;
}

#[tokio::test]
async fn what_is_wrapped_for_somebody_else_is_judged_too() {
    let cloud = Cloud::start().await;
    let heat = "Content-Type: multipart/mixed; boundary=\"b\"\n\n--b\nContent-Type: text/x-cfninitdata\n\
                Content-Disposition: attachment; filename=\"cfn-userdata\"\n\nhost_config: {privileged: true}\n--b--\n";
    let answer = create(&cloud, "demo", "x", heat).await;
    assert_refused(&answer, 403, "`host_config.privileged`", "multipart");
}

#[tokio::test]
async fn nothing_but_user_data_says_what_a_container_is() {
    let cloud = Cloud::start().await;
    let with = |version: &'static str, field: &str, value: Value| {
        let mut server = json!({"name": "x", "imageRef": cloud.image, "flavorRef": "42"});
        server[field] = value;
        let cloud = &cloud;
        async move {
            cloud
                .post(version, "/v2.1/servers", json!({ "server": server }))
                .await
        }
    };
    let file = json!([{"path": "/etc/cron.d/x", "contents": STANDARD.encode("* * * * * root id")}]);
    let answer = with("2.1", "personality", file).await;
    assert_refused(
        &answer,
        400,
        "Files are not injected into containers",
        "personality",
    );
    let device =
        json!([{"source_type": "blank", "destination_type": "local", "uuid": "/dev/sda", "boot_index": 0}]);
    let answer = with("2.1", "block_device_mapping_v2", device).await;
    assert_refused(&answer, 400, "Block Device Mapping is Invalid", "block devices");
    let answer = with("2.90", "HostConfig", json!({"Privileged": true})).await;
    assert_eq!(answer.status, 400, "{}", answer.body);
    let unknown = json!({"rebuild": {"imageRef": cloud.image, "HostConfig": {}}});
    let id = cloud.boot("web").await;
    assert_eq!(cloud.act("2.90", &id, unknown).await.status, 400);
    let specs = json!({"extra_specs": {"docker:privileged": "true"}});
    let answer = cloud.post("2.90", "/v2.1/flavors/42/os-extra_specs", specs).await;
    assert_eq!(answer.status, 403);
}

#[tokio::test]
async fn a_server_with_the_host_in_it_is_shared_and_replaced_by_operators_alone() {
    let cloud = Cloud::start().await;
    let strong = created(&cloud, "operator", "strong", "host_config: {privileged: true}").await;
    for (document, key) in [
        (
            "volumes_from: strong",
            "`volumes_from` names 'strong', which has what needs it",
        ),
        (
            "host_config: {pid_mode: 'container:strong'}",
            "`host_config.pid_mode` names 'strong'",
        ),
        (
            "host_config: {network_mode: 'container:strong'}",
            "`host_config.network_mode` names 'strong'",
        ),
    ] {
        assert_refused(&create(&cloud, "demo", "x", document).await, 403, key, document);
    }
    // The same image with what was judged before is nobody's gain.
    let rebuild = |image: &str| json!({"rebuild": {"imageRef": image}});
    assert_eq!(
        cloud.act("2.90", &strong, rebuild(&cloud.image)).await.status,
        202
    );
    cloud.until(&strong, "ACTIVE").await;
    let answer = cloud
        .act("2.90", &strong, json!({"createImage": {"name": "copy"}}))
        .await;
    let copy = answer.body["image_id"].as_str().unwrap().to_owned();
    cloud.until(&strong, "ACTIVE").await;
    let answer = cloud.act("2.90", &strong, rebuild(&copy)).await;
    assert_refused(&answer, 403, "`host_config.privileged` needs it", "another image");
    let path = format!("/v2.1/servers/{strong}/action");
    let answer = cloud
        .call("operator", "2.90", "POST", &path, Some(rebuild(&copy)))
        .await;
    assert_eq!(answer.status, 202, "{}", answer.body);
}

#[tokio::test]
async fn servers_of_the_project_are_found_by_name_and_id() {
    let cloud = Cloud::start().await;
    let id = created(&cloud, "demo", "nova-db", "command: sh").await;
    created(&cloud, "demo", "web1", "volumes_from: 'nova-db:ro'").await;
    created(
        &cloud,
        "demo",
        "web2",
        &format!("host_config: {{network_mode: 'container:{id}'}}"),
    )
    .await;
    created(&cloud, "demo", "nova-db", "command: sh").await;
    let answer = create(&cloud, "demo", "web3", "volumes_from: nova-db").await;
    let words = "`volumes_from`: several servers of the project are called 'nova-db'";
    assert_refused(&answer, 400, words, "two of one name");
}

#[tokio::test]
async fn a_flavor_gives_what_its_extra_specs_say() {
    let cloud = Cloud::start().await;
    flavor(
        &cloud,
        "net",
        json!({"docker:cap_add": "NET_ADMIN,SYS_PTRACE", "docker:binds": "[\"/srv/models:/models:ro\"]"}),
    )
    .await;
    flavor(&cloud, "any", json!({"docker:cap_add": "*"})).await;
    let ask = async |flavor: &str, document: &str| {
        let body = json!({"server": {"name": "x", "imageRef": cloud.image, "flavorRef": flavor, "networks": "none",
            "user_data": STANDARD.encode(document)}});
        cloud.post("2.90", "/v2.1/servers", body).await
    };
    for (flavor, document, refused) in [
        ("net", "command: sh", None),
        ("net", "host_config: {cap_add: [cap_net_admin]}", None),
        ("net", "volumes: ['/srv/models:/models:ro']", None),
        (
            "net",
            "volumes: ['/srv/models:/models']",
            Some("`volumes` asks for /srv/models"),
        ),
        (
            "net",
            "host_config: {cap_add: [SYS_ADMIN]}",
            Some("`host_config.cap_add` needs it, or a flavor with the extra spec docker:cap_add."),
        ),
        ("any", "host_config: {cap_add: [SYS_ADMIN]}", None),
        (
            "any",
            "host_config: {privileged: true}",
            Some("`host_config.privileged` needs it"),
        ),
    ] {
        let answer = ask(flavor, document).await;
        match refused {
            Some(words) => assert_refused(&answer, 403, words, document),
            None => assert_eq!(answer.status, 202, "{flavor} {document}: {}", answer.body),
        }
    }
    // A flavor that gives less takes no server that has more.
    let answer = ask("any", "host_config: {cap_add: [SYS_ADMIN]}").await;
    let id = answer.body["server"]["id"].as_str().unwrap();
    cloud.until(id, "ACTIVE").await;
    let answer = cloud
        .act("2.90", id, json!({"resize": {"flavorRef": "net"}}))
        .await;
    assert_refused(&answer, 403, "`host_config.cap_add` needs it", "resize");
}

#[tokio::test]
async fn an_extra_spec_for_containers_is_checked_as_others_are() {
    let cloud = Cloud::start().await;
    let add = async |version: &str, specs: Value| {
        let body = json!({ "extra_specs": specs });
        cloud
            .admin(version, "POST", "/v2.1/flavors/42/os-extra_specs", Some(body))
            .await
    };
    let answer = add("2.86", json!({"docker:shm_sise": "64m"})).await;
    assert_refused(
        &answer,
        400,
        "Validation failed; extra spec 'docker:shm_sise': there is no such option",
        "",
    );
    let answer = add("2.86", json!({"docker:shm_size": "much"})).await;
    assert_refused(
        &answer,
        400,
        "Validation failed; extra spec 'docker:shm_size': `shm_size`: expected a size",
        "",
    );
    assert_eq!(add("2.86", json!({"docker:shm_size": "64m"})).await.status, 200);
    // Before, anything can be said; it is told where it would have an effect.
    assert_eq!(add("2.85", json!({"docker:shm_sise": "64m"})).await.status, 200);
    let answer = create(&cloud, "demo", "x", "command: sh").await;
    assert_refused(
        &answer,
        400,
        "Flavor 42: extra spec 'docker:shm_sise': there is no such option",
        "",
    );
}

#[tokio::test]
async fn a_port_of_the_host_is_one_servers_alone() {
    let cloud = Cloud::start().await;
    let on = |port: &str| format!("host_config: {{network_mode: bridge, port_bindings: {{80: {port}}}}}");
    let first = created(&cloud, "demo", "first", &on("8080")).await;
    created(&cloud, "demo", "second", &on("8081")).await;
    let answer = create(&cloud, "other", "third", &on("8080")).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert_eq!(answer.fault().1, "Port 8080/tcp of the host is in use.");
    // Without a network of the engine nothing is published.
    created(
        &cloud,
        "demo",
        "quiet",
        "host_config: {port_bindings: {80: 8080}}",
    )
    .await;
    let rebuild = json!({"rebuild": {"imageRef": cloud.image, "user_data": STANDARD.encode(on("8081"))}});
    assert_eq!(
        cloud.act("2.90", &first, rebuild).await.status,
        StatusCode::CONFLICT
    );
    let rebuild = json!({"rebuild": {"imageRef": cloud.image}});
    assert_eq!(cloud.act("2.90", &first, rebuild).await.status, 202);
    cloud.until(&first, "ACTIVE").await;
    cloud.delete(&first).await;
    created(&cloud, "other", "third", &on("8080")).await;
}

#[tokio::test]
async fn the_operators_file_may_say_who_is_one() {
    let cloud = Cloud::start().await;
    let document = "host_config: {privileged: true}";
    assert_eq!(create(&cloud, "demo", "x", document).await.status, 403);
    cloud.set_policy("os_compute_api:servers:create:docker_privileged: project_id:0d\n");
    created(&cloud, "demo", "x", document).await;
    assert_eq!(create(&cloud, "admin", "x", document).await.status, 403);
}
