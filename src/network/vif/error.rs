//! What can go wrong between a server and its network.

use std::io;

use super::choice::KNOWN;
use super::command::PLACEHOLDERS;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("vif_type parameter must be present for this vif_driver implementation")]
    NoVifType,
    #[error("Unexpected vif_type={0}")]
    UnexpectedVifType(String),
    #[error("vif_driver '{0}' is not known; there are {KNOWN}")]
    UnknownDriver(String),
    #[error("vif_driver 'command' needs a command that plugs")]
    NoCommand,
    #[error("'{0}' is not a command line: its quotes are not closed, or it is empty")]
    NotACommand(String),
    #[error("'{{{0}}}' is not a placeholder of VIF commands; there are {PLACEHOLDERS}")]
    UnknownPlaceholder(String),
    #[error("network '{0}' names no bridge")]
    NoBridge(String),
    #[error("network '{0}' names no interface of the host to build on")]
    NoInterface(String),
    #[error("network '{0}' wants a VLAN and does not say which")]
    NoVlan(String),
    /// Taking it into a bridge would cut the host off.
    #[error("interface '{0}' has addresses of the host: it cannot become part of a bridge")]
    Addressed(String),
    #[error("interface '{interface}' belongs to something else than '{bridge}' already")]
    Enslaved { interface: String, bridge: String },
    #[error("there is another interface '{0}' in the server's network namespace")]
    Occupied(String),
    #[error("cannot {doing}: {source}")]
    Kernel { doing: String, source: io::Error },
    #[error("'{program}' failed: {reason}")]
    Command { program: String, reason: String },
    /// The work died on the way, not the host's fault.
    #[error("the work on a VIF broke off: {0}")]
    BrokeOff(String),
}

impl Error {
    /// An interface was not there, or went away in the middle.
    pub(super) fn is_absence(&self) -> bool {
        let absent = nix::errno::Errno::ENODEV as i32;
        matches!(self, Self::Kernel { source, .. } if source.raw_os_error() == Some(absent))
    }

    pub(in crate::network) fn kernel(doing: impl Into<String>, source: impl Into<io::Error>) -> Self {
        Self::Kernel {
            doing: doing.into(),
            source: source.into(),
        }
    }
}
