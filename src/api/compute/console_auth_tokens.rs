//! `GET /os-console-auth-tokens/{token}`: what a console's token is good for, for proxies of an operator's own.

use axum::extract::{Path, State};
use axum::response::IntoResponse;

use super::Door;
use crate::api::policy::{Need, allow};
use crate::api::route::{Routes, get};
use crate::api::{At, Fault, Microversion, Query, Under};
use crate::objects::{InstanceId, RequestContext, Secret};
use crate::{query, shows, view};

pub(super) fn routes() -> Routes<Door> {
    Routes::new().route(
        "/os-console-auth-tokens/{token}",
        get(show).answers(200, shows!("console": Connection)),
    )
}

query! {
    struct Nothing { , .. = ..2.99 }
}

view! {
    struct Connection {
        instance_uuid: InstanceId,
        host: String,
        port: u16,
        internal_access_path: Option<String>,
    }
}

impl Microversion {
    /// Before, only RDP's, which there is no more.
    const fn shows_console_tokens(self) -> bool {
        self.at_least("2.31")
    }
}

async fn show(
    State(door): State<Door>,
    context: RequestContext,
    version: Microversion,
    Path(token): Path<String>,
    Query(Nothing {}): Query<Nothing>,
) -> Result<impl IntoResponse, Fault> {
    if !version.shows_console_tokens() {
        return Err(Fault::malformed());
    }
    allow(&context, "os_compute_api:os-console-auth-tokens", Need::Admin)?;
    let console = door.compute.console_auth_token(&Secret::new(token)).await?;
    let connection = Connection {
        instance_uuid: console.instance_id,
        host: door.consoles.host.clone(),
        port: door.consoles.port,
        internal_access_path: None,
    };
    Ok(At(version, Under("console", connection)))
}
