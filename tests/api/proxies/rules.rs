//! Rules of security groups, and the groups of a server with theirs.

use serde_json::{Value, json};

use super::{id_of, make_group, refusal};
use crate::cloud::{Answer, Cloud};

async fn make_rule(cloud: &Cloud, rule: Value) -> Answer {
    let body = json!({ "security_group_rule": rule });
    cloud.post("2.35", "/v2.1/os-security-group-rules", body).await
}

async fn made_rule(cloud: &Cloud, rule: Value) -> Value {
    let answer = make_rule(cloud, rule).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body["security_group_rule"].clone()
}

#[tokio::test]
async fn a_server_shows_its_groups_with_what_they_let_in() {
    let cloud = Cloud::start().await;
    let server = cloud.boot("one").await;
    let (web, db) = (make_group(&cloud, "web").await, make_group(&cloud, "db").await);
    let ssh = json!({"parent_group_id": id_of(&web), "ip_protocol": "TCP", "from_port": "22", "to_port": 22, "cidr": "192.0.2.0/24"});
    let ssh = made_rule(&cloud, ssh).await;
    assert_eq!(
        ssh,
        json!({
            "id": ssh["id"], "parent_group_id": id_of(&web), "ip_protocol": "tcp", "from_port": 22, "to_port": 22,
            "group": {}, "ip_range": {"cidr": "192.0.2.0/24"},
        })
    );
    let members = json!({"parent_group_id": id_of(&web), "group_id": id_of(&db), "ip_protocol": "icmp"});
    let members = made_rule(&cloud, members).await;
    assert_eq!(
        members,
        json!({
            "id": members["id"], "parent_group_id": id_of(&web), "ip_protocol": "icmp", "from_port": -1, "to_port": -1,
            "group": {"name": "db", "tenant_id": "0d"}, "ip_range": {},
        })
    );
    for (group, verb) in [("web", "addSecurityGroup"), ("default", "removeSecurityGroup")] {
        let answer = cloud.act("2.1", &server, json!({verb: {"name": group}})).await;
        assert_eq!(answer.status, 202, "{}", answer.body);
    }
    let path = format!("/v2.1/servers/{server}/os-security-groups");
    let shown = json!({"security_groups": [{
        "id": id_of(&web), "name": "web", "description": "of a test", "tenant_id": "0d", "rules": [ssh, members],
    }]});
    for (token, version) in [("demo", "2.1"), ("reader", "2.100"), ("admin", "2.100")] {
        let answer = cloud.call(token, version, "GET", &path, None).await;
        assert_eq!(answer.body, shown, "{token}");
    }
}

#[tokio::test]
async fn rules_that_say_too_little_or_nonsense_are_refused_in_novas_words() {
    let cloud = Cloud::start().await;
    let web = make_group(&cloud, "web").await;
    let rule = |more: Value| {
        let mut rule = json!({"parent_group_id": id_of(&web)});
        let more = more.as_object().unwrap().clone();
        rule.as_object_mut().unwrap().extend(more);
        rule
    };
    let tcp = |from: Value, to: Value| rule(json!({"ip_protocol": "tcp", "from_port": from, "to_port": to}));
    let icmp = |from: Value| rule(json!({"ip_protocol": "icmp", "from_port": from, "to_port": -1}));
    for (rule, words) in [
        (rule(json!({})), "Not enough parameters to build a valid rule."),
        (
            tcp(json!(22), json!(null)),
            "Not enough parameters to build a valid rule.",
        ),
        (
            tcp(json!("x"), json!(22)),
            "Invalid input received: To and From ports must be integers",
        ),
        (
            icmp(json!("x")),
            "Invalid input received: Type and Code must be integers for ICMP protocol type",
        ),
        (
            tcp(json!(23), json!(22)),
            "Invalid port range 23:22. Former value cannot be greater than the later",
        ),
        (
            tcp(json!(0), json!(22)),
            "Invalid port range 0:22. Valid TCP ports should be between 1-65535",
        ),
        (
            icmp(json!(256)),
            "Invalid port range 256:-1. For ICMP, the type:code must be valid",
        ),
        (
            rule(json!({"ip_protocol": "sctp", "from_port": 1, "to_port": 2})),
            "Invalid IP protocol sctp.",
        ),
        (
            rule(json!({"cidr": "10.0.0.0/40"})),
            "10.0.0.0/40 is not a valid IP network.",
        ),
        (
            rule(json!({"ip_protocol": "tcp", "from_port": 1, "to_port": 2, "cidr": "10.0.0.0/0"})),
            "Bad prefix for network in cidr 10.0.0.0/0",
        ),
    ] {
        let answer = make_rule(&cloud, rule.clone()).await;
        assert_eq!(refusal(&answer), (400, words.to_owned()), "{rule}");
    }
}

#[tokio::test]
async fn a_rule_is_made_once_and_deleted_once() {
    let cloud = Cloud::start().await;
    let web = make_group(&cloud, "web").await;
    let http = json!({"parent_group_id": id_of(&web), "ip_protocol": "tcp", "from_port": 80, "to_port": 80});
    let made = made_rule(&cloud, http.clone()).await;
    assert_eq!(made["ip_range"], json!({"cidr": "0.0.0.0/0"}));
    let again = make_rule(&cloud, http).await;
    assert_eq!(
        refusal(&again),
        (400, format!("This rule already exists in group {}", id_of(&web)))
    );
    let path = format!("/v2.1/os-security-group-rules/{}", id_of(&made));
    let strange = cloud.call("other", "2.1", "DELETE", &path, None).await;
    let missing = (
        404,
        format!("Security group rule {} does not exist", id_of(&made)),
    );
    assert_eq!(refusal(&strange), missing);
    let deleted = cloud.call("demo", "2.1", "DELETE", &path, None).await;
    assert_eq!(deleted.status, 202);
    let again = cloud.call("demo", "2.1", "DELETE", &path, None).await;
    assert_eq!(refusal(&again), missing);
    let group = format!("/v2.1/os-security-groups/{}", id_of(&web));
    let shown = cloud.get("2.1", &group).await;
    assert_eq!(shown.body["security_group"]["rules"], json!([]));
}
