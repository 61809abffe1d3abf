//! Security groups and rules as Nova shows them.

use std::collections::HashMap;

use serde::Serialize;
use uuid::Uuid;

use crate::api::Fault;
use crate::api::compute::Door;
use crate::network::{Admission, Groups, SecurityGroup, SecurityGroupRule};
use crate::objects::{Cidr, ProjectId, RequestContext};
use crate::view;

view! {
    pub(in crate::api::compute) struct Group {
        id: Uuid,
        name: String,
        description: String,
        tenant_id: ProjectId,
        rules: Vec<Rule>,
    }
}

view! {
    pub(in crate::api::compute) struct Rule {
        id: Uuid,
        parent_group_id: Uuid,
        ip_protocol: Option<String>,
        from_port: Option<i32>,
        to_port: Option<i32>,
        group: Source,
        ip_range: Range,
    }
}

/// Members of a group; or nothing, where a range is meant.
#[derive(Debug, Clone, Default, Serialize)]
pub(in crate::api::compute) struct Source {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant_id: Option<ProjectId>,
}

/// Or nothing, where a group is meant.
#[derive(Debug, Default, Serialize)]
pub(in crate::api::compute) struct Range {
    #[serde(skip_serializing_if = "Option::is_none")]
    cidr: Option<Cidr>,
}

crate::schema! {
    Source => {
        "type": "object",
        "properties": {"name": {"type": "string"}, "tenant_id": {"type": "string"}},
        "additionalProperties": false,
    },
    Range => {"type": "object", "properties": {"cidr": {"type": "string"}}, "additionalProperties": false},
}

impl Source {
    pub(super) fn of(group: &SecurityGroup) -> Self {
        Self {
            name: Some(group.name.clone()),
            tenant_id: Some(group.project.clone()),
        }
    }
}

impl Rule {
    /// With the group that it is about, if it is about any.
    pub(super) fn of(rule: &SecurityGroupRule, source: Option<Source>) -> Self {
        let ports = ports(&rule.admits);
        let range = Range {
            cidr: Some(range(&rule.admits)),
        };
        let (group, ip_range) = match source {
            Some(source) => (source, Range::default()),
            None => (Source::default(), range),
        };
        Self {
            id: rule.id,
            parent_group_id: rule.group,
            ip_protocol: rule.admits.protocol.clone(),
            from_port: ports[0],
            to_port: ports[1],
            group,
            ip_range,
        }
    }
}

/// Nova has numbers for all of them where a rule names a protocol alone.
pub(super) fn ports(admits: &Admission) -> [Option<i32>; 2] {
    match (admits.min, admits.max, &admits.protocol) {
        (None, None, Some(protocol)) if has_ports(protocol) => [Some(1), Some(65_535)],
        (None, None, Some(_)) => [Some(-1), Some(-1)],
        (min, max, _) => [min.map(i32::from), max.map(i32::from)],
    }
}

fn has_ports(protocol: &str) -> bool {
    ["tcp", "udp"]
        .iter()
        .any(|known| known.eq_ignore_ascii_case(protocol))
}

/// Everywhere is a range to Nova.
pub(super) fn range(admits: &Admission) -> Cidr {
    let everywhere = Cidr {
        address: std::net::Ipv4Addr::UNSPECIFIED.into(),
        prefix: 0,
    };
    admits.remote_prefix.unwrap_or(everywhere)
}

/// With what they let in, by project and name. A rule about a group that the caller does not see is left out.
pub(in crate::api::compute) async fn shown_groups(
    door: &Door,
    context: &RequestContext,
    mut groups: Vec<SecurityGroup>,
) -> Result<Vec<Group>, Fault> {
    let proxy = door.compute.network_proxy();
    let ids: Vec<Uuid> = groups.iter().map(|group| group.id).collect();
    let rules = proxy.rules(context, &ids).await?;
    let mut sources: HashMap<Uuid, Source> =
        groups.iter().map(|group| (group.id, Source::of(group))).collect();
    let mut others: Vec<Uuid> = rules
        .iter()
        .filter_map(|rule| rule.admits.remote_group)
        .filter(|group| !sources.contains_key(group))
        .collect();
    others.sort_unstable();
    others.dedup();
    if !others.is_empty() {
        let others = proxy.groups(context, Groups::These(&others)).await?;
        sources.extend(others.iter().map(|group| (group.id, Source::of(group))));
    }
    let shown = |rule: &SecurityGroupRule| match rule.admits.remote_group {
        Some(group) => Some(Rule::of(rule, Some(sources.get(&group)?.clone()))),
        None => Some(Rule::of(rule, None)),
    };
    groups.sort_by(|a, b| (&a.project, &a.name).cmp(&(&b.project, &b.name)));
    let of = |group: SecurityGroup| Group {
        id: group.id,
        rules: rules
            .iter()
            .filter(|rule| rule.group == group.id)
            .filter_map(shown)
            .collect(),
        name: group.name,
        description: group.description,
        tenant_id: group.project,
    };
    Ok(groups.into_iter().map(of).collect())
}
