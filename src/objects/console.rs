//! The right to open a console of a server, as it is kept while nobody has used it.

use jiff::Timestamp;

use super::InstanceId;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsoleAuthToken {
    pub instance_id: InstanceId,
    /// As it was asked for: `serial`, `novnc`.
    pub console_type: String,
    pub expires_at: Timestamp,
}
