//! One page of a list, and where the ones before and after it are.

use http::HeaderMap;
use http::header::HOST;
use serde_json::{Map, Value, json};

use super::fault::Fault;
use super::listing::Query;
use super::resource::Served;

type Shown = Map<String, Value>;

/// What follows the marker, or, the other way round, what leads up to it.
pub(super) fn page<T: Served>(mut all: Vec<Shown>, query: &Query) -> Result<Vec<Shown>, Fault> {
    let marked = match &query.marker {
        None => None,
        Some(marker) => Some(position(&all, marker).ok_or_else(|| Fault::from(T::no_such(marker)))?),
    };
    let limit = query.limit.unwrap_or(usize::MAX);
    if query.page_reverse {
        all.truncate(marked.unwrap_or(all.len()));
        let skip = all.len().saturating_sub(limit);
        return Ok(all.split_off(skip));
    }
    let mut rest = all.split_off(marked.map_or(0, |at| at + 1));
    rest.truncate(limit);
    Ok(rest)
}

fn position(all: &[Shown], marker: &str) -> Option<usize> {
    all.iter().position(|one| id(one) == Some(marker))
}

fn id(one: &Shown) -> Option<&str> {
    one.get("id").and_then(Value::as_str)
}

/// Only for whoever asked for pages.
pub(super) fn links<T: Served>(
    page: &[Shown],
    query: &Query,
    headers: &HeaderMap,
    raw: Option<&str>,
) -> Vec<Value> {
    let Some(limit) = query.limit else {
        return Vec::new();
    };
    let (is_full, back) = (page.len() >= limit, query.page_reverse);
    let to = |rel: &str, one: Option<&Shown>, reverse: bool| json!({ "rel": rel, "href": href::<T>(headers, raw, one.and_then(id), reverse) });
    let next = (is_full || back).then(|| to("next", page.last(), false));
    let previous = (is_full || !back).then(|| to("previous", page.first(), true));
    next.into_iter().chain(previous).collect()
}

/// The same list from another marker on.
fn href<T: Served>(headers: &HeaderMap, raw: Option<&str>, marker: Option<&str>, reverse: bool) -> String {
    let kept = raw.unwrap_or_default().split('&').filter(|pair| {
        let name = pair.split('=').next().unwrap_or_default();
        !pair.is_empty() && name != "marker" && name != "page_reverse"
    });
    let marker = marker.map(|marker| format!("marker={marker}"));
    let reverse = reverse.then(|| "page_reverse=True".to_owned());
    let query: Vec<String> = kept.map(str::to_owned).chain(marker).chain(reverse).collect();
    format!("{}/v2.0/{}?{}", base(headers), T::PATH, query.join("&"))
}

/// `http://` and the host that the client knows us by.
pub(super) fn base(headers: &HeaderMap) -> String {
    let host = headers
        .get(HOST)
        .and_then(|host| host.to_str().ok())
        .unwrap_or("localhost");
    format!("http://{host}")
}
