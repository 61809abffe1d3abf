//! Gives every request the rules that are in force when it comes.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;

use super::Policy;
use super::rules::Rules;
use crate::compute::Compute;
use crate::objects::{InstanceId, Judge, Owner, RequestContext};

#[derive(Debug, Clone)]
struct Bench {
    rules: Arc<Rules>,
    owner: Option<Owner>,
}

impl Judge for Bench {
    fn permits(&self, context: &RequestContext, rule: &str, owner: &Owner) -> Option<bool> {
        self.rules.permit(context, rule, owner)
    }

    fn owner(&self) -> Option<&Owner> {
        self.owner.as_ref()
    }
}

/// Middleware behind the one that knows who asks. When the operator's rules ask whose a server is, the server of the path is
/// looked up; one that the caller may not see is left for the handler to miss.
pub(in crate::api) async fn judged(
    State((policy, compute)): State<(Arc<Policy>, Compute)>,
    mut request: Request,
    next: Next,
) -> Response {
    let Some(mut context) = request.extensions_mut().remove::<RequestContext>() else {
        return next.run(request).await;
    };
    let mut bench = Bench {
        rules: policy.in_force(),
        owner: None,
    };
    context.judge = Some(Arc::new(bench.clone()));
    let server = server(request.uri().path()).filter(|_| bench.rules.asks_whose);
    if let Some(id) = server
        && let Ok(instance) = compute.get(&context, id).await
    {
        bench.owner = Some(Owner {
            project_id: instance.project_id.clone(),
            user_id: instance.user_id.clone(),
        });
        context.judge = Some(Arc::new(bench));
    }
    request.extensions_mut().insert(context);
    next.run(request).await
}

/// The server that a path is about.
fn server(path: &str) -> Option<InstanceId> {
    let mut parts = path.split('/');
    parts.find(|part| *part == "servers")?;
    parts.next()?.parse().ok()
}
