//! `lock` and `unlock`: while a server is locked, its users change nothing about it.

use http::StatusCode;
use serde_json::{Value, json};

use super::Target;
use crate::api::compute::text::AnyName;
use crate::api::policy::{Need, allow};
use crate::api::request::{Ignored, Invalid, Read};
use crate::api::schema::{one_of, or_null};
use crate::api::{Book, Fault, Microversion, Schema};
use crate::{request, span};

request! {
    #[derive(Default)]
    pub(super) struct LockReason {
        locked_reason: Option<AnyName> = 2.73..,
    }
}

/// `null`, or since 2.73 an object.
#[derive(Debug, Default)]
pub(super) struct Lock(LockReason);

impl Microversion {
    /// Before a lock had a reason, nobody looked at what came with the action.
    const fn reads_what_a_lock_says(self) -> bool {
        self.at_least("2.73")
    }
}

impl Schema for Lock {
    fn schema(book: &mut Book) -> Value {
        let read = or_null(LockReason::schema(book));
        one_of([(span!(..2.73), json!({})), (span!(2.73..), read)])
    }
}

impl Read for Lock {
    fn read(version: Microversion, value: &Value) -> Result<Self, Invalid> {
        match value.is_null() || !version.reads_what_a_lock_says() {
            true => Ok(Self::default()),
            false => LockReason::read(version, value).map(Self),
        }
    }
}

pub(super) async fn lock(on: Target, body: Lock) -> Result<StatusCode, Fault> {
    allow(&on.context, "os_compute_api:os-lock-server:lock", Need::Member)?;
    let reason = body.0.locked_reason.map(|reason| reason.0);
    on.door.compute.lock(&on.context, on.id, reason).await?;
    Ok(StatusCode::ACCEPTED)
}

pub(super) async fn unlock(on: Target, _: Ignored) -> Result<StatusCode, Fault> {
    allow(&on.context, "os_compute_api:os-lock-server:unlock", Need::Member)?;
    on.door.compute.unlock(&on.context, on.id).await?;
    Ok(StatusCode::ACCEPTED)
}
