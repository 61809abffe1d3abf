//! The links in answers: to a resource, with and without the API's version, and to the next page.

use std::fmt::Write;

use axum::extract::{FromRequestParts, OriginalUri};
use http::request::Parts;
use http::uri::Authority;
use http::{HeaderMap, Uri, header};

use super::request::Pairs;
use crate::view;

view! {
    /// One of an object's `links`.
    #[derive(Clone, PartialEq, Eq)]
    pub struct Link {
        rel: &'static str,
        href: String,
    }
}

/// How clients reach us, as far as their requests do not tell. Added to the router as an `Extension`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LinkSettings {
    /// `[api]compute_link_prefix`: replaces scheme and host, and goes before the path.
    pub prefix: Option<String>,
    /// `[api]glance_link_prefix`: the same of the image service.
    pub image_prefix: Option<String>,
    /// `[oslo_middleware]enable_proxy_headers_parsing`: whether `X-Forwarded-*` is believed.
    pub behind_proxy: bool,
}

/// Makes the links of the answer to one request: an extractor.
#[derive(Debug, Clone)]
pub struct Links {
    /// Up to and without the version.
    root: String,
    /// `/v2.1`.
    version: String,
    /// `/` and the project's id, if the client put it in the path.
    project: String,
    /// The rest of the path.
    resource: String,
    query: Pairs,
    image_prefix: Option<String>,
}

impl Links {
    /// To an image where the image service keeps it.
    pub fn image(&self, service: &str, id: impl AsRef<str>) -> Link {
        let service = match &self.image_prefix {
            Some(prefix) => format!("{}{}", prefix.trim_end_matches('/'), path_of(service)),
            None => service.to_owned(),
        };
        Link {
            rel: "alternate",
            href: format!("{}/images/{}", service.trim_end_matches('/'), id.as_ref()),
        }
    }

    /// `self` and `bookmark`, to `/servers/{id}` for example.
    pub fn to(&self, collection: &str, id: impl AsRef<str>) -> [Link; 2] {
        let id = id.as_ref();
        let Self {
            root,
            version,
            project,
            ..
        } = self;
        let href = format!("{root}{version}{project}/{collection}/{id}");
        [Link { rel: "self", href }, self.bookmark(collection, id)]
    }

    /// To a path of the service's own, given whole: `/v2.1/`.
    pub fn service(&self, path: &str) -> String {
        format!("{}{path}", self.root)
    }

    /// The link that stays true when the API has another version.
    pub fn bookmark(&self, collection: &str, id: impl AsRef<str>) -> Link {
        let Self { root, project, .. } = self;
        Link {
            rel: "bookmark",
            href: format!("{root}{project}/{collection}/{}", id.as_ref()),
        }
    }

    /// The same list behind the marker, with everything else that was asked.
    pub fn next(&self, marker: impl AsRef<str>) -> Link {
        let Self {
            root,
            version,
            project,
            resource,
            query,
            ..
        } = self;
        let mut asked: Vec<(&str, &str)> = query.iter().filter(|(name, _)| *name != "marker").collect();
        asked.sort_by_key(|(name, _)| *name);
        asked.push(("marker", marker.as_ref()));
        Link {
            rel: "next",
            href: format!("{root}{version}{project}{resource}?{}", encoded(&asked)),
        }
    }

    fn of(uri: &Uri, headers: &HeaderMap, settings: &LinkSettings) -> Self {
        let (before, version, after) = around_version(uri.path());
        let (project, resource) = split_project(after);
        Self {
            root: root(uri, headers, settings, before),
            version: version.to_owned(),
            project: project.to_owned(),
            resource: resource.to_owned(),
            query: Pairs::of(uri.query().unwrap_or_default()),
            image_prefix: settings.image_prefix.clone(),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Links {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let OriginalUri(uri) = OriginalUri::from_request_parts(parts, state).await?;
        let settings = parts
            .extensions
            .get::<LinkSettings>()
            .cloned()
            .unwrap_or_default();
        Ok(Self::of(&uri, &parts.headers, &settings))
    }
}

/// What follows scheme and host.
fn path_of(url: &str) -> String {
    url.parse::<Uri>()
        .map_or_else(|_| String::new(), |url| url.path().to_owned())
}

fn root(uri: &Uri, headers: &HeaderMap, settings: &LinkSettings, before: &str) -> String {
    if let Some(prefix) = &settings.prefix {
        return format!("{}{before}", prefix.trim_end_matches('/'));
    }
    let forwarded = |name: &str| {
        let value = headers
            .get(name)
            .filter(|_| settings.behind_proxy)?
            .to_str()
            .ok()?;
        value.split(',').next().map(str::trim)
    };
    let host = headers.get(header::HOST).and_then(|value| value.to_str().ok());
    let host = forwarded("x-forwarded-host")
        .or(host)
        .or_else(|| uri.authority().map(Authority::as_str));
    let scheme = forwarded("x-forwarded-proto")
        .or_else(|| uri.scheme_str())
        .unwrap_or("http");
    let prefix = forwarded("x-forwarded-prefix")
        .unwrap_or_default()
        .trim_end_matches('/');
    format!("{scheme}://{}{prefix}{before}", host.unwrap_or("localhost"))
}

/// What is before `/v2.1` in a path, that, and what is behind it.
fn around_version(path: &str) -> (&str, &str, &str) {
    let is_version = |at: usize| {
        let segment = path[at + 1..].split('/').next().unwrap_or_default();
        let number = segment.strip_prefix('v').unwrap_or_default();
        number.starts_with(|c: char| c.is_ascii_digit())
            && number.bytes().all(|b| b.is_ascii_digit() || b == b'.')
    };
    let Some(begin) = path
        .match_indices('/')
        .map(|(at, _)| at)
        .find(|at| is_version(*at))
    else {
        return ("", "", path);
    };
    let end = path[begin + 1..]
        .find('/')
        .map_or(path.len(), |length| begin + 1 + length);
    // `/versions/v2.1` is a path of ours, `/compute/v2.1` one of the proxy before us.
    let before = path[..begin].strip_suffix("/versions").unwrap_or(&path[..begin]);
    (before, &path[begin..end], &path[end..])
}

/// Ids of projects are hexadecimal, and no resource's name is.
pub(super) fn split_project(path: &str) -> (&str, &str) {
    let end = path
        .get(1..)
        .and_then(|rest| rest.find('/'))
        .map_or(path.len(), |length| length + 1);
    let is_project = end > 1
        && path[1..end]
            .bytes()
            .all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f' | b'-'));
    if is_project {
        path.split_at(end)
    } else {
        ("", path)
    }
}

fn encoded(pairs: &[(&str, &str)]) -> String {
    let mut out = String::new();
    for (index, (name, value)) in pairs.iter().enumerate() {
        out.push_str(if index == 0 { "" } else { "&" });
        encode(&mut out, name);
        out.push('=');
        encode(&mut out, value);
    }
    out
}

/// As in forms: a space is a plus.
fn encode(out: &mut String, text: &str) {
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'_' | b'.' | b'-' | b'~' => out.push(byte.into()),
            b' ' => out.push('+'),
            // Writing to a String does not fail.
            _ => drop(write!(out, "%{byte:02X}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links(uri: &'static str, settings: &LinkSettings) -> Links {
        let headers = [
            ("host", "cloud:8774"),
            ("x-forwarded-proto", "https"),
            ("x-forwarded-host", "api.example"),
        ];
        let headers = headers.map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        Links::of(&Uri::from_static(uri), &HeaderMap::from_iter(headers), settings)
    }

    fn hrefs(links: &Links) -> [String; 2] {
        links.to("servers", "7").map(|link| link.href)
    }

    #[test]
    fn a_resource_is_linked_with_and_without_the_version() {
        let links = links("/v2.1/servers/detail", &LinkSettings::default());
        assert_eq!(
            hrefs(&links),
            ["http://cloud:8774/v2.1/servers/7", "http://cloud:8774/servers/7"]
        );
        assert_eq!(
            links.to("servers", "7").map(|link| link.rel),
            ["self", "bookmark"]
        );
    }

    #[test]
    fn an_image_is_linked_where_the_image_service_is_said_to_be() {
        let settings = LinkSettings::default();
        let at = |settings: &LinkSettings| {
            links("/v2.1/images", settings)
                .image("http://10.0.0.1:9292/image/", "7")
                .href
        };
        assert_eq!(at(&settings), "http://10.0.0.1:9292/image/images/7");
        let image_prefix = Some("https://cloud.example/".to_owned());
        let settings = LinkSettings {
            image_prefix,
            ..settings
        };
        assert_eq!(at(&settings), "https://cloud.example/image/images/7");
    }

    #[test]
    fn a_project_in_the_path_stays_in_the_links() {
        let links = links(
            "/compute/v2.1/6f70656e737461636b/servers?limit=1",
            &LinkSettings::default(),
        );
        let root = "http://cloud:8774/compute";
        let expected = [
            "/v2.1/6f70656e737461636b/servers/7",
            "/6f70656e737461636b/servers/7",
        ];
        assert_eq!(hrefs(&links), expected.map(|path| format!("{root}{path}")));
        assert_eq!(
            links.next("7").href,
            format!("{root}/v2.1/6f70656e737461636b/servers?limit=1&marker=7")
        );
    }

    #[test]
    fn the_next_page_is_asked_for_with_everything_but_the_old_marker() {
        let uri = "/v2.1/servers/detail?sort_key=b&marker=6&sort_key=a&name=x%26y%20z&limit=2";
        let next = links(uri, &LinkSettings::default()).next("7");
        let expected = "limit=2&name=x%26y+z&sort_key=b&sort_key=a&marker=7";
        assert_eq!(
            next,
            Link {
                rel: "next",
                href: format!("http://cloud:8774/v2.1/servers/detail?{expected}")
            }
        );
    }

    #[test]
    fn an_operator_says_how_clients_reach_us() {
        let prefix = LinkSettings {
            prefix: Some("https://one/compute/".to_owned()),
            behind_proxy: true,
            ..LinkSettings::default()
        };
        assert_eq!(
            hrefs(&links("/v2.1/", &prefix)),
            [
                "https://one/compute/v2.1/servers/7",
                "https://one/compute/servers/7"
            ]
        );
        let proxy = LinkSettings {
            behind_proxy: true,
            ..LinkSettings::default()
        };
        assert_eq!(
            hrefs(&links("/v2.1/", &proxy)),
            [
                "https://api.example/v2.1/servers/7",
                "https://api.example/servers/7"
            ]
        );
    }
}
