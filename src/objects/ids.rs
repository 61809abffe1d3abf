//! Ids as types of their own, so that a project can never stand where a user should.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Text that should have been a UUID.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a UUID")]
pub struct NotAnId(pub String);

macro_rules! uuid_ids {
    ($($(#[$meta:meta])* $Id:ident),* $(,)?) => { $(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $Id(pub Uuid);

        impl fmt::Display for $Id {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $Id {
            type Err = NotAnId;

            /// Accepts what Nova accepts: with or without hyphens, in any case.
            fn from_str(text: &str) -> Result<Self, NotAnId> {
                Uuid::parse_str(text).map(Self).map_err(|_| NotAnId(text.to_owned()))
            }
        }
    )* };
}

macro_rules! name_ids {
    ($($(#[$meta:meta])* $Id:ident),* $(,)?) => { $(
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $Id(pub String);

        impl $Id {
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $Id {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<&str> for $Id {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }
    )* };
}

uuid_ids! {
    /// A server.
    InstanceId,
    /// A group of servers that want to be together, or apart.
    ServerGroupId,
    /// An image of the image service.
    ImageId,
    /// One installation of nova-docker: what it labels its containers with, so that two on one engine stay apart.
    DeploymentId,
}

name_ids! {
    /// A flavor's `id` as the API shows it: any text its maker chose.
    FlavorId,
    /// Keystone's project: 32 hexadecimal digits as a rule, but Nova does not insist.
    ProjectId,
    /// Keystone's user.
    UserId,
    /// `req-` and a UUID.
    RequestId,
}
