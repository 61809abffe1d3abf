//! The version documents, from which clients learn how far they may negotiate.

use axum::extract::Path;
use axum::response::IntoResponse;

use super::Door;
use crate::api::links::{Link, Links};
use crate::api::route::{Routes, get};
use crate::api::{At, Fault, MAX, MIN, Microversion, Under};
use crate::{shows, view};

pub(super) fn routes() -> Routes<Door> {
    let all = shows!("versions": [Version; 2]);
    let one = shows!("version": (Version, MediaTypes));
    Routes::new()
        .route("/", get(list).answers(200, all))
        .route("/versions", get(list).answers(200, all))
        .route("/versions/{id}", get(by_id).answers(200, one))
        .route("/v2", get(show_old).answers(200, one))
        .route("/v2/", get(show_old).answers(200, one))
        .route("/v2.1", get(show).answers(200, one))
        .route("/v2.1/", get(show).answers(200, one))
        .route("/v2.1/versions/{id}", get(by_id).answers(200, one))
}

view! {
    struct Version {
        id: &'static str,
        status: &'static str,
        version: String,
        min_version: String,
        updated: &'static str,
        links: [Link; 1],
    }
}

view! {
    /// Only where one version is shown.
    struct MediaTypes {
        media_types as "media-types": [MediaType; 1],
    }
}

view! {
    struct MediaType {
        base: &'static str,
        kind as "type": String,
    }
}

/// The oldest first.
async fn list(version: Microversion, links: Links) -> impl IntoResponse {
    At(
        version,
        Under("versions", [Version::old(&links), Version::current(&links)]),
    )
}

async fn show(version: Microversion, links: Links) -> impl IntoResponse {
    At(version, in_full(Version::current(&links), "2.1"))
}

async fn show_old(version: Microversion, links: Links) -> impl IntoResponse {
    At(version, in_full(Version::old(&links), "2"))
}

async fn by_id(
    version: Microversion,
    Path(id): Path<String>,
    links: Links,
) -> Result<impl IntoResponse, Fault> {
    match id.as_str() {
        "v2.1" | "2.1" => Ok(At(version, in_full(Version::current(&links), "2.1"))),
        "v2.0" | "2.0" => Ok(At(version, in_full(Version::old(&links), "2"))),
        _ => Err(Fault::no_such_resource()),
    }
}

fn in_full(version: Version, number: &str) -> Under<(Version, MediaTypes)> {
    let media_type = MediaType {
        base: "application/json",
        kind: format!("application/vnd.openstack.compute+json;version={number}"),
    };
    let media_types = [media_type];
    Under("version", (version, MediaTypes { media_types }))
}

impl Version {
    fn current(links: &Links) -> Self {
        Self {
            id: "v2.1",
            status: "CURRENT",
            version: MAX.to_string(),
            min_version: MIN.to_string(),
            updated: "2013-07-23T11:33:21Z",
            links: [Link {
                rel: "self",
                href: links.service("/v2.1/"),
            }],
        }
    }

    /// What clients of 2.0 look for. It is 2.1 without microversions.
    fn old(links: &Links) -> Self {
        Self {
            id: "v2.0",
            status: "SUPPORTED",
            version: String::new(),
            min_version: String::new(),
            updated: "2011-01-21T11:33:21Z",
            links: [Link {
                rel: "self",
                href: links.service("/v2/"),
            }],
        }
    }
}
