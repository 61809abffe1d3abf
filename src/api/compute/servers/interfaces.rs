//! `/servers/{id}/os-interface`: a server's interfaces, attached and detached while it runs.

use std::net::IpAddr;

use axum::extract::{Path, State};
use axum::response::IntoResponse;
use http::StatusCode;
use uuid::Uuid;

use super::instance_id;
use crate::api::compute::Door;
use crate::api::compute::ids::{Address, Id};
use crate::api::compute::text::Tag;
use crate::api::policy::{Need, allow};
use crate::api::request::Several;
use crate::api::route::{NOTHING, Routes, get};
use crate::api::{At, Body, Fault, Microversion, Under};
use crate::compute::Interface;
use crate::network::PortStatus;
use crate::objects::{Mac, RequestContext, Vif, WantedNetwork};
use crate::shows;
use crate::{request, view};

pub(super) fn routes() -> Routes<Door> {
    Routes::new()
        .route(
            "/servers/{id}/os-interface",
            get(list)
                .answers(200, shows!("interfaceAttachments": Vec<Attachment>))
                .post(attach)
                .answers(200, shows!("interfaceAttachment": Attachment)),
        )
        .route(
            "/servers/{id}/os-interface/{port}",
            get(show)
                .answers(200, shows!("interfaceAttachment": Attachment))
                .delete(detach)
                .answers(202, NOTHING),
        )
}

request! {
    struct AttachBody {
        attachment as "interfaceAttachment": Option<Attach>,
    }
}

request! {
    #[derive(Default)]
    struct Attach {
        net_id: Option<Id>,
        port_id: Option<Id>,
        fixed_ips: Option<Several<FixedIpWanted, 1, 1>>,
        tag: Option<Tag> = 2.49..,
    }
}

request! {
    struct FixedIpWanted {
        ip_address: Address,
    }
}

view! {
    struct Attachment {
        net_id: Uuid,
        port_id: Uuid,
        mac_addr: Mac,
        port_state: &'static str,
        fixed_ips: Vec<FixedIp>,
        tag: Option<String> = 2.70..,
    }
}

view! {
    struct FixedIp {
        subnet_id: Option<Uuid>,
        ip_address: IpAddr,
    }
}

impl Attach {
    /// Without a network and a port it is whatever network there is for the project.
    fn wanted(self) -> Result<WantedNetwork, Fault> {
        let fixed_ips = self.fixed_ips.map(|several| several.0).unwrap_or_default();
        let fixed_ip = fixed_ips.first().map(|wanted| wanted.ip_address.0);
        let (network, port) = (self.net_id.map(|id| id.0), self.port_id.map(|id| id.0));
        if network.is_some() && port.is_some() {
            return Err(Fault::bad_request("Must not input both network_id and port_id"));
        }
        if fixed_ip.is_some() && network.is_none() {
            return Err(Fault::bad_request(
                "Must input network_id when request IP address",
            ));
        }
        Ok(WantedNetwork {
            network,
            port,
            fixed_ip,
            tag: self.tag.map(|tag| tag.0),
        })
    }
}

impl Attachment {
    fn of(interface: &Interface) -> Self {
        let vif = &interface.vif;
        Self {
            net_id: vif.network.id,
            port_id: vif.id,
            mac_addr: vif.mac,
            port_state: state(interface.status),
            fixed_ips: fixed_ips(vif),
            tag: vif.tag.clone(),
        }
    }
}

fn fixed_ips(vif: &Vif) -> Vec<FixedIp> {
    let subnets = vif.network.subnets.iter();
    let each = subnets.flat_map(|subnet| subnet.ips.iter().map(|ip| (subnet.id, *ip)));
    each.map(|(subnet_id, ip_address)| FixedIp {
        subnet_id,
        ip_address,
    })
    .collect()
}

const fn state(status: PortStatus) -> &'static str {
    match status {
        PortStatus::Active => "ACTIVE",
        PortStatus::Build => "BUILD",
        PortStatus::Down => "DOWN",
        PortStatus::Error => "ERROR",
    }
}

async fn list(
    State(door): State<Door>,
    context: RequestContext,
    version: Microversion,
    Path(id): Path<String>,
) -> Result<impl IntoResponse, Fault> {
    allow(&context, "os_compute_api:os-attach-interfaces:list", Need::Reader)?;
    let interfaces = door.compute.interfaces(&context, instance_id(&id)?).await?;
    let all: Vec<Attachment> = interfaces.iter().map(Attachment::of).collect();
    Ok(At(version, Under("interfaceAttachments", all)))
}

async fn show(
    State(door): State<Door>,
    context: RequestContext,
    version: Microversion,
    Path((id, port)): Path<(String, String)>,
) -> Result<impl IntoResponse, Fault> {
    allow(&context, "os_compute_api:os-attach-interfaces:show", Need::Reader)?;
    let (id, port) = (instance_id(&id)?, port_id(&port)?);
    let interface = door.compute.interface(&context, id, port).await?;
    Ok(shown(version, &interface))
}

async fn attach(
    State(door): State<Door>,
    context: RequestContext,
    version: Microversion,
    Path(id): Path<String>,
    Body(body): Body<AttachBody>,
) -> Result<impl IntoResponse, Fault> {
    allow(
        &context,
        "os_compute_api:os-attach-interfaces:create",
        Need::Member,
    )?;
    let id = instance_id(&id)?;
    let wanted = body.attachment.unwrap_or_default().wanted()?;
    let interface = door.compute.attach_interface(&context, id, wanted).await?;
    Ok(shown(version, &interface))
}

/// 202: the interface goes in the server's queue.
async fn detach(
    State(door): State<Door>,
    context: RequestContext,
    Path((id, port)): Path<(String, String)>,
) -> Result<StatusCode, Fault> {
    allow(
        &context,
        "os_compute_api:os-attach-interfaces:delete",
        Need::Member,
    )?;
    let (id, port) = (instance_id(&id)?, port_id(&port)?);
    door.compute.detach_interface(&context, id, port).await?;
    Ok(StatusCode::ACCEPTED)
}

fn shown(version: Microversion, interface: &Interface) -> impl IntoResponse + use<> {
    At(version, Under("interfaceAttachment", Attachment::of(interface)))
}

/// Text that is no id names no port.
fn port_id(text: &str) -> Result<Uuid, Fault> {
    text.parse()
        .map_err(|_| Fault::not_found(format!("Port id {text} could not be found.")))
}
