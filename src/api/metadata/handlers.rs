//! From a path to a document, and the password that a server may leave.

use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::{Html, IntoResponse, Response};
use http::header::CONTENT_TYPE;
use http::{Method, StatusCode};
use tokio::time::timeout;

use crate::compute::{Compute, Error};
use crate::metadata::{Answer, ContentType, Facts, LONGEST_PASSWORD, lookup};
use crate::objects::InstanceId;

/// How long a body may take to arrive: it is no longer than a password.
const PATIENCE: Duration = Duration::from_secs(10);

/// The only one that is ever answered here.
#[derive(Debug, Clone)]
struct Server {
    compute: Compute,
    id: InstanceId,
}

/// Everything for one server.
pub(super) fn router(compute: Compute, id: InstanceId) -> Router {
    Router::new().fallback(answer).with_state(Server { compute, id })
}

/// Documents are the same for every method, as they are in Nova.
async fn answer(State(server): State<Server>, request: Request) -> Response {
    let facts = match server.compute.guest(server.id).await {
        Ok(facts) => facts,
        Err(error) => return refused(&server, &error),
    };
    match lookup(&facts, request.uri().path()) {
        Some(Answer::Content(kind, content)) => ([(CONTENT_TYPE, media_type(kind))], content).into_response(),
        Some(Answer::Password) => password(&server, facts, request).await,
        None => not_found(),
    }
}

async fn password(server: &Server, facts: Facts, request: Request) -> Response {
    let present = facts.instance.password_data.clone();
    match *request.method() {
        Method::GET => Html(present.unwrap_or_default()).into_response(),
        Method::POST if present.is_some() => conflict(),
        Method::POST => match received(request.into_body()).await {
            Ok(password) => match server.compute.set_password(server.id, password).await {
                Ok(()) => Html("").into_response(),
                Err(error) => refused(server, &error),
            },
            Err(words) => fault(StatusCode::BAD_REQUEST, words),
        },
        _ => fault(StatusCode::BAD_REQUEST, "GET and POST only are supported."),
    }
}

async fn received(body: Body) -> Result<String, &'static str> {
    let bytes = timeout(PATIENCE, to_bytes(body, LONGEST_PASSWORD)).await;
    let bytes = bytes.map_err(|_| "Request is too slow.")?;
    let bytes = bytes.map_err(|_| "Request is too large.")?;
    String::from_utf8(bytes.into()).map_err(|_| "Request is not UTF-8.")
}

fn media_type(kind: ContentType) -> &'static str {
    match kind {
        ContentType::Text => "text/plain; charset=UTF-8",
        ContentType::Json => "application/json",
    }
}

fn refused(server: &Server, error: &Error) -> Response {
    match error {
        Error::NoSuchInstance(_) => not_found(),
        Error::Conflict(_) => conflict(),
        error => {
            tracing::error!(instance.id = %server.id, %error, "a server was not told about itself");
            let words = "An unknown error has occurred. Please try your request again.";
            fault(StatusCode::INTERNAL_SERVER_ERROR, words)
        }
    }
}

fn not_found() -> Response {
    fault(StatusCode::NOT_FOUND, "The resource could not be found.")
}

fn conflict() -> Response {
    let words = "There was a conflict when trying to complete your request.";
    fault(StatusCode::CONFLICT, words)
}

/// As the page that a metadata service of Nova answers with.
fn fault(status: StatusCode, words: &str) -> Response {
    let page = format!(
        "<html>\n <head>\n  <title>{status}</title>\n </head>\n <body>\n  <h1>{status}</h1>\n  \
         {words}<br /><br />\n\n\n\n </body>\n</html>"
    );
    (status, Html(page)).into_response()
}
