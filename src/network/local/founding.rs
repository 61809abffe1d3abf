//! What a new cloud begins with: a network for everybody, one that leads out, and a router between them.

use super::edit::Edit;
use super::error::Error;
use super::records::{FixedIp, Gateway, Mark, Router};
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
        request_id: RequestId::from("-"),
        global_request_id: None,
        user_id: UserId::from("nova-docker"),
        project_id: project.clone(),
        roles: vec!["admin".to_owned()],
        token: None,
    }
}

fn make(edit: &mut Edit<'_>, founding: &Founding) -> Result<(), Error> {
    let private = networks::Wanted {
        name: Some("private".to_owned()),
        shared: Some(true),
        ..networks::Wanted::default()
    };
    let public = networks::Wanted {
        name: Some("public".to_owned()),
        external: Some(true),
        is_default: Some(true),
        ..networks::Wanted::default()
    };
    let (private, public) = (networks::create(edit, private)?, networks::create(edit, public)?);
    let inner = subnets::Wanted {
        name: Some("private-subnet".to_owned()),
        network_id: Some(private),
        ..range(&founding.private)
    };
    let outer = subnets::Wanted {
        name: Some("public-subnet".to_owned()),
        network_id: Some(public),
        enable_dhcp: Some(false),
        ..range(&founding.public)
    };
    let (inner, outer) = (subnets::create(edit, inner)?, subnets::create(edit, outer)?);
    let mut router = Router::new(edit.uuid(), founding.admin_project.clone());
    "router".clone_into(&mut router.name);
    let id = router.standard.id;
    // As Neutron has it: the gateway's port is nobody's.
    let gateway = ports::Wanted {
        network_id: Some(public),
        fixed_ips: Some(vec![ports::WantedIp::of(outer)]),
        device_id: Some(id.to_string()),
        device_owner: Some("network:router_gateway".to_owned()),
        ..ports::Wanted::default()
    };
    let gateway = ports::make(edit, ProjectId::from(""), gateway)?;
    let fixed_ips: Vec<FixedIp> = edit
        .state
        .ports
        .get(&gateway)
        .map(|port| port.fixed_ips.clone())
        .unwrap_or_default();
    router.external_gateway_info = Some(Gateway {
        network_id: public,
        enable_snat: true,
        external_fixed_ips: fixed_ips,
    });
    edit.state.routers.put(router);
    let first = edit
        .state
        .subnets
        .get(&inner)
        .and_then(|subnet| subnet.gateway_ip);
    let interface = ports::Wanted {
        network_id: Some(private),
        fixed_ips: Some(vec![ports::WantedIp {
            subnet_id: Some(inner),
            ip_address: first,
        }]),
        device_id: Some(id.to_string()),
        device_owner: Some("network:router_interface".to_owned()),
        ..ports::Wanted::default()
    };
    ports::make(edit, founding.admin_project.clone(), interface)?;
    Ok(())
}

fn range(cidr: &Cidr) -> subnets::Wanted {
    subnets::Wanted {
        ip_version: Some(super::ranges::version(cidr.address)),
        cidr: Some(*cidr),
        ..subnets::Wanted::default()
    }
}
