//! What a server's `user_data` and flavor say that is not the container's alone to know.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::objects::Instance;
use crate::user_data::{self, ContainerOptions, FlavorOptions};

/// It was read when it was taken: what cannot be read is nothing of ours.
pub(super) fn options(instance: &Instance) -> ContainerOptions {
    let decoded = instance.user_data.as_ref();
    let decoded = decoded.and_then(|user_data| STANDARD.decode(user_data.base64()).ok());
    let flavor = FlavorOptions::of(&instance.flavor.extra_specs).unwrap_or_default();
    let parsed = user_data::parse_over(&flavor, &decoded.unwrap_or_default());
    parsed.unwrap_or_default().options
}
