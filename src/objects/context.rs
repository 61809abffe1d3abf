//! Who asks, and on whose behalf.

use super::{ProjectId, RequestId, Secret, UserId};

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
}

impl RequestContext {
    pub fn has_role(&self, role: &str) -> bool {
        self.roles.iter().any(|have| have.eq_ignore_ascii_case(role))
    }

    pub fn is_admin(&self) -> bool {
        self.has_role("admin")
    }
}
