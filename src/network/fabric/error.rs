//! Why a part of the networks is not as it should be.

use std::fmt;
use std::path::PathBuf;

use uuid::Uuid;

use super::super::vif;
use crate::objects::Cidr;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Two ways to one address: either the host would lose its own, or the servers theirs.
    #[error(
        "the range {range} of the external network overlaps {taken} of this host on interface {interface}"
    )]
    Overlap {
        range: Cidr,
        taken: Cidr,
        interface: String,
    },
    #[error("there is a network namespace {0} already, of somebody else")]
    Foreign(PathBuf),
    #[error("there is an interface {0} on the host already, of somebody else")]
    ForeignInterface(String),
    #[error(transparent)]
    Kernel(#[from] vif::Error),
}

/// What of the networks is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    Switch,
    External(Uuid),
    Router(Uuid),
    /// What the host does for all external networks: forwarding, masquerading, letting through.
    Host,
}

/// A part that could not be made so. The others were, as far as they do not need it.
#[derive(Debug, thiserror::Error)]
#[error("{part}: {error}")]
pub struct Problem {
    pub part: Part,
    pub error: Error,
}

impl Part {
    pub(super) fn problem(self, error: impl Into<Error>) -> Problem {
        Problem {
            part: self,
            error: error.into(),
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Switch => f.write_str("the switch"),
            Self::External(id) => write!(f, "external network {id}"),
            Self::Router(id) => write!(f, "router {id}"),
            Self::Host => f.write_str("the way from external networks through this host"),
        }
    }
}
