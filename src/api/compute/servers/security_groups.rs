//! `GET /servers/{id}/os-security-groups`: the groups of a server's ports.

use axum::extract::{Path, State};
use axum::response::IntoResponse;
use uuid::Uuid;

use super::instance_id;
use crate::api::compute::Door;
use crate::api::policy::{Need, allow};
use crate::api::{At, Fault, Microversion, Under};
use crate::network::SecurityGroup;
use crate::objects::{ProjectId, RequestContext};
use crate::view;

view! {
    struct Group {
        id: Uuid,
        name: String,
        description: String,
        tenant_id: ProjectId,
    }
}

impl Group {
    fn of(group: &SecurityGroup) -> Self {
        Self {
            id: group.id,
            name: group.name.clone(),
            description: group.description.clone(),
            tenant_id: group.project.clone(),
        }
    }
}

pub(super) async fn list(
    State(door): State<Door>,
    context: RequestContext,
    version: Microversion,
    Path(id): Path<String>,
) -> Result<impl IntoResponse, Fault> {
    allow(&context, "os_compute_api:os-security-groups:list", Need::Reader)?;
    let mut groups = door.compute.security_groups(&context, instance_id(&id)?).await?;
    groups.sort_by(|a, b| (&a.project, &a.name).cmp(&(&b.project, &b.name)));
    let groups: Vec<Group> = groups.iter().map(Group::of).collect();
    Ok(At(version, Under("security_groups", groups)))
}
