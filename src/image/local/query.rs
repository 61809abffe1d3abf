//! Which images a list shows, in which order, and which page of them.

use std::cmp::Ordering;

use jiff::Timestamp;

use super::LocalImages;
use super::rights::{may_see, owns};
use crate::image::Error;
use crate::objects::{Image, ImageId, ImageStatus, RequestContext, Visibility};

/// What a list is asked.
#[derive(Debug, Clone, Default)]
pub struct Query {
    pub scope: Scope,
    pub hidden: bool,
    pub filters: Vec<Filter>,
    /// The first that differs decides; then `created_at` and `id`, newest first, as Glance does.
    pub sort: Vec<(SortKey, Direction)>,
    pub marker: Option<ImageId>,
    pub limit: usize,
}

/// What of the images that one may see is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scope {
    /// Not those that other projects offer to all as `community`.
    #[default]
    Usual,
    All,
    Only(Visibility),
}

#[derive(Debug, Clone, PartialEq)]
pub enum Filter {
    Id(Vec<String>),
    Name(Vec<String>),
    Status(Vec<ImageStatus>),
    ContainerFormat(Vec<String>),
    DiskFormat(Vec<String>),
    Owner(String),
    Checksum(String),
    HashValue(String),
    Protected(bool),
    Tag(String),
    Size(u64),
    SizeMin(u64),
    SizeMax(u64),
    MinDisk(u64),
    MinRam(u64),
    CreatedAt(Test, Timestamp),
    UpdatedAt(Test, Timestamp),
    Property(String, String),
}

/// How a time compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Test {
    Eq,
    Neq,
    Gt,
    Gte,
    Lt,
    Lte,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SortKey {
    Name,
    Status,
    ContainerFormat,
    DiskFormat,
    Size,
    Id,
    CreatedAt,
    UpdatedAt,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Asc,
    Desc,
}

/// A part of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    pub images: Vec<Image>,
    pub more: bool,
}

impl LocalImages {
    /// The images the caller sees. One of the engine's is left out while an uploaded one has its name: a name that
    /// means two images is of no use to clients, and what was uploaded was meant.
    pub async fn list(&self, context: &RequestContext, query: &Query) -> Result<Page, Error> {
        let mut images = self.records.list().await?;
        images.retain(|image| may_see(context, image));
        let mut of_engine = self.engine_images().await;
        of_engine.retain(|image| !images.iter().any(|own| own.name == image.name));
        images.append(&mut of_engine);
        images.retain(|image| query.admits(context, image));
        images.sort_by(|a, b| query.order(a, b));
        query.page(images)
    }
}

impl Query {
    fn admits(&self, context: &RequestContext, image: &Image) -> bool {
        let in_scope = match self.scope {
            Scope::All => true,
            Scope::Usual => {
                context.is_admin() || owns(context, image) || image.visibility != Visibility::Community
            }
            Scope::Only(visibility) => image.visibility == visibility,
        };
        in_scope && image.hidden == self.hidden && self.filters.iter().all(|filter| filter.admits(image))
    }

    fn order(&self, a: &Image, b: &Image) -> Ordering {
        let last = [
            (SortKey::CreatedAt, Direction::Desc),
            (SortKey::Id, Direction::Desc),
        ];
        let by = |(key, direction): &(SortKey, Direction)| {
            let order = key.compare(a, b);
            if *direction == Direction::Asc {
                order
            } else {
                order.reverse()
            }
        };
        self.sort
            .iter()
            .chain(&last)
            .map(by)
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal)
    }

    fn page(&self, mut images: Vec<Image>) -> Result<Page, Error> {
        if let Some(marker) = self.marker {
            let at = images.iter().position(|image| image.id == marker);
            let at =
                at.ok_or_else(|| Error::Invalid(format!("Marker image {marker} could not be found.")))?;
            images.drain(..=at);
        }
        let more = images.len() > self.limit;
        images.truncate(self.limit);
        Ok(Page { images, more })
    }
}

impl Filter {
    fn admits(&self, image: &Image) -> bool {
        let one_of =
            |list: &[String], value: Option<&str>| list.iter().any(|one| Some(one.as_str()) == value);
        match self {
            Self::Id(ids) => one_of(ids, Some(&image.id.to_string())),
            Self::Name(names) => one_of(names, image.name.as_deref()),
            Self::Status(statuses) => statuses.contains(&image.status),
            Self::ContainerFormat(formats) => one_of(formats, image.container_format.as_deref()),
            Self::DiskFormat(formats) => one_of(formats, image.disk_format.as_deref()),
            Self::Owner(owner) => image.owner.as_ref().is_some_and(|have| have.as_str() == owner),
            Self::Checksum(sum) => image.checksum.as_ref() == Some(sum),
            Self::HashValue(sum) => image.hash_value.as_ref() == Some(sum),
            Self::Protected(protected) => image.protected == *protected,
            Self::Tag(tag) => image.tags.contains(tag),
            Self::Size(size) => image.size == Some(*size),
            Self::SizeMin(least) => image.size.is_some_and(|size| size >= *least),
            Self::SizeMax(most) => image.size.is_some_and(|size| size <= *most),
            Self::MinDisk(gigabytes) => image.min_disk == *gigabytes,
            Self::MinRam(megabytes) => image.min_ram == *megabytes,
            Self::CreatedAt(test, time) => test.holds(image.created_at, *time),
            Self::UpdatedAt(test, time) => test.holds(image.updated_at, *time),
            Self::Property(name, value) => image.properties.get(name) == Some(value),
        }
    }
}

impl Test {
    /// To the second, which is all that the API shows.
    fn holds(self, time: Timestamp, than: Timestamp) -> bool {
        let order = time.as_second().cmp(&than.as_second());
        match self {
            Self::Eq => order.is_eq(),
            Self::Neq => order.is_ne(),
            Self::Gt => order.is_gt(),
            Self::Gte => order.is_ge(),
            Self::Lt => order.is_lt(),
            Self::Lte => order.is_le(),
        }
    }
}

impl SortKey {
    fn compare(self, a: &Image, b: &Image) -> Ordering {
        match self {
            Self::Name => a.name.cmp(&b.name),
            Self::Status => format!("{:?}", a.status).cmp(&format!("{:?}", b.status)),
            Self::ContainerFormat => a.container_format.cmp(&b.container_format),
            Self::DiskFormat => a.disk_format.cmp(&b.disk_format),
            Self::Size => a.size.cmp(&b.size),
            Self::Id => a.id.cmp(&b.id),
            Self::CreatedAt => a.created_at.cmp(&b.created_at),
            Self::UpdatedAt => a.updated_at.cmp(&b.updated_at),
        }
    }
}
