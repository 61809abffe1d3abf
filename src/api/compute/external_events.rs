//! `POST /os-server-external-events`: what other services tell of servers, Neutron of their ports above all.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::Value;

use super::Door;
use super::ids::Id;
use super::text::EventTag;
use crate::api::policy::{Need, allow};
use crate::api::request::{Invalid, Read, Several, quoted, quoted_list};
use crate::api::route::{Routes, post};
use crate::api::schema::{one_of, words};
use crate::api::{At, Body, Fault, Microversion, Row, Under};
use crate::api::{Book, Schema};
use crate::compute::{EventOutcome, ExternalEvent, ExternalEventKind, ExternalEventStatus};
use crate::objects::{InstanceId, RequestContext};
use crate::shows;
use crate::{request, span, view};

pub(super) fn routes() -> Routes<Door> {
    Routes::new().route(
        "/os-server-external-events",
        post(create)
            .answers(200, shows!("events": Vec<(Told, Option<TagTold>)>))
            .answers(207, shows!("events": Vec<(Told, Option<TagTold>)>)),
    )
}

request! {
    struct Events {
        events: Several<Event, 1, { usize::MAX }>,
    }
}

request! {
    struct Event {
        name: Name,
        server_uuid: Id,
        status: Option<Status>,
        tag: Option<EventTag>,
    }
}

view! {
    /// An event as it was told, and what became of it.
    struct Told {
        name: &'static str,
        server_uuid: InstanceId,
        status: &'static str,
        code: u16,
    }
}

view! {
    struct TagTold {
        tag: String,
    }
}

/// What may be told, since when.
const NAMES: [Row; 8] = [
    Row::new("network-changed", span!()),
    Row::new("network-vif-plugged", span!()),
    Row::new("network-vif-unplugged", span!()),
    Row::new("network-vif-deleted", span!()),
    Row::new("volume-extended", span!(2.51..)),
    Row::new("power-update", span!(2.76..)),
    Row::new("accelerator-request-bound", span!(2.82..)),
    Row::new("volume-reimaged", span!(2.93..)),
];

#[derive(Debug, Clone, Copy)]
struct Name(&'static str);

impl Schema for Name {
    fn schema(_: &mut Book) -> Value {
        one_of(NAMES.map(|row| (row.span, words([row.key]))))
    }
}

impl Read for Name {
    fn read(version: Microversion, value: &Value) -> Result<Self, Invalid> {
        let text = String::read(version, value)?;
        let known = || {
            NAMES
                .iter()
                .filter(|row| row.span.contains(version))
                .map(|row| row.key)
        };
        match known().find(|name| *name == text) {
            Some(name) => Ok(Self(name)),
            None => Err(not_one_of(value, &text, known())),
        }
    }
}

const STATUSES: [&str; 3] = ["failed", "completed", "in-progress"];

#[derive(Debug, Clone, Copy)]
struct Status(ExternalEventStatus);

crate::schema! { Status => {"type": "string", "enum": STATUSES} }

impl Read for Status {
    fn read(version: Microversion, value: &Value) -> Result<Self, Invalid> {
        let text = String::read(version, value)?;
        match text.as_str() {
            "failed" => Ok(Self(ExternalEventStatus::Failed)),
            "completed" => Ok(Self(ExternalEventStatus::Completed)),
            "in-progress" => Ok(Self(ExternalEventStatus::InProgress)),
            _ => Err(not_one_of(value, &text, STATUSES)),
        }
    }
}

fn not_one_of(value: &Value, text: &str, known: impl IntoIterator<Item = &'static str>) -> Invalid {
    Invalid::new(
        value,
        format!("{} is not one of [{}]", quoted(text), quoted_list(known)),
    )
}

impl Name {
    fn kind(self) -> ExternalEventKind {
        match self.0 {
            "network-changed" => ExternalEventKind::NetworkChanged,
            "network-vif-plugged" => ExternalEventKind::NetworkVifPlugged,
            "network-vif-unplugged" => ExternalEventKind::NetworkVifUnplugged,
            "network-vif-deleted" => ExternalEventKind::NetworkVifDeleted,
            _ => ExternalEventKind::Other,
        }
    }

    /// Those whose tag says what they are about; without one nobody could act on them.
    fn is_about_its_tag(self) -> bool {
        matches!(
            self.0,
            "volume-extended" | "power-update" | "accelerator-request-bound"
        )
    }
}

impl Event {
    fn external(&self) -> ExternalEvent {
        ExternalEvent {
            kind: self.name.kind(),
            instance: InstanceId(self.server_uuid.0),
            status: self
                .status
                .map_or(ExternalEventStatus::Completed, |status| status.0),
            tag: self.tag.as_ref().map(|tag| tag.0.clone()),
        }
    }

    fn told(&self, outcome: EventOutcome) -> (Told, Option<TagTold>) {
        let (status, code) = match outcome {
            EventOutcome::NoSuchInstance => ("failed", 404),
            _ if self.name.is_about_its_tag() && self.tag.is_none() => ("failed", 400),
            EventOutcome::NotOnHost => ("failed", 422),
            EventOutcome::Accepted => ("completed", 200),
        };
        let told = Told {
            name: self.name.0,
            server_uuid: InstanceId(self.server_uuid.0),
            status,
            code,
        };
        let tag = self.tag.as_ref().map(|tag| TagTold { tag: tag.0.clone() });
        (told, tag)
    }
}

/// 200 when all of them were accepted, 207 when one was not: each tells its own code.
async fn create(
    State(door): State<Door>,
    context: RequestContext,
    version: Microversion,
    Body(body): Body<Events>,
) -> Result<Response, Fault> {
    allow(
        &context,
        "os_compute_api:os-server-external-events:create",
        Need::Service,
    )?;
    let events = body.events.0;
    let external = events.iter().map(Event::external).collect();
    let outcomes = door.compute.external_events(external).await;
    let told: Vec<_> = events
        .iter()
        .zip(outcomes)
        .map(|(event, outcome)| event.told(outcome))
        .collect();
    let status = match told.iter().all(|(told, _)| told.code == 200) {
        true => StatusCode::OK,
        false => StatusCode::MULTI_STATUS,
    };
    Ok((status, At(version, Under("events", told))).into_response())
}
