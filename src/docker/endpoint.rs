//! Where the engine is, as `[docker]` says it.

use std::path::PathBuf;
use std::time::Duration;

use super::Error;

/// The options of `[docker]` that say how to reach the engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// `unix:///path`, `tcp://host:port`, or `https://host:port`.
    pub url: String,
    /// Do not verify the engine's certificate.
    pub api_insecure: bool,
    pub ca_file: Option<PathBuf>,
    pub cert_file: Option<PathBuf>,
    pub key_file: Option<PathBuf>,
    /// Spoken whatever the engine offers; negotiated when not set.
    pub api_version: Option<String>,
    /// How long the engine may take to begin an answer.
    pub timeout: Duration,
}

impl Default for Endpoint {
    fn default() -> Self {
        Self {
            url: "unix:///var/run/docker.sock".to_owned(),
            api_insecure: false,
            ca_file: None,
            cert_file: None,
            key_file: None,
            api_version: None,
            timeout: Duration::from_secs(120),
        }
    }
}

/// What a URL means once it is understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Address {
    Unix(PathBuf),
    Tcp(String),
    Tls(String),
}

impl Endpoint {
    pub(super) fn address(&self) -> Result<Address, Error> {
        let wrong = |reason: &str| Error::Option {
            option: "host_url",
            reason: format!("{reason}: '{}'", self.url),
        };
        let (scheme, rest) = self
            .url
            .split_once("://")
            .ok_or_else(|| wrong("expected unix:///path or tcp://host:port"))?;
        let rest = rest.trim_end_matches('/');
        if rest.is_empty() {
            return Err(wrong("nothing follows the scheme"));
        }
        match scheme {
            "unix" => Ok(Address::Unix(PathBuf::from(rest))),
            "https" => Ok(Address::Tls(rest.to_owned())),
            "tcp" | "http" if self.wants_tls() => Ok(Address::Tls(rest.to_owned())),
            "tcp" | "http" => Ok(Address::Tcp(rest.to_owned())),
            _ => Err(wrong("expected unix:// or tcp://")),
        }
    }

    fn wants_tls(&self) -> bool {
        self.api_insecure || self.ca_file.is_some() || self.cert_file.is_some() || self.key_file.is_some()
    }
}
