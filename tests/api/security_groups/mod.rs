//! Security groups and their rules, as a client of the standalone network service meets them.

mod mistakes;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use http::Request;
use http_body_util::BodyExt;
use nova_docker::api::{self, RequestIds};
use nova_docker::db::Db;
use nova_docker::network::local::LocalNetworks;
use nova_docker::objects::{SystemWorld, World};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::cloud::People;

struct Service(Router);

impl Service {
    async fn start() -> Self {
        let db = Db::in_memory().await.unwrap();
        let world: Arc<dyn World> = Arc::new(SystemWorld);
        let networks = LocalNetworks::open(db.networks(), world.clone()).await.unwrap();
        Self(api::network::router(api::network::Parts {
            networks,
            identity: Arc::new(People),
            ids: RequestIds::new(world, None),
            zone: "nova".to_owned(),
        }))
    }

    /// Status and body.
    async fn call(&self, token: &str, method: &str, path: &str, body: Value) -> (u16, Value) {
        let request = Request::builder()
            .method(method)
            .uri(format!("/v2.0/{path}"))
            .header("X-Auth-Token", token);
        let body = if body.is_null() {
            Body::empty()
        } else {
            Body::from(body.to_string())
        };
        let response = self.0.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        let status = response.status().as_u16();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
    }

    async fn get(&self, path: &str) -> Value {
        let (status, body) = self.call("demo", "GET", path, Value::Null).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    async fn delete(&self, token: &str, path: &str) -> (u16, String) {
        let (status, body) = self.call(token, "DELETE", path, Value::Null).await;
        (status, kind(&body))
    }

    /// A group of `demo`; its id.
    async fn group(&self, name: &str) -> String {
        let body = json!({"security_group": {"name": name}});
        let (status, body) = self.call("demo", "POST", "security-groups", body).await;
        assert_eq!(status, 201, "{body}");
        body["security_group"]["id"].as_str().unwrap().to_owned()
    }

    async fn rule(&self, group: &str, says: Value) -> (u16, Value) {
        let mut rule = json!({"security_group_id": group, "direction": "ingress"});
        let says = says.as_object().unwrap().clone();
        rule.as_object_mut().unwrap().extend(says);
        let body = json!({ "security_group_rule": rule });
        self.call("demo", "POST", "security-group-rules", body).await
    }
}

fn kind(body: &Value) -> String {
    body["NeutronError"]["type"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

fn message(body: &Value) -> &str {
    body["NeutronError"]["message"].as_str().unwrap_or_default()
}

/// Direction, ethertype, protocol, ports, and whom it is about.
fn told(rule: &Value) -> Vec<Value> {
    let keys = [
        "direction",
        "ethertype",
        "protocol",
        "port_range_min",
        "port_range_max",
        "remote_ip_prefix",
        "remote_group_id",
    ];
    keys.map(|key| rule[key].clone()).to_vec()
}

fn all_told(group: &Value) -> Vec<String> {
    let rules = group["security_group_rules"].as_array().unwrap();
    let mut told: Vec<String> = rules.iter().map(|rule| json!(told(rule)).to_string()).collect();
    told.sort();
    told
}

#[tokio::test]
async fn every_project_has_a_default_group_from_the_first_look_on() {
    let service = Service::start().await;
    let groups = service.get("security-groups").await;
    let [group] = groups["security_groups"].as_array().unwrap().as_slice() else {
        panic!("{groups}");
    };
    let id = &group["id"];
    assert_eq!(group["name"], "default");
    assert_eq!(group["description"], "Default security group");
    assert_eq!(
        all_told(group),
        [
            r#"["egress","IPv4",null,null,null,null,null]"#.to_owned(),
            r#"["egress","IPv6",null,null,null,null,null]"#.to_owned(),
            format!(r#"["ingress","IPv4",null,null,null,null,{id}]"#),
            format!(r#"["ingress","IPv6",null,null,null,null,{id}]"#),
        ]
    );
    let rules = service.get("security-group-rules").await;
    assert_eq!(rules["security_group_rules"].as_array().unwrap().len(), 4);
    assert_eq!(rules["security_group_rules"][0]["belongs_to_default_sg"], true);
    assert_eq!(service.get("security-groups").await, groups);
}

#[tokio::test]
async fn the_default_group_stays_what_it_is() {
    let service = Service::start().await;
    let groups = service.get("security-groups?name=default").await;
    let path = format!(
        "security-groups/{}",
        groups["security_groups"][0]["id"].as_str().unwrap()
    );
    let put = async |says: Value| {
        let body = json!({ "security_group": says });
        let (status, body) = service.call("demo", "PUT", &path, body).await;
        (status, kind(&body))
    };
    let refused = |kind: &str| (409, kind.to_owned());
    assert_eq!(
        put(json!({"name": "other"})).await,
        refused("SecurityGroupCannotUpdateDefault")
    );
    assert_eq!(
        put(json!({"name": "default"})).await,
        refused("SecurityGroupDefaultAlreadyExists")
    );
    assert_eq!(put(json!({"description": "ours"})).await.0, 200);
    assert_eq!(
        service.delete("demo", &path).await,
        refused("SecurityGroupCannotRemoveDefault")
    );
    for name in ["default", "Default"] {
        let body = json!({"security_group": {"name": name}});
        let (status, body) = service.call("demo", "POST", "security-groups", body).await;
        assert_eq!(
            (status, kind(&body)),
            refused("SecurityGroupDefaultAlreadyExists")
        );
    }
    assert_eq!(service.delete("admin", &path).await, (204, String::new()));
}

#[tokio::test]
async fn a_group_is_made_changed_and_gone_and_nobody_elses() {
    let service = Service::start().await;
    let id = service.group("web").await;
    let path = format!("security-groups/{id}");
    let group = service.get(&path).await["security_group"].clone();
    assert_eq!(
        all_told(&group),
        [
            r#"["egress","IPv4",null,null,null,null,null]"#,
            r#"["egress","IPv6",null,null,null,null,null]"#,
        ]
    );
    let keys: Vec<&String> = group.as_object().unwrap().keys().collect();
    assert_eq!(
        keys,
        [
            "name",
            "stateful",
            "shared",
            "security_group_rules",
            "id",
            "project_id",
            "tenant_id",
            "description",
            "tags",
            "created_at",
            "updated_at",
            "revision_number"
        ]
    );
    assert_eq!([&group["stateful"], &group["shared"]], [true, false]);

    let body = json!({"security_group": {"name": "shop", "description": "of the shop"}});
    let (status, changed) = service.call("demo", "PUT", &path, body).await;
    assert_eq!(status, 200);
    let changed = &changed["security_group"];
    assert_eq!(
        [&changed["name"], &changed["description"]],
        ["shop", "of the shop"]
    );
    let stateless = json!({"security_group": {"stateful": false}});
    assert_eq!(service.call("demo", "PUT", &path, stateless).await.0, 400);

    let (status, missing) = service.call("other", "GET", &path, Value::Null).await;
    assert_eq!(status, 404);
    assert_eq!(message(&missing), format!("Security group {id} does not exist"));
    assert_eq!(
        service.delete("other", &path).await,
        (404, "SecurityGroupNotFound".to_owned())
    );
    assert_eq!(service.delete("reader", &path).await.0, 403);
    assert_eq!(service.delete("demo", &path).await, (204, String::new()));
    assert_eq!(
        service.delete("demo", &path).await,
        (404, "SecurityGroupNotFound".to_owned())
    );
}

#[tokio::test]
async fn rules_say_what_was_said() {
    let service = Service::start().await;
    let group = service.group("web").await;
    let said = [
        (
            json!({}),
            json!(["ingress", "IPv4", null, null, null, null, null]),
        ),
        (
            json!({"protocol": "TCP", "port_range_min": "22", "port_range_max": 22, "remote_ip_prefix": "10.0.0.5/24"}),
            json!(["ingress", "IPv4", "tcp", 22, 22, "10.0.0.5/24", null]),
        ),
        (
            json!({"protocol": 6, "port_range_min": 23, "port_range_max": 24, "remote_ip_prefix": "10.0.0.5"}),
            json!(["ingress", "IPv4", "6", 23, 24, "10.0.0.5/32", null]),
        ),
        (
            json!({"protocol": "tcp", "port_range_min": 1, "port_range_max": 65535}),
            json!(["ingress", "IPv4", "tcp", null, null, null, null]),
        ),
        (
            json!({"protocol": "icmp", "port_range_min": 8, "port_range_max": 0}),
            json!(["ingress", "IPv4", "icmp", 8, 0, null, null]),
        ),
        (
            json!({"protocol": "icmp", "ethertype": "ipv6"}),
            json!(["ingress", "IPv6", "ipv6-icmp", null, null, null, null]),
        ),
        (
            json!({"protocol": 1, "ethertype": "IPv6", "direction": "egress"}),
            json!(["egress", "IPv6", "58", null, null, null, null]),
        ),
        (
            json!({"protocol": "sctp", "remote_ip_prefix": ""}),
            json!(["ingress", "IPv4", "sctp", null, null, null, null]),
        ),
        (
            json!({"protocol": "udp", "remote_group_id": group, "description": "ours"}),
            json!(["ingress", "IPv4", "udp", null, null, null, group]),
        ),
    ];
    for (says, means) in said {
        let (status, body) = service.rule(&group, says.clone()).await;
        assert_eq!(status, 201, "{says}: {body}");
        assert_eq!(json!(told(&body["security_group_rule"])), means, "{says}");
    }
    let path = format!("security-group-rules?security_group_id={group}&remote_ip_prefix=10.0.0.5/24");
    let found = service.get(&path).await["security_group_rules"].clone();
    assert_eq!(found[0]["normalized_cidr"], "10.0.0.0/24");
    assert_eq!(found[0]["belongs_to_default_sg"], false);
    assert_eq!(found.as_array().unwrap().len(), 1);
    let all = service.get(&format!("security-groups/{group}")).await;
    assert_eq!(
        all["security_group"]["security_group_rules"]
            .as_array()
            .unwrap()
            .len(),
        11
    );
}

#[tokio::test]
async fn the_same_rule_is_refused_however_it_is_said() {
    let service = Service::start().await;
    let group = service.group("web").await;
    let (_, first) = service
        .rule(
            &group,
            json!({"protocol": "tcp", "remote_ip_prefix": "0.0.0.0/0"}),
        )
        .await;
    let id = &first["security_group_rule"]["id"];
    let sentence = format!(
        "Security group rule already exists. Rule id is {}.",
        id.as_str().unwrap()
    );
    for same in [
        json!({"protocol": "tcp"}),
        json!({"protocol": "6"}),
        json!({"protocol": "TCP"}),
    ] {
        let (status, body) = service.rule(&group, same).await;
        assert_eq!((status, kind(&body).as_str()), (409, "SecurityGroupRuleExists"));
        assert_eq!(message(&body), sentence);
    }
    let (_, icmp) = service
        .rule(&group, json!({"protocol": "icmpv6", "ethertype": "IPv6"}))
        .await;
    assert_eq!(icmp["security_group_rule"]["protocol"], "ipv6-icmp");
    assert_eq!(
        service
            .rule(&group, json!({"protocol": 58, "ethertype": "IPv6"}))
            .await
            .0,
        409
    );

    let one = json!({"security_group_id": group, "direction": "ingress", "protocol": "udp"});
    let twice = json!({"security_group_rules": [one, one]});
    let (status, body) = service.call("demo", "POST", "security-group-rules", twice).await;
    assert_eq!(
        (status, kind(&body).as_str()),
        (409, "DuplicateSecurityGroupRuleInPost")
    );
    assert_eq!(service.rule(&group, json!({"protocol": "udp"})).await.0, 201);
}

#[tokio::test]
async fn a_rule_is_described_and_gone_and_never_says_something_else() {
    let service = Service::start().await;
    let group = service.group("web").await;
    let (_, made) = service.rule(&group, json!({"protocol": "tcp"})).await;
    let path = format!(
        "security-group-rules/{}",
        made["security_group_rule"]["id"].as_str().unwrap()
    );
    let put = async |says: Value| {
        let body = json!({ "security_group_rule": says });
        service.call("demo", "PUT", &path, body).await
    };
    let (status, refused) = put(json!({"protocol": "udp"})).await;
    assert_eq!(
        (status, message(&refused)),
        (400, "Cannot update read-only attribute protocol")
    );
    let (status, changed) = put(json!({"description": "ours"})).await;
    assert_eq!(
        (status, &changed["security_group_rule"]["description"]),
        (200, &json!("ours"))
    );
    assert_eq!(
        service.delete("other", &path).await,
        (404, "SecurityGroupRuleNotFound".to_owned())
    );
    assert_eq!(service.delete("demo", &path).await, (204, String::new()));
    assert_eq!(
        service.delete("demo", &path).await,
        (404, "SecurityGroupRuleNotFound".to_owned())
    );
}

#[tokio::test]
async fn a_group_takes_the_rules_about_its_members_with_it() {
    let service = Service::start().await;
    let (web, data) = (service.group("web").await, service.group("data").await);
    assert_eq!(service.rule(&data, json!({"remote_group_id": web})).await.0, 201);
    assert_eq!(
        service.delete("demo", &format!("security-groups/{web}")).await.0,
        204
    );
    let data = service.get(&format!("security-groups/{data}")).await;
    assert_eq!(
        data["security_group"]["security_group_rules"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
}

#[tokio::test]
async fn groups_and_rules_are_counted() {
    let service = Service::start().await;
    let limits = json!({"quota": {"security_group": 2, "security_group_rule": 7}});
    assert_eq!(service.call("admin", "PUT", "quotas/0d", limits).await.0, 200);
    let group = service.group("web").await;
    let body = json!({"security_group": {"name": "data"}});
    let (status, refused) = service.call("demo", "POST", "security-groups", body).await;
    assert_eq!(status, 409);
    assert_eq!(
        message(&refused),
        "Quota exceeded for resources: ['security_group']."
    );
    assert_eq!(service.rule(&group, json!({"protocol": "tcp"})).await.0, 201);
    let (status, refused) = service.rule(&group, json!({"protocol": "udp"})).await;
    assert_eq!(status, 409);
    assert_eq!(
        message(&refused),
        "Quota exceeded for resources: ['security_group_rule']."
    );
}
