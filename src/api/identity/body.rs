//! Request bodies: JSON whatever the header says, and a 400 that tells what is wrong.

use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use bytes::Bytes;
use serde::de::DeserializeOwned;

use super::fault::Fault;

/// A body that was read as `T`.
#[derive(Debug)]
pub(super) struct Body<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Fault;

    async fn from_request(request: Request, state: &S) -> Result<Self, Fault> {
        let bytes = Bytes::from_request(request, state)
            .await
            .map_err(|error| match error.status() {
                StatusCode::PAYLOAD_TOO_LARGE => Fault::too_large(),
                _ => Fault::bad_request(error.body_text()),
            })?;
        serde_json::from_slice(&bytes).map(Self).map_err(|error| {
            let message = match error.classify() {
                serde_json::error::Category::Data => format!("Invalid input: {error}."),
                _ => format!("Expecting to find valid JSON in the request body: {error}."),
            };
            Fault::bad_request(message)
        })
    }
}
