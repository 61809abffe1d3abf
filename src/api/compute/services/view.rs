//! How a service is shown.

use uuid::Uuid;

use crate::api::compute::time::Micros;
use crate::compute::Service;
use crate::objects::ComputeService;
use crate::view;

view! {
    pub(super) struct ServiceView {
        binary: &'static str,
        host: String,
        number as "id": i64 = ..2.53,
        id: Uuid = 2.53..,
        zone: String,
        status: &'static str,
        state: &'static str,
        updated_at: Micros,
        disabled_reason: Option<String>,
        forced_down: bool = 2.11..,
    }
}

impl ServiceView {
    pub(super) fn of(service: Service) -> Self {
        Self {
            binary: ComputeService::BINARY,
            number: ComputeService::NUMBER,
            id: service.record.uuid,
            zone: service.zone,
            status: status(service.record.disabled),
            state: state(service.is_up),
            updated_at: Micros(service.updated_at),
            disabled_reason: service.record.disabled_reason,
            forced_down: service.record.forced_down,
            host: service.record.host,
        }
    }
}

pub(in crate::api::compute) const fn status(disabled: bool) -> &'static str {
    if disabled { "disabled" } else { "enabled" }
}

pub(in crate::api::compute) const fn state(is_up: bool) -> &'static str {
    if is_up { "up" } else { "down" }
}
