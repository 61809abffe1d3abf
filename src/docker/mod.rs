//! The connection to the Docker engine, nothing else: where it is, how to reach it, and which API version to speak.

mod connector;
mod endpoint;
mod error;
mod hijack;
mod insecure;
mod tls;
mod transport;
mod version;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;

use self::transport::Transport;
use self::version::ApiVersion;

pub use endpoint::Endpoint;
pub use error::Error;
pub use hijack::Hijacked;

/// The repository under which images brought by nova-docker are tagged in the engine.
pub const CACHE_REPOSITORY: &str = "nova-docker";

/// How long the engine may take to begin its answer to work that moves images about.
const LONG: Duration = Duration::from_secs(24 * 3600);

/// The engine, reached when it is needed: making one never asks anything of it.
#[derive(Clone, Debug)]
pub struct Docker {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    endpoint: Endpoint,
    transport: Transport,
    bare: bollard::Docker,
    negotiated: Negotiated,
}

/// Empty until there is one, and again after the engine could not be reached.
type Negotiated = Arc<Mutex<Option<Agreed>>>;

/// The version that both sides speak, and a client that speaks it.
#[derive(Debug, Clone)]
struct Agreed {
    version: ApiVersion,
    client: bollard::Docker,
}

impl Docker {
    /// Fails for options that cannot be right (a URL of an unknown kind, a certificate that is not there), never because
    /// the engine is down.
    pub fn new(endpoint: Endpoint) -> Result<Self, Error> {
        let negotiated = Negotiated::default();
        let transport = Transport::new(&endpoint, negotiated.clone())?;
        let bare = transport.clone().client(endpoint.timeout)?;
        Ok(Self {
            inner: Arc::new(Inner {
                endpoint,
                transport,
                bare,
                negotiated,
            }),
        })
    }

    /// A client whose requests carry the API version agreed with the engine. The engine is asked for its version the first
    /// time, and again after it was away.
    pub async fn api(&self) -> Result<bollard::Docker, Error> {
        Ok(self.agreed().await?.client)
    }

    async fn agreed(&self) -> Result<Agreed, Error> {
        if let Some(agreed) = self.known() {
            return Ok(agreed);
        }
        let version = self.negotiate().await?;
        let client = version.pin(self.inner.bare.clone());
        tracing::info!(url = %self.inner.endpoint.url, %version, "speaking to the Docker engine");
        let agreed = Agreed { version, client };
        *self.slot() = Some(agreed.clone());
        Ok(agreed)
    }

    /// As [`Self::patient_api`], for one request: this is its body, whatever the client library would write.
    pub async fn api_saying(&self, body: Bytes) -> Result<bollard::Docker, Error> {
        let version = self.agreed().await?.version;
        let client = version.pin_saying(self.inner.bare.clone(), body);
        Ok(client.with_timeout(LONG))
    }

    /// As [`Self::api`], for requests that the engine answers late: loading, saving, committing, stopping.
    pub async fn patient_api(&self) -> Result<bollard::Docker, Error> {
        Ok(self.api().await?.with_timeout(LONG))
    }

    /// Asks the engine for its version anew with the next request: it may have been upgraded.
    pub fn renegotiate(&self) {
        *self.slot() = None;
    }

    pub fn url(&self) -> &str {
        &self.inner.endpoint.url
    }

    async fn negotiate(&self) -> Result<ApiVersion, Error> {
        if let Some(pinned) = &self.inner.endpoint.api_version {
            return ApiVersion::pinned(pinned);
        }
        let answer = self.inner.bare.version().await?;
        ApiVersion::agreed(&self.inner.endpoint.url, answer.api_version.as_deref())
    }

    fn known(&self) -> Option<Agreed> {
        self.slot().clone()
    }

    fn slot(&self) -> std::sync::MutexGuard<'_, Option<Agreed>> {
        self.inner
            .negotiated
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
