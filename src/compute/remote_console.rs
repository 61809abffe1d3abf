//! Remote consoles: who was given a token may open a terminal of a server, once, and not for long.

use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use tokio::time::timeout;
use tokio_util::task::task_tracker::TaskTrackerToken;

use super::core::Compute;
use super::delete;
use super::diagnostics::ready;
use crate::compute::Error;
use crate::objects::{ConsoleAuthToken, InstanceId, PowerState, RequestContext, Secret};
use crate::virt::Terminal;

/// How long the last words of all consoles may take.
const FAREWELL: Duration = Duration::from_secs(2);

impl Compute {
    /// Whether the server is where it could have a console. `verb` is what a refusal calls it.
    pub async fn check_console(
        &self,
        context: &RequestContext,
        id: InstanceId,
        verb: &'static str,
    ) -> Result<(), Error> {
        let instance = self.core.visible(context, id).await?;
        ready(&instance)?;
        match delete::is_under_way(&instance) {
            false => Ok(()),
            true => Err(Error::InvalidState {
                verb,
                id,
                attribute: "task_state",
                state: "deleting".to_owned(),
            }),
        }
    }

    /// A new token for a console of a running server; it is kept as a hash only.
    pub async fn authorize_console(
        &self,
        context: &RequestContext,
        id: InstanceId,
        console_type: &str,
    ) -> Result<Secret, Error> {
        let core = &self.core;
        let instance = core.visible(context, id).await?;
        core.engine.required()?;
        if instance.power_state != PowerState::Running {
            return Err(not_ready(id));
        }
        let now = core.now();
        let token = Secret::new(core.world.uuid().to_string());
        let kept = ConsoleAuthToken {
            instance_id: id,
            console_type: console_type.to_owned(),
            expires_at: now + core.settings.console_token_ttl,
        };
        let records = &core.records;
        records
            .create_console_auth_token(&hash(&token), &kept, now)
            .await?;
        Ok(token)
    }

    /// What a token is good for, while it is.
    pub async fn console_auth_token(&self, token: &Secret) -> Result<ConsoleAuthToken, Error> {
        let core = &self.core;
        let found = core.records.console_auth_token(&hash(token), core.now()).await?;
        found.ok_or_else(unknown)
    }

    /// The same, and it is good for nothing any more.
    pub async fn use_console_auth_token(&self, token: &Secret) -> Result<ConsoleAuthToken, Error> {
        let core = &self.core;
        let found = core
            .records
            .use_console_auth_token(&hash(token), core.now())
            .await?;
        found.ok_or_else(unknown)
    }

    /// The terminal that a used token was for.
    pub async fn terminal(&self, console: &ConsoleAuthToken) -> Result<Terminal, Error> {
        let (core, id) = (&self.core, console.instance_id);
        let instance = core.instance(id).await?;
        core.engine.required()?;
        if instance.power_state != PowerState::Running || delete::is_under_way(&instance) {
            return Err(not_ready(id));
        }
        let opened = core.driver.terminal(id).await;
        opened.map_err(|error| Error::from(error).at_the_door())
    }

    /// Held while a console is open, its last words among it.
    pub fn opened_console(&self) -> TaskTrackerToken {
        self.core.consoles.token()
    }

    /// Those that are open have heard that the process ends; the rest is up to their clients.
    pub(super) async fn end_consoles(&self) {
        self.core.consoles.close();
        if timeout(FAREWELL, self.core.consoles.wait()).await.is_err() {
            tracing::info!("consoles that were still open are cut off");
        }
    }

    /// Over when the process is about to end.
    pub async fn ending(&self) {
        self.end().cancelled().await;
    }
}

fn hash(token: &Secret) -> String {
    hex::encode(digest(&SHA256, token.expose().as_bytes()))
}

fn not_ready(id: InstanceId) -> Error {
    Error::Conflict(format!("Instance {id} is not ready"))
}

fn unknown() -> Error {
    Error::NotFound("Token not found".to_owned())
}
