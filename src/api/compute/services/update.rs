//! `PUT /os-services/{id}`, in its two forms.

use std::str::FromStr;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};

use super::found;
use super::view::{ServiceView, status};
use crate::api::compute::Door;
use crate::api::compute::ids::uuid;
use crate::api::compute::text::{Fqdn, ShortText};
use crate::api::policy::{Need, allow};
use crate::api::request::{Flag, Needed, quoted};
use crate::api::{At, Body, Fault, Microversion, Under};
use crate::compute::ServiceChange;
use crate::objects::{ComputeService, RequestContext};
use crate::{request, view};

request! {
    /// Before 2.53 the path says what to do and the body to which service; after, the other way round.
    pub(super) struct UpdateService {
        host: Needed<Fqdn> = ..2.53,
        binary: Needed<ShortText> = ..2.53,
        status: Option<Status> = 2.53..,
        disabled_reason: Option<ShortText>,
        forced_down: Option<Flag> = 2.11..,
    }
}

view! {
    /// What an update answers before 2.53: what was said.
    pub(super) struct Changed {
        host: String,
        binary: &'static str,
    }
}

view! {
    pub(super) struct ChangedStatus {
        status: &'static str,
    }
}

view! {
    pub(super) struct ChangedReason {
        disabled_reason: String,
    }
}

view! {
    pub(super) struct ChangedForce {
        forced_down: bool,
    }
}

pub(super) type Told = (
    Changed,
    Option<ChangedStatus>,
    Option<ChangedReason>,
    Option<ChangedForce>,
);

#[derive(Debug)]
pub(super) enum Status {
    Enabled,
    Disabled,
}

impl FromStr for Status {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "enabled" => Ok(Self::Enabled),
            "disabled" => Ok(Self::Disabled),
            other => Err(format!("{} is not one of ['enabled', 'disabled']", quoted(other))),
        }
    }
}

crate::read_as_text!(Status = ["enabled", "disabled"]);

impl Microversion {
    const fn forces_services_down(self) -> bool {
        self.at_least("2.11")
    }
}

pub(super) async fn update(
    State(door): State<Door>,
    context: RequestContext,
    version: Microversion,
    Path(id): Path<String>,
    Body(body): Body<UpdateService>,
) -> Result<Response, Fault> {
    if !version.knows_hosts_by_uuid() {
        return update_by_name(&door, &context, version, &id, body).await;
    }
    let uuid = uuid(&id)?;
    allow(&context, "os_compute_api:os-services:update", Need::Admin)?;
    let missing = || Fault::not_found(format!("Service {id} could not be found."));
    let service = found(&door, |service| service.record.uuid == uuid).await?;
    let host = service.ok_or_else(missing)?.record.host;
    let service = door.compute.change_service(&host, body.change()?).await?;
    Ok(At(version, Under("service", ServiceView::of(service))).into_response())
}

impl UpdateService {
    fn change(self) -> Result<ServiceChange, Fault> {
        let reason = self.disabled_reason.map(|reason| reason.0);
        let disabled = match self.status {
            Some(Status::Enabled) if reason.is_some() => {
                let message = "Specifying 'disabled_reason' with status 'enabled' is invalid.";
                return Err(Fault::bad_request(message));
            }
            Some(Status::Enabled) => Some((false, None)),
            Some(Status::Disabled) => Some((true, reason)),
            None => None,
        };
        let forced_down = self.forced_down.map(|flag| flag.0);
        if disabled.is_none() && forced_down.is_none() {
            let message = "No updates were requested. Fields 'status' or 'forced_down' should be specified.";
            return Err(Fault::bad_request(message));
        }
        Ok(ServiceChange {
            disabled,
            forced_down,
        })
    }
}

/// `PUT /os-services/disable` and its like.
async fn update_by_name(
    door: &Door,
    context: &RequestContext,
    version: Microversion,
    action: &str,
    body: UpdateService,
) -> Result<Response, Fault> {
    allow(context, "os_compute_api:os-services:update", Need::Admin)?;
    let reason = body.disabled_reason.map(|reason| reason.0);
    let change = match action {
        "enable" => status_change(false, None),
        "disable" => status_change(true, None),
        "disable-log-reason" => {
            let missing = || Fault::bad_request("Missing disabled reason field");
            status_change(true, Some(reason.ok_or_else(missing)?))
        }
        "force-down" if version.forces_services_down() => {
            let missing = || Fault::bad_request("Missing forced_down field");
            ServiceChange {
                disabled: None,
                forced_down: Some(body.forced_down.ok_or_else(missing)?.0),
            }
        }
        _ => return Err(Fault::not_found("Unknown action")),
    };
    let host = body.host.0.map(|host| host.0).unwrap_or_default();
    let binary = body.binary.0.map(|binary| binary.0).unwrap_or_default();
    if binary != ComputeService::BINARY {
        return Err(Fault::bad_request(format!(
            "Updating a {binary} service is not supported. Only nova-compute services can be updated."
        )));
    }
    door.compute.change_service(&host, change.clone()).await?;
    Ok(told(version, host, change))
}

fn status_change(disabled: bool, reason: Option<String>) -> ServiceChange {
    ServiceChange {
        disabled: Some((disabled, reason)),
        forced_down: None,
    }
}

fn told(version: Microversion, host: String, change: ServiceChange) -> Response {
    let changed = Changed {
        host,
        binary: ComputeService::BINARY,
    };
    let (disabled, reason) = change.disabled.unzip();
    let view: Told = (
        changed,
        disabled.map(|disabled| ChangedStatus {
            status: status(disabled),
        }),
        reason
            .flatten()
            .map(|disabled_reason| ChangedReason { disabled_reason }),
        change.forced_down.map(|forced_down| ChangedForce { forced_down }),
    );
    At(version, Under("service", view)).into_response()
}
