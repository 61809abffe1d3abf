//! The log of what was asked of a server: one action per request, one event per step of it.

use std::cmp::Reverse;
use std::sync::Arc;

use super::build;
use super::core::{Compute, Core};
use crate::compute::Error;
use crate::objects::{Action, ActionEvent, InstanceId, RequestContext, RequestId};

/// As Nova's own table has it.
const LONGEST_MESSAGE: usize = 255;

impl Compute {
    /// Newest first.
    pub async fn actions(&self, context: &RequestContext, id: InstanceId) -> Result<Vec<Action>, Error> {
        self.core.visible(context, id).await?;
        let mut actions = self.core.records.actions(id).await?;
        actions.sort_by_key(|action| Reverse(action.start_time));
        Ok(actions)
    }

    /// Of a server that is no more, for the project that made it.
    pub async fn actions_of_the_gone(
        &self,
        context: &RequestContext,
        id: InstanceId,
    ) -> Result<Vec<Action>, Error> {
        let mut actions = self.core.records.actions(id).await?;
        let made =
            |action: &Action| action.action == build::ACTION && action.project_id == context.project_id;
        if actions.is_empty() || !context.is_admin() && !actions.iter().any(made) {
            return Err(Error::NoSuchInstance(id.to_string()));
        }
        actions.sort_by_key(|action| Reverse(action.start_time));
        Ok(actions)
    }

    pub async fn action(
        &self,
        context: &RequestContext,
        id: InstanceId,
        request: &RequestId,
    ) -> Result<Action, Error> {
        self.core.visible(context, id).await?;
        self.core
            .records
            .action(id, request)
            .await
            .map_err(|error| match error {
                crate::db::Error::NoSuch { .. } => Error::NoSuchAction {
                    request: request.to_string(),
                    instance: id,
                },
                error => error.into(),
            })
    }
}

/// One action being written. A log that cannot be written never stops what it tells of.
#[derive(Debug)]
pub(super) struct ActionLog {
    core: Arc<Core>,
    action: Action,
}

impl ActionLog {
    pub(super) async fn open(
        core: &Arc<Core>,
        context: &RequestContext,
        id: InstanceId,
        action: &str,
    ) -> Self {
        let action = Action {
            instance_id: id,
            request_id: context.request_id.clone(),
            action: action.to_owned(),
            user_id: context.user_id.clone(),
            project_id: context.project_id.clone(),
            start_time: core.now(),
            updated_at: core.now(),
            message: None,
            events: Vec::new(),
        };
        report(id, core.records.create_action(&action).await);
        Self {
            core: core.clone(),
            action,
        }
    }

    /// Goes on with the action that an earlier life broke off; a new one, of the request in `context`, when there is none.
    pub(super) async fn resume(
        core: &Arc<Core>,
        context: &RequestContext,
        id: InstanceId,
        action: &str,
    ) -> Self {
        let actions = core.records.actions(id).await.unwrap_or_default();
        let open = |event: &ActionEvent| event.result.is_none();
        let unfinished =
            |a: &Action| a.action == action && (a.events.is_empty() || a.events.iter().any(open));
        match actions
            .into_iter()
            .filter(unfinished)
            .max_by_key(|action| action.start_time)
        {
            Some(action) => Self {
                core: core.clone(),
                action,
            },
            None => Self::open(core, context, id, action).await,
        }
    }

    /// Tells the user what was done otherwise than asked for.
    pub(super) async fn warn(&mut self, warnings: &[String]) {
        if !warnings.is_empty() {
            self.action.message = Some(warnings.join("; "));
            self.save().await;
        }
    }

    /// Goes on with the newest of these actions; nothing where none was written.
    pub(super) async fn newest(core: &Arc<Core>, id: InstanceId, wanted: &[&str]) -> Option<Self> {
        let actions = core.records.actions(id).await.unwrap_or_else(|error| {
            report(id, Err(error));
            Vec::new()
        });
        let mut actions: Vec<Action> = actions
            .into_iter()
            .filter(|action| wanted.contains(&action.action.as_str()))
            .collect();
        actions.sort_by_key(|action| action.start_time);
        let core = core.clone();
        actions.pop().map(|action| Self { core, action })
    }

    /// Does one step and writes down when it began, when it ended and how.
    pub(super) async fn step<T>(
        &mut self,
        event: &str,
        work: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        self.begin(event).await;
        let outcome = work.await;
        self.finish(event, outcome.as_ref().err()).await;
        outcome
    }

    /// Writes down that a step begins, unless it has begun already.
    pub(super) async fn begin(&mut self, event: &str) {
        if self
            .action
            .events
            .iter()
            .any(|known| known.event == event && known.result.is_none())
        {
            return;
        }
        self.action.events.push(ActionEvent {
            event: event.to_owned(),
            host: self.core.settings.host.clone(),
            start_time: self.core.now(),
            finish_time: None,
            result: None,
            details: None,
        });
        self.save().await;
    }

    async fn finish(&mut self, event: &str, error: Option<&Error>) {
        self.end(event, error.is_none(), error.map(ToString::to_string));
        if error.is_some() {
            self.action.message = Some("Error".to_owned());
        }
        self.save().await;
    }

    /// Writes down how a step ended that is none of the action's own: `details` are then its message, for those who may not
    /// see details.
    pub(super) async fn conclude(&mut self, event: &str, succeeded: bool, details: &str) {
        self.end(
            event,
            succeeded,
            Some(details.to_owned()).filter(|details| !details.is_empty()),
        );
        if !succeeded {
            self.action.message = Some(details.chars().take(LONGEST_MESSAGE).collect());
        }
        self.save().await;
    }

    fn end(&mut self, event: &str, succeeded: bool, details: Option<String>) {
        let open = |known: &&mut ActionEvent| known.event == event && known.result.is_none();
        if let Some(event) = self.action.events.iter_mut().rev().find(open) {
            event.finish_time = Some(self.core.now());
            event.result = Some(if succeeded { "Success" } else { "Error" }.to_owned());
            event.details = details;
        }
    }

    async fn save(&mut self) {
        self.action.updated_at = self.core.now();
        report(
            self.action.instance_id,
            self.core.records.save_action(&self.action).await,
        );
    }
}

fn report(id: InstanceId, written: Result<(), crate::db::Error>) {
    if let Err(error) = written {
        tracing::warn!(instance.id = %id, %error, "an action was not recorded");
    }
}
