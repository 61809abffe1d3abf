//! Which version of the engine's API is spoken.

use std::fmt;
use std::str::FromStr;

use bollard::{API_DEFAULT_VERSION, BollardRequest};
use bytes::Bytes;
use hyper::Uri;

use super::Error;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ApiVersion {
    major: usize,
    minor: usize,
}

/// Docker 20.10's.
const OLDEST: ApiVersion = ApiVersion { major: 1, minor: 41 };
/// The newest that the client library knows.
const NEWEST: ApiVersion = ApiVersion {
    major: API_DEFAULT_VERSION.major_version,
    minor: API_DEFAULT_VERSION.minor_version,
};

impl ApiVersion {
    /// The newest that both sides know.
    pub(super) fn agreed(url: &str, offered: Option<&str>) -> Result<Self, Error> {
        let offered = offered.unwrap_or_default();
        let engine: Self = offered
            .parse()
            .map_err(|()| Error::Broken(format!("its API version is '{offered}'")))?;
        if engine < OLDEST {
            return Err(Error::TooOld {
                url: url.to_owned(),
                version: engine.to_string(),
            });
        }
        Ok(engine.min(NEWEST))
    }

    pub(super) fn pinned(text: &str) -> Result<Self, Error> {
        text.parse().map_err(|()| Error::Option {
            option: "docker_remote_api_version",
            reason: format!("expected a version such as 1.41, got '{text}'"),
        })
    }

    /// The client with this version in the path of each of its requests; the library itself leaves it out.
    pub(super) fn pin(self, client: bollard::Docker) -> bollard::Docker {
        client.with_request_modifier(move |request| self.prefix(request))
    }

    /// The same, and all its requests have this body.
    pub(super) fn pin_saying(self, client: bollard::Docker, body: Bytes) -> bollard::Docker {
        client.with_request_modifier(move |request| {
            let mut request = self.prefix(request);
            *request.body_mut() = bollard::body_full(body.clone());
            request
        })
    }

    fn prefix(self, mut request: BollardRequest) -> BollardRequest {
        if let Some(versioned) = self.versioned(request.uri()) {
            *request.uri_mut() = versioned;
        }
        request
    }

    /// Nothing when there is a version already.
    fn versioned(self, uri: &Uri) -> Option<Uri> {
        let path = uri.path_and_query()?.as_str();
        if path.starts_with("/v1.") {
            return None;
        }
        let mut parts = uri.clone().into_parts();
        parts.path_and_query = Some(format!("/v{self}{path}").parse().ok()?);
        Uri::from_parts(parts).ok()
    }
}

impl fmt::Display for ApiVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

impl FromStr for ApiVersion {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (major, minor) = text.trim_start_matches('v').split_once('.').ok_or(())?;
        Ok(Self {
            major: major.parse().map_err(|_| ())?,
            minor: minor.parse().map_err(|_| ())?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT_1_41: ApiVersion = ApiVersion { major: 1, minor: 41 };

    #[test]
    fn the_older_side_decides() {
        assert_eq!(ApiVersion::agreed("unix:///d", Some("1.41")).unwrap(), AT_1_41);
        assert_eq!(ApiVersion::agreed("unix:///d", Some("9.0")).unwrap(), NEWEST);
    }

    #[test]
    fn an_engine_before_20_10_is_refused_by_name() {
        let error = ApiVersion::agreed("unix:///d", Some("1.40")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the Docker engine at unix:///d speaks API version 1.40 at most; the oldest supported is 1.41, which came \
             with Docker 20.10"
        );
    }

    #[test]
    fn the_version_stands_before_the_path_once() {
        let versioned = |uri: &str| {
            AT_1_41
                .versioned(&uri.parse().unwrap())
                .map(|uri| uri.to_string())
        };
        assert_eq!(
            versioned("http://docker/containers/json?all=true"),
            Some("http://docker/v1.41/containers/json?all=true".to_owned())
        );
        assert_eq!(versioned("http://docker/v1.30/info"), None);
    }

    #[test]
    fn a_pinned_version_must_be_one() {
        assert_eq!(ApiVersion::pinned("v1.41").unwrap(), AT_1_41);
        assert_eq!(
            ApiVersion::pinned("latest").unwrap_err().to_string(),
            "[docker] docker_remote_api_version: expected a version such as 1.41, got 'latest'"
        );
    }
}
