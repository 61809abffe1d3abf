//! Which projects may use a flavor that is not public.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};

use crate::api::compute::Door;
use crate::api::compute::text::ShortText;
use crate::api::policy::{Need, allow};
use crate::api::route::{Routes, get, post};
use crate::api::{Action, At, Fault, Microversion, Under};
use crate::objects::{Flavor, FlavorId, ProjectId, RequestContext};
use crate::shows;
use crate::{actions, request, view};

view! {
    struct Access {
        flavor_id: FlavorId,
        tenant_id: ProjectId,
    }
}

request! {
    struct OfTenant {
        tenant: ShortText,
    }
}

actions! {
    struct FlavorActions on Target {
        "addTenantAccess" => add,
        "removeTenantAccess" => remove,
    }
}

struct Target {
    door: Door,
    context: RequestContext,
    version: Microversion,
    id: String,
}

impl Microversion {
    /// Giving access to what all have anyway was borne with once.
    const fn refuses_access_to_public_flavors(self) -> bool {
        self.at_least("2.7")
    }
}

impl Target {
    async fn flavor(&self, verb: &str) -> Result<Arc<Flavor>, Fault> {
        let rule = format!("os_compute_api:os-flavor-access:{verb}");
        allow(&self.context, &rule, Need::Admin)?;
        Ok(self.door.compute.flavor(&self.context, &self.id).await?)
    }

    async fn shown(&self, flavor: &Flavor) -> Result<Response, Fault> {
        shown(&self.door, flavor, self.version).await
    }
}

pub(super) fn routes() -> Routes<Door> {
    let all = shows!("flavor_access": Vec<Access>);
    Routes::new()
        .route(
            "/flavors/{id}/action",
            post(act).does::<FlavorActions>().answers(200, all),
        )
        .route("/flavors/{id}/os-flavor-access", get(list).answers(200, all))
}

async fn act(
    State(door): State<Door>,
    context: RequestContext,
    version: Microversion,
    Path(id): Path<String>,
    action: Action,
) -> Result<Response, Fault> {
    let target = Target {
        door,
        context,
        version,
        id,
    };
    FlavorActions::dispatch(target, action).await
}

async fn list(
    State(door): State<Door>,
    context: RequestContext,
    version: Microversion,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    allow(&context, "os_compute_api:os-flavor-access", Need::Admin)?;
    let flavor = door.compute.flavor(&context, &id).await?;
    match flavor.is_public {
        true => Err(Fault::not_found("Access list not available for public flavors.")),
        false => shown(&door, &flavor, version).await,
    }
}

async fn add(target: Target, asked: OfTenant) -> Result<Response, Fault> {
    let flavor = target.flavor("add_tenant_access").await?;
    if flavor.is_public && target.version.refuses_access_to_public_flavors() {
        return Err(Fault::conflict("Can not add access to a public flavor."));
    }
    let project = ProjectId(asked.tenant.0);
    target.door.compute.add_flavor_access(&flavor.id, project).await?;
    target.shown(&flavor).await
}

async fn remove(target: Target, asked: OfTenant) -> Result<Response, Fault> {
    let flavor = target.flavor("remove_tenant_access").await?;
    let project = ProjectId(asked.tenant.0);
    target
        .door
        .compute
        .remove_flavor_access(&flavor.id, &project)
        .await?;
    target.shown(&flavor).await
}

async fn shown(door: &Door, flavor: &Flavor, version: Microversion) -> Result<Response, Fault> {
    let projects = door.compute.flavor_access(&flavor.id).await?;
    let views = projects.into_iter().map(|tenant_id| Access {
        flavor_id: flavor.id.clone(),
        tenant_id,
    });
    let views: Vec<_> = views.collect();
    Ok(At(version, Under("flavor_access", views)).into_response())
}
