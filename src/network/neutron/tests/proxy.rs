//! What is passed on from the Compute API, and networks that Neutron makes by itself.

use super::*;
use crate::network::firewall::Ethertype;
use crate::network::{
    Admission, Error, FloatingIp, FloatingIps, Groups, NetworkProxy, NetworkService, SecurityGroupRule,
};

#[tokio::test]
async fn a_topology_is_tried_first_and_made_then() {
    let fake = Fake::start(|asked| match asked.line.as_str() {
        "GET extensions?fields=alias" => found(json!({"extensions": [{"alias": "auto-allocated-topology"}]})),
        "GET auto-allocated-topology/p?fields=dry-run" => {
            found(json!({"auto_allocated_topology": {"id": "dry-run=pass"}}))
        }
        "GET auto-allocated-topology/p" => found(json!({"auto_allocated_topology": {"id": NETWORK}})),
        _ => found(
            json!({"networks": [{"id": NETWORK, "name": "auto", "project_id": "p", "subnets": [id(1)]}]}),
        ),
    })
    .await;
    let made = fake.neutron().auto_allocated(&user()).await.unwrap().unwrap();
    assert_eq!(
        (made.id, made.name.as_str(), made.has_subnets),
        (NETWORK, "auto", true)
    );
    let tokens: Vec<String> = fake.asked().into_iter().map(|asked| asked.token).collect();
    assert_eq!(tokens, ["own-1", "users", "users", "users"]);
}

#[tokio::test]
async fn nothing_is_made_without_the_extension_or_what_it_needs() {
    let without = Fake::start(|_| found(json!({"extensions": [{"alias": "quotas"}]}))).await;
    assert_eq!(without.neutron().auto_allocated(&user()).await.unwrap(), None);
    assert_eq!(without.lines().len(), 1);
    let lacking = Fake::start(|asked| match asked.line.starts_with("GET extensions") {
        true => found(json!({"extensions": [{"alias": "auto-allocated-topology"}]})),
        false => refused(
            409,
            "AutoAllocationFailure",
            "No default router:external network.",
        ),
    })
    .await;
    assert_eq!(lacking.neutron().auto_allocated(&user()).await.unwrap(), None);
    assert_eq!(
        lacking.lines()[1..],
        ["GET auto-allocated-topology/p?fields=dry-run"]
    );
    let broken = Fake::start(|asked| match asked.line.starts_with("GET extensions") {
        true => found(json!({"extensions": [{"alias": "auto-allocated-topology"}]})),
        false => refused(500, "HTTPInternalServerError", "It broke."),
    })
    .await;
    assert!(broken.neutron().auto_allocated(&user()).await.is_err());
}

#[tokio::test]
async fn a_rule_is_made_in_the_callers_name_and_read_back() {
    let said = json!({
        "id": id(5), "security_group_id": id(1), "direction": "ingress", "ethertype": "IPv4", "protocol": "tcp",
        "port_range_min": 22, "port_range_max": 23, "remote_ip_prefix": "192.0.2.0/24", "remote_group_id": null,
    });
    let answered = said.clone();
    let fake = Fake::start(move |asked| match asked.line.starts_with("POST") {
        true => Reply::Json(201, json!({"security_group_rule": answered})),
        false => {
            let mut out = answered.clone();
            out["direction"] = json!("egress");
            found(json!({"security_group_rules": [out, answered]}))
        }
    })
    .await;
    let neutron = fake.neutron();
    let admits = Admission {
        ethertype: Ethertype::V4,
        protocol: Some("tcp".to_owned()),
        min: Some(22),
        max: Some(23),
        remote_group: None,
        remote_prefix: Some("192.0.2.0/24".parse().unwrap()),
    };
    let rule = SecurityGroupRule {
        id: id(5),
        group: id(1),
        admits: admits.clone(),
    };
    assert_eq!(neutron.create_rule(&user(), id(1), &admits).await.unwrap(), rule);
    let asked = fake.asked().remove(0);
    let mut body = said;
    body.as_object_mut().unwrap().remove("id");
    assert_eq!(asked.body, json!({ "security_group_rule": body }));
    assert_eq!(asked.token, "users");
    assert_eq!(
        neutron.rules(&user(), &[id(1)]).await.unwrap(),
        [rule],
        "what goes out is no rule to Nova"
    );
}

#[tokio::test]
async fn groups_are_asked_for_as_widely_as_meant() {
    let fake = Fake::start(|_| found(json!({"security_groups": []}))).await;
    let neutron = fake.neutron();
    let (one, two) = (id(1), id(2));
    for which in [Groups::Own, Groups::All, Groups::These(&[one, two])] {
        neutron.groups(&user(), which).await.unwrap();
    }
    let fields = "fields=id&fields=name&fields=description&fields=project_id";
    assert_eq!(
        fake.lines(),
        [
            format!("GET security-groups?tenant_id=p&{fields}"),
            format!("GET security-groups?{fields}"),
            format!("GET security-groups?id={one}&id={two}&{fields}"),
        ]
    );
}

#[tokio::test]
async fn floating_ips_say_where_they_are_from_and_where_they_lead() {
    let fake = Fake::start(|asked| match asked.line.split(['?', ' ']).nth(1).unwrap() {
        "floatingips" => found(json!({"floatingips": [
            {"id": id(1), "floating_ip_address": "203.0.113.7", "floating_network_id": NETWORK, "port_id": id(2),
             "fixed_ip_address": "10.0.0.5"},
            {"id": id(3), "floating_ip_address": "203.0.113.8", "floating_network_id": NETWORK, "port_id": null,
             "fixed_ip_address": null},
        ]})),
        "networks" => found(json!({"networks": [{"id": NETWORK, "name": "public"}]})),
        _ => found(json!({"ports": [{"id": id(2), "device_id": "server"}]})),
    })
    .await;
    let found = fake
        .neutron()
        .floating_ips(&user(), FloatingIps::Own)
        .await
        .unwrap();
    let free = FloatingIp {
        id: id(3),
        address: "203.0.113.8".parse().unwrap(),
        network: NETWORK,
        network_name: "public".to_owned(),
        port: None,
        fixed: None,
        device: None,
    };
    let led = FloatingIp {
        id: id(1),
        address: "203.0.113.7".parse().unwrap(),
        port: Some(id(2)),
        fixed: Some("10.0.0.5".parse().unwrap()),
        device: Some("server".to_owned()),
        ..free.clone()
    };
    assert_eq!(found, [led, free]);
}

#[tokio::test]
async fn a_floating_ip_is_led_away_by_a_port_that_is_null() {
    let fake = Fake::start(|_| found(json!({"floatingip": {}}))).await;
    let neutron = fake.neutron();
    let fixed = "10.0.0.5".parse().unwrap();
    neutron
        .lead_floating_ip(&user(), id(1), Some((id(2), fixed)))
        .await
        .unwrap();
    neutron.lead_floating_ip(&user(), id(1), None).await.unwrap();
    let bodies: Vec<Value> = fake.asked().into_iter().map(|asked| asked.body).collect();
    assert_eq!(
        bodies,
        [
            json!({"floatingip": {"port_id": id(2), "fixed_ip_address": fixed}}),
            json!({"floatingip": {"port_id": null}}),
        ]
    );
}

#[tokio::test]
async fn a_neutron_without_routers_has_no_floating_ips() {
    let fake = Fake::start(|_| refused(404, "HTTPNotFound", "The resource could not be found.")).await;
    let none = fake.neutron().floating_ips(&user(), FloatingIps::Own).await;
    assert_eq!(none.unwrap(), []);
    let refused = fake.neutron().delete_floating_ip(&user(), id(1)).await;
    assert!(matches!(refused, Err(Error::NotFound(_))), "{refused:?}");
}
