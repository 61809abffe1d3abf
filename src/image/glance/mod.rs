//! The Glance of the cloud we are in.

mod answer;
mod calls;

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::{StreamExt, TryStreamExt};
use reqwest::{Body, Method};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use self::answer::Shown;
use super::{ByteStream, Download, Error, ImageService, NewImage, discard};
use crate::identity::{Session, Trust};
use crate::objects::{Image, ImageId, ImageStatus, RequestContext};

/// How long Glance may pause within an answer.
const SILENCE: Duration = Duration::from_secs(60);
/// An upload is answered when it is stored, however long that takes; a peer that is gone is noticed by TCP.
const KEEPALIVE: Duration = Duration::from_secs(30);

/// What `[glance]` and `[service_user]` say.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// `endpoint_override` or `api_servers`; the catalog is asked when there is none.
    pub endpoints: Vec<String>,
    /// `valid_interfaces`: the first that the catalog has is taken.
    pub interfaces: Vec<String>,
    pub region: Option<String>,
    /// How often to try again when Glance cannot be reached.
    pub num_retries: u32,
    /// Send our own token beside the user's, so that work goes on when the user's ends.
    pub send_service_user_token: bool,
    pub trust: Trust,
}

/// Images in a real Glance, with the rights of the caller.
#[derive(Debug, Clone)]
pub struct Glance {
    session: Session,
    settings: Arc<Settings>,
    /// For everything but uploads: gives up on silence.
    client: reqwest::Client,
    uploads: reqwest::Client,
}

impl Glance {
    /// Asks nobody yet.
    pub fn new(session: Session, settings: Settings) -> Result<Self, Error> {
        Ok(Self {
            session,
            client: client(&settings, Some(SILENCE))?,
            uploads: client(&settings, None)?,
            settings: Arc::new(settings),
        })
    }
}

fn client(settings: &Settings, silence: Option<Duration>) -> Result<reqwest::Client, Error> {
    let refused = |reason: String| Error::Invalid(format!("[glance] {reason}"));
    let builder = settings.trust.client();
    let mut builder = builder
        .map_err(|error| refused(error.to_string()))?
        .tcp_keepalive(KEEPALIVE)
        // The length of what was asked for is told only of what is not compressed on the way.
        .no_gzip();
    if let Some(silence) = silence {
        builder = builder.read_timeout(silence);
    }
    builder.build().map_err(|error| refused(error.to_string()))
}

#[async_trait]
impl ImageService for Glance {
    async fn address(&self) -> Result<String, Error> {
        let mut endpoints = self.endpoints().await?;
        Ok(endpoints.swap_remove(0))
    }

    async fn show(&self, context: &RequestContext, id: ImageId) -> Result<Image, Error> {
        let answer = self
            .ask(context, Method::GET, &format!("images/{id}"), None)
            .await?;
        Ok(answer::read::<Shown>(answer).await?.into())
    }

    async fn download(&self, context: &RequestContext, id: ImageId) -> Result<Download, Error> {
        let answer = self
            .ask(context, Method::GET, &format!("images/{id}/file"), None)
            .await?;
        if answer.status() == reqwest::StatusCode::NO_CONTENT {
            return Err(Error::Conflict(format!("Image {id} has no data.")));
        }
        let size = answer.content_length();
        let stream = answer
            .bytes_stream()
            .map_err(|error| io::Error::other(error.without_url()));
        Ok(Download {
            size,
            stream: stream.boxed(),
        })
    }

    async fn create(&self, context: &RequestContext, image: NewImage) -> Result<Image, Error> {
        let answer = self
            .ask(context, Method::POST, "images", Some(described(image)))
            .await?;
        Ok(answer::read::<Shown>(answer).await?.into())
    }

    async fn upload(&self, context: &RequestContext, id: ImageId, data: ByteStream) -> Result<(), Error> {
        // The data can be sent once only: find out first whether Glance is there and has the image.
        if let Err(error) = self.show(context, id).await {
            discard(data).await;
            return Err(error);
        }
        let sent = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&sent);
        let counted = data.inspect_ok(move |chunk| {
            counter.fetch_add(chunk.len() as u64, Ordering::Relaxed);
        });
        self.send_data(context, id, Body::wrap_stream(counted)).await?;
        let image = self.show(context, id).await?;
        let sent = sent.load(Ordering::Relaxed);
        if image.status != ImageStatus::Active || image.size != Some(sent) {
            return Err(Error::Conflict(format!(
                "Image {id} did not arrive whole: Glance shows {:?} bytes of {sent}, status {:?}.",
                image.size, image.status
            )));
        }
        tracing::info!(image.id = %id, bytes = sent, "image uploaded to Glance");
        Ok(())
    }

    async fn delete(&self, context: &RequestContext, id: ImageId) -> Result<(), Error> {
        self.ask(context, Method::DELETE, &format!("images/{id}"), None)
            .await?;
        Ok(())
    }

    async fn with_properties(
        &self,
        context: &RequestContext,
        properties: &[(&str, &str)],
    ) -> Result<Vec<Image>, Error> {
        let mut path = asked(properties)?;
        let mut found = Vec::new();
        loop {
            let answer = self.ask(context, Method::GET, &path, None).await?;
            let page: Page = answer::read(answer).await?;
            found.extend(page.images.into_iter().map(Image::from));
            match page.next.as_deref().and_then(|next| next.strip_prefix("/v2/")) {
                Some(next) => path = next.to_owned(),
                None => return Ok(found),
            }
        }
    }

    async fn set_properties(
        &self,
        context: &RequestContext,
        id: ImageId,
        properties: BTreeMap<String, String>,
    ) -> Result<Image, Error> {
        let before = self.show(context, id).await?.properties;
        let changes = patch(before.into_keys(), properties);
        let answer = self
            .ask(context, Method::PATCH, &format!("images/{id}"), Some(changes))
            .await?;
        Ok(answer::read::<Shown>(answer).await?.into())
    }
}

/// What makes one set of properties the other, in Glance's kind of JSON patch; adding replaces what is there.
fn patch(before: impl Iterator<Item = String>, after: BTreeMap<String, String>) -> Value {
    let path = |name: &str| format!("/{}", name.replace('~', "~0").replace('/', "~1"));
    let gone = before.filter(|name| !after.contains_key(name));
    let mut changes: Vec<Value> = gone
        .map(|name| json!({"op": "remove", "path": path(&name)}))
        .collect();
    changes.extend(
        after
            .iter()
            .map(|(name, value)| json!({"op": "add", "path": path(name), "value": value})),
    );
    Value::Array(changes)
}

/// The path of a list of images, newest first.
fn asked(properties: &[(&str, &str)]) -> Result<String, Error> {
    let newest_first = [("sort", "created_at:desc")];
    let pairs = properties.iter().chain(&newest_first);
    let url = reqwest::Url::parse_with_params("http://glance/", pairs)
        .map_err(|error| Error::Invalid(error.to_string()))?;
    Ok(format!("images?{}", url.query().unwrap_or_default()))
}

#[derive(Debug, Deserialize)]
struct Page {
    images: Vec<Shown>,
    /// The path of the next page.
    next: Option<String>,
}

fn described(image: NewImage) -> Value {
    let mut fields: Map<String, Value> = image
        .properties
        .into_iter()
        .map(|(name, value)| (name, Value::from(value)))
        .collect();
    fields.extend(image.id.map(|id| ("id".to_owned(), json!(id))));
    fields.extend(image.owner.map(|owner| ("owner".to_owned(), json!(owner))));
    fields.insert("name".to_owned(), json!(image.name));
    fields.insert("visibility".to_owned(), json!("private"));
    fields.insert("container_format".to_owned(), json!(image.container_format));
    fields.insert("disk_format".to_owned(), json!(image.disk_format));
    fields.insert("min_disk".to_owned(), json!(image.min_disk));
    fields.insert("min_ram".to_owned(), json!(image.min_ram));
    Value::Object(fields)
}
