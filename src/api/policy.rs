//! Who may: Nova's default rules, by the role a rule asks for.

use super::Fault;
use crate::objects::RequestContext;

/// The least that a rule asks of a caller in the project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    Reader,
    Member,
    Admin,
    /// Another service of the cloud, or an administrator.
    Service,
}

impl Need {
    /// Keystone implies reader by member and member by admin; a token that lists one alone counts for those below it here
    /// too.
    pub(super) fn is_met_by(self, context: &RequestContext) -> bool {
        let roles: &[&str] = match self {
            Self::Reader => &["reader", "member", "admin"],
            Self::Member => &["member", "admin"],
            Self::Admin => &["admin"],
            Self::Service => &["service", "admin"],
        };
        roles.iter().any(|role| context.has_role(role))
    }
}

pub fn allow(context: &RequestContext, rule: &str, need: Need) -> Result<(), Fault> {
    match need.is_met_by(context) {
        true => Ok(()),
        false => Err(Fault::forbidden(format!(
            "Policy doesn't allow {rule} to be performed."
        ))),
    }
}
