//! What may be said about an image, one attribute at a time; a new image is a blank one with edits.

use crate::image::Error;
use crate::objects::{Image, ImageStatus, ProjectId, RequestContext, Visibility};

/// Formats that Glance knows by default, and ours.
pub const CONTAINER_FORMATS: [&str; 8] = ["ami", "ari", "aki", "bare", "ovf", "ova", "docker", "compressed"];
pub const DISK_FORMATS: [&str; 13] = [
    "ami", "ari", "aki", "vhd", "vhdx", "vmdk", "raw", "qcow2", "vdi", "iso", "ploop", "gpt", "luks",
];
const LONGEST: usize = 255;
/// As many as Glance takes by default.
const MOST: usize = 128;

#[derive(Debug, Clone, PartialEq)]
pub enum Edit {
    Name(Option<String>),
    Visibility(Visibility),
    Protected(bool),
    Hidden(bool),
    ContainerFormat(Option<String>),
    DiskFormat(Option<String>),
    MinDisk(u64),
    MinRam(u64),
    Owner(Option<ProjectId>),
    Tags(Vec<String>),
    /// A property of the user's own, whether it is there or not.
    SetProperty(String, String),
    /// One that must be there.
    ReplaceProperty(String, String),
    RemoveProperty(String),
}

/// Whether Glance has a field of this name, so that no property can have it.
pub fn is_own_field(name: &str) -> bool {
    const FIELDS: [&str; 24] = [
        "id",
        "name",
        "status",
        "visibility",
        "protected",
        "os_hidden",
        "checksum",
        "os_hash_algo",
        "os_hash_value",
        "owner",
        "size",
        "virtual_size",
        "container_format",
        "disk_format",
        "created_at",
        "updated_at",
        "tags",
        "direct_url",
        "min_ram",
        "min_disk",
        "self",
        "file",
        "schema",
        "locations",
    ];
    FIELDS.contains(&name)
}

impl Edit {
    pub(super) fn apply(self, context: &RequestContext, image: &mut Image) -> Result<(), Error> {
        match self {
            Self::Name(name) => image.name = short("name", name)?,
            Self::Visibility(visibility) => set_visibility(context, image, visibility)?,
            Self::Protected(protected) => image.protected = protected,
            Self::Hidden(hidden) => image.hidden = hidden,
            Self::ContainerFormat(format) => {
                check_format("container_format", format.as_deref(), &CONTAINER_FORMATS, image)?;
                image.container_format = format;
            }
            Self::DiskFormat(format) => {
                check_format("disk_format", format.as_deref(), &DISK_FORMATS, image)?;
                image.disk_format = format;
            }
            Self::MinDisk(gigabytes) => image.min_disk = gigabytes,
            Self::MinRam(megabytes) => image.min_ram = megabytes,
            Self::Owner(owner) => set_owner(context, image, owner)?,
            Self::Tags(tags) => image.tags = checked_tags(tags)?,
            Self::SetProperty(name, value) => set_property(image, name, value)?,
            Self::ReplaceProperty(name, value) => {
                has_property(image, &name)?;
                image.properties.insert(name, value);
            }
            Self::RemoveProperty(name) => {
                has_property(image, &name)?;
                image.properties.remove(&name);
            }
        }
        Ok(())
    }
}

fn short(what: &str, text: Option<String>) -> Result<Option<String>, Error> {
    match text {
        Some(text) if text.chars().count() > LONGEST => Err(Error::Invalid(format!(
            "The {what} of an image has at most {LONGEST} characters."
        ))),
        text => Ok(text),
    }
}

fn set_visibility(context: &RequestContext, image: &mut Image, visibility: Visibility) -> Result<(), Error> {
    if visibility == Visibility::Public && image.visibility != Visibility::Public && !context.is_admin() {
        return Err(Error::Forbidden(
            "You are not authorized to complete publicize_image action.".to_owned(),
        ));
    }
    image.visibility = visibility;
    Ok(())
}

fn check_format(attribute: &str, format: Option<&str>, known: &[&str], image: &Image) -> Result<(), Error> {
    if image.status != ImageStatus::Queued {
        return Err(Error::Forbidden(format!(
            "Attribute {attribute} can be only replaced for a queued image."
        )));
    }
    match format {
        Some(format) if !known.contains(&format) => Err(Error::Invalid(format!(
            "Invalid {attribute} '{format}' for image: it is one of {}.",
            known.join(", ")
        ))),
        _ => Ok(()),
    }
}

fn set_owner(context: &RequestContext, image: &mut Image, owner: Option<ProjectId>) -> Result<(), Error> {
    if owner != image.owner && !context.is_admin() {
        return Err(Error::Forbidden(
            "Owner can't be updated by non admin.".to_owned(),
        ));
    }
    image.owner = owner;
    Ok(())
}

fn checked_tags(tags: Vec<String>) -> Result<Vec<String>, Error> {
    let mut kept: Vec<String> = Vec::new();
    for tag in tags {
        if tag.is_empty() || tag.chars().count() > LONGEST {
            return Err(Error::Invalid(format!("A tag has 1 to {LONGEST} characters.")));
        }
        if !kept.contains(&tag) {
            kept.push(tag);
        }
    }
    if kept.len() > MOST {
        return Err(Error::Invalid(format!("An image has at most {MOST} tags.")));
    }
    Ok(kept)
}

fn set_property(image: &mut Image, name: String, value: String) -> Result<(), Error> {
    if name.is_empty() || name.chars().count() > LONGEST {
        return Err(Error::Invalid(format!(
            "Custom property should not be greater than {LONGEST} characters."
        )));
    }
    image.properties.insert(name, value);
    if image.properties.len() > MOST {
        return Err(Error::Invalid(format!("An image has at most {MOST} properties.")));
    }
    Ok(())
}

fn has_property(image: &Image, name: &str) -> Result<(), Error> {
    if image.properties.contains_key(name) {
        return Ok(());
    }
    Err(Error::Conflict(format!("Property {name} does not exist.")))
}
