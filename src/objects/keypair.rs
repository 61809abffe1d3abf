//! An SSH public key under a name of its user's.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::UserId;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keypair {
    pub user_id: UserId,
    pub name: String,
    /// `ssh` or `x509`.
    pub kind: String,
    pub public_key: String,
    pub fingerprint: String,
    pub created_at: Timestamp,
}
