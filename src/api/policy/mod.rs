//! Who may: Nova's default rules, and what the operator's `policy.yaml` says instead.

mod check;
mod defaults;
mod error;
mod file;
mod judge;
mod operations;
mod parse;
mod rules;
mod sample;

pub use self::error::Error;
pub use self::file::Policy;
pub(in crate::api) use self::judge::judged;
pub(in crate::api) use self::operations::rules_of;
pub use self::sample::sample;
use super::Fault;
use crate::objects::{Owner, ProjectId, RequestContext, UserId};

/// The least that a default rule asks of a caller in the project: what holds where no policy is in force, as in the image and
/// network services.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    Anyone,
    Reader,
    Member,
    Manager,
    Admin,
    /// Another service of the cloud, or an administrator.
    Service,
}

impl Need {
    /// Keystone implies reader by member and member by admin; a token that lists one alone counts for those below it here
    /// too.
    pub(in crate::api) fn is_met_by(self, context: &RequestContext) -> bool {
        let roles: &[&str] = match self {
            Self::Anyone => return true,
            Self::Reader => &["reader", "member", "manager", "admin"],
            Self::Member => &["member", "manager", "admin"],
            Self::Manager => &["manager", "admin"],
            Self::Admin => &["admin"],
            Self::Service => &["service", "admin"],
        };
        roles.iter().any(|role| context.has_role(role))
    }
}

pub fn allow(context: &RequestContext, rule: &str, need: Need) -> Result<(), Fault> {
    verdict(permits(context, rule, need), rule)
}

/// The same about what belongs to a project that need not be the caller's own.
pub fn allow_in(context: &RequestContext, project: &str, rule: &str, need: Need) -> Result<(), Fault> {
    let owner = Owner {
        project_id: ProjectId::from(project),
        user_id: context.user_id.clone(),
    };
    verdict(permits_to(context, rule, &owner, need), rule)
}

/// The same about what belongs to a user who need not be the caller.
pub fn allow_of(context: &RequestContext, user: &UserId, rule: &str, need: Need) -> Result<(), Fault> {
    let owner = Owner {
        project_id: context.project_id.clone(),
        user_id: user.clone(),
    };
    verdict(permits_to(context, rule, &owner, need), rule)
}

/// Whether the caller may, where a no changes the answer and does not end the request.
pub fn permits(context: &RequestContext, rule: &str, need: Need) -> bool {
    let named = context.judge.as_ref().and_then(|judge| judge.owner().cloned());
    let owner = named.unwrap_or_else(|| context.as_owner());
    permits_to(context, rule, &owner, need)
}

fn permits_to(context: &RequestContext, rule: &str, owner: &Owner, need: Need) -> bool {
    let judge = context.judge.as_ref();
    let judged = judge.and_then(|judge| judge.permits(context, rule, owner));
    debug_assert!(
        judge.is_none() || judged.is_some(),
        "{rule} is not in the table of rules"
    );
    judged.unwrap_or_else(|| {
        let own = owner.project_id == context.project_id && owner.user_id == context.user_id;
        if own { need } else { Need::Admin }.is_met_by(context)
    })
}

fn verdict(allowed: bool, rule: &str) -> Result<(), Fault> {
    match allowed {
        true => Ok(()),
        false => Err(Fault::forbidden(format!(
            "Policy doesn't allow {rule} to be performed."
        ))),
    }
}

#[cfg(test)]
mod tests;
