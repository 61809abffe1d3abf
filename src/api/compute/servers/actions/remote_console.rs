//! `os-getVNCConsole` and the other three, which `remote-consoles` replaced in 2.6.

use axum::response::IntoResponse;
use serde_json::Value;

use super::Target;
use crate::api::compute::servers::remote_consoles::{address, one_of};
use crate::api::policy::{Need, allow};
use crate::api::request::{Ignored, Invalid, Read};
use crate::api::{At, Fault, Microversion, Under};
use crate::{request, view};

view! {
    pub(super) struct Console {
        kind as "type": String,
        url: String,
    }
}

/// One table for each action: what differs is the types that it knows.
macro_rules! asked {
    ($($Get:ident $Type:ident: $known:expr;)*) => { $(
        request! {
            pub(super) struct $Get { kind as "type": $Type }
        }

        #[derive(Debug)]
        pub(super) struct $Type(String);

        crate::schema! { $Type => {"type": "string", "enum": $known} }

        impl Read for $Type {
            fn read(version: Microversion, value: &Value) -> Result<Self, Invalid> {
                one_of(version, value, $known).map(Self)
            }
        }
    )* };
}

asked! {
    GetVnc VncType: &["novnc", "xvpvnc"];
    GetSpice SpiceType: &["spice-html5"];
    GetSerial SerialType: &["serial"];
}

pub(super) async fn vnc(on: Target, asked: GetVnc) -> Result<impl IntoResponse, Fault> {
    console(on, "vnc", asked.kind.0).await
}

pub(super) async fn spice(on: Target, asked: GetSpice) -> Result<impl IntoResponse, Fault> {
    console(on, "spice", asked.kind.0).await
}

pub(super) async fn serial(on: Target, asked: GetSerial) -> Result<impl IntoResponse, Fault> {
    console(on, "serial", asked.kind.0).await
}

/// Nova took it away whole.
pub(super) async fn rdp(_on: Target, _: Ignored) -> Result<(), Fault> {
    Err(Fault::malformed())
}

async fn console(on: Target, protocol: &str, kind: String) -> Result<impl IntoResponse, Fault> {
    allow(&on.context, "os_compute_api:os-remote-consoles", Need::Member)?;
    let url = address(&on.door, &on.context, on.id, protocol, &kind).await?;
    Ok(At(on.version, Under("console", Console { kind, url })))
}
