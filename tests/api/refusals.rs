//! Bad input: Nova's status, and a sentence that says what to change.

use axum::body::Body;
use base64::Engine;
use http::Request;
use serde_json::{Value, json};

use crate::cloud::Cloud;

fn server(cloud: &Cloud, key: &str, value: Value) -> Value {
    let mut body = json!({"server": {"name": "one", "imageRef": cloud.image, "flavorRef": "42"}});
    body["server"][key] = value;
    body
}

#[tokio::test]
async fn each_value_of_a_wrong_form_is_told_back() {
    let cloud = Cloud::start().await;
    for (key, value, expected) in [
        (
            "name",
            json!(5),
            "Invalid input for field/attribute name. Value: 5. 5 is not of type 'string'",
        ),
        (
            "imageRef",
            json!("x"),
            "Value: x. 'x' is not valid under any of the given schemas",
        ),
        ("imageRef", json!(""), "Missing imageRef attribute"),
        (
            "name",
            json!(" web"),
            "An invalid 'name' value was provided. The name must be: printable characters.",
        ),
        (
            "key_name",
            json!(null),
            "Value: None. None is not of type 'string'",
        ),
        (
            "user_data",
            json!(null),
            "Value: None. None is not of type 'string'",
        ),
        (
            "metadata",
            json!({"a/b": "c"}),
            "Value: {'a/b': 'c'}. 'a/b' does not match any of the regexes: '^[a-zA-Z0-9-_:. ]{1,255}$'",
        ),
    ] {
        let answer = cloud
            .post("2.1", "/v2.1/servers", server(&cloud, key, value))
            .await;
        assert_eq!(answer.status, 400, "{key}: {}", answer.body);
        let message = answer.fault().1;
        assert!(message.contains(expected), "{message}");
    }
}

#[tokio::test]
async fn each_mistake_in_a_new_server_is_named() {
    let cloud = Cloud::start().await;
    let typo = base64::engine::general_purpose::STANDARD.encode("enviroment:\n  a: b\ncommand: sh\n");
    let nowhere = "00000000-0000-4000-8000-000000000000";
    for (key, value, expected) in [
        ("imageRef", json!(nowhere), "Can not find requested image"),
        ("flavorRef", json!("nope"), "Flavor nope could not be found."),
        ("key_name", json!("nope"), "Invalid key_name provided."),
        (
            "networks",
            json!([{"uuid": nowhere}]),
            "Network 00000000-0000-4000-8000-000000000000 could not be found.",
        ),
        (
            "min_count",
            json!(0),
            "Invalid input for field/attribute min_count. Value: 0. 0 is less than the minimum of 1",
        ),
        (
            "user_data",
            json!(typo),
            "`enviroment` (line 1): there is no such option, did you mean `environment`?",
        ),
    ] {
        let answer = cloud
            .post("2.1", "/v2.1/servers", server(&cloud, key, value))
            .await;
        assert_eq!(answer.status, 400, "{key}: {}", answer.body);
        let (name, message) = answer.fault();
        assert_eq!(name, "badRequest");
        assert!(message.contains(expected), "{message}");
    }
    assert_eq!(
        cloud.get("2.1", "/v2.1/servers").await.body,
        json!({"servers": []}),
        "nothing is left behind"
    );
}

#[tokio::test]
async fn a_body_that_is_not_json_is_malformed() {
    let cloud = Cloud::start().await;
    let post = |body: &'static str| {
        let request = Request::post("/v2.1/servers")
            .header("X-Auth-Token", "demo")
            .header("Content-Type", "application/json");
        cloud.send(request.body(Body::from(body)).unwrap())
    };
    assert_eq!(
        post("{").await.fault(),
        ("badRequest".to_owned(), "Malformed request body".to_owned())
    );
    assert_eq!(post("[]").await.status, 400);
    let huge = Request::post("/v2.1/servers")
        .header("X-Auth-Token", "demo")
        .header("Content-Type", "application/json")
        .body(Body::from(vec![b' '; 200_000]))
        .unwrap();
    assert_eq!(cloud.send(huge).await.status, 413);
}

#[tokio::test]
async fn a_reader_reads() {
    let cloud = Cloud::start().await;
    let id = cloud.boot("one").await;
    let path = format!("/v2.1/servers/{id}");
    assert_eq!(cloud.call("reader", "2.1", "GET", &path, None).await.status, 200);
    let refused = cloud.call("reader", "2.1", "DELETE", &path, None).await;
    assert_eq!(refused.status, 403);
    assert_eq!(
        refused.fault().1,
        "Policy doesn't allow os_compute_api:servers:delete to be performed."
    );
}

#[tokio::test]
async fn what_is_not_there_is_told_as_nova_tells_it() {
    let cloud = Cloud::start().await;
    let id = cloud.boot("one").await;
    let action = cloud.act("2.1", &id, json!({"dance": null})).await;
    assert_eq!(
        action.fault(),
        (
            "badRequest".to_owned(),
            "There is no such action: dance".to_owned()
        )
    );
    let path = cloud.get("2.1", "/v2.1/nothing").await;
    assert_eq!(
        path.fault(),
        (
            "itemNotFound".to_owned(),
            "The resource could not be found.".to_owned()
        )
    );
    let method = cloud.call("demo", "2.1", "PATCH", "/v2.1/servers", None).await;
    assert_eq!(method.fault().0, "badMethod");
}

#[tokio::test]
async fn a_failed_boot_says_why() {
    let cloud = Cloud::start().await;
    cloud
        .faults
        .fail_next(nova_docker::virt::fake::Verb::Spawn, "no space left on device");
    let id = cloud.create("one").await;
    let server = cloud.until(&id, "ERROR").await;
    let message = server["fault"]["message"].as_str().unwrap();
    assert!(message.contains("no space left on device"), "{message}");
    assert_eq!(server["fault"]["code"], 500);
    assert!(
        server["fault"].get("details").is_none(),
        "details are for administrators"
    );
}
