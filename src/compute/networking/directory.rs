//! Who is called what on a server's networks, as the records say.

use std::net::IpAddr;
use std::sync::Arc;

use async_trait::async_trait;
use uuid::Uuid;

use crate::db::Records;
use crate::network::guest;
use crate::objects::{Instance, InstanceId, Vif};

#[derive(Debug, Clone)]
pub struct Directory {
    records: Arc<dyn Records>,
}

impl Directory {
    pub fn new(records: Arc<dyn Records>) -> Self {
        Self { records }
    }

    async fn asker(&self, id: InstanceId) -> Option<Arc<Instance>> {
        self.records.instance(id).await.ok()
    }

    /// Every VIF on a network of the asker, with whose it is.
    async fn neighbours(&self, asker: InstanceId) -> Vec<(Arc<Instance>, Vif)> {
        let Some(asker) = self.asker(asker).await else {
            return Vec::new();
        };
        let shared = |network: Uuid| asker.vifs.iter().any(|vif| vif.network.id == network);
        let instances = self.records.instances().await.unwrap_or_default();
        let mut neighbours = Vec::new();
        for instance in instances {
            let vifs = instance.vifs.iter().filter(|vif| shared(vif.network.id));
            neighbours.extend(vifs.map(|vif| (instance.clone(), vif.clone())));
        }
        neighbours
    }
}

#[async_trait]
impl guest::Directory for Directory {
    async fn addresses(&self, asker: InstanceId, name: &str) -> Vec<IpAddr> {
        let neighbours = self.neighbours(asker).await;
        let meant = neighbours
            .iter()
            .filter(|(instance, _)| instance.hostname.eq_ignore_ascii_case(name));
        meant
            .flat_map(|(_, vif)| vif.fixed_ips().map(|(ip, _)| ip))
            .collect()
    }

    async fn name(&self, asker: InstanceId, address: IpAddr) -> Option<String> {
        let neighbours = self.neighbours(asker).await;
        let has = |vif: &Vif| vif.fixed_ips().any(|(ip, _)| ip == address);
        let meant = neighbours.into_iter().find(|(_, vif)| has(vif));
        meant.map(|(instance, _)| instance.hostname.clone())
    }

    async fn upstream(&self, asker: InstanceId) -> Vec<IpAddr> {
        let mut servers = Vec::new();
        if let Some(asker) = self.asker(asker).await {
            for server in asker.vifs.iter().flat_map(Vif::dns) {
                if !servers.contains(&server) {
                    servers.push(server);
                }
            }
        }
        servers
    }
}
