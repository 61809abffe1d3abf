//! What a client says of an image, as JSON, turned into edits.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::api::Fault;
use crate::image::local::{Edit, is_own_field};
use crate::objects::ImageId;

const READ_ONLY: [&str; 14] = [
    "created_at",
    "updated_at",
    "status",
    "checksum",
    "size",
    "virtual_size",
    "direct_url",
    "self",
    "file",
    "schema",
    "id",
    "os_hash_algo",
    "os_hash_value",
    "stores",
];
const RESERVED: [&str; 3] = ["location", "deleted", "deleted_at"];

/// The id asked for, if any, and everything else.
pub(super) fn new_image(mut fields: Map<String, Value>) -> Result<(Option<ImageId>, Vec<Edit>), Fault> {
    let id = match fields.shift_remove("id") {
        Some(id) => Some(typed::<ImageId>("id", id)?),
        None => None,
    };
    let edits = fields
        .into_iter()
        .map(|(name, value)| set(&name, value))
        .collect::<Result<_, _>>()?;
    Ok((id, edits))
}

/// One field or property to be set.
pub(super) fn set(name: &str, value: Value) -> Result<Edit, Fault> {
    check_writable(name)?;
    Ok(match name {
        "name" => Edit::Name(typed(name, value)?),
        "visibility" => Edit::Visibility(typed(name, value)?),
        "protected" => Edit::Protected(typed(name, value)?),
        "os_hidden" => Edit::Hidden(typed(name, value)?),
        "container_format" => Edit::ContainerFormat(typed(name, value)?),
        "disk_format" => Edit::DiskFormat(typed(name, value)?),
        "min_disk" => Edit::MinDisk(typed(name, value)?),
        "min_ram" => Edit::MinRam(typed(name, value)?),
        "owner" => Edit::Owner(typed(name, value)?),
        "tags" => Edit::Tags(typed(name, value)?),
        _ => Edit::SetProperty(name.to_owned(), typed(name, value)?),
    })
}

pub(super) fn check_writable(name: &str) -> Result<(), Fault> {
    if READ_ONLY.contains(&name) {
        return Err(Fault::forbidden(format!("Attribute '{name}' is read-only.")));
    }
    if name == "locations" {
        let message = "It's not allowed to update locations if locations are invisible.";
        return Err(Fault::forbidden(message));
    }
    if RESERVED.contains(&name) || name.starts_with("os_glance") {
        return Err(Fault::forbidden(format!("Attribute '{name}' is reserved.")));
    }
    Ok(())
}

pub(super) fn is_property(name: &str) -> bool {
    !is_own_field(name)
}

fn typed<T: DeserializeOwned>(name: &str, value: Value) -> Result<T, Fault> {
    serde_json::from_value(value).map_err(|error| {
        Fault::bad_request(format!(
            "Provided object does not match schema 'image': {error} (attribute '{name}')"
        ))
    })
}
