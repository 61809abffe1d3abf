//! What servers' networks ask of compute: ports made and given back, interfaces attached and detached while a server runs.

use std::net::IpAddr;

use uuid::Uuid;

use super::core::Compute;
use crate::compute::Error;
use crate::network::{PortStatus, SecurityGroup};
use crate::objects::{InstanceId, RequestContext, Vif, WantedNetwork};

/// One interface of a server, as its network service has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interface {
    pub vif: Vif,
    pub status: PortStatus,
}

/// What another service tells of a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExternalEvent {
    pub kind: ExternalEventKind,
    pub instance: InstanceId,
    pub status: ExternalEventStatus,
    /// For network events the port's id.
    pub tag: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExternalEventKind {
    NetworkChanged,
    NetworkVifPlugged,
    NetworkVifUnplugged,
    NetworkVifDeleted,
    /// One that says nothing to a container: volumes, accelerators.
    Other,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExternalEventStatus {
    Completed,
    Failed,
    InProgress,
}

/// What became of one event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventOutcome {
    Accepted,
    /// There is no such server.
    NoSuchInstance,
    /// The server is not on a host yet.
    NotOnHost,
}

impl Compute {
    /// In the order of their positions.
    pub async fn interfaces(
        &self,
        context: &RequestContext,
        id: InstanceId,
    ) -> Result<Vec<Interface>, Error> {
        self.core.visible(context, id).await?;
        Err(not_yet())
    }

    pub async fn interface(
        &self,
        context: &RequestContext,
        id: InstanceId,
        _port: Uuid,
    ) -> Result<Interface, Error> {
        self.core.visible(context, id).await?;
        Err(not_yet())
    }

    /// Answers when the interface works.
    pub async fn attach_interface(
        &self,
        context: &RequestContext,
        id: InstanceId,
        _wanted: WantedNetwork,
    ) -> Result<Interface, Error> {
        self.core.visible(context, id).await?;
        Err(not_yet())
    }

    /// Accepted; done in the server's queue.
    pub async fn detach_interface(
        &self,
        context: &RequestContext,
        id: InstanceId,
        _port: Uuid,
    ) -> Result<(), Error> {
        self.core.visible(context, id).await?;
        Err(not_yet())
    }

    pub async fn add_fixed_ip(
        &self,
        context: &RequestContext,
        id: InstanceId,
        _network: Uuid,
    ) -> Result<(), Error> {
        self.core.visible(context, id).await?;
        Err(not_yet())
    }

    pub async fn remove_fixed_ip(
        &self,
        context: &RequestContext,
        id: InstanceId,
        _address: IpAddr,
    ) -> Result<(), Error> {
        self.core.visible(context, id).await?;
        Err(not_yet())
    }

    pub async fn add_security_group(
        &self,
        context: &RequestContext,
        id: InstanceId,
        _name: &str,
    ) -> Result<(), Error> {
        self.core.visible(context, id).await?;
        Err(not_yet())
    }

    pub async fn remove_security_group(
        &self,
        context: &RequestContext,
        id: InstanceId,
        _name: &str,
    ) -> Result<(), Error> {
        self.core.visible(context, id).await?;
        Err(not_yet())
    }

    /// The groups of all its ports, each once, with their rules.
    pub async fn security_groups(
        &self,
        context: &RequestContext,
        id: InstanceId,
    ) -> Result<Vec<SecurityGroup>, Error> {
        self.core.visible(context, id).await?;
        Err(not_yet())
    }

    /// One outcome for each event, in their order. The caller is a service: whose servers they are does not matter.
    pub async fn external_events(&self, events: Vec<ExternalEvent>) -> Vec<EventOutcome> {
        events.iter().map(|_| EventOutcome::NoSuchInstance).collect()
    }
}

fn not_yet() -> Error {
    Error::Unavailable {
        service: "the network service",
        reason: "it is not wired yet".to_owned(),
    }
}
