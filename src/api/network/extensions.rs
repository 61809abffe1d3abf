//! What of Neutron's extensions there is: clients call what is told here, so it is only what works.

use axum::Json;
use axum::extract::Path;
use serde_json::{Value, json};

use super::fault::Fault;
use crate::objects::RequestContext;

struct Extension {
    alias: &'static str,
    name: &'static str,
    updated: &'static str,
}

const fn extension(alias: &'static str, name: &'static str, updated: &'static str) -> Extension {
    Extension { alias, name, updated }
}

const EXTENSIONS: &[Extension] = &[
    extension(
        "external-net",
        "Neutron external network",
        "2013-01-14T10:00:00-00:00",
    ),
    extension("net-mtu", "Network MTU", "2015-03-25T10:00:00-00:00"),
    extension(
        "net-mtu-writable",
        "Network MTU (writable)",
        "2017-07-12T00:00:00-00:00",
    ),
    extension("pagination", "Pagination support", "2016-06-12T00:00:00-00:00"),
    extension("port-security", "Port Security", "2012-07-23T10:00:00-00:00"),
    extension(
        "project-id",
        "project_id field enabled",
        "2016-09-09T09:09:09-09:09",
    ),
    extension("provider", "Provider Network", "2012-09-07T10:00:00-00:00"),
    extension(
        "quota_details",
        "Quota details management support",
        "2017-02-10T10:00:00-00:00",
    ),
    extension("quotas", "Quota management support", "2012-07-29T10:00:00-00:00"),
    extension("sorting", "Sorting support", "2016-06-12T00:00:00-00:00"),
    extension(
        "standard-attr-description",
        "standard-attr-description",
        "2016-02-10T10:00:00-00:00",
    ),
    extension(
        "standard-attr-revisions",
        "Resource revision numbers",
        "2016-04-11T10:00:00-00:00",
    ),
    extension(
        "standard-attr-tag",
        "Tag support for resources with standard attribute",
        "2017-01-01T00:00:00-00:00",
    ),
    extension(
        "standard-attr-timestamp",
        "Resource timestamps",
        "2016-09-12T10:00:00-00:00",
    ),
    extension(
        "tag-creation",
        "Tag creation extension",
        "2024-23-07T10:00:00-00:00",
    ),
];

fn view(extension: &Extension) -> Value {
    let Extension { alias, name, updated } = extension;
    json!({ "alias": alias, "name": name, "description": name, "updated": updated, "links": [] })
}

pub(super) async fn list(_: RequestContext) -> Json<Value> {
    let all: Vec<Value> = EXTENSIONS.iter().map(view).collect();
    Json(json!({ "extensions": all }))
}

pub(super) async fn show(_: RequestContext, Path(alias): Path<String>) -> Result<Json<Value>, Fault> {
    let found = EXTENSIONS.iter().find(|extension| extension.alias == alias);
    let found = found.ok_or_else(|| {
        let message = format!("Extension with alias {alias} does not exist");
        Fault::not_found("ExtensionNotFound", message)
    })?;
    Ok(Json(json!({ "extension": view(found) })))
}
