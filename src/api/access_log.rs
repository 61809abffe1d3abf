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
    let path = told(request.uri().path());
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

/// Some paths end in a secret.
fn told(path: &str) -> String {
    const SECRET_BEHIND: &str = "/os-console-auth-tokens/";
    match path.split_once(SECRET_BEHIND) {
        Some((before, _)) => format!("{before}{SECRET_BEHIND}***"),
        None => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_in_a_path_is_not_told() {
        assert_eq!(
            told("/v2.1/os-console-auth-tokens/a-b"),
            "/v2.1/os-console-auth-tokens/***"
        );
        assert_eq!(
            told("/v2.1/7/os-console-auth-tokens/a/b"),
            "/v2.1/7/os-console-auth-tokens/***"
        );
        assert_eq!(told("/v2.1/servers/a"), "/v2.1/servers/a");
    }
}
