//! `/servers/{id}/os-instance-actions`: what was asked of a server, and how it went.

use axum::extract::{Path, State};
use axum::response::IntoResponse;
use jiff::Timestamp;

use super::instance_id;
use super::view::host_id;
use crate::api::compute::Door;
use crate::api::compute::time::Micros;
use crate::api::links::{Link, Links};
use crate::api::pagination::{Limit, page};
use crate::api::policy::{Need, allow, permits};
use crate::api::route::{Routes, get};
use crate::api::{At, Fault, Microversion, Query, Under};
use crate::compute::Error;
use crate::objects::{Action, ActionEvent, InstanceId, ProjectId, RequestContext, RequestId, UserId};
use crate::{query, shows, span, view};

pub(super) fn routes() -> Routes<Door> {
    type ForSome = (ActionItem, Option<Events>);
    type ForAll = (ActionItem, Events);
    Routes::new()
        .route(
            "/servers/{id}/os-instance-actions",
            get(list).answers(
                200,
                shows!("instanceActions": Vec<ActionItem>, "links": Option<[Link; 1]>),
            ),
        )
        .route(
            "/servers/{id}/os-instance-actions/{request}",
            get(show)
                .answers_within(span!(..2.51), 200, shows!("instanceAction": ForSome))
                .answers_within(span!(2.51..), 200, shows!("instanceAction": ForAll)),
        )
}

query! {
    struct ListActions {
        limit: Option<Limit> = 2.58..,
        marker: Option<String> = 2.58..,
        changes_since as "changes-since": Option<Moment> = 2.58..,
        changes_before as "changes-before": Option<Moment> = 2.66..,
        .. = ..2.75
    }
}

view! {
    struct ActionItem {
        action: String,
        instance_uuid: InstanceId,
        request_id: RequestId,
        user_id: UserId,
        project_id: ProjectId,
        start_time: Micros,
        message: Option<String>,
        updated_at: Micros = 2.58..,
    }
}

view! {
    struct EventItem {
        event: String,
        start_time: Micros,
        finish_time: Option<Micros>,
        result: Option<String>,
        host_id as "hostId": String = 2.62..,
    }
}

view! {
    /// Where it happened and how it broke: an administrator's to know.
    struct EventDetail {
        traceback: Option<String>,
        host: String = 2.62..,
        details: Option<String> = 2.84..,
    }
}

view! {
    /// Only for those who may see them.
    struct Events {
        events: Vec<(EventItem, Option<EventDetail>)>,
    }
}

/// A moment as clients write it: ISO 8601, UTC unless it says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::api::compute) struct Moment(pub(in crate::api::compute) Timestamp);

impl std::str::FromStr for Moment {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let zoned = text.parse::<Timestamp>();
        let utc = || {
            let civil: jiff::civil::DateTime = text.parse()?;
            Ok(civil.to_zoned(jiff::tz::TimeZone::UTC)?.timestamp())
        };
        zoned
            .or_else(|_| utc())
            .map(Self)
            .map_err(|_: jiff::Error| format!("'{text}' is not a 'date-time'"))
    }
}

crate::read_as_text!(Moment);

/// Lists that are asked for what changed since one moment and before another want the moments in their order.
pub(in crate::api::compute) fn in_order(since: Option<Moment>, before: Option<Moment>) -> Result<(), Fault> {
    match (since, before) {
        (Some(since), Some(before)) if before.0 < since.0 => Err(Fault::bad_request(
            "The value of changes-since must be less than or equal to changes-before.",
        )),
        _ => Ok(()),
    }
}

impl Microversion {
    /// Not only administrators see the events of an action.
    const fn shows_events_to_everyone(self) -> bool {
        self.at_least("2.51")
    }

    /// Also what was done to servers that are no more.
    const fn remembers_what_is_gone(self) -> bool {
        self.at_least("2.21")
    }

    const fn pages_actions(self) -> bool {
        self.at_least("2.58")
    }
}

impl ActionItem {
    fn of(action: &Action) -> Self {
        Self {
            action: action.action.clone(),
            instance_uuid: action.instance_id,
            request_id: action.request_id.clone(),
            user_id: action.user_id.clone(),
            project_id: action.project_id.clone(),
            start_time: Micros(action.start_time),
            message: action.message.clone(),
            updated_at: Micros(action.updated_at),
        }
    }
}

impl EventItem {
    fn of(event: &ActionEvent, project: &ProjectId) -> Self {
        Self {
            event: event.event.clone(),
            start_time: Micros(event.start_time),
            finish_time: event.finish_time.map(Micros),
            result: event.result.clone(),
            host_id: host_id(&event.host, project),
        }
    }
}

async fn list(
    State(door): State<Door>,
    context: RequestContext,
    version: Microversion,
    links: Links,
    Query(query): Query<ListActions>,
    Path(id): Path<String>,
) -> Result<impl IntoResponse, Fault> {
    allow(&context, "os_compute_api:os-instance-actions:list", Need::Reader)?;
    in_order(query.changes_since, query.changes_before)?;
    let id = instance_id(&id)?;
    let mut actions = match door.compute.actions(&context, id).await {
        Err(Error::NoSuchInstance(_)) if version.remembers_what_is_gone() => {
            door.compute.actions_of_the_gone(&context, id).await?
        }
        known => known?,
    };
    actions.retain(|action| {
        query
            .changes_since
            .is_none_or(|since| action.updated_at >= since.0)
            && query
                .changes_before
                .is_none_or(|before| action.updated_at <= before.0)
    });
    let page = page(
        &actions,
        query.limit,
        query.marker.as_deref(),
        door.max_limit,
        |action, request| action.request_id.as_str() == request,
    )?;
    let next = page.last_if_full().filter(|_| version.pages_actions());
    let next = next.map(|last| Under("links", [links.next(last.request_id.as_str())]));
    let items: Vec<ActionItem> = page.items.iter().map(ActionItem::of).collect();
    Ok(At(version, (Under("instanceActions", items), next)))
}

async fn show(
    State(door): State<Door>,
    context: RequestContext,
    version: Microversion,
    Path((id, request)): Path<(String, String)>,
) -> Result<impl IntoResponse, Fault> {
    allow(&context, "os_compute_api:os-instance-actions:show", Need::Reader)?;
    let (id, request) = (instance_id(&id)?, RequestId(request));
    let action = match door.compute.action(&context, id, &request).await {
        Err(Error::NoSuchInstance(_)) if version.remembers_what_is_gone() => {
            let actions = door.compute.actions_of_the_gone(&context, id).await?;
            let found = actions.into_iter().find(|action| action.request_id == request);
            found.ok_or_else(|| Error::NoSuchAction {
                request: request.to_string(),
                instance: id,
            })?
        }
        known => known?,
    };
    let may = |rule: &str| {
        permits(
            &context,
            &format!("os_compute_api:os-instance-actions:{rule}"),
            Need::Admin,
        )
    };
    let seen = version.shows_events_to_everyone() || may("events");
    let events = seen.then(|| Events {
        events: events(&action, may("events:details")),
    });
    Ok(At(
        version,
        Under("instanceAction", (ActionItem::of(&action), events)),
    ))
}

fn events(action: &Action, admin: bool) -> Vec<(EventItem, Option<EventDetail>)> {
    let event = |event: &ActionEvent| {
        let detail = admin.then(|| EventDetail {
            traceback: None,
            host: event.host.clone(),
            details: event.details.clone(),
        });
        (EventItem::of(event, &action.project_id), detail)
    };
    action.events.iter().map(event).collect()
}
