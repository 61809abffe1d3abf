//! Quotas: how much a project, or a user in it, may have.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::{ProjectId, UserId};

macro_rules! resources {
    ($($Resource:ident $name:literal,)+) => {
        /// What is counted, under Nova's names. What nothing here ever takes of is kept and shown all the same.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum QuotaResource {
            $(#[serde(rename = $name)] $Resource,)+
        }

        impl QuotaResource {
            pub const ALL: &'static [Self] = &[$(Self::$Resource),+];

            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$Resource => $name,)+
                }
            }
        }
    };
}

resources! {
    Instances "instances",
    Cores "cores",
    Ram "ram",
    FixedIps "fixed_ips",
    FloatingIps "floating_ips",
    MetadataItems "metadata_items",
    InjectedFiles "injected_files",
    InjectedFileContentBytes "injected_file_content_bytes",
    InjectedFilePathBytes "injected_file_path_bytes",
    SecurityGroups "security_groups",
    SecurityGroupRules "security_group_rules",
    KeyPairs "key_pairs",
    ServerGroups "server_groups",
    ServerGroupMembers "server_group_members",
}

/// The limits that were set for somebody, `-1` for none; what is not there is somebody else's to say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuotaSet {
    pub owner: QuotaOwner,
    pub limits: BTreeMap<QuotaResource, i64>,
}

/// Whose limits they are. A user's count in one project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QuotaOwner {
    /// `default` is for all projects that have no limits of their own.
    Class(String),
    Project(ProjectId),
    User(ProjectId, UserId),
}

impl fmt::Display for QuotaOwner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Class(name) => write!(f, "class/{name}"),
            Self::Project(project) => write!(f, "project/{project}"),
            Self::User(project, user) => write!(f, "user/{project}/{user}"),
        }
    }
}
