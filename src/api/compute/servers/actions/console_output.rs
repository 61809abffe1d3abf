//! `os-getConsoleOutput`: the last lines of what a server wrote.

use axum::Json;
use axum::response::IntoResponse;
use serde_json::{Value, json};

use super::Target;
use crate::api::policy::{Need, allow};
use crate::api::request::{Invalid, OrNull, Read};
use crate::api::{Fault, Microversion};
use crate::request;

request! {
    pub(super) struct ConsoleOutput {
        length: Option<OrNull<Length>>,
    }
}

/// A number of lines, as a number or as text; -1 is all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Length(i64);

crate::schema! { Length => {"type": ["integer", "string"], "minimum": -1, "pattern": "^-?[0-9]+$"} }

impl Read for Length {
    fn read(_: Microversion, value: &Value) -> Result<Self, Invalid> {
        let number = match value {
            Value::String(text) => text.parse().ok(),
            other => other.as_i64(),
        };
        match number {
            Some(number) if number >= -1 => Ok(Self(number)),
            Some(number) => Err(Invalid::new(
                value,
                format!("{number} is less than the minimum of -1"),
            )),
            None => Err(Invalid::not_of_type(value, &["integer", "string"])),
        }
    }
}

pub(super) async fn console_output(on: Target, body: ConsoleOutput) -> Result<impl IntoResponse, Fault> {
    allow(&on.context, "os_compute_api:os-console-output", Need::Member)?;
    let length = body.length.and_then(|or_null| or_null.0);
    let lines = length.and_then(|length| u64::try_from(length.0).ok());
    let output = on.door.compute.console_output(&on.context, on.id, lines).await?;
    Ok(Json(json!({ "output": output })))
}
