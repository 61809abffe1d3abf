//! Why something asked of a server did not happen.

use std::error::Error as _;

use crate::objects::InstanceId;
use crate::{docker, image, network, virt};

/// Messages that clients match on are Nova's. What a door shows of each is the door's own table.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("Instance {0} could not be found.")]
    NoSuchInstance(String),
    #[error("Flavor {0} could not be found.")]
    NoSuchFlavor(String),
    #[error("Image {0} could not be found.")]
    NoSuchImage(String),
    #[error("Keypair {name} not found for user {user}")]
    NoSuchKeypair { name: String, user: String },
    #[error("Action for request_id {request} on instance {instance} not found")]
    NoSuchAction { request: String, instance: InstanceId },
    /// Anything else that is not there: a metadata item, a tag.
    #[error("{0}")]
    NotFound(String),
    #[error("Cannot '{verb}' instance {id} while it is in {attribute} {state}")]
    InvalidState {
        verb: &'static str,
        id: InstanceId,
        attribute: &'static str,
        state: String,
    },
    #[error("Instance {0} is locked")]
    Locked(InstanceId),
    /// A name or id that is taken already, in words for the user.
    #[error("{0}")]
    Conflict(String),
    /// What was asked makes no sense, in words that say what to change.
    #[error("{0}")]
    Invalid(String),
    #[error("{0}")]
    Forbidden(String),
    #[error("{message}")]
    OverQuota { message: String },
    #[error("No valid host was found. {0}")]
    NoValidHost(String),
    /// What no container can do, or not on this host.
    #[error("{0}")]
    Unsupported(String),
    /// A port did not come to work in time, or never will.
    #[error("Virtual Interface creation failed")]
    VirtualInterfaceCreate,
    #[error("Failed to attach network adapter device to {id}: {reason}")]
    InterfaceAttachFailed { id: InstanceId, reason: String },
    /// The engine, the image service or Keystone is away: worth trying again.
    #[error("{service} is not available at the moment: {reason}")]
    Unavailable { service: &'static str, reason: String },
    #[error(transparent)]
    Driver(#[from] crate::virt::Error),
    #[error(transparent)]
    Image(#[from] crate::image::Error),
    #[error(transparent)]
    Network(#[from] crate::network::Error),
    #[error(transparent)]
    Records(#[from] crate::db::Error),
}

impl Error {
    /// What a driver or a service said, in our own variants, as far as a user can do something about it.
    pub(super) fn at_the_door(self) -> Self {
        match &self {
            Self::Driver(virt::Error::NoSuchInstance(id)) => Self::NoSuchInstance(id.to_string()),
            Self::Driver(virt::Error::ImageUnacceptable { .. } | virt::Error::UserData(_)) => {
                Self::Invalid(self.to_string())
            }
            Self::Driver(virt::Error::Unsupported(words)) => Self::Unsupported(words.clone()),
            Self::Driver(virt::Error::Forbidden(words)) => Self::Forbidden(words.clone()),
            Self::Driver(virt::Error::Refused(_)) => Self::Conflict(self.to_string()),
            Self::Image(image::Error::NotFound(id)) => Self::NoSuchImage(id.clone()),
            _ if self.is_engine_away() || self.is_engine_broken() => Self::Unavailable {
                service: "the Docker engine",
                reason: self.to_string(),
            },
            Self::Image(error @ image::Error::Unreachable { .. }) => Self::Unavailable {
                service: "the image service",
                reason: error.to_string(),
            },
            Self::Network(error) => match network_at_the_door(error) {
                Some(told) => told,
                None => self,
            },
            _ => self,
        }
    }

    /// Whether it failed only because the network service could not be asked.
    pub(super) fn is_network_away(&self) -> bool {
        let Self::Network(error) = self else {
            return false;
        };
        match error {
            network::Error::Unreachable { .. } | network::Error::Identity(_) => true,
            network::Error::Refused { status, .. } => *status >= 500,
            _ => false,
        }
    }

    /// Whether it failed only because the engine could not be asked.
    pub(super) fn is_engine_away(&self) -> bool {
        matches!(self.engine(), Some(docker::Error::Unreachable { .. }))
    }

    /// Whether it failed because the engine's answer never came, or not all of it.
    pub(super) fn is_engine_broken(&self) -> bool {
        matches!(self.engine(), Some(docker::Error::Broken(_)))
    }

    fn engine(&self) -> Option<&docker::Error> {
        match self {
            Self::Driver(virt::Error::Engine(engine) | virt::Error::Image(image::Error::Engine(engine)))
            | Self::Image(image::Error::Engine(engine)) => Some(engine),
            _ => None,
        }
    }

    /// The error and what lies under it, for administrators.
    pub(super) fn in_full(&self) -> String {
        let mut words = self.to_string();
        let mut source = self.source();
        while let Some(error) = source {
            let deeper = error.to_string();
            if !words.ends_with(&deeper) {
                words = format!("{words}: {deeper}");
            }
            source = error.source();
        }
        words
    }
}

/// Nova's variants for what a network service says; `None` for what a user can do nothing about.
fn network_at_the_door(error: &network::Error) -> Option<Error> {
    let words = error.to_string();
    Some(match error {
        network::Error::NotFound(_) | network::Error::Refused { status: 404, .. } => Error::NotFound(words),
        network::Error::Forbidden(_) | network::Error::Refused { status: 403, .. } => Error::Forbidden(words),
        network::Error::Invalid(_)
        | network::Error::Exhausted(_)
        | network::Error::Refused { status: 400, .. } => Error::Invalid(words),
        network::Error::Conflict(_) | network::Error::Refused { status: 409, .. } => Error::Conflict(words),
        network::Error::OverQuota(_) => Error::OverQuota {
            message: "Maximum number of ports exceeded".to_owned(),
        },
        network::Error::Unreachable { .. }
        | network::Error::Identity(_)
        | network::Error::Refused { status: 500.., .. } => Error::Unavailable {
            service: "the network service",
            reason: words,
        },
        network::Error::Refused { .. } | network::Error::Records(_) | network::Error::Vif(_) => return None,
    })
}
