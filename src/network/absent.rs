//! A cloud without a network service: there are no networks, and nobody gets a port.

use async_trait::async_trait;
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use uuid::Uuid;

use super::firewall::Guard;
use super::{Changed, Error, Network, NetworkService, NewPort, Port, PortChange, SecurityGroup};
use crate::objects::{InstanceId, RequestContext, Vif};

const WORDS: &str = "The cloud has no network service: ask for `networks: none`.";

#[derive(Debug, Clone, Copy, Default)]
pub struct Absent;

fn refusal<T>() -> Result<T, Error> {
    Err(Error::Invalid(WORDS.to_owned()))
}

#[async_trait]
impl NetworkService for Absent {
    async fn networks(&self, _: &RequestContext, ids: Option<&[Uuid]>) -> Result<Vec<Network>, Error> {
        match ids {
            Some(_) => refusal(),
            None => Ok(Vec::new()),
        }
    }

    async fn port(&self, _: &RequestContext, _: Uuid) -> Result<Port, Error> {
        refusal()
    }

    async fn security_groups(&self, _: &RequestContext) -> Result<Vec<SecurityGroup>, Error> {
        Ok(Vec::new())
    }

    async fn ports_left(&self, _: &RequestContext) -> Result<Option<u64>, Error> {
        Ok(None)
    }

    async fn create_port(&self, _: &NewPort) -> Result<Port, Error> {
        refusal()
    }

    async fn update_port(&self, _: Uuid, _: &PortChange) -> Result<Port, Error> {
        refusal()
    }

    async fn delete_port(&self, _: Uuid) -> Result<(), Error> {
        Ok(())
    }

    async fn ports_of(&self, _: InstanceId) -> Result<Vec<Port>, Error> {
        Ok(Vec::new())
    }

    async fn vifs(&self, _: &[Uuid]) -> Result<Vec<Vif>, Error> {
        Ok(Vec::new())
    }

    async fn guards(&self, _: &[Uuid]) -> Result<Vec<Guard>, Error> {
        Ok(Vec::new())
    }

    fn changes(&self) -> BoxStream<'static, Changed> {
        stream::pending().boxed()
    }
}
