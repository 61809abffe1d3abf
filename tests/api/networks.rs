//! The networks of a new server, in every form that `networks` ever had.

use nova_docker::network::PortStatus;
use nova_docker::objects::vif::FloatingIp;
use serde_json::{Value, json};

use crate::cloud::{Answer, Cloud};

const NOWHERE: &str = "00000000-0000-4000-8000-000000000000";

async fn ask(cloud: &Cloud, version: &str, networks: Value) -> Answer {
    let mut body = json!({"server": {"name": "one", "imageRef": cloud.image, "flavorRef": "42"}});
    if !networks.is_null() {
        body["server"]["networks"] = networks;
    }
    cloud.post(version, "/v2.1/servers", body).await
}

/// A server on these networks, once it is ACTIVE.
async fn booted(cloud: &Cloud, version: &str, networks: Value) -> Value {
    let answer = ask(cloud, version, networks.clone()).await;
    assert_eq!(answer.status, 202, "{networks}: {}", answer.body);
    cloud
        .until(answer.body["server"]["id"].as_str().unwrap(), "ACTIVE")
        .await
}

#[tokio::test]
async fn a_server_shows_the_address_it_asked_for() {
    let cloud = Cloud::start().await;
    let networks = json!([{"uuid": cloud.private, "fixed_ip": "10.0.0.77"}]);
    let server = booted(&cloud, "2.1", networks).await;
    let port = &cloud.network.ports()[0];
    assert_eq!(port.status, PortStatus::Active);
    let mac = port.mac.to_string();
    let fixed = json!({"version": 4, "addr": "10.0.0.77", "OS-EXT-IPS:type": "fixed", "OS-EXT-IPS-MAC:mac_addr": mac});
    assert_eq!(server["addresses"], json!({"private": [fixed]}));
    assert_eq!(server["security_groups"], json!([{"name": "default"}]));

    let path = format!("/v2.1/servers/{}/ips", server["id"].as_str().unwrap());
    let plain = json!({"private": [{"version": 4, "addr": "10.0.0.77"}]});
    assert_eq!(cloud.get("2.1", &path).await.body, json!({ "addresses": plain }));
    assert_eq!(cloud.get("2.1", &format!("{path}/private")).await.body, plain);
    let other = cloud.get("2.1", &format!("{path}/public")).await;
    assert_eq!(
        (other.status.as_u16(), other.fault().1),
        (404, "Instance is not a member of specified network".to_owned())
    );
}

#[tokio::test]
async fn a_server_takes_the_port_of_its_user() {
    let cloud = Cloud::start().await;
    let port = cloud.network.add_port("0d", cloud.private).unwrap();
    let server = booted(&cloud, "2.37", json!([{"port": port, "uuid": NOWHERE}])).await;
    let ports = cloud.network.ports();
    assert_eq!(ports.len(), 1, "{ports:?}");
    assert_eq!(ports[0].device_id.as_deref(), server["id"].as_str());
    assert_eq!(
        server["addresses"]["private"][0]["addr"],
        json!(ports[0].fixed_ips[0].1)
    );
    let again = ask(&cloud, "2.37", json!([{ "port": port }])).await;
    assert_eq!(
        (again.status.as_u16(), again.fault()),
        (
            409,
            (
                "conflictingRequest".to_owned(),
                format!("Port {port} is still in use.")
            )
        )
    );
}

#[tokio::test]
async fn nothing_said_is_the_projects_only_network_and_none_is_none() {
    let cloud = Cloud::start().await;
    for (version, networks) in [
        ("2.1", json!(null)),
        ("2.36", json!([])),
        ("2.37", json!("auto")),
        ("2.37", json!([])),
    ] {
        let server = booted(&cloud, version, networks.clone()).await;
        let on: Vec<&String> = server["addresses"].as_object().unwrap().keys().collect();
        assert_eq!(on, ["private"], "{version} {networks}");
    }
    let before = cloud.network.ports().len();
    let server = booted(&cloud, "2.37", json!("none")).await;
    assert_eq!(server["addresses"], json!({}));
    assert!(
        server.get("security_groups").is_none(),
        "no port, nothing that groups guard: {server}"
    );
    assert_eq!(cloud.network.ports().len(), before);
}

#[tokio::test]
async fn more_than_one_network_to_choose_from_is_a_conflict() {
    let cloud = Cloud::start().await;
    cloud
        .network
        .add_network("0d", "second", &["10.1.0.0/24".parse().unwrap()]);
    let refused = ask(&cloud, "2.37", json!("auto")).await;
    let words = "Multiple possible networks found, use a Network ID to be more specific.";
    assert_eq!(
        (refused.status.as_u16(), refused.fault().1),
        (409, words.to_owned())
    );
}

#[tokio::test]
async fn an_interface_takes_a_tag_where_nova_took_one() {
    let cloud = Cloud::start().await;
    for (version, taken) in [
        ("2.31", false),
        ("2.32", true),
        ("2.36", true),
        ("2.37", false),
        ("2.41", false),
        ("2.42", true),
        ("2.100", true),
    ] {
        let answer = ask(&cloud, version, json!([{"uuid": cloud.private, "tag": "lan"}])).await;
        let expected = if taken { 202 } else { 400 };
        assert_eq!(answer.status, expected, "{version}: {}", answer.body);
    }
}

#[tokio::test]
async fn a_list_of_the_wrong_form_is_refused_in_novas_words() {
    let cloud = Cloud::start().await;
    let item = "Invalid input for field/attribute";
    for (networks, before, since) in [
        (
            json!([{"uuid": 5}]),
            format!("{item} uuid. Value: 5. 5 is not of type 'string'"),
            "[{'uuid': 5}]",
        ),
        (
            json!([{"port": "x"}]),
            format!("{item} port. Value: x. 'x' is not a 'uuid'"),
            "[{'port': 'x'}]",
        ),
        (
            json!([{"port": 5}]),
            format!("{item} port. Value: 5. 5 is not of type 'string', 'null'"),
            "[{'port': 5}]",
        ),
        (
            json!([{"fixed_ip": "x"}]),
            format!("{item} fixed_ip. Value: x. 'x' is not valid under any of the given schemas"),
            "[{'fixed_ip': 'x'}]",
        ),
        (
            json!([{"x": 1}]),
            format!(
                "{item} 0. Value: {{'x': 1}}. Additional properties are not allowed ('x' was unexpected)"
            ),
            "[{'x': 1}]",
        ),
        (
            json!({}),
            format!("{item} networks. Value: {{}}. {{}} is not of type 'array'"),
            "{}",
        ),
    ] {
        let early = ask(&cloud, "2.36", networks.clone()).await;
        assert_eq!((early.status.as_u16(), early.fault().1), (400, before));
        let late = ask(&cloud, "2.37", networks).await;
        let whole =
            format!("{item} networks. Value: {since}. {since} is not valid under any of the given schemas");
        assert_eq!((late.status.as_u16(), late.fault().1), (400, whole));
    }
    let word = ask(&cloud, "2.37", json!("foo")).await;
    assert_eq!(
        word.fault().1,
        format!("{item} networks. Value: foo. 'foo' is not valid under any of the given schemas")
    );
}

#[tokio::test]
async fn what_makes_no_sense_or_is_not_there_is_named() {
    let cloud = Cloud::start().await;
    let port = cloud.network.add_port("0d", cloud.private).unwrap();
    let foreign = cloud
        .network
        .add_network("0e", "theirs", &["10.2.0.0/24".parse().unwrap()]);
    let theirs = cloud.network.add_port("0e", foreign).unwrap();
    for (networks, message) in [
        (
            json!([{"uuid": "x"}]),
            "Bad networks format: network uuid is not in proper format (x)".to_owned(),
        ),
        (
            json!([{"port": null}]),
            "Bad network format: missing 'uuid'".to_owned(),
        ),
        (
            json!([{ "port": port }, { "port": port }]),
            format!("Port ID '{port}' was specified twice: you cannot attach a port multiple times."),
        ),
        (
            json!([{"port": port, "fixed_ip": "10.0.0.9"}]),
            format!(
                "Specified Fixed IP '10.0.0.9' cannot be used with port '{port}': the two cannot be specified together."
            ),
        ),
        (
            json!([{ "uuid": NOWHERE }]),
            format!("Network {NOWHERE} could not be found."),
        ),
        (
            json!([{ "uuid": foreign }]),
            format!("Network {foreign} could not be found."),
        ),
        (
            json!([{ "port": NOWHERE }]),
            format!("Port id {NOWHERE} could not be found."),
        ),
        (
            json!([{ "port": theirs }]),
            format!("Port id {theirs} could not be found."),
        ),
    ] {
        let answer = ask(&cloud, "2.1", networks.clone()).await;
        assert_eq!(answer.status, 400, "{networks}: {}", answer.body);
        assert_eq!(answer.fault(), ("badRequest".to_owned(), message));
    }
    assert_eq!(
        cloud.get("2.1", "/v2.1/servers").await.body,
        json!({"servers": []}),
        "nothing is left behind"
    );
}

#[tokio::test]
async fn a_floating_address_stands_behind_the_fixed_ones() {
    let cloud = Cloud::start().await;
    let server = booted(&cloud, "2.37", json!([{ "uuid": cloud.private }])).await;
    let id = server["id"].as_str().unwrap();
    let port = cloud.network.ports()[0].clone();
    cloud.network.add_floating_ip(
        port.id,
        FloatingIp {
            fixed: port.fixed_ips[0].1,
            floating: "203.0.113.9".parse().unwrap(),
        },
    );
    let shown = |addr: String, kind: &str| json!({"version": 4, "addr": addr, "OS-EXT-IPS:type": kind, "OS-EXT-IPS-MAC:mac_addr": port.mac});
    let expected = json!({"private": [
        shown(port.fixed_ips[0].1.to_string(), "fixed"),
        shown("203.0.113.9".to_owned(), "floating"),
    ]});
    for _ in 0..2000 {
        if cloud.until(id, "ACTIVE").await["addresses"] == expected {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    panic!("it is never shown: {}", cloud.until(id, "ACTIVE").await);
}

#[tokio::test]
async fn a_network_service_that_is_away_or_full_says_so() {
    let cloud = Cloud::start().await;
    cloud.network.limit_ports("0d", 0);
    let full = ask(&cloud, "2.37", json!([{ "uuid": cloud.private }])).await;
    assert_eq!(
        (full.status.as_u16(), full.fault()),
        (
            403,
            (
                "forbidden".to_owned(),
                "Maximum number of ports exceeded".to_owned()
            )
        )
    );
    cloud.network.faults().down(true);
    let away = ask(&cloud, "2.37", json!([{ "uuid": cloud.private }])).await;
    assert_eq!(away.status, 503, "{}", away.body);
    assert_eq!(away.fault().0, "serviceUnavailable");
}
