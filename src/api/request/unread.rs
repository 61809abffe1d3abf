//! Query strings that no table reads: since 2.102 they are refused wherever they stand.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::Method;

use super::Pairs;
use crate::api::{Fault, Microversion};

/// In a request's extensions: whether its query string was read.
#[derive(Debug, Clone, Default)]
pub(super) struct WasRead(Arc<AtomicBool>);

impl WasRead {
    pub(super) fn set(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Microversion {
    /// Before, each resource had its own version from which it did.
    const fn refuses_unknown_parameters_everywhere(self) -> bool {
        self.at_least("2.102")
    }
}

/// Middleware: what is got with parameters that nothing reads is refused in place of its answer. Other methods are left alone,
/// as in Nova, which checks the parameters of what is read only.
pub async fn refuse_unread(version: Microversion, mut request: Request, next: Next) -> Response {
    let pairs = Pairs::of(request.uri().query().unwrap_or_default());
    if request.method() != Method::GET || !version.refuses_unknown_parameters_everywhere() {
        return next.run(request).await;
    }
    let was_read = WasRead::default();
    request.extensions_mut().insert(was_read.clone());
    let answer = next.run(request).await;
    if !answer.status().is_success() || was_read.0.load(Ordering::Relaxed) {
        return answer;
    }
    match pairs.refuse_others(version, &[]) {
        Ok(()) => answer,
        Err(invalid) => Fault::from(invalid).into_response(),
    }
}
