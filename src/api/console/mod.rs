//! Consoles: a server's live terminal over a websocket, and a page with a terminal in it for browsers.
//!
//! Nobody is asked who he is: whoever has a token, which the Compute API gives out, opens one console with it. Every path is
//! a console's, as it is with Nova's proxies; what is asked for by name is a part of the page.

mod dialect;
mod origin;
mod page;
mod session;

use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{OriginalUri, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{HeaderMap, StatusCode, Uri};

use self::dialect::Dialect;
use super::request::Pairs;
use super::{Fault, RequestIds, with_shared_layers};
use crate::compute::{Compute, Error};
use crate::objects::{ConsoleAuthToken, Secret};

/// Bytes of one message: more than anybody pastes.
const LONGEST_MESSAGE: usize = 1 << 20;

/// Where consoles are, and for whom.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// What the address of a serial console begins with; none are given out without.
    pub serial_url: Option<String>,
    /// The same of the page.
    pub novnc_url: Option<String>,
    /// What is listened on.
    pub host: String,
    pub port: u16,
    /// `[console] allowed_origins`: hosts whose pages may open consoles, beside this one.
    pub allowed_origins: Vec<String>,
    /// `[console] html5_path`: folders in which a terminal for browsers may be.
    pub html5_path: Vec<PathBuf>,
    /// `[consoleauth] enforce_session_timeout`: a console is over when its token would have expired.
    pub enforce_session_timeout: bool,
}

#[derive(Debug, Clone)]
struct Door {
    compute: Compute,
    settings: Arc<Settings>,
}

/// The whole service of one port.
pub fn router(compute: Compute, settings: Arc<Settings>, ids: RequestIds) -> Router {
    let routes = Router::new()
        .route("/healthcheck", get(async || "OK"))
        .fallback(get(answer))
        .with_state(Door { compute, settings });
    with_shared_layers(routes, ids, || Fault::unexpected().into_response())
}

async fn answer(
    State(door): State<Door>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    let name = uri.path().rsplit('/').next().unwrap_or_default();
    if let Some(part) = page::Part::called(name) {
        return part.answer(&door.settings.html5_path).await;
    }
    let answer = match upgrade {
        Ok(upgrade) => open(door, &uri, &headers, upgrade).await,
        Err(_) => door.waiting(&uri).await.map(|_| page::whole()),
    };
    answer.unwrap_or_else(refused)
}

async fn open(
    door: Door,
    uri: &Uri,
    headers: &HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Result<Response, Error> {
    let console = door.waiting(uri).await?;
    origin::check(
        headers,
        door.settings.url_of(&console),
        &door.settings.allowed_origins,
    )?;
    let console = door.compute.use_console_auth_token(&token(uri)).await?;
    let upgrade = upgrade
        .protocols(Dialect::NAMES)
        .max_message_size(LONGEST_MESSAGE);
    let dialect = Dialect::named(upgrade.selected_protocol());
    let span = tracing::Span::current();
    Ok(upgrade.on_upgrade(move |socket| session::run(door, console, dialect, socket, span)))
}

impl Door {
    /// What the token in an address is good for; it stays so.
    async fn waiting(&self, uri: &Uri) -> Result<ConsoleAuthToken, Error> {
        self.compute.console_auth_token(&token(uri)).await
    }
}

impl Settings {
    /// What the console's address began with.
    fn url_of(&self, console: &ConsoleAuthToken) -> &str {
        let url = match console.console_type.as_str() {
            "novnc" => self.novnc_url.as_deref(),
            _ => self.serial_url.as_deref(),
        };
        url.unwrap_or_default()
    }
}

/// None at all is no token that anybody was given.
fn token(uri: &Uri) -> Secret {
    let query = Pairs::of(uri.query().unwrap_or_default());
    let token = query.iter().find(|(name, _)| *name == "token");
    Secret::new(token.map_or("", |(_, token)| token))
}

fn refused(error: Error) -> Response {
    match error {
        Error::NotFound(_) => page::refusal(
            StatusCode::FORBIDDEN,
            "The token is invalid, was used, or has expired: ask for a new console.",
        ),
        Error::Forbidden(words) => page::refusal(StatusCode::FORBIDDEN, &words),
        other => {
            let fault = Fault::from(other);
            page::refusal(fault.status, &fault.message)
        }
    }
}
