//! What a new cloud begins with: a network for everybody, one that leads out, and a router between them.

use std::net::IpAddr;

use uuid::Uuid;

use super::edit::Edit;
use super::error::Error;
use super::records::{Gateway, Mark, Port, Router, Subnet};
use super::{LocalNetworks, networks, ports, subnets};
use crate::objects::{Cidr, ProjectId, RequestContext, RequestId, UserId};

const DONE: &str = "founded";

#[derive(Debug, Clone)]
pub struct Founding {
    /// The range of the network that all projects share.
    pub private: Cidr,
    /// The range of the network that leads out. Its first address is the host's own.
    pub public: Cidr,
    /// Whose they are.
    pub admin_project: ProjectId,
}

impl LocalNetworks {
    /// On the first start; what was deleted since does not come back.
    pub async fn found(&self, founding: &Founding) -> Result<(), Error> {
        let context = service(&founding.admin_project);
        self.change(&context, |edit| {
            if edit.state.marks.get(&DONE.to_owned()).is_some() {
                return Ok(());
            }
            make(edit, founding)?;
            edit.state.marks.put(Mark {
                name: DONE.to_owned(),
            });
            Ok(())
        })
        .await?;
        Ok(())
    }
}

/// The service itself, acting for a project.
pub(super) fn service(project: &ProjectId) -> RequestContext {
    RequestContext {
        judge: None,
        request_id: RequestId::from("-"),
        global_request_id: None,
        user_id: UserId::from("nova-docker"),
        project_id: project.clone(),
        roles: vec!["admin".to_owned()],
        token: None,
    }
}

/// A network and its one subnet.
#[derive(Debug, Clone, Copy)]
struct Place {
    network: Uuid,
    subnet: Uuid,
}

fn make(edit: &mut Edit<'_>, founding: &Founding) -> Result<(), Error> {
    let private = networks::Wanted {
        shared: Some(true),
        ..networks::Wanted::default()
    };
    let public = networks::Wanted {
        external: Some(true),
        is_default: Some(true),
        ..networks::Wanted::default()
    };
    let inner = place(edit, "private", private, range(&founding.private))?;
    let unleased = subnets::Wanted {
        enable_dhcp: Some(false),
        ..range(&founding.public)
    };
    let outer = place(edit, "public", public, unleased)?;
    join(edit, inner, outer)
}

fn place(
    edit: &mut Edit<'_>,
    name: &str,
    network: networks::Wanted,
    subnet: subnets::Wanted,
) -> Result<Place, Error> {
    let network = networks::Wanted {
        name: Some(name.to_owned()),
        ..network
    };
    let network = networks::create(edit, network)?;
    let subnet = subnets::Wanted {
        name: Some(format!("{name}-subnet")),
        network_id: Some(network),
        ..subnet
    };
    let subnet = subnets::create(edit, subnet)?;
    Ok(Place { network, subnet })
}

/// By a router that is the gateway of the one and a guest of the other.
fn join(edit: &mut Edit<'_>, inner: Place, outer: Place) -> Result<(), Error> {
    let project = edit.context.project_id.clone();
    let mut router = Router::new(edit.uuid(), project.clone());
    "router".clone_into(&mut router.name);
    let id = router.standard.id;
    let port = |place: Place, owner: &str, ip_address: Option<IpAddr>| ports::Wanted {
        network_id: Some(place.network),
        fixed_ips: Some(vec![ports::WantedIp {
            subnet_id: Some(place.subnet),
            ip_address,
        }]),
        device_id: Some(id.to_string()),
        device_owner: Some(owner.to_owned()),
        ..ports::Wanted::default()
    };
    // As Neutron has it: the gateway's port is nobody's.
    let gateway = port(outer, "network:router_gateway", None);
    let gateway = ports::make(edit, ProjectId::from(""), gateway)?;
    router.external_gateway_info = Some(Gateway {
        network_id: outer.network,
        enable_snat: true,
        external_fixed_ips: edit.state.get::<Port>(gateway)?.fixed_ips.clone(),
    });
    edit.state.routers.put(router);
    let first = edit.state.get::<Subnet>(inner.subnet)?.gateway_ip;
    ports::make(edit, project, port(inner, "network:router_interface", first))?;
    Ok(())
}

fn range(cidr: &Cidr) -> subnets::Wanted {
    subnets::Wanted {
        ip_version: Some(super::ranges::version(cidr.address)),
        cidr: Some(*cidr),
        ..subnets::Wanted::default()
    }
}
