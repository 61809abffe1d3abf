//! One line in the log for each answer.

use std::net::SocketAddr;
use std::time::Instant;

use axum::body::HttpBody;
use axum::extract::{ConnectInfo, MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;

use super::Microversion;

/// Middleware: says what was asked and how it ended, in the words of Nova's `requestlog`. Never headers, queries or bodies, which may hold secrets.
pub async fn log_access(request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let method = request.method().clone();
    let path = told(request.uri().path());
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let peer = peer.map_or_else(|| "-".to_owned(), |peer| peer.0.ip().to_string());
    let route = request.extensions().get::<MatchedPath>().cloned();
    let mut response = next.run(request).await;
    if let Some(route) = route {
        // For who measures outside of the routes.
        response.extensions_mut().insert(route);
    }
    let len = response.body().size_hint().exact();
    let len = len.map_or_else(|| "-".to_owned(), |len| len.to_string());
    let version = response.extensions().get::<Microversion>();
    let version = version.map_or_else(|| "-".to_owned(), Microversion::to_string);
    tracing::info!(
        "{peer} \"{method} {path}\" status: {} len: {len} microversion: {version} time: {:.6}",
        response.status().as_u16(),
        begun.elapsed().as_secs_f64(),
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
