//! The network service keeps the wires as it says: what its own changes make and take away on the machine.

use std::sync::Arc;
use std::time::Duration;

use nova_docker::db::Db;
use nova_docker::network::local::{Founding, LocalNetworks, keep};
use nova_docker::network::{Binding, NetworkService, NewPort, Port};
use nova_docker::objects::{InstanceId, ProjectId, SystemWorld};
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::house::House;
use crate::stage::ip;

/// The service with a private and a public network, and whoever keeps their wires.
struct Kept {
    house: House,
    networks: LocalNetworks,
    keeper: JoinHandle<()>,
}

impl Kept {
    async fn new() -> Self {
        Self::on(House::new().await).await
    }

    async fn on(house: House) -> Self {
        let db = Db::in_memory().await.unwrap();
        let networks = LocalNetworks::open(db.networks(), Arc::new(SystemWorld))
            .await
            .unwrap();
        let founding = Founding {
            private: "10.77.0.0/24".parse().unwrap(),
            public: "203.0.113.0/24".parse().unwrap(),
            admin_project: ProjectId::from("admin"),
        };
        networks.found(&founding).await.unwrap();
        let keeper = tokio::spawn(keep(networks.clone(), house.fabric.clone()));
        Self {
            house,
            networks,
            keeper,
        }
    }

    /// A port of a server on the private network.
    async fn server(&self) -> Port {
        let state = self.networks.state();
        let private = state.networks.values().find(|network| network.shared);
        let port = NewPort {
            network: private.unwrap().standard.id,
            project: ProjectId::from("p"),
            binding: Binding {
                instance: InstanceId(Uuid::from_u128(7)),
                host: "host".to_owned(),
                zone: "nova".to_owned(),
            },
            fixed_ip: None,
            security_groups: None,
            dns_name: None,
        };
        self.networks.create_port(&port).await.unwrap()
    }

    fn router(&self) -> String {
        let state = self.networks.state();
        let mut routers = state.routers.values();
        format!("qrouter-{}", routers.next().unwrap().standard.id)
    }

    /// The host's end of the way out.
    fn way_out(&self) -> String {
        let state = self.networks.state();
        let public = state.networks.values().find(|network| network.external);
        format!("nvd-{}", &public.unwrap().standard.id.to_string()[..8])
    }

    fn has_router(&self) -> bool {
        self.house.names.exists() && self.house.named().contains(&self.router())
    }

    async fn leads_out(&self) -> bool {
        let links = ip(&self.house.host, "-o link").await;
        links.contains(&self.way_out())
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        self.keeper.abort();
    }
}

async fn until(what: &str, mut done: impl AsyncFnMut() -> bool) {
    for _ in 0..300 {
        if done().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("never happened: {what}");
}

#[tokio::test]
async fn a_router_is_there_for_as_long_as_a_server_could_use_it() {
    let kept = Kept::new().await;
    assert!(!kept.has_router());
    let port = kept.server().await;
    until("the router leads out", async || {
        kept.has_router() && kept.leads_out().await
    })
    .await;
    kept.networks.delete_port(port.id).await.unwrap();
    until("nothing is left of it", async || {
        !kept.has_router() && !kept.leads_out().await
    })
    .await;
}

#[tokio::test]
async fn what_is_in_the_way_is_waited_for() {
    let house = House::new().await;
    // A way to the public range that is somebody else's.
    ip(&house.host, "address add 203.0.113.200/24 dev out0").await;
    let kept = Kept::on(house).await;
    kept.server().await;
    until("the router is there, without its way out", async || {
        kept.has_router()
    })
    .await;
    assert!(!kept.leads_out().await);
    ip(&kept.house.host, "address delete 203.0.113.200/24 dev out0").await;
    until("the way out is made without another word", async || {
        kept.leads_out().await
    })
    .await;
}

#[tokio::test]
async fn the_next_change_mends_what_somebody_took_away() {
    let kept = Kept::new().await;
    let port = kept.server().await;
    until("the router leads out", async || {
        kept.has_router() && kept.leads_out().await
    })
    .await;
    let way_out = kept.way_out();
    ip(&kept.house.host, &format!("link delete {way_out}")).await;
    kept.networks.delete_port(port.id).await.unwrap();
    until("the router is gone", async || !kept.has_router()).await;
    kept.server().await;
    until("all of it is there again", async || {
        kept.has_router() && kept.leads_out().await
    })
    .await;
}
