//! Lists: as many requests as Neutron's pages and the length of an address make necessary.

use reqwest::Url;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::Neutron;
use super::calls::{Call, Caller};
use super::refusal::unreadable;
use crate::network::Error;

/// Ids in one address: web servers cut it off at 4 KiB.
const BATCH: usize = 80;

#[derive(Debug, Deserialize)]
struct Link {
    rel: String,
    href: String,
}

impl Neutron {
    /// Everything of a `kind` (`security-groups`) that passes the filters; without `fields` all of them are told.
    pub(super) async fn list<T: DeserializeOwned>(
        &self,
        caller: Caller<'_>,
        kind: &str,
        filters: &[(&str, String)],
        fields: &[&str],
    ) -> Result<Vec<T>, Error> {
        let filters = filters
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()));
        let fields = fields
            .iter()
            .map(|field| ("fields".to_owned(), (*field).to_owned()));
        let mut query: Vec<(String, String)> = filters.chain(fields).collect();
        let mut all = Vec::new();
        loop {
            let call = Call::get(kind, query);
            let (page, next): (Vec<T>, _) = page(kind, self.ask(caller, &call).await?)?;
            all.extend(page);
            match next {
                Some(next) => query = next,
                None => return Ok(all),
            }
        }
    }

    /// Everything of a `kind` whose `filter` is one of `ids`; nobody is asked for none.
    pub(super) async fn list_by<T: DeserializeOwned>(
        &self,
        caller: Caller<'_>,
        kind: &str,
        filter: &str,
        ids: impl IntoIterator<Item = Uuid>,
        fields: &[&str],
    ) -> Result<Vec<T>, Error> {
        let filters: Vec<(&str, String)> = ids.into_iter().map(|id| (filter, id.to_string())).collect();
        let mut all = Vec::new();
        for batch in filters.chunks(BATCH) {
            all.extend(self.list(caller, kind, batch, fields).await?);
        }
        Ok(all)
    }
}

/// The things on a page, and the query of the next one.
#[expect(clippy::type_complexity, reason = "a page and where it goes on")]
fn page<T: DeserializeOwned>(
    kind: &str,
    mut body: Map<String, Value>,
) -> Result<(Vec<T>, Option<Vec<(String, String)>>), Error> {
    let key = kind.replace('-', "_");
    let unreadable = |error| unreadable(kind, &error);
    let links = body
        .remove(&format!("{key}_links"))
        .unwrap_or(Value::Array(Vec::new()));
    let links: Vec<Link> = serde_json::from_value(links).map_err(unreadable)?;
    let next = links.into_iter().find(|link| link.rel == "next");
    let next = next.and_then(|link| Url::parse(&link.href).ok());
    let next = next.map(|url| url.query_pairs().into_owned().collect());
    let things = body.remove(&key).unwrap_or_default();
    Ok((serde_json::from_value(things).map_err(unreadable)?, next))
}
