//! Carries the client's requests to the engine, and notices when the engine is away.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::PoisonError;
use std::time::Duration;

use bollard::{API_DEFAULT_VERSION, BollardRequest};
use hyper::body::{Body, Incoming};
use hyper::{Request, Response};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::connect::{Connect, HttpConnector};
use hyper_util::client::legacy::{Client, Error as ClientError};
use hyper_util::rt::TokioExecutor;

use super::connector::UnixConnector;
use super::endpoint::Address;
use super::error::with_causes;
use super::{Endpoint, Error, Negotiated, tls};

/// The body type of the client library, which gives it no name.
type Outgoing = <BollardRequest as HasBody>::Body;

pub(super) trait HasBody {
    type Body: Body;
}

impl<B: Body> HasBody for Request<B> {
    type Body = B;
}

#[derive(Clone, Debug)]
enum Carrier {
    Unix(Client<UnixConnector, Outgoing>),
    Tcp(Client<HttpConnector, Outgoing>),
    Tls(Client<HttpsConnector<HttpConnector>, Outgoing>),
}

#[derive(Clone, Debug)]
pub(super) struct Transport {
    url: String,
    base: String,
    carrier: Carrier,
    negotiated: Negotiated,
}

impl Transport {
    pub(super) fn new(endpoint: &Endpoint, negotiated: Negotiated) -> Result<Self, Error> {
        let (base, carrier) = match endpoint.address()? {
            Address::Unix(path) => (
                "http://docker".to_owned(),
                Carrier::Unix(client(UnixConnector::new(&path))),
            ),
            Address::Tcp(host) => (
                format!("http://{host}"),
                Carrier::Tcp(client(HttpConnector::new())),
            ),
            Address::Tls(host) => (
                format!("https://{host}"),
                Carrier::Tls(client(tls::connector(endpoint)?)),
            ),
        };
        Ok(Self {
            url: endpoint.url.clone(),
            base,
            carrier,
            negotiated,
        })
    }

    pub(super) fn client(self, timeout: Duration) -> Result<bollard::Docker, Error> {
        let base = self.base.clone();
        let send = move |request: BollardRequest| self.clone().send(request);
        bollard::Docker::connect_with_custom_transport(
            send,
            Some(base),
            timeout.as_secs(),
            API_DEFAULT_VERSION,
        )
        .map_err(Error::from)
    }

    /// What comes before the path in the address of a request.
    pub(super) fn base(&self) -> &str {
        &self.base
    }

    pub(super) fn send(
        self,
        request: BollardRequest,
    ) -> Pin<Box<dyn Future<Output = Result<Response<Incoming>, bollard::errors::Error>> + Send>> {
        Box::pin(async move {
            let sent = match &self.carrier {
                Carrier::Unix(client) => client.request(request).await,
                Carrier::Tcp(client) => client.request(request).await,
                Carrier::Tls(client) => client.request(request).await,
            };
            sent.map_err(|error| io::Error::other(self.failed(&error)).into())
        })
    }

    fn failed(&self, error: &ClientError) -> Error {
        *self.negotiated.lock().unwrap_or_else(PoisonError::into_inner) = None;
        let reason = with_causes(error);
        if error.is_connect() {
            let url = self.url.clone();
            Error::Unreachable { url, reason }
        } else {
            Error::Broken(reason)
        }
    }
}

/// Connections are not kept: a kept one may be dead when the engine was restarted, and a streamed body cannot be sent twice.
fn client<C>(connector: C) -> Client<C, Outgoing>
where
    C: Connect + Clone,
{
    Client::builder(TokioExecutor::new())
        .pool_max_idle_per_host(0)
        .build(connector)
}
