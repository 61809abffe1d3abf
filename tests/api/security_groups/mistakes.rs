//! Rules that cannot be, and what is said of them.

use serde_json::{Value, json};

use super::{Service, kind, message};

const NOBODY: &str = "6f0f4f0c-0000-4000-8000-000000000000";

/// A rule of `group` with these attributes is refused by this status, name and sentence.
async fn refuses(service: &Service, group: &str, says: Value, status: u16, name: &str, sentence: &str) {
    let (answered, body) = service.rule(group, says.clone()).await;
    let answer = (answered, kind(&body), message(&body));
    assert_eq!(answer, (status, name.to_owned(), sentence), "{says}");
}

#[tokio::test]
async fn protocols_and_families_that_are_none() {
    let service = Service::start().await;
    let group = service.group("web").await;
    let refuses =
        async |says, name, sentence: &str| refuses(&service, &group, says, 400, name, sentence).await;
    for protocol in [json!("bad"), json!(256)] {
        let word = protocol
            .as_str()
            .map_or_else(|| protocol.to_string(), str::to_owned);
        let sentence = format!(
            "Security group rule protocol {word} not supported. Only protocol values (None, 'any', 'ah', 'dccp', 'egp', \
             'esp', 'gre', 'hopopt', 'icmp', 'igmp', 'ip', 'ipip', 'ipv6-encap', 'ipv6-frag', 'ipv6-icmp', 'icmpv6', \
             'ipv6-nonxt', 'ipv6-opts', 'ipv6-route', 'ospf', 'pgm', 'rsvp', 'sctp', 'tcp', 'udp', 'udplite', 'vrrp') and \
             integer representations [0 to 255] are supported."
        );
        let says = json!({ "protocol": protocol });
        refuses(says, "SecurityGroupRuleInvalidProtocol", &sentence).await;
    }
    for (ethertype, word) in [(json!("bad"), "bad"), (Value::Null, "None")] {
        let sentence = format!(
            "Security group rule for ethertype '{word}' not supported. Allowed values are ['IPv4', 'IPv6']."
        );
        let says = json!({ "ethertype": ethertype });
        refuses(says, "SecurityGroupRuleInvalidEtherType", &sentence).await;
    }
    let sentence = "Invalid ethertype IPv4 for protocol ipv6-icmp.";
    let says = json!({"protocol": "ipv6-icmp"});
    refuses(says, "SecurityGroupEthertypeConflictWithProtocol", sentence).await;
    let sentence = "Invalid input for direction. Reason: sideways is not in valid_values.";
    refuses(json!({"direction": "sideways"}), "HTTPBadRequest", sentence).await;
}

#[tokio::test]
async fn ports_types_and_codes_that_are_none() {
    let service = Service::start().await;
    let group = service.group("web").await;
    let refuses = async |protocol: Option<&str>, min: Value, max: Value, name, sentence: &str| {
        let says = json!({"protocol": protocol, "port_range_min": min, "port_range_max": max});
        refuses(&service, &group, says, 400, name, sentence).await;
    };
    let (tcp, icmp, none) = (Some("tcp"), Some("icmp"), Value::Null);
    for max in [json!(1), none.clone()] {
        let sentence = "For TCP/UDP protocols, port_range_min must be <= port_range_max";
        refuses(tcp, json!(5), max, "SecurityGroupInvalidPortRange", sentence).await;
    }
    for (min, word) in [(json!(0), "0"), (json!(-16384), "-16384"), (json!("x"), "x")] {
        let sentence = format!("Invalid value for port {word}");
        refuses(tcp, min, json!(1), "SecurityGroupInvalidPortValue", &sentence).await;
    }
    let sentence = "Must also specify protocol if port range is given.";
    refuses(
        None,
        json!(5),
        json!(5),
        "SecurityGroupProtocolRequiredWithPorts",
        sentence,
    )
    .await;
    let sentence = "Invalid value for ICMP type (port_range_min) 300. It must be 0 to 255.";
    refuses(
        icmp,
        json!(300),
        none.clone(),
        "SecurityGroupInvalidIcmpValue",
        sentence,
    )
    .await;
    let sentence = "ICMP code (port-range-max) 3 is provided but ICMP type (port-range-min) is missing.";
    refuses(icmp, none, json!(3), "SecurityGroupMissingIcmpType", sentence).await;
    let sentence = "Ports cannot be specified for protocol 2. Ports are only supported for DCCP, SCTP, TCP, UDP, UDPLITE.";
    refuses(
        Some("igmp"),
        json!(3),
        json!(4),
        "SecurityGroupInvalidProtocolForPort",
        sentence,
    )
    .await;
}

#[tokio::test]
async fn remotes_and_groups_that_are_none_or_somebody_elses() {
    let service = Service::start().await;
    let group = service.group("web").await;
    let refuses = async |says, status, name, sentence: &str| {
        refuses(&service, &group, says, status, name, sentence).await;
    };
    let sentence = "Invalid CIDR bad given as IP prefix.";
    refuses(json!({"remote_ip_prefix": "bad"}), 400, "InvalidCIDR", sentence).await;
    let sentence = "Conflicting value ethertype IPv4 for CIDR fd00::/64";
    let says = json!({"remote_ip_prefix": "fd00::/64"});
    refuses(says, 400, "SecurityGroupRuleParameterConflict", sentence).await;
    let sentence =
        "Only one of remote_ip_prefix or remote_group_id or remote_address_group_id may be provided.";
    let says = json!({"remote_group_id": group, "remote_ip_prefix": "10.0.0.0/24"});
    refuses(says, 400, "SecurityGroupMultipleRemoteEntites", sentence).await;

    let others = service
        .call("other", "GET", "security-groups", Value::Null)
        .await
        .1;
    let foreign = others["security_groups"][0]["id"].as_str().unwrap();
    for id in ["bad", NOBODY, foreign] {
        let sentence = format!("Security group {id} does not exist");
        for attribute in ["remote_group_id", "security_group_id"] {
            refuses(json!({ attribute: id }), 404, "SecurityGroupNotFound", &sentence).await;
        }
    }
}
