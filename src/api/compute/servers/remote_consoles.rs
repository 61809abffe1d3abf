//! `POST /servers/{id}/remote-consoles`: the address of a console, which is good once.

use axum::extract::{Path, State};
use axum::response::IntoResponse;
use serde_json::Value;

use super::instance_id;
use crate::api::compute::Door;
use crate::api::policy::{Need, allow};
use crate::api::request::{Invalid, Read, quoted, quoted_list};
use crate::api::{At, Body, Fault, Microversion, Under};
use crate::objects::{InstanceId, RequestContext};
use crate::{request, view};

request! {
    pub(super) struct CreateConsole in "remote_console" {
        protocol: Protocol,
        kind as "type": ConsoleType,
    }
}

view! {
    pub(super) struct RemoteConsole {
        protocol: String,
        kind as "type": String,
        url: String,
    }
}

/// `vnc`, `serial` ..
#[derive(Debug)]
pub(super) struct Protocol(String);

/// `novnc`, `serial` ..
#[derive(Debug)]
pub(super) struct ConsoleType(String);

impl Microversion {
    const fn knows_mks(self) -> bool {
        self.at_least("2.8")
    }

    const fn knows_spice_direct(self) -> bool {
        self.at_least("2.99")
    }
}

const PROTOCOLS: [&str; 5] = ["vnc", "spice", "serial", "rdp", "mks"];

const TYPES: [&str; 7] = [
    "novnc",
    "xvpvnc",
    "spice-html5",
    "serial",
    "rdp-html5",
    "webmks",
    "spice-direct",
];

crate::schema! {
    Protocol => {"type": "string", "enum": PROTOCOLS},
    ConsoleType => {"type": "string", "enum": TYPES},
}

impl Read for Protocol {
    fn read(version: Microversion, value: &Value) -> Result<Self, Invalid> {
        let known = if version.knows_mks() { 5 } else { 4 };
        one_of(version, value, &PROTOCOLS[..known]).map(Self)
    }
}

impl Read for ConsoleType {
    fn read(version: Microversion, value: &Value) -> Result<Self, Invalid> {
        let known = match version.knows_mks() {
            _ if version.knows_spice_direct() => 7,
            true => 6,
            false => 5,
        };
        one_of(version, value, &TYPES[..known]).map(Self)
    }
}

/// Text, and one of these.
pub(super) fn one_of(version: Microversion, value: &Value, known: &[&str]) -> Result<String, Invalid> {
    let text = String::read(version, value)?;
    match known.contains(&text.as_str()) {
        true => Ok(text),
        false => {
            let known = quoted_list(known.iter().copied());
            Err(Invalid::new(
                value,
                format!("{} is not one of [{known}]", quoted(&text)),
            ))
        }
    }
}

pub(super) async fn create(
    State(door): State<Door>,
    context: RequestContext,
    version: Microversion,
    Path(id): Path<String>,
    Body(body): Body<CreateConsole>,
) -> Result<impl IntoResponse, Fault> {
    let id = instance_id(&id)?;
    door.compute.get(&context, id).await?;
    allow(&context, "os_compute_api:os-remote-consoles", Need::Member)?;
    let (Protocol(protocol), ConsoleType(kind)) = (body.protocol, body.kind);
    if protocol == "rdp" {
        return Err(unavailable(&protocol));
    }
    let url = address(&door, &context, id, &protocol, &kind).await?;
    let console = RemoteConsole { protocol, kind, url };
    Ok(At(version, Under("remote_console", console)))
}

/// Where a new console of the server is found. `protocol` decides which it is; of serial ones the type is not asked.
pub(super) async fn address(
    door: &Door,
    context: &RequestContext,
    id: InstanceId,
    protocol: &str,
    kind: &str,
) -> Result<String, Fault> {
    let (verb, base) = match protocol {
        "serial" => ("get_serial_console", &door.consoles.serial_url),
        "vnc" => ("get_vnc_console", &door.consoles.novnc_url),
        "spice" => ("get_spice_console", &None),
        _ => ("get_mks_console", &None),
    };
    door.compute.check_console(context, id, verb).await?;
    let base = base.as_ref().ok_or_else(|| unavailable(kind))?;
    if protocol == "vnc" && kind != "novnc" {
        return Err(Fault::bad_request(format!("Invalid console type {kind}")));
    }
    let token = door.compute.authorize_console(context, id, kind).await?;
    let mark = if base.contains('?') { '&' } else { '?' };
    Ok(format!("{base}{mark}token={}", token.expose()))
}

fn unavailable(kind: &str) -> Fault {
    Fault::bad_request(format!("Unavailable console type {kind}."))
}
