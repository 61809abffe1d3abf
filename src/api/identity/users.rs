//! `/v3/users`.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use super::Door;
use super::body::Body;
use super::caller::Caller;
use super::domains::must_be_ours;
use super::fault::Fault;
use super::page::{Filters, Site, page, passes};
use crate::identity::local::{DOMAIN, NewUser, User, UserChange};
use crate::objects::Secret;

#[derive(Deserialize)]
pub(super) struct Request {
    user: Fields,
}

#[derive(Deserialize)]
struct Fields {
    name: Option<String>,
    password: Option<String>,
    enabled: Option<bool>,
    description: Option<String>,
    domain_id: Option<String>,
    #[serde(default, deserialize_with = "given")]
    default_project_id: Option<Option<String>>,
}

#[derive(Deserialize)]
pub(super) struct PasswordRequest {
    user: Passwords,
}

#[derive(Deserialize)]
struct Passwords {
    original_password: String,
    password: String,
}

/// `null` takes the value away; that the key is not there does nothing.
fn given<'de, D: Deserializer<'de>>(value: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(value).map(Some)
}

pub(super) async fn list(
    State(door): State<Door>,
    caller: Caller,
    site: Site,
    Query(filters): Query<Filters>,
) -> Result<Json<Value>, Fault> {
    caller.must_be_admin("identity:list_users")?;
    let users = door
        .local
        .users()
        .await?
        .into_iter()
        .map(|user| view(&site, user));
    Ok(page(
        &site,
        "users",
        "users",
        users.filter(|view| passes(&filters, view)).collect(),
    ))
}

pub(super) async fn show(
    State(door): State<Door>,
    caller: Caller,
    site: Site,
    Path(id): Path<String>,
) -> Result<Json<Value>, Fault> {
    caller.must_be(&id, "identity:get_user")?;
    Ok(Json(json!({"user": view(&site, door.local.user(&id).await?)})))
}

pub(super) async fn create(
    State(door): State<Door>,
    caller: Caller,
    site: Site,
    Body(Request { user }): Body<Request>,
) -> Result<(StatusCode, Json<Value>), Fault> {
    caller.must_be_admin("identity:create_user")?;
    must_be_ours(user.domain_id.as_deref())?;
    let new = NewUser {
        name: user
            .name
            .ok_or_else(|| Fault::bad_request("'name' is a required property"))?,
        password: user.password.map(Secret::new),
        enabled: user.enabled.unwrap_or(true),
        description: user.description.unwrap_or_default(),
        default_project_id: user.default_project_id.flatten(),
    };
    let user = door.local.create_user(new).await?;
    Ok((StatusCode::CREATED, Json(json!({"user": view(&site, user)}))))
}

pub(super) async fn update(
    State(door): State<Door>,
    caller: Caller,
    site: Site,
    Path(id): Path<String>,
    Body(Request { user }): Body<Request>,
) -> Result<Json<Value>, Fault> {
    caller.must_be_admin("identity:update_user")?;
    must_be_ours(user.domain_id.as_deref())?;
    let change = UserChange {
        name: user.name,
        password: user.password.map(Secret::new),
        enabled: user.enabled,
        description: user.description,
        default_project_id: user.default_project_id,
    };
    Ok(Json(
        json!({"user": view(&site, door.local.update_user(&id, change).await?)}),
    ))
}

pub(super) async fn delete(
    State(door): State<Door>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, Fault> {
    caller.must_be_admin("identity:delete_user")?;
    door.local.delete_user(&id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Needs no token: the old password is proof enough.
pub(super) async fn change_password(
    State(door): State<Door>,
    Path(id): Path<String>,
    Body(PasswordRequest { user }): Body<PasswordRequest>,
) -> Result<StatusCode, Fault> {
    let (original, new) = (Secret::new(user.original_password), Secret::new(user.password));
    door.local.change_password(&id, &original, new).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn view(site: &Site, user: User) -> Value {
    let mut view = json!({
        "links": {"self": format!("{}/v3/users/{}", site.0, user.id)},
        "id": user.id,
        "name": user.name,
        "domain_id": DOMAIN.0,
        "description": user.description,
        "enabled": user.enabled,
        "password_expires_at": null,
        "options": {},
    });
    if let Some(project) = user.default_project_id {
        view["default_project_id"] = json!(project);
    }
    view
}
