//! `GET /limits`: what a project may have, and has.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::IntoResponse;

use super::Door;
use crate::api::policy::{Need, allow};
use crate::api::route::{Routes, get};
use crate::api::{At, Fault, Microversion, Query, Under};
use crate::compute::QuotaDetail;
use crate::objects::{ProjectId, QuotaResource, RequestContext};
use crate::shows;
use crate::{query, view};

pub(super) fn routes() -> Routes<Door> {
    Routes::new().route("/limits", get(show).answers(200, shows!("limits": Shares)))
}

query! {
    struct OfProject {
        tenant_id: Option<String>,
        .. = ..2.75
    }
}

view! {
    struct Absolute {
        max_server_meta as "maxServerMeta": i64,
        max_personality as "maxPersonality": i64 = ..2.57,
        max_personality_size as "maxPersonalitySize": i64 = ..2.57,
        max_image_meta as "maxImageMeta": i64 = ..2.39,
        max_total_instances as "maxTotalInstances": i64,
        max_total_cores as "maxTotalCores": i64,
        max_total_ram_size as "maxTotalRAMSize": i64,
        max_total_floating_ips as "maxTotalFloatingIps": i64 = ..2.36,
        max_security_groups as "maxSecurityGroups": i64 = ..2.36,
        max_security_group_rules as "maxSecurityGroupRules": i64 = ..2.36,
        max_total_keypairs as "maxTotalKeypairs": i64,
        max_server_groups as "maxServerGroups": i64,
        max_server_group_members as "maxServerGroupMembers": i64,
        total_cores_used as "totalCoresUsed": u64,
        total_instances_used as "totalInstancesUsed": u64,
        total_ram_used as "totalRAMUsed": u64,
        total_security_groups_used as "totalSecurityGroupsUsed": u64 = ..2.36,
        total_floating_ips_used as "totalFloatingIpsUsed": u64 = ..2.36,
        total_server_groups_used as "totalServerGroupsUsed": u64,
    }
}

view! {
    struct Shares {
        rate: [u8; 0],
        absolute: Absolute,
    }
}

impl Absolute {
    fn of(quotas: &BTreeMap<QuotaResource, QuotaDetail>) -> Self {
        use QuotaResource as R;
        let max = |resource| {
            quotas
                .get(&resource)
                .map_or(-1, |detail: &QuotaDetail| detail.limit)
        };
        let used = |resource| {
            quotas
                .get(&resource)
                .map_or(0, |detail: &QuotaDetail| detail.in_use)
        };
        Self {
            max_server_meta: max(R::MetadataItems),
            max_personality: max(R::InjectedFiles),
            max_personality_size: max(R::InjectedFileContentBytes),
            max_image_meta: max(R::MetadataItems),
            max_total_instances: max(R::Instances),
            max_total_cores: max(R::Cores),
            max_total_ram_size: max(R::Ram),
            max_total_floating_ips: max(R::FloatingIps),
            max_security_groups: max(R::SecurityGroups),
            max_security_group_rules: max(R::SecurityGroupRules),
            max_total_keypairs: max(R::KeyPairs),
            max_server_groups: max(R::ServerGroups),
            max_server_group_members: max(R::ServerGroupMembers),
            total_cores_used: used(R::Cores),
            total_instances_used: used(R::Instances),
            total_ram_used: used(R::Ram),
            total_security_groups_used: used(R::SecurityGroups),
            total_floating_ips_used: used(R::FloatingIps),
            total_server_groups_used: used(R::ServerGroups),
        }
    }
}

async fn show(
    State(door): State<Door>,
    context: RequestContext,
    version: Microversion,
    Query(query): Query<OfProject>,
) -> Result<impl IntoResponse, Fault> {
    allow(&context, "os_compute_api:limits", Need::Anyone)?;
    let project = match query.tenant_id {
        Some(other) if other != context.project_id.as_str() => {
            allow(&context, "os_compute_api:limits:other_project", Need::Admin)?;
            ProjectId(other)
        }
        _ => context.project_id.clone(),
    };
    let limits = door.compute.limits(&context, &project).await?;
    let shares = Shares {
        rate: [],
        absolute: Absolute::of(&limits),
    };
    Ok(At(version, Under("limits", shares)))
}
