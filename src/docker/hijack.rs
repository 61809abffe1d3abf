//! Connections that the engine gives away: after its answer they carry bytes in both directions, as a terminal has them.

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::header::{CONNECTION, CONTENT_TYPE, UPGRADE};
use hyper::upgrade::Upgraded;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde::Deserialize;

use super::{Docker, Error};

/// Closed when it is dropped.
pub type Hijacked = TokioIo<Upgraded>;

#[derive(Deserialize)]
struct Refusal {
    message: String,
}

impl Docker {
    /// What is behind `POST` of the path, without the version, byte for byte. The client library would look for the headers
    /// that the engine puts before the output of what has no terminal, and take a terminal's own bytes for them.
    pub async fn hijack(&self, path_and_query: &str, body: Bytes) -> Result<Hijacked, Error> {
        let version = self.agreed().await?.version;
        let transport = self.inner.transport.clone();
        let request = Request::builder()
            .method(Method::POST)
            .uri(format!("{}/v{version}{path_and_query}", transport.base()))
            .header(CONTENT_TYPE, "application/json")
            .header(CONNECTION, "Upgrade")
            .header(UPGRADE, "tcp")
            .body(bollard::body_full(body))
            .map_err(|error| Error::Broken(error.to_string()))?;
        let sent = tokio::time::timeout(self.inner.endpoint.timeout, transport.send(request));
        let late = |_| Error::Broken("it did not answer in time".to_owned());
        let response = sent.await.map_err(late)??;
        if response.status() != StatusCode::SWITCHING_PROTOCOLS {
            return Err(refusal(response).await);
        }
        let upgraded = hyper::upgrade::on(response).await;
        let upgraded = upgraded.map_err(|error| Error::Broken(error.to_string()))?;
        Ok(TokioIo::new(upgraded))
    }
}

async fn refusal(response: Response<Incoming>) -> Error {
    let status = response.status().as_u16();
    let said = match response.into_body().collect().await {
        Ok(said) => said.to_bytes(),
        Err(error) => return Error::Broken(error.to_string()),
    };
    let message = match serde_json::from_slice::<Refusal>(&said) {
        Ok(refusal) => refusal.message,
        Err(_) => String::from_utf8_lossy(&said).trim_end().to_owned(),
    };
    Error::Engine { status, message }
}
