//! Consoles: how they are asked for, and refused, at each version.

mod live;

use nova_docker::api::console::Settings;
use nova_docker::compute;
use nova_docker::virt::fake::Verb;
use serde_json::{Value, json};

use crate::cloud::{Answer, Cloud, consoles};

async fn create(cloud: &Cloud, version: &str, id: &str, protocol: &str, kind: &str) -> Answer {
    let path = format!("/v2.1/servers/{id}/remote-consoles");
    let body = json!({"remote_console": {"protocol": protocol, "type": kind}});
    cloud.post(version, &path, body).await
}

/// The address of a new console.
async fn address(cloud: &Cloud, id: &str, protocol: &str, kind: &str) -> String {
    let answer = create(cloud, "2.6", id, protocol, kind).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body["remote_console"]["url"].as_str().unwrap().to_owned()
}

fn token(address: &str) -> String {
    address.split_once("token=").unwrap().1.to_owned()
}

async fn shown(cloud: &Cloud, version: &str, token: &str) -> Answer {
    let path = format!("/v2.1/os-console-auth-tokens/{token}");
    cloud.admin(version, "GET", &path, None).await
}

fn refusal(answer: &Answer) -> (u16, String) {
    (answer.status.as_u16(), answer.fault().1)
}

#[tokio::test]
async fn a_console_is_an_address_with_a_token() {
    let cloud = Cloud::start().await;
    let id = cloud.boot("one").await;
    let mut tokens = Vec::new();
    for (version, protocol, kind, begin) in [
        ("2.6", "serial", "serial", "ws://cloud:6083/?token="),
        ("2.100", "serial", "serial", "ws://cloud:6083/?token="),
        ("2.6", "vnc", "novnc", "http://cloud:6083/?token="),
        ("2.99", "vnc", "novnc", "http://cloud:6083/?token="),
    ] {
        let answer = create(&cloud, version, &id, protocol, kind).await;
        let url = answer.body["remote_console"]["url"].as_str().unwrap();
        assert!(url.starts_with(begin), "{url}");
        tokens.push(token(url));
        let whole = json!({"remote_console": {"protocol": protocol, "type": kind, "url": url}});
        assert_eq!((answer.status.as_u16(), &answer.body), (200, &whole));
    }
    for (action, kind) in [("os-getSerialConsole", "serial"), ("os-getVNCConsole", "novnc")] {
        let answer = cloud.act("2.5", &id, json!({action: {"type": kind}})).await;
        let url = answer.body["console"]["url"].as_str().unwrap();
        tokens.push(token(url));
        let whole = json!({"console": {"type": kind, "url": url}});
        assert_eq!((answer.status.as_u16(), &answer.body), (200, &whole));
    }
    tokens.sort_unstable();
    tokens.dedup();
    assert_eq!(tokens.len(), 6);
}

#[tokio::test]
async fn the_actions_and_the_resource_change_over_at_2_6() {
    let cloud = Cloud::start().await;
    let id = cloud.boot("one").await;
    for (action, kind) in [
        ("os-getVNCConsole", "novnc"),
        ("os-getSPICEConsole", "spice-html5"),
        ("os-getRDPConsole", "rdp-html5"),
        ("os-getSerialConsole", "serial"),
    ] {
        let body = json!({action: {"type": kind}});
        assert_ne!(cloud.act("2.5", &id, body.clone()).await.status, 404, "{action}");
        assert_eq!(cloud.act("2.6", &id, body).await.status, 404, "{action}");
    }
    assert_eq!(create(&cloud, "2.5", &id, "serial", "serial").await.status, 404);
}

const PROTOCOLS: &str = "'vnc', 'spice', 'serial', 'rdp'";
const TYPES: &str = "'novnc', 'xvpvnc', 'spice-html5', 'serial', 'rdp-html5'";

/// What the schema says of a word it does not know.
fn unknown(field: &str, value: &str, known: &str) -> String {
    format!("Invalid input for field/attribute {field}. Value: {value}. '{value}' is not one of [{known}]")
}

#[tokio::test]
async fn what_no_console_is_is_refused_as_nova_does() {
    let cloud = Cloud::start().await;
    let id = cloud.boot("one").await;
    let unavailable = |kind: &str| format!("Unavailable console type {kind}.");
    let with_mks = format!("{TYPES}, 'webmks'");
    for (version, protocol, kind, words) in [
        ("2.6", "vnc", "xvpvnc", "Invalid console type xvpvnc".to_owned()),
        ("2.6", "spice", "spice-html5", unavailable("spice-html5")),
        ("2.99", "spice", "spice-direct", unavailable("spice-direct")),
        ("2.6", "rdp", "rdp-html5", unavailable("rdp")),
        ("2.8", "mks", "webmks", unavailable("webmks")),
        ("2.7", "mks", "serial", unknown("protocol", "mks", PROTOCOLS)),
        ("2.7", "serial", "webmks", unknown("type", "webmks", TYPES)),
        (
            "2.8",
            "x",
            "serial",
            unknown("protocol", "x", &format!("{PROTOCOLS}, 'mks'")),
        ),
        (
            "2.98",
            "serial",
            "spice-direct",
            unknown("type", "spice-direct", &with_mks),
        ),
        (
            "2.99",
            "serial",
            "x",
            unknown("type", "x", &format!("{with_mks}, 'spice-direct'")),
        ),
    ] {
        let answer = create(&cloud, version, &id, protocol, kind).await;
        assert_eq!(refusal(&answer), (400, words), "{version} {protocol} {kind}");
    }
}

#[tokio::test]
async fn the_older_actions_refuse_as_nova_does() {
    let cloud = Cloud::start().await;
    let id = cloud.boot("one").await;
    let malformed =
        "The server could not comply with the request since it is either malformed or otherwise incorrect.";
    let not_novnc = unknown("type", "serial", "'novnc', 'xvpvnc'");
    let of = |kind: &str| json!({"type": kind});
    for (action, body, words) in [
        ("os-getVNCConsole", of("xvpvnc"), "Invalid console type xvpvnc"),
        ("os-getVNCConsole", of("serial"), not_novnc.as_str()),
        (
            "os-getSPICEConsole",
            of("spice-html5"),
            "Unavailable console type spice-html5.",
        ),
        ("os-getRDPConsole", json!(null), malformed),
    ] {
        let answer = cloud.act("2.1", &id, json!({action: body})).await;
        assert_eq!(refusal(&answer), (400, words.to_owned()), "{action}");
    }
    for body in [
        json!({}),
        json!({"type": "serial", "more": 1}),
        json!({"type": null}),
    ] {
        let answer = cloud.act("2.1", &id, json!({"os-getSerialConsole": body})).await;
        assert_eq!(answer.status, 400, "{}", answer.body);
    }
}

#[tokio::test]
async fn what_is_switched_off_is_not_available() {
    let off = Settings {
        serial_url: None,
        novnc_url: None,
        ..consoles()
    };
    let cloud = Cloud::start_with(off, compute::Settings::default()).await;
    let id = cloud.boot("one").await;
    for (protocol, kind) in [("serial", "serial"), ("vnc", "novnc"), ("vnc", "xvpvnc")] {
        let answer = create(&cloud, "2.6", &id, protocol, kind).await;
        assert_eq!(
            refusal(&answer),
            (400, format!("Unavailable console type {kind}."))
        );
    }
}

#[tokio::test]
async fn only_a_running_server_has_a_console() {
    let cloud = Cloud::start().await;
    let held = cloud.faults.hold(Verb::Spawn).await;
    let id = cloud.create("one").await;
    let not_ready = (409, format!("Instance {id} is not ready"));
    assert_eq!(
        refusal(&create(&cloud, "2.6", &id, "serial", "serial").await),
        not_ready
    );
    drop(held);
    cloud.until(&id, "ACTIVE").await;
    for (action, status) in [
        ("os-stop", "SHUTOFF"),
        ("os-start", "ACTIVE"),
        ("pause", "PAUSED"),
    ] {
        cloud.act("2.1", &id, json!({action: null})).await;
        cloud.until(&id, status).await;
        let answer = create(&cloud, "2.6", &id, "serial", "serial").await;
        match status {
            "ACTIVE" => assert_eq!(answer.status, 200),
            _ => assert_eq!(refusal(&answer), not_ready, "{status}"),
        }
    }
    let nobody = "7b4d2d28-0d6b-4d5c-9d1a-5c7f0e1c2a3b";
    for id in [nobody, "none"] {
        let answer = create(&cloud, "2.6", id, "serial", "serial").await;
        assert_eq!(
            refusal(&answer),
            (404, format!("Instance {id} could not be found."))
        );
    }
    let away = format!("/v2.1/servers/{id}/remote-consoles");
    let body = json!({"remote_console": {"protocol": "serial", "type": "serial"}});
    for (token, status) in [("other", 404), ("reader", 403), ("admin", 409)] {
        let answer = cloud.call(token, "2.6", "POST", &away, Some(body.clone())).await;
        assert_eq!(answer.status, status, "{token}");
    }
}

#[tokio::test]
async fn administrators_see_what_a_token_is_good_for() {
    let cloud = Cloud::start().await;
    let id = cloud.boot("one").await;
    let token = token(&address(&cloud, &id, "serial", "serial").await);
    let console =
        json!({"instance_uuid": id, "host": "192.0.2.9", "port": 6083, "internal_access_path": null});
    for version in ["2.31", "2.98", "2.99", "2.100"] {
        let answer = shown(&cloud, version, &token).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.body["console"]),
            (200, &console),
            "{version}"
        );
    }
    assert_eq!(shown(&cloud, "2.30", &token).await.status, 400);
    assert_eq!(
        refusal(&shown(&cloud, "2.31", "none").await),
        (404, "Token not found".to_owned())
    );
    assert_eq!(shown(&cloud, "2.98", &format!("{token}?x=1")).await.status, 200);
    assert_eq!(shown(&cloud, "2.99", &format!("{token}?x=1")).await.status, 400);
    let path = format!("/v2.1/os-console-auth-tokens/{token}");
    assert_eq!(cloud.call("demo", "2.31", "GET", &path, None).await.status, 403);
}

#[tokio::test]
async fn tokens_go_with_their_server_and_in_time() {
    let cloud = Cloud::start().await;
    let id = cloud.boot("one").await;
    let kept = token(&address(&cloud, &id, "serial", "serial").await);
    cloud.delete(&id).await;
    assert_eq!(shown(&cloud, "2.31", &kept).await.status, 404);
    let at_once = compute::Settings {
        console_token_ttl: std::time::Duration::ZERO,
        ..compute::Settings::default()
    };
    let cloud = Cloud::start_with(consoles(), at_once).await;
    let id = cloud.boot("one").await;
    let kept = token(&address(&cloud, &id, "vnc", "novnc").await);
    assert_eq!(shown(&cloud, "2.31", &kept).await.status, 404);
    assert_eq!(live::opened(&cloud, &kept).await.unwrap_err().0, 403);
}

#[tokio::test]
async fn a_page_stands_behind_an_address_and_leaves_it_good() {
    let cloud = Cloud::start().await;
    let id = cloud.boot("one").await;
    let token = token(&address(&cloud, &id, "vnc", "novnc").await);
    let get = async |path: String| {
        let request = http::Request::get(path).body(axum::body::Body::empty()).unwrap();
        cloud.ask_consoles(request).await
    };
    for _ in 0..2 {
        let page = get(format!("/?token={token}&title=one")).await;
        assert_eq!(page.status, 200);
        assert!(
            page.body
                .as_str()
                .unwrap()
                .contains("<script src=\"console.js\">"),
            "{}",
            page.body
        );
        assert_eq!(page.headers["referrer-policy"], "no-referrer");
        assert_eq!(page.headers["cache-control"], "no-store");
    }
    for path in ["/", "/?token=", "/?token=none", "/any/where?token=none"] {
        let page = get(path.to_owned()).await;
        let words = Value::from("The token is invalid, was used, or has expired: ask for a new console.\n");
        assert_eq!((page.status.as_u16(), page.body), (403, words), "{path}");
    }
    let script = get("/below/console.js".to_owned()).await;
    assert_eq!(script.headers["content-type"], "text/javascript; charset=utf-8");
    assert_eq!(get("/xterm.js".to_owned()).await.status, 404);
    assert_eq!(get("/healthcheck".to_owned()).await.status, 200);
    live::opened(&cloud, &token).await.unwrap();
}
