//! Takes in what a handler left unread of a request's body, so that the connection can carry the next request.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use axum::body::Body;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use bytes::Bytes;
use http::HeaderValue;
use http::header::CONNECTION;
use http_body_util::{BodyExt, Limited};
use hyper::body::{Body as HttpBody, Frame, SizeHint};

/// Bytes; what is longer is not worth the wait, and the client is told that the connection ends.
const WORTH_TAKING: usize = 1 << 20;

/// Middleware: a refusal comes before the body has been read. A client that found its connection closed without a word would
/// lose the next request it sends on it.
pub(super) async fn take_the_rest(request: Request, next: Next) -> Response {
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let lent = Lent(Arc::new(Mutex::new(body)));
    let response = next
        .run(Request::from_parts(parts, Body::new(lent.clone())))
        .await;
    finish(lent, response).await
}

async fn finish(rest: Lent, mut response: Response) -> Response {
    if rest.is_end_stream() {
        return response;
    }
    let is_long = rest.size_hint().lower() > WORTH_TAKING as u64;
    if is_long || Limited::new(rest, WORTH_TAKING).collect().await.is_err() {
        let close = HeaderValue::from_static("close");
        response.headers_mut().insert(CONNECTION, close);
    }
    response
}

/// A body that two can read, one after the other.
#[derive(Debug, Clone)]
struct Lent(Arc<Mutex<Body>>);

impl Lent {
    fn body(&self) -> MutexGuard<'_, Body> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl HttpBody for Lent {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut *self.body()).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body().is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body().size_hint()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use axum::Router;
    use axum::middleware::from_fn;
    use futures_util::stream;
    use http::StatusCode;
    use tower::ServiceExt;

    use super::*;

    /// What is answered to a body of that many chunks, which nobody reads, and how many have been taken in.
    async fn refused(chunks: usize, size: usize) -> (Response, usize) {
        let taken = Arc::new(AtomicUsize::new(0));
        let counter = taken.clone();
        let body = stream::iter((0..chunks).map(move |_| {
            counter.fetch_add(1, Ordering::Relaxed);
            Ok::<_, std::io::Error>(vec![b'x'; size])
        }));
        let router = Router::<()>::new()
            .fallback(async || StatusCode::UNAUTHORIZED)
            .layer(from_fn(take_the_rest));
        let request = Request::post("/").body(Body::from_stream(body)).unwrap();
        let response = router.oneshot(request).await.unwrap();
        (response, taken.load(Ordering::Relaxed))
    }

    #[tokio::test]
    async fn a_short_body_is_taken_in_though_nobody_wants_it() {
        let (response, taken) = refused(3, 1000).await;
        assert_eq!((response.status(), taken), (StatusCode::UNAUTHORIZED, 3));
        assert!(!response.headers().contains_key(CONNECTION));
    }

    #[tokio::test]
    async fn the_client_is_told_when_its_connection_ends_with_a_long_body() {
        let (response, taken) = refused(1000, 1 << 16).await;
        assert_eq!(response.headers()[CONNECTION], "close");
        assert!(taken < 100, "{taken} chunks were taken in");
    }
}
