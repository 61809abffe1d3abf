//! The shape that lists share, and the addresses in them, which are what the client called us by.

use std::collections::HashMap;
use std::convert::Infallible;

use axum::Json;
use axum::extract::FromRequestParts;
use axum::http::header::HOST;
use axum::http::request::Parts;
use serde_json::{Value, json};

/// `http://` and the host as the client wrote it.
#[derive(Debug, Clone)]
pub(super) struct Site(pub(super) String);

impl<S: Send + Sync> FromRequestParts<S> for Site {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let host = parts.headers.get(HOST).and_then(|host| host.to_str().ok());
        let host = host.or_else(|| parts.uri.authority().map(|authority| authority.as_str()));
        Ok(Self(format!("http://{}", host.unwrap_or("localhost"))))
    }
}

/// The filters of a list, as far as we know them; Keystone ignores others too.
pub(super) type Filters = HashMap<String, String>;

/// A whole list; there is never a next page.
pub(super) fn page(site: &Site, path: &str, key: &str, items: Vec<Value>) -> Json<Value> {
    let own = format!("{}/v3/{path}", site.0);
    Json(json!({key: items, "links": {"next": null, "self": own, "previous": null}}))
}

/// Whether `item` has what the filters ask: its `name`, `domain_id`, ... as text, `enabled` in any spelling.
pub(super) fn passes(filters: &Filters, item: &Value) -> bool {
    let same = |key: &str, wanted: &str| match &item[key] {
        Value::Bool(is) => {
            *is == !matches!(wanted.to_ascii_lowercase().as_str(), "0" | "false" | "no" | "off")
        }
        Value::String(is) => is == wanted,
        _ => false,
    };
    let known = [
        "name",
        "type",
        "enabled",
        "domain_id",
        "parent_id",
        "service_id",
        "interface",
        "region_id",
    ];
    known.iter().all(|key| {
        filters
            .get(*key)
            .is_none_or(|wanted| item.get(key).is_none() || same(key, wanted))
    })
}
