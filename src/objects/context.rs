//! Who asks, and on whose behalf.

use std::fmt::Debug;
use std::sync::Arc;

use super::{ProjectId, RequestId, Secret, UserId};

/// The rules of who may do what, as they were when the request came.
pub trait Judge: Debug + Send + Sync {
    /// Whether the caller may do what `rule` is about to a thing of `owner`. `None` says that there is no such rule.
    fn permits(&self, context: &RequestContext, rule: &str, owner: &Owner) -> Option<bool>;

    /// Whose the thing is that the request names, as far as that was asked for.
    fn owner(&self) -> Option<&Owner>;
}

/// Whose a thing is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    pub project_id: ProjectId,
    pub user_id: UserId,
}

/// The caller of one request, as its token says; long work keeps the context of the request that began it.
#[derive(Debug, Clone)]
pub struct RequestContext {
    pub request_id: RequestId,
    /// The id that the caller's own request carried, passed on to the services we call.
    pub global_request_id: Option<RequestId>,
    pub user_id: UserId,
    pub project_id: ProjectId,
    pub roles: Vec<String>,
    /// The caller's token, passed on to Glance; none when the work was resumed after a restart.
    pub token: Option<Secret>,
    /// None where nobody set rules: the role `admin` alone makes an administrator.
    pub judge: Option<Arc<dyn Judge>>,
}

impl RequestContext {
    /// The rule of who may give a container the host.
    pub const DOCKER_PRIVILEGED: &str = "os_compute_api:servers:create:docker_privileged";

    pub fn has_role(&self, role: &str) -> bool {
        self.roles.iter().any(|have| have.eq_ignore_ascii_case(role))
    }

    /// What Nova's rule `context_is_admin` decides.
    pub fn is_admin(&self) -> bool {
        let judged = self
            .judge
            .as_ref()
            .and_then(|judge| judge.permits(self, "context_is_admin", &self.as_owner()));
        judged.unwrap_or_else(|| self.has_role("admin"))
    }

    /// Whether the caller may say in a `user_data` what gives a container the host.
    pub fn may_give_the_host(&self) -> bool {
        let judged = self.judge.as_ref().and_then(|judge| {
            let owner = judge.owner().cloned().unwrap_or_else(|| self.as_owner());
            judge.permits(self, Self::DOCKER_PRIVILEGED, &owner)
        });
        judged.unwrap_or_else(|| self.has_role("admin"))
    }

    /// The caller as the owner of what they make.
    pub fn as_owner(&self) -> Owner {
        Owner {
            project_id: self.project_id.clone(),
            user_id: self.user_id.clone(),
        }
    }
}
