//! Lists: whose servers, which, in which order, how many at a time.

use serde_json::json;

use crate::cloud::{Answer, Cloud};

fn names(answer: &Answer) -> Vec<&str> {
    let servers = answer.body["servers"].as_array().unwrap();
    servers
        .iter()
        .map(|server| server["name"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn a_project_sees_its_own_servers() {
    let cloud = Cloud::start().await;
    let id = cloud.boot("one").await;
    let path = format!("/v2.1/servers/{id}");
    for (method, path) in [
        ("GET", path.clone()),
        ("DELETE", path.clone()),
        ("POST", format!("{path}/action")),
    ] {
        let body = (method == "POST").then(|| json!({"os-stop": null}));
        let answer = cloud.call("other", "2.1", method, &path, body).await;
        assert_eq!(
            answer.fault(),
            (
                "itemNotFound".to_owned(),
                format!("Instance {id} could not be found.")
            )
        );
    }
    let list = |token: &'static str, query: &'static str| {
        let path = format!("/v2.1/servers/detail{query}");
        let cloud = &cloud;
        async move { cloud.call(token, "2.1", "GET", &path, None).await }
    };
    assert_eq!(names(&list("other", "").await), Vec::<&str>::new());
    assert_eq!(names(&list("admin", "").await), Vec::<&str>::new());
    assert_eq!(names(&list("admin", "?all_tenants=1").await), ["one"]);
    let refused = list("demo", "?all_tenants=1").await;
    assert_eq!(
        refused.fault(),
        (
            "forbidden".to_owned(),
            "Policy doesn't allow os_compute_api:servers:detail:get_all_tenants to be performed.".to_owned()
        )
    );
}

#[tokio::test]
async fn lists_are_filtered_sorted_and_paged() {
    let cloud = Cloud::start().await;
    for name in ["a1", "b1", "a2"] {
        cloud.boot(name).await;
    }
    let stopped = cloud.boot("b2").await;
    cloud.act("2.1", &stopped, json!({"os-stop": null})).await;
    cloud.until(&stopped, "SHUTOFF").await;
    for (query, expected) in [
        ("", vec!["b2", "a2", "b1", "a1"]),
        ("?name=%5Ea", vec!["a2", "a1"]),
        ("?status=shutoff", vec!["b2"]),
        (
            "?status=ACTIVE&sort_key=display_name&sort_dir=asc",
            vec!["a1", "a2", "b1"],
        ),
        ("?flavor=42&limit=1", vec!["b2"]),
        ("?flavor=1", vec![]),
        ("?status=SHELVED", vec![]),
        ("?changes-since=2100-01-01T00:00:00Z", vec![]),
    ] {
        let answer = cloud.get("2.1", &format!("/v2.1/servers{query}")).await;
        assert_eq!(names(&answer), expected, "{query}");
    }
    let mut seen = Vec::new();
    let mut path = "/v2.1/servers?limit=3".to_owned();
    loop {
        let page = cloud.get("2.1", &path).await;
        seen.extend(names(&page).into_iter().map(str::to_owned));
        let Some(next) = page.body["servers_links"][0]["href"].as_str() else {
            break;
        };
        path = next.strip_prefix("http://cloud:8774").unwrap().to_owned();
    }
    assert_eq!(seen, ["b2", "a2", "b1", "a1"]);
}

#[tokio::test]
async fn a_wrong_question_is_told() {
    let cloud = Cloud::start().await;
    let message = async |version: &str, query: &str| {
        let answer = cloud.get(version, &format!("/v2.1/servers?{query}")).await;
        assert_eq!(answer.status, 400, "{query}: {}", answer.body);
        answer.fault().1
    };
    assert_eq!(message("2.38", "status=sleepy").await, "Invalid status value");
    assert_eq!(
        cloud.get("2.37", "/v2.1/servers?status=sleepy").await.body,
        json!({"servers": []})
    );
    assert_eq!(message("2.1", "marker=nope").await, "marker [nope] not found");
    assert!(message("2.1", "limit=-1").await.contains("does not match"));
    assert_eq!(
        message("2.90", "hostname=(").await,
        "'(' is not a regular expression"
    );
    assert!(
        message("2.75", "colour=red")
            .await
            .ends_with("('colour' was unexpected)")
    );
    assert_eq!(cloud.get("2.74", "/v2.1/servers?colour=red").await.status, 200);
}

#[tokio::test]
async fn a_list_is_ordered_by_what_can_be_ordered_by() {
    let cloud = Cloud::start().await;
    for name in ["b", "a"] {
        cloud.boot(name).await;
    }
    let list = |token: &'static str, version: &'static str, query: &'static str| {
        let cloud = &cloud;
        async move {
            let path = format!("/v2.1/servers?{query}");
            cloud.call(token, version, "GET", &path, None).await
        }
    };
    assert_eq!(
        names(&list("demo", "2.1", "sort_key=display_name&sort_dir=asc").await),
        ["a", "b"]
    );
    assert_eq!(names(&list("demo", "2.1", "sort_dir=asc").await), ["b", "a"]);
    assert_eq!(list("demo", "2.74", "sort_key=vcpus").await.status, 200);
    let refused = list("demo", "2.75", "sort_key=vcpus").await;
    assert_eq!(refused.status, 400);
    assert!(
        refused.fault().1.starts_with(
            "Invalid input for query parameters sort_key. Value: vcpus. 'vcpus' is not one of ['access_ip_v4', "
        ),
        "{}",
        refused.body
    );
    let refused = list("demo", "2.1", "sort_key=host").await;
    assert_eq!(
        (refused.status.as_u16(), refused.fault().1.as_str()),
        (403, "Only administrators can sort servers by host")
    );
    assert_eq!(list("admin", "2.1", "sort_key=host").await.status, 200);
    let refused = list(
        "demo",
        "2.66",
        "changes-since=2026-02-01T00:00:00Z&changes-before=2026-01-01T00:00:00Z",
    )
    .await;
    assert_eq!(
        (refused.status.as_u16(), refused.fault().1.as_str()),
        (
            400,
            "The value of changes-since must be less than or equal to changes-before."
        )
    );
}

#[tokio::test]
async fn what_users_may_not_filter_by_is_passed_over() {
    let cloud = Cloud::start().await;
    cloud.boot("one").await;
    for (version, query, expected) in [
        ("2.1", "host=elsewhere", 1),
        ("2.1", "key_name=none", 1),
        ("2.83", "key_name=none", 0),
        ("2.89", "hostname=none", 1),
        ("2.90", "hostname=none", 0),
        ("2.1", "deleted=True", 1),
    ] {
        let path = format!("/v2.1/servers?{query}");
        let seen = cloud.get(version, &path).await;
        assert_eq!(names(&seen).len(), expected, "{version} {query}");
    }
    for (query, expected) in [
        ("deleted=0", 1),
        ("deleted=True", 0),
        ("host=elsewhere", 0),
        ("host=host", 0),
        ("hostname=%5Eo", 1),
        ("hostname=%5En", 0),
        ("availability_zone=NOV", 1),
        ("config_drive=False", 1),
        ("created_at=%5E20%5Cd%5Cd-", 1),
        ("reservation_id=%5Er-.%2B", 1),
        ("locked_by=owner", 0),
    ] {
        let path = format!("/v2.1/servers?all_tenants=1&{query}");
        let seen = cloud.call("admin", "2.1", "GET", &path, None).await;
        assert_eq!(names(&seen).len(), expected, "{query}");
    }
}

#[tokio::test]
async fn what_changed_may_be_that_a_server_is_gone() {
    let cloud = Cloud::start().await;
    let (_here, gone) = (cloud.boot("here").await, cloud.boot("gone").await);
    let path = format!("/v2.1/servers/{gone}");
    cloud.delete(&gone).await;
    let listed = async |token: &'static str, query: &str| {
        let path = format!("/v2.1/servers/detail{query}");
        cloud.call(token, "2.66", "GET", &path, None).await
    };
    for (token, query, expected) in [
        ("demo", "", vec!["here"]),
        (
            "demo",
            "?changes-since=2000-01-01T00:00:00Z",
            vec!["gone", "here"],
        ),
        (
            "demo",
            "?changes-before=2100-01-01T00:00:00Z",
            vec!["gone", "here"],
        ),
        ("demo", "?changes-since=2100-01-01T00:00:00Z", vec![]),
        (
            "demo",
            "?changes-since=2000-01-01T00:00:00Z&limit=1",
            vec!["gone"],
        ),
        ("other", "?changes-since=2000-01-01T00:00:00Z", vec![]),
        ("admin", "?all_tenants=1", vec!["here"]),
        ("admin", "?all_tenants=1&deleted=true", vec!["gone"]),
        ("admin", "?all_tenants=1&status=deleted", vec!["gone"]),
        (
            "admin",
            "?all_tenants=1&deleted=false&changes-since=2000-01-01T00:00:00Z",
            vec!["here"],
        ),
        ("demo", "?deleted=true", vec!["here"]),
    ] {
        assert_eq!(names(&listed(token, query).await), expected, "{token} {query}");
    }
    let refused = listed("demo", "?status=DELETED").await;
    assert_eq!(refused.status, 403);
    let page = format!("?changes-since=2000-01-01T00:00:00Z&marker={gone}");
    assert_eq!(names(&listed("demo", &page).await), ["here"]);

    let answer = listed("admin", "?all_tenants=1&deleted=true").await;
    let server = &answer.body["servers"][0];
    assert_eq!(
        (
            &server["status"],
            &server["OS-EXT-STS:vm_state"],
            &server["OS-EXT-STS:power_state"]
        ),
        (&json!("DELETED"), &json!("deleted"), &json!(0))
    );
    assert_eq!(server["addresses"], json!({}));
    assert!(server["OS-SRV-USG:terminated_at"].is_string());
    assert_eq!(cloud.get("2.1", &path).await.status, 404);
}
