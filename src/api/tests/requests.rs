//! Query strings, bodies and actions, each held to its table.

use super::*;

#[tokio::test]
async fn a_list_comes_in_pages_with_a_link_to_the_next() {
    let item = |id: &str| {
        let link =
            |rel: &str, at: &str| format!(r#"{{"rel":"{rel}","href":"http://cloud{at}/servers/{id}"}}"#);
        format!(
            r#"{{"id":"{id}","links":[{},{}]}}"#,
            link("self", "/v2.1"),
            link("bookmark", "")
        )
    };
    let next = r#"[{"rel":"next","href":"http://cloud/v2.1/servers?limit=1&marker=b"}]"#;
    let expected = format!(r#"{{"servers":[{}],"servers_links":{next}}}"#, item("b"));
    assert_eq!(
        at("2.1", "GET", "/v2.1/servers?limit=1&marker=a", "").await,
        (200, expected)
    );
    let expected = format!(r#"{{"servers":[{}]}}"#, item("c"));
    assert_eq!(
        at("2.1", "GET", "/v2.1/servers?marker=b", "").await,
        (200, expected)
    );
}

#[tokio::test]
async fn a_query_string_is_held_to_its_table() {
    let refused = |message: &str| fault("badRequest", 400, message);
    let limit = |value: &str, reason: &str| {
        refused(&format!(
            "Invalid input for query parameters limit. Value: {value}. {reason}"
        ))
    };
    let cases = [
        ("2.1", "limit=-1", limit("-1", "'-1' does not match '^[0-9]*$'")),
        ("2.1", "limit=", limit("", "'' should be non-empty")),
        ("2.1", "marker=z", refused("marker [z] not found")),
        (
            "2.75",
            "b=1&limit=1&a=2&b=3",
            refused("Additional properties are not allowed ('a', 'b' were unexpected)"),
        ),
    ];
    for (version, query, expected) in cases {
        assert_eq!(
            at(version, "GET", &format!("/v2.1/servers?{query}"), "").await,
            expected,
            "{query}"
        );
    }
    assert_eq!(
        at("2.74", "GET", "/v2.1/servers?tags=x&unheard=of&limit=0", "").await,
        (200, r#"{"servers":[]}"#.into())
    );
}

#[test]
fn a_parameter_is_read_as_often_as_its_type_says_and_only_in_its_range() {
    let pairs = Pairs::of("sort_key=b&marker=x&sort_key=a%20c&marker=y&tags=t");
    let parse = |version: &str| Listing::parse(version.parse().unwrap(), &pairs).unwrap();
    let asked = parse("2.25");
    assert_eq!(
        (asked.sort_key, asked.marker.as_deref()),
        (vec!["b".to_owned(), "a c".to_owned()], Some("y"))
    );
    assert_eq!((asked.tags, parse("2.26").tags.as_deref()), (None, Some("t")));
}

#[tokio::test]
async fn a_body_is_read_and_answered_at_its_version() {
    let put = |version, body| at(version, "PUT", "/v2.1/servers/7", body);
    let described = r#"{"server":{"name":"a","description":"b"}}"#;
    let refused = "Invalid input for field/attribute server. Value: {'name': 'a', 'description': 'b'}. \
                   Additional properties are not allowed ('description' was unexpected)";
    assert_eq!(put("2.18", described).await, fault("badRequest", 400, refused));
    let answer = r#"{"server":{"name":"a","locked":false,"description":"b"}}"#;
    assert_eq!(put("2.19", described).await, (200, answer.to_owned()));
    assert_eq!(
        put("2.8", r#"{"server":{"name":"a"}}"#).await,
        (200, r#"{"server":{"name":"a"}}"#.to_owned())
    );
}

#[tokio::test]
async fn a_body_that_is_no_json_is_refused_in_novas_words() {
    let put = |content: &'static str, body: Bytes| async move {
        ask("PUT", "/v2.1/servers/7", &[("content-type", content)], body)
            .await
            .told()
    };
    let server = || Bytes::from(r#"{"server":{"name":"a"}}"#);
    let refused = |message| fault("badRequest", 400, message);
    assert_eq!(put("text/plain", server()).await.0, 200);
    assert_eq!(put("application/json; charset=utf-8", server()).await.0, 200);
    let unsupported = fault("badMediaType", 415, "Unsupported Content-Type");
    assert_eq!(put("application/xml", server()).await, unsupported);
    assert_eq!(
        put("application/json", "{".into()).await,
        refused("Malformed request body")
    );
    assert_eq!(
        put("application/json", "".into()).await,
        refused("None is not of type 'object'")
    );
    let large = put("application/json", vec![b' '; 114_689].into()).await;
    assert_eq!(large, fault("overLimit", 413, "Request is too large."));
}

#[tokio::test]
async fn an_action_is_the_only_key_of_its_body() {
    let post = |version, body| at(version, "POST", "/v2.1/servers/7/action", body);
    let refused = |message| fault("badRequest", 400, message);
    assert_eq!(post("2.1", r#"{"os-start":null}"#).await, (202, String::new()));
    assert_eq!(
        post("2.1", r#"{"reboot":{"type":"HARD"}}"#).await,
        fault("conflictingRequest", 409, "7 HARD")
    );
    let message = "Invalid input for field/attribute reboot. Value: {}. 'type' is a required property";
    assert_eq!(post("2.1", r#"{"reboot":{}}"#).await, refused(message));
    assert_eq!(
        post("2.1", r#"{"fly":null}"#).await,
        refused("There is no such action: fly")
    );
    for body in ["", "[]", "{}", "os-start", r#"{"os-start":null,"reboot":null}"#] {
        assert_eq!(
            post("2.1", body).await,
            refused("Malformed request body"),
            "{body}"
        );
    }
    assert_eq!(post("2.43", r#"{"addFloatingIp":{}}"#).await.0, 202);
    assert_eq!(post("2.44", r#"{"addFloatingIp":{}}"#).await.0, 404);
}
