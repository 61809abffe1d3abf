//! Stand-in until the room is merged.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Error(pub String);
