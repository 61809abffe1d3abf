//! How a flavor is shown.

use std::collections::BTreeMap;

use crate::api::links::{Link, Links};
use crate::api::policy::{Need, permits};
use crate::objects::{Flavor, FlavorId, RequestContext};
use crate::view;

view! {
    /// One of `GET /flavors`.
    pub(super) struct FlavorItem {
        id: FlavorId,
        name: String,
        description: Option<String> = 2.55..,
        links: [Link; 2],
    }
}

view! {
    /// A flavor in full.
    pub(super) struct FlavorDetail {
        id: FlavorId,
        name: String,
        ram: u64,
        disk: u64,
        swap_text as "swap": SwapText = ..2.75,
        swap: u64 = 2.75..,
        ephemeral as "OS-FLV-EXT-DATA:ephemeral": u64,
        disabled as "OS-FLV-DISABLED:disabled": bool = ..2.102,
        vcpus: u32,
        is_public as "os-flavor-access:is_public": bool,
        rxtx_factor: f64 = ..2.102,
        description: Option<String> = 2.55..,
        links: [Link; 2],
    }
}

view! {
    /// Only for those who may see them.
    pub(super) struct ExtraSpecs {
        extra_specs: BTreeMap<String, String> = 2.61..,
    }
}

view! {
    /// A server's flavor, as it was when the server was made.
    #[derive(Clone, PartialEq)]
    pub(in crate::api::compute) struct FlavorSummary {
        vcpus: u32,
        ram: u64,
        disk: u64,
        ephemeral: u64,
        swap: u64,
        original_name: String,
        extra_specs: BTreeMap<String, String>,
    }
}

/// No swap was an empty text before it became the number 0.
#[derive(Debug)]
pub(super) struct SwapText(u64);

crate::schema! { SwapText => {"anyOf": [{"type": "string", "const": ""}, {"type": "integer", "minimum": 1}]} }

impl serde::Serialize for SwapText {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            0 => serializer.serialize_str(""),
            mib => serializer.serialize_u64(mib),
        }
    }
}

impl FlavorItem {
    pub(super) fn of(flavor: &Flavor, links: &Links) -> Self {
        Self {
            id: flavor.id.clone(),
            name: flavor.name.clone(),
            description: flavor.description.clone(),
            links: links.to("flavors", flavor.id.as_str()),
        }
    }
}

impl FlavorDetail {
    pub(super) fn of(flavor: &Flavor, links: &Links) -> Self {
        Self {
            id: flavor.id.clone(),
            name: flavor.name.clone(),
            ram: flavor.memory_mb,
            disk: flavor.root_gb,
            swap_text: SwapText(flavor.swap_mb),
            swap: flavor.swap_mb,
            ephemeral: flavor.ephemeral_gb,
            disabled: flavor.disabled,
            vcpus: flavor.vcpus,
            is_public: flavor.is_public,
            rxtx_factor: flavor.rxtx_factor,
            description: flavor.description.clone(),
            links: links.to("flavors", flavor.id.as_str()),
        }
    }
}

/// A flavor in full, as the caller may see it.
pub(super) type FlavorView = (FlavorDetail, Option<ExtraSpecs>);

pub(super) fn detail(context: &RequestContext, flavor: &Flavor, links: &Links) -> FlavorView {
    let specs = permits(
        context,
        "os_compute_api:os-flavor-extra-specs:index",
        Need::Reader,
    )
    .then(|| ExtraSpecs {
        extra_specs: flavor.extra_specs.clone(),
    });
    (FlavorDetail::of(flavor, links), specs)
}

impl FlavorSummary {
    pub(in crate::api::compute) fn of(flavor: &Flavor) -> Self {
        Self {
            vcpus: flavor.vcpus,
            ram: flavor.memory_mb,
            disk: flavor.root_gb,
            ephemeral: flavor.ephemeral_gb,
            swap: flavor.swap_mb,
            original_name: flavor.name.clone(),
            extra_specs: flavor.extra_specs.clone(),
        }
    }
}
