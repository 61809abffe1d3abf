//! What the Compute API passed on to the network service until 2.35, for clients of those days.

mod floating_ips;
mod networks;
mod security_group_rules;
mod security_group_view;
mod security_groups;

use super::Door;
use crate::api::Span;
use crate::api::route::Routes;
use crate::span;

pub(super) use security_group_view::{Group, shown_groups};

/// From 2.36 on clients ask the network service itself.
const UNTIL_2_35: Span = span!(..2.36);

pub(super) fn routes() -> Routes<Door> {
    Routes::new()
        .merge(floating_ips::routes())
        .merge(networks::routes())
        .merge(security_group_rules::routes())
        .merge(security_groups::routes())
}
