//! What the network service promises, whoever asks it.

mod addresses;
mod keeping;
mod port_changes;
mod proxy;
mod seam;
mod subnets_and_pools;

use std::sync::Arc;

use uuid::Uuid;

use super::*;
use crate::db::Db;
use crate::network::local::records::{Network, Port, Subnet};
use crate::objects::{ProjectId, RequestId, SystemWorld, UserId};

/// A caller of the project of that name; "admin" is one.
pub(crate) fn caller(project: &str) -> RequestContext {
    RequestContext {
        judge: None,
        request_id: RequestId::from("req-1"),
        global_request_id: None,
        user_id: UserId::from("u"),
        project_id: ProjectId::from(project),
        roles: vec![if project == "admin" { "admin" } else { "member" }.to_owned()],
        token: None,
    }
}

/// A service in memory, and its database.
pub(crate) async fn empty() -> (LocalNetworks, Db) {
    let db = Db::in_memory().await.unwrap();
    let networks = LocalNetworks::open(db.networks(), Arc::new(SystemWorld))
        .await
        .unwrap();
    (networks, db)
}

/// Logic alone, on a state that nobody keeps.
struct Desk {
    state: State,
    context: RequestContext,
}

impl Desk {
    fn of(project: &str) -> Self {
        Self {
            state: State::default(),
            context: caller(project),
        }
    }

    fn edit<T>(&mut self, change: impl FnOnce(&mut Edit<'_>) -> Result<T, Error>) -> Result<T, Error> {
        let mut after = self.state.clone();
        let done = change(&mut Edit {
            state: &mut after,
            context: &self.context,
            world: &SystemWorld,
        })?;
        self.state = after;
        Ok(done)
    }

    fn network(&mut self) -> Uuid {
        self.edit(|edit| networks::create(edit, networks::Wanted::default()))
            .unwrap()
    }

    fn subnet(&mut self, network: Uuid, cidr: &str) -> Result<Uuid, Error> {
        self.subnet_with(network, cidr, subnets::Wanted::default())
    }

    fn subnet_with(&mut self, network: Uuid, cidr: &str, wanted: subnets::Wanted) -> Result<Uuid, Error> {
        let wanted = subnets::Wanted {
            network_id: Some(network),
            ip_version: Some(if cidr.contains(':') { 6 } else { 4 }),
            cidr: Some(cidr.parse().unwrap()),
            ..wanted
        };
        self.edit(|edit| subnets::create(edit, wanted))
    }

    fn port(&mut self, network: Uuid, wanted: ports::Wanted) -> Result<Arc<Port>, Error> {
        let wanted = ports::Wanted {
            network_id: Some(network),
            ..wanted
        };
        let id = self.edit(|edit| ports::create(edit, wanted))?;
        Ok(self.state.get::<Port>(id)?.clone())
    }

    fn shown(&self, subnet: Uuid) -> &Subnet {
        self.state.subnets.get(&subnet).unwrap()
    }
}

fn texts(port: &Port) -> Vec<String> {
    port.addresses().map(|ip| ip.to_string()).collect()
}

/// Neutron's name for it, and what it says.
fn refusal<T: std::fmt::Debug>(result: Result<T, Error>) -> (&'static str, String) {
    match result.unwrap_err() {
        Error::Refused { kind, message, .. } => (kind, message),
        other => panic!("{other}"),
    }
}

fn ip(text: &str) -> ports::WantedIp {
    ports::WantedIp {
        subnet_id: None,
        ip_address: Some(text.parse().unwrap()),
    }
}

#[test]
fn a_network_in_use_stays() {
    let mut desk = Desk::of("p");
    let network = desk.network();
    let subnet = desk.subnet(network, "10.0.0.0/24").unwrap();
    let port = desk.port(network, ports::Wanted::default()).unwrap();
    let id = port.standard.id;
    let refused = refusal(desk.edit(|edit| networks::delete(edit, network)));
    assert_eq!(
        refused,
        (
            "NetworkInUse",
            format!(
                "Unable to complete operation on network {network}. There are one or more ports still in use on the network, \
                 id for these ports is: {id}."
            )
        )
    );
    desk.edit(|edit| ports::delete(edit, id)).unwrap();
    desk.edit(|edit| networks::delete(edit, network)).unwrap();
    assert_eq!(
        refusal(desk.state.get::<Subnet>(subnet)),
        ("SubnetNotFound", format!("Subnet {subnet} could not be found."))
    );
}

#[test]
fn others_see_what_is_shared_or_external_and_change_nothing_of_it() {
    let mut desk = Desk::of("admin");
    let hidden = desk.network();
    let shared = desk.edit(|edit| {
        networks::create(
            edit,
            networks::Wanted {
                shared: Some(true),
                ..networks::Wanted::default()
            },
        )
    });
    let shared = shared.unwrap();
    let subnet = desk.subnet(shared, "10.0.0.0/24").unwrap();
    desk.context = caller("p");
    assert_eq!(
        refusal(desk.state.find::<Network>(&desk.context, hidden)),
        ("NetworkNotFound", format!("Network {hidden} could not be found."))
    );
    desk.state.find::<Network>(&desk.context, shared).unwrap();
    desk.state.find::<Subnet>(&desk.context, subnet).unwrap();
    assert_eq!(
        refusal(desk.edit(|edit| networks::delete(edit, shared))),
        (
            "PolicyNotAuthorized",
            "rule:delete_network is disallowed by policy".to_owned()
        )
    );
    assert_eq!(
        refusal(desk.subnet(shared, "10.0.1.0/24")).0,
        "PolicyNotAuthorized"
    );
    let chosen = ports::Wanted {
        fixed_ips: Some(vec![ip("10.0.0.9")]),
        ..ports::Wanted::default()
    };
    assert_eq!(refusal(desk.port(shared, chosen)).0, "PolicyNotAuthorized");
    let given = desk.port(shared, ports::Wanted::default()).unwrap();
    assert_eq!(texts(&given), ["10.0.0.2"]);
}

#[test]
fn a_quota_ends_where_it_says() {
    let mut desk = Desk::of("p");
    let project = ProjectId::from("p");
    quotas::set(
        &mut desk.state,
        &project,
        [("network".to_owned(), 1)].into_iter().collect(),
    );
    desk.network();
    assert_eq!(
        refusal(desk.edit(|edit| networks::create(edit, networks::Wanted::default()))),
        (
            "OverQuota",
            "Quota exceeded for resources: ['network'].".to_owned()
        )
    );
    quotas::reset(&mut desk.state, &project);
    desk.network();
}
