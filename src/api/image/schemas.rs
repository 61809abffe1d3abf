//! What the API says about itself: JSON schemas, and that there is one store and no import.

use axum::Json;
use axum::extract::Path;
use serde_json::{Map, Value, json};

use crate::api::Fault;
use crate::image::local::{CONTAINER_FORMATS, DISK_FORMATS};

pub(super) async fn show(Path(name): Path<String>) -> Result<Json<Value>, Fault> {
    let schema = match name.as_str() {
        "image" => image(),
        "images" => collection("images", image()),
        "member" => member(),
        "members" => collection("members", member()),
        _ => return Err(Fault::no_such_resource()),
    };
    Ok(Json(schema))
}

pub(super) async fn import_methods() -> Json<Value> {
    let description = "Import methods available.";
    Json(json!({ "import-methods": { "description": description, "type": "array", "value": [] } }))
}

pub(super) async fn stores() -> Fault {
    Fault::not_found("Multi backend is not supported at this site.")
}

fn collection(name: &str, item: Value) -> Value {
    json!({
        "name": name,
        "properties": {
            name: { "type": "array", "items": item },
            "first": { "type": "string" },
            "next": { "type": "string" },
            "schema": { "type": "string" },
        },
        "links": [
            { "rel": "first", "href": "{first}" },
            { "rel": "next", "href": "{next}" },
            { "rel": "describedby", "href": "{schema}" },
        ],
    })
}

fn member() -> Value {
    json!({
        "name": "member",
        "properties": {
            "member_id": { "type": "string", "description": "An identifier for the image member (tenantId)" },
            "image_id": { "type": "string", "description": "An identifier for the image" },
            "created_at": { "type": "string", "description": "Date and time of image member creation" },
            "updated_at": { "type": "string", "description": "Date and time of last modification of image member" },
            "status": {
                "type": "string",
                "enum": ["pending", "accepted", "rejected"],
                "description": "The status of this image member",
            },
            "schema": { "readOnly": true, "type": "string" },
        },
    })
}

fn image() -> Value {
    json!({
        "name": "image",
        "properties": properties(),
        "additionalProperties": { "type": "string" },
        "links": [
            { "rel": "self", "href": "{self}" },
            { "rel": "enclosure", "href": "{file}" },
            { "rel": "describedby", "href": "{schema}" },
        ],
    })
}

/// In the order in which Glance has them, as far as we have them.
fn properties() -> Value {
    let mut all = Map::new();
    for part in [described(), stored(), required()] {
        if let Value::Object(part) = part {
            all.extend(part);
        }
    }
    Value::Object(all)
}

/// What a user says of an image.
fn described() -> Value {
    json!({
        "id": {
            "type": "string",
            "pattern": "^([0-9a-fA-F]){8}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){12}$",
            "description": "An identifier for the image",
        },
        "name": { "type": ["null", "string"], "maxLength": 255, "description": "Descriptive name for the image" },
        "visibility": {
            "type": "string",
            "enum": ["community", "public", "private", "shared"],
            "description": "Scope of image accessibility",
        },
        "protected": { "type": "boolean", "description": "If true, image will not be deletable." },
        "os_hidden": {
            "type": "boolean",
            "description": "If true, image will not appear in default image list response.",
        },
        "owner": { "type": ["null", "string"], "maxLength": 255, "description": "Owner of the image" },
        "tags": {
            "type": "array",
            "items": { "type": "string", "maxLength": 255 },
            "description": "List of strings related to the image",
        },
    })
}

/// What the store says of it.
fn stored() -> Value {
    let status = json!([
        "queued",
        "saving",
        "active",
        "killed",
        "deleted",
        "uploading",
        "importing",
        "pending_delete",
        "deactivated"
    ]);
    json!({
        "status": { "type": "string", "readOnly": true, "enum": status, "description": "Status of the image" },
        "checksum": read_only(json!(["null", "string"]), "md5 hash of image contents."),
        "os_hash_algo": read_only(json!(["null", "string"]), "Algorithm to calculate the os_hash_value"),
        "os_hash_value": read_only(
            json!(["null", "string"]),
            "Hexdigest of the image contents using the algorithm specified by the os_hash_algo",
        ),
        "size": read_only(json!(["null", "integer"]), "Size of image file in bytes"),
        "virtual_size": read_only(json!(["null", "integer"]), "Virtual size of image in bytes"),
        "created_at": read_only(json!("string"), "Date and time of image registration"),
        "updated_at": read_only(json!("string"), "Date and time of the last image modification"),
        "self": read_only(json!("string"), "An image self url"),
        "file": read_only(json!("string"), "An image file url"),
        "schema": read_only(json!("string"), "An image schema url"),
    })
}

/// What a server needs to boot from it.
fn required() -> Value {
    json!({
        "container_format": {
            "type": ["null", "string"],
            "enum": formats(&CONTAINER_FORMATS),
            "description": "Format of the container",
        },
        "disk_format": {
            "type": ["null", "string"],
            "enum": formats(&DISK_FORMATS),
            "description": "Format of the disk",
        },
        "min_ram": { "type": "integer", "description": "Amount of ram (in MB) required to boot image." },
        "min_disk": { "type": "integer", "description": "Amount of disk space (in GB) required to boot image." },
    })
}

fn formats(known: &[&str]) -> Vec<Value> {
    std::iter::once(Value::Null)
        .chain(known.iter().map(|format| Value::from(*format)))
        .collect()
}

fn read_only(kind: Value, description: &str) -> Value {
    json!({ "type": kind, "readOnly": true, "description": description })
}
