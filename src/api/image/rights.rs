//! What a role is enough for: Glance's default rules. Whose an image is, the store looks after.

use crate::api::Fault;
use crate::api::policy::Need;
use crate::objects::RequestContext;

/// Everything that changes an image, and its data, is for members of a project; readers see descriptions.
pub(super) fn allow(context: &RequestContext, action: &str, need: Need) -> Result<(), Fault> {
    match need.is_met_by(context) {
        true => Ok(()),
        false => Err(Fault::forbidden(format!(
            "You are not authorized to complete {action} action."
        ))),
    }
}
