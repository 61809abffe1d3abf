//! Who has which role in which project: granted, checked, revoked, listed.

use std::collections::HashMap;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::Door;
use super::caller::Caller;
use super::fault::Fault;
use super::page::{Filters, Site, page};
use super::roles::{by_id, view};
use crate::identity::Role;
use crate::identity::local::{Assignment, DOMAIN};

type Place = Path<(String, String, String)>;

pub(super) async fn grant(
    State(door): State<Door>,
    caller: Caller,
    Path((project, user, role)): Place,
) -> Result<StatusCode, Fault> {
    caller.must_be_admin("identity:create_grant")?;
    door.local.assign(&user, &project, by_id(&role)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn revoke(
    State(door): State<Door>,
    caller: Caller,
    Path((project, user, role)): Place,
) -> Result<StatusCode, Fault> {
    caller.must_be_admin("identity:revoke_grant")?;
    door.local.unassign(&user, &project, by_id(&role)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn check(
    State(door): State<Door>,
    caller: Caller,
    Path((project, user, role)): Place,
) -> Result<StatusCode, Fault> {
    caller.must_be_admin("identity:check_grant")?;
    match door.local.roles(&user, &project).await?.contains(&by_id(&role)?) {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(Fault::not_found(format!(
            "Could not find role assignment with role: {role}."
        ))),
    }
}

pub(super) async fn between(
    State(door): State<Door>,
    caller: Caller,
    site: Site,
    Path((project, user)): Path<(String, String)>,
) -> Result<Json<Value>, Fault> {
    caller.must_be_admin("identity:list_grants")?;
    let roles = door.local.roles(&user, &project).await?;
    let path = format!("projects/{project}/users/{user}/roles");
    Ok(page(
        &site,
        &path,
        "roles",
        roles.into_iter().map(|role| view(&site, role)).collect(),
    ))
}

pub(super) async fn list(
    State(door): State<Door>,
    caller: Caller,
    site: Site,
    Query(filters): Query<Filters>,
) -> Result<Json<Value>, Fault> {
    caller.must_be_admin("identity:list_role_assignments")?;
    let names = match filters.contains_key("include_names") {
        true => Some(Names::read(&door).await?),
        false => None,
    };
    let assignments = door.local.assignments().await?;
    let rows = assignments
        .iter()
        .filter_map(|assignment| row(&site, &filters, assignment, names.as_ref()));
    Ok(page(
        &site,
        "role_assignments",
        "role_assignments",
        rows.collect(),
    ))
}

/// The names of everything that an assignment has an id of.
struct Names {
    users: HashMap<String, String>,
    projects: HashMap<String, String>,
}

impl Names {
    async fn read(door: &Door) -> Result<Self, Fault> {
        let (users, projects) = (door.local.users().await?, door.local.projects().await?);
        Ok(Self {
            users: users.into_iter().map(|user| (user.id, user.name)).collect(),
            projects: projects
                .into_iter()
                .map(|project| (project.id, project.name))
                .collect(),
        })
    }
}

fn row(site: &Site, filters: &Filters, assignment: &Assignment, names: Option<&Names>) -> Option<Value> {
    let role: Role = assignment.role.parse().ok()?;
    let (user, project) = (&assignment.user_id, &assignment.project_id);
    let asked = |key: &str, is: &str| filters.get(key).is_none_or(|wanted| wanted == is);
    if !(asked("user.id", user) && asked("scope.project.id", project) && asked("role.id", &role.id())) {
        return None;
    }
    let link = format!(
        "{}/v3/projects/{project}/users/{user}/roles/{}",
        site.0,
        role.id()
    );
    let mut row = json!({
        "links": {"assignment": link},
        "role": {"id": role.id()},
        "scope": {"project": {"id": project}},
        "user": {"id": user},
    });
    if let Some(names) = names {
        let domain = json!({"id": DOMAIN.0, "name": DOMAIN.1});
        row["role"]["name"] = json!(role.name());
        row["user"]["name"] = json!(names.users.get(user));
        row["user"]["domain"] = domain.clone();
        row["scope"]["project"]["name"] = json!(names.projects.get(project));
        row["scope"]["project"]["domain"] = domain;
    }
    Some(row)
}
