//! The Neutron of the cloud we are in.

mod calls;
mod changes;
mod extensions;
mod guards;
mod interest;
mod list;
mod offers;
mod ports;
mod proxy;
mod refusal;
mod shown;
mod vifs;

#[cfg(test)]
mod tests;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::stream::BoxStream;
use uuid::Uuid;

use self::extensions::Extensions;
use self::interest::Interest;
use super::firewall::Guard;
use super::{Changed, Error, Network, NetworkService, NewPort, Port, PortChange, SecurityGroup};
use crate::identity::{Session, Trust};
use crate::objects::{InstanceId, RequestContext, Vif};

/// What `[neutron]` and `[service_user]` say.
#[derive(Debug, Clone)]
pub struct Settings {
    /// What Neutron calls this host (`binding:host_id`).
    pub host: String,
    /// `endpoint_override`; the catalog is asked when there is none.
    pub endpoint: Option<String>,
    /// `valid_interfaces`: the first that the catalog has is taken.
    pub interfaces: Vec<String>,
    pub region: Option<String>,
    /// How long one answer may take.
    pub timeout: Duration,
    /// How often to try again when Neutron cannot be reached.
    pub http_retries: u32,
    /// The bridge of `ovs` ports whose details name none.
    pub ovs_bridge: String,
    /// How long it is believed which extensions Neutron has.
    pub extension_sync_interval: Duration,
    /// How long to wait between two looks at what may have changed.
    pub poll_interval: Duration,
    /// Send our own token beside the user's, so that work goes on when the user's ends.
    pub send_service_user_token: bool,
    /// Whose certificates to believe.
    pub trust: Trust,
}

/// Networks and ports of a real Neutron; clones are the same client.
#[derive(Debug, Clone)]
pub struct Neutron {
    session: Session,
    settings: Arc<Settings>,
    client: reqwest::Client,
    extensions: Arc<Extensions>,
    /// The ports that `changes` looks at.
    interest: Arc<Interest>,
}

impl Neutron {
    /// Asks nobody yet. The session is an administrator's: it makes ports for other projects and binds them to hosts.
    pub fn new(session: Session, settings: Settings) -> Result<Self, Error> {
        let refused = |reason: String| Error::Invalid(format!("[neutron] {reason}"));
        let client = settings
            .trust
            .client()
            .map_err(|error| refused(error.to_string()))?;
        let client = client.build().map_err(|error| refused(error.to_string()))?;
        Ok(Self {
            session,
            client,
            extensions: Arc::new(Extensions::new(settings.extension_sync_interval)),
            interest: Arc::new(Interest::new(settings.host.clone())),
            settings: Arc::new(settings),
        })
    }
}

#[async_trait]
impl NetworkService for Neutron {
    async fn networks(&self, context: &RequestContext, ids: Option<&[Uuid]>) -> Result<Vec<Network>, Error> {
        match ids {
            Some(ids) => self.named_networks(context, ids).await,
            None => self.available_networks(context).await,
        }
    }

    async fn auto_allocated(&self, context: &RequestContext) -> Result<Option<Network>, Error> {
        self.topology(context).await
    }

    async fn port(&self, context: &RequestContext, id: Uuid) -> Result<Port, Error> {
        self.offered_port(context, id).await
    }

    async fn security_groups(&self, context: &RequestContext) -> Result<Vec<SecurityGroup>, Error> {
        self.offered_groups(context).await
    }

    async fn ports_left(&self, context: &RequestContext) -> Result<Option<u64>, Error> {
        self.port_quota_left(context).await
    }

    async fn check_address(
        &self,
        context: &RequestContext,
        network: Uuid,
        address: IpAddr,
    ) -> Result<(), Error> {
        self.offered_address(context, network, address).await
    }

    async fn create_port(&self, port: &NewPort) -> Result<Port, Error> {
        self.create(port).await
    }

    async fn update_port(&self, id: Uuid, change: &PortChange) -> Result<Port, Error> {
        self.update(id, change).await
    }

    async fn delete_port(&self, id: Uuid) -> Result<(), Error> {
        self.delete(id).await
    }

    async fn ports_of(&self, instance: InstanceId) -> Result<Vec<Port>, Error> {
        self.of_instance(instance).await
    }

    async fn vifs(&self, ports: &[Uuid]) -> Result<Vec<Vif>, Error> {
        self.assembled(ports).await
    }

    async fn guards(&self, ports: &[Uuid]) -> Result<Vec<Guard>, Error> {
        self.guarded(ports).await
    }

    /// Each stream looks for itself, and only while it is polled.
    fn changes(&self) -> BoxStream<'static, Changed> {
        changes::stream(self.clone())
    }
}
