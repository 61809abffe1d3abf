//! How an image is shown.

use std::collections::BTreeMap;

use crate::api::Fault;
use crate::api::compute::Door;
use crate::api::compute::time::Seconds;
use crate::api::links::{Link, Links};
use crate::objects::{Image, ImageId, ImageStatus};
use crate::view;

view! {
    pub(super) struct ImageItem {
        id: ImageId,
        name: Option<String>,
        links: Vec<ImageLink>,
    }
}

type ImageLink = (Link, Option<OfType>);

view! {
    /// Only of links that lead out of this service.
    pub(super) struct OfType {
        kind as "type": &'static str,
    }
}

view! {
    pub(super) struct ImageRest {
        min_ram as "minRam": u64,
        min_disk as "minDisk": u64,
        metadata: BTreeMap<String, String>,
        created: Seconds,
        updated: Seconds,
        status: &'static str,
        progress: u8,
        size as "OS-EXT-IMG-SIZE:size": Option<u64>,
    }
}

view! {
    /// Only of snapshots: the server they were made of.
    pub(super) struct OfServer {
        server: ServerLink,
    }
}

view! {
    pub(super) struct ServerLink {
        id: String,
        links: [Link; 2],
    }
}

view! {
    /// Only of images that say.
    pub(super) struct DiskConfig {
        disk_config as "OS-DCF:diskConfig": &'static str,
    }
}

pub(super) type ImageDetail = (ImageItem, ImageRest, Option<OfServer>, Option<DiskConfig>);

/// Links here and to the image service.
pub(super) struct ImageLinks<'a> {
    links: &'a Links,
    service: String,
}

impl<'a> ImageLinks<'a> {
    pub(super) async fn of(links: &'a Links, door: &Door) -> Result<Self, Fault> {
        let service = door.compute.image_service().await?;
        Ok(Self { links, service })
    }
}

impl ImageItem {
    pub(super) fn of(image: &Image, links: &ImageLinks<'_>) -> Self {
        let id = image.id.to_string();
        let own = links.links.to("images", &id).map(|link| (link, None));
        let kind = OfType {
            kind: "application/vnd.openstack.image",
        };
        let alternate = (links.links.image(&links.service, &id), Some(kind));
        Self {
            id: image.id,
            name: image.name.clone(),
            links: own.into_iter().chain([alternate]).collect(),
        }
    }
}

pub(super) fn in_full(image: &Image, links: &ImageLinks<'_>) -> ImageDetail {
    let property = |name: &str| image.properties.get(name);
    let (status, progress) = status(image.status);
    let rest = ImageRest {
        min_ram: image.min_ram,
        min_disk: image.min_disk,
        metadata: image.properties.clone(),
        created: Seconds(image.created_at),
        updated: Seconds(image.updated_at),
        status,
        progress,
        size: image.size,
    };
    let server = property("instance_uuid").map(|id| OfServer {
        server: ServerLink {
            id: id.clone(),
            links: links.links.to("servers", id),
        },
    });
    let disk_config = property("auto_disk_config").map(|word| DiskConfig {
        disk_config: disk_config(word),
    });
    (ImageItem::of(image, links), rest, server, disk_config)
}

fn disk_config(word: &str) -> &'static str {
    match word.to_ascii_lowercase().as_str() {
        "1" | "t" | "true" | "on" | "y" | "yes" => "AUTO",
        _ => "MANUAL",
    }
}

/// With how far it is, in percent, as far as that can be told.
const fn status(status: ImageStatus) -> (&'static str, u8) {
    match status {
        ImageStatus::Active => ("ACTIVE", 100),
        ImageStatus::Queued => ("SAVING", 25),
        ImageStatus::Saving => ("SAVING", 50),
        ImageStatus::Deleted | ImageStatus::PendingDelete => ("DELETED", 0),
        ImageStatus::Killed => ("ERROR", 0),
        ImageStatus::Deactivated | ImageStatus::Importing | ImageStatus::Uploading => ("UNKNOWN", 0),
    }
}
