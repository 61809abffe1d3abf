//! Who may: Nova's default rules, by the role a rule asks for.

use super::Fault;
use crate::objects::RequestContext;

/// The least that a rule asks of a caller in the project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    Reader,
    Member,
    Admin,
}

/// Keystone implies reader by member and member by admin; a token that lists one alone counts for those below it here too.
pub fn allow(context: &RequestContext, rule: &str, need: Need) -> Result<(), Fault> {
    let roles: &[&str] = match need {
        Need::Reader => &["reader", "member", "admin"],
        Need::Member => &["member", "admin"],
        Need::Admin => &["admin"],
    };
    if roles.iter().any(|role| context.has_role(role)) {
        return Ok(());
    }
    Err(Fault::forbidden(format!(
        "Policy doesn't allow {rule} to be performed."
    )))
}
