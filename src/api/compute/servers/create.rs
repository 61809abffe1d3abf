//! `POST /servers`.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::LOCATION;
use serde_json::Value;

use super::create_request::CreateBody;
use super::view::{SecurityGroup, disk_config, security_groups};
use crate::api::compute::Door;
use crate::api::links::{Link, Links};
use crate::api::policy::{Need, allow};
use crate::api::request::body_under;
use crate::api::schema::one_of;
use crate::api::{At, Body, Fault, Microversion, Under};
use crate::api::{Book, Schema, Span};
use crate::compute::{Booted, Error};
use crate::network;
use crate::objects::{InstanceId, RequestContext};
use crate::view;

view! {
    /// What is known of a server the moment it is asked for.
    struct Created {
        id: InstanceId,
        links: [Link; 2],
        disk_config as "OS-DCF:diskConfig": &'static str,
        security_groups: Vec<SecurityGroup>,
        admin_pass as "adminPass": String,
    }
}

view! {
    struct Reservation {
        reservation_id: String,
    }
}

/// A server, or what several are known by.
pub(super) struct CreateAnswer;

impl Schema for CreateAnswer {
    fn schema(book: &mut Book) -> Value {
        let server = body_under::<Created>("server", book);
        one_of([(Span::ALWAYS, server), (Span::ALWAYS, Reservation::schema(book))])
    }
}

pub(super) async fn create(
    State(door): State<Door>,
    context: RequestContext,
    version: Microversion,
    links: Links,
    Body(body): Body<CreateBody>,
) -> Result<Response, Fault> {
    allow(&context, "os_compute_api:servers:create", Need::Member)?;
    let wants_reservation = body.server.return_reservation_id.is_some_and(|flag| flag.0);
    let boot = body.boot(&context, version)?;
    let booted = door.compute.boot(&context, boot).await.map_err(creating)?;
    match wants_reservation {
        true => Ok(reservation(version, &booted)),
        false => created(version, &links, &booted),
    }
}

fn created(version: Microversion, links: &Links, booted: &Booted) -> Result<Response, Fault> {
    let first = booted.instances.first().ok_or_else(Fault::unexpected)?;
    let links = links.to("servers", first.id.to_string());
    let [Link { href, .. }, _] = &links;
    let location = [(LOCATION, href.clone())];
    let view = Created {
        id: first.id,
        disk_config: disk_config(first.disk_config_auto),
        security_groups: security_groups(first),
        admin_pass: booted.admin_pass.clone(),
        links,
    };
    Ok((StatusCode::ACCEPTED, location, At(version, Under("server", view))).into_response())
}

fn reservation(version: Microversion, booted: &Booted) -> Response {
    let reservation_id = booted.reservation_id.clone();
    let view = Reservation { reservation_id };
    (StatusCode::ACCEPTED, At(version, view)).into_response()
}

/// What a new server refers to and is not there is the request's fault, not the path's.
fn creating(error: Error) -> Fault {
    match error {
        Error::NoSuchImage(_) => Fault::bad_request("Can not find requested image"),
        Error::NoSuchKeypair { .. } => Fault::bad_request("Invalid key_name provided."),
        Error::NoSuchFlavor(_) => Fault::bad_request(error.to_string()),
        Error::NotFound(message) | Error::Network(network::Error::NotFound(message)) => {
            Fault::bad_request(message)
        }
        other => other.into(),
    }
}
