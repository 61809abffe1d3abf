//! `GET /limits`: what a project may have, and has.

use axum::Router;
use axum::extract::State;
use axum::response::IntoResponse;
use axum::routing::get;

use super::Door;
use crate::api::policy::{Need, allow};
use crate::api::{At, Fault, Microversion, Query, Under};
use crate::compute::Limits;
use crate::objects::{ProjectId, RequestContext};
use crate::{query, view};

pub(super) fn routes() -> Router<Door> {
    Router::new().route("/limits", get(show))
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

impl From<Limits> for Absolute {
    /// Files are injected into no server here, and addresses and groups are the network service's: Nova says -1 of those.
    fn from(limits: Limits) -> Self {
        Self {
            max_server_meta: limits.max_server_meta,
            max_personality: 0,
            max_personality_size: 0,
            max_image_meta: limits.max_server_meta,
            max_total_instances: limits.max_total_instances,
            max_total_cores: limits.max_total_cores,
            max_total_ram_size: limits.max_total_ram_size,
            max_total_floating_ips: -1,
            max_security_groups: -1,
            max_security_group_rules: -1,
            max_total_keypairs: limits.max_total_keypairs,
            max_server_groups: limits.max_server_groups,
            max_server_group_members: limits.max_server_group_members,
            total_cores_used: limits.total_cores_used,
            total_instances_used: limits.total_instances_used,
            total_ram_used: limits.total_ram_used,
            total_security_groups_used: 0,
            total_floating_ips_used: 0,
            total_server_groups_used: limits.total_server_groups_used,
        }
    }
}

async fn show(
    State(door): State<Door>,
    context: RequestContext,
    version: Microversion,
    Query(query): Query<OfProject>,
) -> Result<impl IntoResponse, Fault> {
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
        absolute: limits.into(),
    };
    Ok(At(version, Under("limits", shares)))
}
