//! A cloud's catalog: which of a service's addresses is meant for us.

use serde::Deserialize;

/// A service of the cloud.
#[derive(Debug, Deserialize)]
pub(super) struct Remote {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    endpoints: Vec<Endpoint>,
}

#[derive(Debug, Deserialize)]
struct Endpoint {
    interface: String,
    url: String,
    region: Option<String>,
    region_id: Option<String>,
}

/// Older names that clouds still have in their catalogs, by the service types authority.
const ALIASES: [(&str, &[&str]); 2] = [
    (
        "block-storage",
        &["volumev3", "volumev2", "volume", "block-store"],
    ),
    ("network", &["networking"]),
];

pub(super) fn find(
    catalog: &[Remote],
    service: &str,
    interfaces: &[&str],
    region: Option<&str>,
) -> Option<String> {
    let aliases = ALIASES
        .into_iter()
        .find(|(name, _)| *name == service)
        .map_or(&[][..], |(_, aliases)| aliases);
    let names = std::iter::once(&service).chain(aliases);
    let remotes: Vec<_> = names
        .flat_map(|name| catalog.iter().filter(move |remote| remote.kind == *name))
        .collect();
    let endpoints = |interface: &str| {
        // Old configuration says `publicURL`.
        let interface = interface.trim_end_matches("URL").to_owned();
        remotes
            .iter()
            .flat_map(|remote| &remote.endpoints)
            .find(|endpoint| endpoint.interface == interface && endpoint.is_in(region))
    };
    let found = interfaces.iter().find_map(|interface| endpoints(interface))?;
    Some(found.url.trim_end_matches('/').to_owned())
}

impl Endpoint {
    fn is_in(&self, region: Option<&str>) -> bool {
        let own = self.region_id.as_deref().or(self.region.as_deref());
        region.is_none_or(|region| own == Some(region))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn catalog() -> Vec<Remote> {
        serde_json::from_value(serde_json::json!([
            {"type": "image", "endpoints": [
                {"interface": "public", "url": "http://p1:9292/", "region_id": "one"},
                {"interface": "internal", "url": "http://i1:9292", "region_id": "one"},
                {"interface": "public", "url": "http://p2:9292", "region": "two"},
            ]},
            {"type": "volumev3", "endpoints": [
                {"interface": "public", "url": "http://volumes", "region_id": "one"},
            ]},
        ]))
        .unwrap()
    }

    #[test]
    fn the_first_interface_that_is_there_in_the_region_is_taken() {
        let find = |service, interfaces: &[&str], region| find(&catalog(), service, interfaces, region);
        assert_eq!(
            find("image", &["internal", "public"], Some("one")).as_deref(),
            Some("http://i1:9292")
        );
        assert_eq!(
            find("image", &["internal", "public"], Some("two")).as_deref(),
            Some("http://p2:9292")
        );
        assert_eq!(
            find("image", &["publicURL"], None).as_deref(),
            Some("http://p1:9292")
        );
        assert_eq!(find("image", &["admin"], None), None);
        assert_eq!(find("image", &["public"], Some("three")), None);
        assert_eq!(find("network", &["public"], None), None);
        assert_eq!(
            find("block-storage", &["public"], None).as_deref(),
            Some("http://volumes")
        );
    }
}
