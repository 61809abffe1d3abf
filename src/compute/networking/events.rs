//! What other services tell of servers: that a port works, changed, or is gone.

use std::sync::Arc;

use uuid::Uuid;

use super::{EventOutcome, ExternalEvent, ExternalEventKind, ExternalEventStatus, refresh};
use crate::compute::core::{Compute, Core};
use crate::compute::queue::Kind;
use crate::network::Changed;
use crate::objects::{Instance, InstanceId};

impl Compute {
    /// One outcome for each event, in their order. The caller is a service: whose servers they are does not matter.
    pub async fn external_events(&self, events: Vec<ExternalEvent>) -> Vec<EventOutcome> {
        let mut outcomes = Vec::new();
        for event in &events {
            outcomes.push(match self.core.instance(event.instance).await {
                Err(_) => EventOutcome::NoSuchInstance,
                Ok(instance) if instance.host.is_none() => EventOutcome::NotOnHost,
                Ok(instance) => {
                    hear(&self.core, &instance, event);
                    EventOutcome::Accepted
                }
            });
        }
        outcomes
    }
}

fn hear(core: &Arc<Core>, instance: &Instance, event: &ExternalEvent) {
    tracing::info!(instance.id = %instance.id, ?event, "another service tells of a server");
    let port = event.tag.as_deref().and_then(|tag| Uuid::parse_str(tag).ok());
    let its_ports = || match port {
        Some(port) => vec![port],
        None => instance.vifs.iter().map(|vif| vif.id).collect(),
    };
    match (event.kind, port) {
        (ExternalEventKind::NetworkVifPlugged, Some(port)) => {
            let works = event.status == ExternalEventStatus::Completed;
            if event.status != ExternalEventStatus::InProgress {
                core.nets.plugging.tell(instance.id, port, works);
            }
            core.nets.ask(Changed::Ports(vec![port]));
        }
        (ExternalEventKind::NetworkVifDeleted, Some(port)) => detach(core, instance.id, port),
        (ExternalEventKind::NetworkChanged | ExternalEventKind::NetworkVifUnplugged, _) => {
            core.nets.ask(Changed::Ports(its_ports()));
        }
        (
            ExternalEventKind::NetworkVifPlugged
            | ExternalEventKind::NetworkVifDeleted
            | ExternalEventKind::Other,
            _,
        ) => {}
    }
}

fn detach(core: &Arc<Core>, id: InstanceId, port: Uuid) {
    let work = core.clone();
    core.enqueue(id, Kind::Work, async move {
        if let Err(error) = refresh::port_gone(&work, id, port).await {
            tracing::warn!(instance.id = %id, port.id = %port, error = %error.in_full(), "the interface of a port that is gone stays");
        }
    });
}
