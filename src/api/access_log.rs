//! One line in the log for each answer.

use std::time::Instant;

use axum::body::HttpBody;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;

use super::Microversion;

/// Middleware: says what was asked and how it ended. Never headers, queries or bodies, which may hold secrets.
pub async fn log_access(request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let response = next.run(request).await;
    let microversion = response
        .extensions()
        .get::<Microversion>()
        .map(tracing::field::display);
    tracing::info!(
        %method,
        path,
        status = response.status().as_u16(),
        len = response.body().size_hint().exact(),
        microversion,
        duration_ms = begun.elapsed().as_secs_f64() * 1e3,
        "answered"
    );
    response
}
