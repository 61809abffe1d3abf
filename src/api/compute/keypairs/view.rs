//! How a keypair is shown.

use crate::api::compute::time::Micros;
use crate::objects::{Keypair, UserId};
use crate::view;

view! {
    /// One of `GET /os-keypairs`.
    pub(super) struct KeypairItem {
        name: String,
        public_key: String,
        kind as "type": String = 2.2..,
        fingerprint: String,
    }
}

view! {
    /// Each in an envelope of its own.
    pub(super) struct Enveloped {
        keypair: KeypairItem,
    }
}

view! {
    /// What making a keypair answers; the private key is never seen again.
    pub(super) struct KeypairMade {
        name: String,
        public_key: String,
        kind as "type": String = 2.2..,
        fingerprint: String,
        user_id: UserId,
    }
}

view! {
    /// Only of keys that were generated.
    pub(super) struct PrivateKey {
        private_key: String,
    }
}

pub(super) type Made = (KeypairMade, Option<PrivateKey>);

view! {
    /// A keypair in full.
    pub(super) struct KeypairDetail {
        name: String,
        public_key: String,
        kind as "type": String = 2.2..,
        fingerprint: String,
        user_id: UserId,
        created_at: Micros,
        deleted: bool,
        deleted_at: Option<Micros>,
        id: i64,
        updated_at: Option<Micros>,
    }
}

impl KeypairItem {
    pub(super) fn of(keypair: &Keypair) -> Self {
        Self {
            name: keypair.name.clone(),
            public_key: keypair.public_key.clone(),
            kind: keypair.kind.clone(),
            fingerprint: keypair.fingerprint.clone(),
        }
    }
}

impl KeypairMade {
    pub(super) fn of(keypair: &Keypair) -> Self {
        Self {
            name: keypair.name.clone(),
            public_key: keypair.public_key.clone(),
            kind: keypair.kind.clone(),
            fingerprint: keypair.fingerprint.clone(),
            user_id: keypair.user_id.clone(),
        }
    }
}

impl KeypairDetail {
    pub(super) fn of(keypair: &Keypair) -> Self {
        Self {
            name: keypair.name.clone(),
            public_key: keypair.public_key.clone(),
            kind: keypair.kind.clone(),
            fingerprint: keypair.fingerprint.clone(),
            user_id: keypair.user_id.clone(),
            created_at: Micros(keypair.created_at),
            deleted: false,
            deleted_at: None,
            id: keypair.created_at.as_microsecond(),
            updated_at: None,
        }
    }
}
