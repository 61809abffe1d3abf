//! `/v3/projects`, and the lists of those where a user has a role.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Door;
use super::body::Body;
use super::caller::Caller;
use super::domains::must_be_ours;
use super::fault::Fault;
use super::page::{Filters, Site, page, passes};
use crate::identity::local::{DOMAIN, NewProject, Project, ProjectChange};

#[derive(Deserialize)]
pub(super) struct Request {
    project: Fields,
}

#[derive(Deserialize)]
struct Fields {
    name: Option<String>,
    enabled: Option<bool>,
    description: Option<String>,
    domain_id: Option<String>,
}

pub(super) async fn own(State(door): State<Door>, caller: Caller, site: Site) -> Result<Json<Value>, Fault> {
    let projects = door.local.projects_of(caller.user_id()).await?;
    Ok(page(&site, "auth/projects", "projects", views(&site, projects)))
}

pub(super) async fn of_user(
    State(door): State<Door>,
    caller: Caller,
    site: Site,
    Path(id): Path<String>,
) -> Result<Json<Value>, Fault> {
    caller.must_be(&id, "identity:list_user_projects")?;
    let projects = door.local.projects_of(&id).await?;
    Ok(page(
        &site,
        &format!("users/{id}/projects"),
        "projects",
        views(&site, projects),
    ))
}

pub(super) async fn list(
    State(door): State<Door>,
    caller: Caller,
    site: Site,
    Query(filters): Query<Filters>,
) -> Result<Json<Value>, Fault> {
    caller.must_be_admin("identity:list_projects")?;
    let mut projects = views(&site, door.local.projects().await?);
    projects.retain(|view| passes(&filters, view));
    Ok(page(&site, "projects", "projects", projects))
}

/// Also for those who have a role in it.
pub(super) async fn show(
    State(door): State<Door>,
    caller: Caller,
    site: Site,
    Path(id): Path<String>,
) -> Result<Json<Value>, Fault> {
    let own = door.local.projects_of(caller.user_id()).await?;
    if !own.iter().any(|project| project.id == id) {
        caller.must_be_admin("identity:get_project")?;
    }
    Ok(Json(
        json!({"project": view(&site, door.local.project(&id).await?)}),
    ))
}

pub(super) async fn create(
    State(door): State<Door>,
    caller: Caller,
    site: Site,
    Body(Request { project }): Body<Request>,
) -> Result<(StatusCode, Json<Value>), Fault> {
    caller.must_be_admin("identity:create_project")?;
    must_be_ours(project.domain_id.as_deref())?;
    let new = NewProject {
        name: project
            .name
            .ok_or_else(|| Fault::bad_request("'name' is a required property"))?,
        enabled: project.enabled.unwrap_or(true),
        description: project.description.unwrap_or_default(),
    };
    let project = door.local.create_project(new).await?;
    Ok((
        StatusCode::CREATED,
        Json(json!({"project": view(&site, project)})),
    ))
}

pub(super) async fn update(
    State(door): State<Door>,
    caller: Caller,
    site: Site,
    Path(id): Path<String>,
    Body(Request { project }): Body<Request>,
) -> Result<Json<Value>, Fault> {
    caller.must_be_admin("identity:update_project")?;
    must_be_ours(project.domain_id.as_deref())?;
    let change = ProjectChange {
        name: project.name,
        enabled: project.enabled,
        description: project.description,
    };
    Ok(Json(
        json!({"project": view(&site, door.local.update_project(&id, change).await?)}),
    ))
}

pub(super) async fn delete(
    State(door): State<Door>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, Fault> {
    caller.must_be_admin("identity:delete_project")?;
    door.local.delete_project(&id).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn views(site: &Site, projects: Vec<Project>) -> Vec<Value> {
    projects.into_iter().map(|project| view(site, project)).collect()
}

fn view(site: &Site, project: Project) -> Value {
    json!({
        "links": {"self": format!("{}/v3/projects/{}", site.0, project.id)},
        "id": project.id,
        "name": project.name,
        "domain_id": DOMAIN.0,
        "parent_id": DOMAIN.0,
        "description": project.description,
        "enabled": project.enabled,
        "is_domain": false,
        "tags": [],
        "options": {},
    })
}
