//! `reboot`: SOFT asks the server to end, HARD does not ask.

use http::StatusCode;

use super::Target;
use crate::api::Fault;
use crate::api::policy::{Need, allow};
use crate::compute::RebootType;
use crate::{read_as_text, request};

request! {
    pub(super) struct Reboot {
        kind as "type": RebootKind,
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RebootKind {
    hard: bool,
}

impl std::str::FromStr for RebootKind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.to_ascii_uppercase().as_str() {
            "SOFT" => Ok(Self { hard: false }),
            "HARD" => Ok(Self { hard: true }),
            _ => Err(format!(
                "'{text}' is not one of ['HARD', 'Hard', 'hard', 'SOFT', 'Soft', 'soft']"
            )),
        }
    }
}

read_as_text!(RebootKind = ["HARD", "Hard", "hard", "SOFT", "Soft", "soft"]);

pub(super) async fn reboot(on: Target, how: Reboot) -> Result<StatusCode, Fault> {
    allow(&on.context, "os_compute_api:servers:reboot", Need::Member)?;
    let kind = match how.kind.hard {
        true => RebootType::Hard,
        false => RebootType::Soft,
    };
    on.door.compute.reboot(&on.context, on.id, kind).await?;
    Ok(StatusCode::ACCEPTED)
}
