//! `/os-quota-class-sets`: what all projects may have that nobody set limits for.

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use axum::response::IntoResponse;

use super::Door;
use super::quota_sets::{QuotaLimit, given};
use crate::api::policy::{Need, allow};
use crate::api::route::{Routes, get};
use crate::api::{At, Body, Fault, Microversion, Under};
use crate::objects::{QuotaResource, RequestContext};
use crate::shows;
use crate::{request, view};

pub(super) fn routes() -> Routes<Door> {
    Routes::new().route(
        "/os-quota-class-sets/{id}",
        get(show)
            .answers(200, shows!("quota_class_set": (Of, ClassFields)))
            .put(update)
            .answers(200, shows!("quota_class_set": ClassFields)),
    )
}

view! {
    struct ClassFields {
        instances: i64,
        cores: i64,
        ram: i64,
        fixed_ips: i64 = ..2.50,
        floating_ips: i64 = ..2.50,
        metadata_items: i64,
        injected_files: i64 = ..2.57,
        injected_file_content_bytes: i64 = ..2.57,
        injected_file_path_bytes: i64 = ..2.57,
        security_groups: i64 = ..2.50,
        security_group_rules: i64 = ..2.50,
        key_pairs: i64,
        server_groups: i64 = 2.50..,
        server_group_members: i64 = 2.50..,
    }
}

view! {
    /// Only where the class is shown.
    struct Of {
        id: String,
    }
}

request! {
    /// Server groups could be limited before they were shown.
    struct UpdateClass in "quota_class_set" {
        instances: Option<QuotaLimit>,
        cores: Option<QuotaLimit>,
        ram: Option<QuotaLimit>,
        fixed_ips: Option<QuotaLimit> = ..2.50,
        floating_ips: Option<QuotaLimit> = ..2.50,
        metadata_items: Option<QuotaLimit>,
        injected_files: Option<QuotaLimit> = ..2.57,
        injected_file_content_bytes: Option<QuotaLimit> = ..2.57,
        injected_file_path_bytes: Option<QuotaLimit> = ..2.57,
        security_groups: Option<QuotaLimit> = ..2.50,
        security_group_rules: Option<QuotaLimit> = ..2.50,
        key_pairs: Option<QuotaLimit>,
        server_groups: Option<QuotaLimit>,
        server_group_members: Option<QuotaLimit>,
    }
}

impl UpdateClass {
    fn limits(&self) -> BTreeMap<QuotaResource, i64> {
        use QuotaResource as R;
        given([
            (R::Instances, self.instances),
            (R::Cores, self.cores),
            (R::Ram, self.ram),
            (R::FixedIps, self.fixed_ips),
            (R::FloatingIps, self.floating_ips),
            (R::MetadataItems, self.metadata_items),
            (R::InjectedFiles, self.injected_files),
            (R::InjectedFileContentBytes, self.injected_file_content_bytes),
            (R::InjectedFilePathBytes, self.injected_file_path_bytes),
            (R::SecurityGroups, self.security_groups),
            (R::SecurityGroupRules, self.security_group_rules),
            (R::KeyPairs, self.key_pairs),
            (R::ServerGroups, self.server_groups),
            (R::ServerGroupMembers, self.server_group_members),
        ])
    }
}

impl ClassFields {
    fn of(limits: &BTreeMap<QuotaResource, i64>) -> Self {
        use QuotaResource as R;
        let limit = |resource| limits.get(&resource).copied().unwrap_or(-1);
        Self {
            instances: limit(R::Instances),
            cores: limit(R::Cores),
            ram: limit(R::Ram),
            fixed_ips: limit(R::FixedIps),
            floating_ips: limit(R::FloatingIps),
            metadata_items: limit(R::MetadataItems),
            injected_files: limit(R::InjectedFiles),
            injected_file_content_bytes: limit(R::InjectedFileContentBytes),
            injected_file_path_bytes: limit(R::InjectedFilePathBytes),
            security_groups: limit(R::SecurityGroups),
            security_group_rules: limit(R::SecurityGroupRules),
            key_pairs: limit(R::KeyPairs),
            server_groups: limit(R::ServerGroups),
            server_group_members: limit(R::ServerGroupMembers),
        }
    }
}

async fn show(
    State(door): State<Door>,
    context: RequestContext,
    version: Microversion,
    Path(id): Path<String>,
) -> Result<impl IntoResponse, Fault> {
    allow(&context, "os_compute_api:os-quota-class-sets:show", Need::Admin)?;
    let limits = door.compute.class_quotas(&id).await?;
    let view = (Of { id }, ClassFields::of(&limits));
    Ok(At(version, Under("quota_class_set", view)))
}

async fn update(
    State(door): State<Door>,
    context: RequestContext,
    version: Microversion,
    Path(id): Path<String>,
    Body(body): Body<UpdateClass>,
) -> Result<impl IntoResponse, Fault> {
    allow(&context, "os_compute_api:os-quota-class-sets:update", Need::Admin)?;
    if id.chars().count() > 255 {
        let message = format!(
            "Invalid input received: quota_class_name has {} characters, more than 255.",
            id.chars().count()
        );
        return Err(Fault::bad_request(message));
    }
    let limits = door.compute.set_class_quotas(&id, body.limits()).await?;
    Ok(At(version, Under("quota_class_set", ClassFields::of(&limits))))
}
