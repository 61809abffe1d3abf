//! `/os-networks` and `/os-tenant-networks`: ids and names of networks. What else they told, and changed, is gone.

use axum::extract::{Path, State};
use axum::response::IntoResponse;
use http::StatusCode;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::UNTIL_2_35;
use crate::api::compute::Door;
use crate::api::policy::{Need, allow};
use crate::api::route::{Routes, delete, get, post};
use crate::api::{At, Fault, Microversion, Under, Within};
use crate::api::{Book, Schema};
use crate::network::Network;
use crate::objects::RequestContext;
use crate::shows;
use crate::view;

pub(super) fn routes() -> Routes<Door> {
    Routes::new()
        .route(
            "/os-networks",
            get(list)
                .answers(200, shows!("networks": Vec<Former>))
                .within(UNTIL_2_35)
                .merge(post(gone)),
        )
        .route("/os-networks/add", post(gone))
        .route(
            "/os-networks/{id}",
            get(show)
                .answers(200, shows!("network": Former))
                .within(UNTIL_2_35)
                .merge(delete(gone)),
        )
        .route("/os-networks/{id}/action", post(gone))
        .route(
            "/os-tenant-networks",
            get(list_plain)
                .answers(200, shows!("networks": Vec<Plain>))
                .within(UNTIL_2_35)
                .merge(post(gone)),
        )
        .route(
            "/os-tenant-networks/{id}",
            get(show_plain)
                .answers(200, shows!("network": Plain))
                .within(UNTIL_2_35)
                .merge(delete(gone)),
        )
}

/// What networks had before Neutron, and an administrator saw beside it; null today.
const FORMER: [&str; 9] = [
    "cidr",
    "netmask",
    "gateway",
    "broadcast",
    "dns1",
    "dns2",
    "cidr_v6",
    "gateway_v6",
    "netmask_v6",
];
const FORMER_OF_ADMINS: [&str; 21] = [
    "created_at",
    "updated_at",
    "deleted_at",
    "deleted",
    "injected",
    "bridge",
    "vlan",
    "vpn_public_address",
    "vpn_public_port",
    "vpn_private_address",
    "dhcp_start",
    "project_id",
    "host",
    "bridge_interface",
    "multi_host",
    "priority",
    "rxtx_base",
    "mtu",
    "dhcp_server",
    "enable_dhcp",
    "share_address",
];

view! {
    struct Plain {
        id: Uuid,
        cidr: &'static str,
        label: String,
    }
}

impl Plain {
    /// Nova writes Python's word for no range.
    fn of(network: &Network) -> Self {
        Self {
            id: network.id,
            cidr: "None",
            label: network.name.clone(),
        }
    }
}

/// The schema of what [`in_full`] shows.
struct Former;

impl Schema for Former {
    fn schema(_: &mut Book) -> Value {
        let text = ["id", "label"].map(|key| (key, json!({"type": "string"})));
        let former = FORMER.iter().chain(&FORMER_OF_ADMINS);
        let null = former.map(|key| (*key, json!({"type": "null"})));
        let properties: Map<String, Value> = text
            .into_iter()
            .chain(null)
            .map(|(key, schema)| (key.to_owned(), schema))
            .collect();
        json!({"type": "object", "properties": properties, "required": ["id", "label"], "additionalProperties": false})
    }
}

fn in_full(context: &RequestContext, network: &Network) -> Map<String, Value> {
    let more: &[&str] = match context.is_admin() {
        true => &FORMER_OF_ADMINS,
        false => &[],
    };
    let former = FORMER.iter().chain(more);
    let mut shown: Map<String, Value> = former.map(|key| ((*key).to_owned(), Value::Null)).collect();
    shown.insert("id".to_owned(), network.id.to_string().into());
    shown.insert("label".to_owned(), network.name.as_str().into());
    shown
}

async fn all(door: &Door, context: &RequestContext) -> Result<Vec<Network>, Fault> {
    Ok(door.compute.network_proxy().seen_networks(context, false).await?)
}

async fn one(door: &Door, context: &RequestContext, id: &str) -> Result<Network, Fault> {
    let id = Uuid::parse_str(id).ok();
    let mut all = all(door, context).await?.into_iter();
    let found = all.find(|network| Some(network.id) == id);
    found.ok_or_else(|| Fault::not_found("Network not found"))
}

async fn list(State(door): State<Door>, context: RequestContext) -> Result<impl IntoResponse, Fault> {
    allow(&context, "os_compute_api:os-networks:list", Need::Reader)?;
    let all = all(&door, &context).await?;
    let networks: Vec<_> = all.iter().map(|network| in_full(&context, network)).collect();
    Ok(axum::Json(serde_json::json!({ "networks": networks })))
}

async fn show(
    State(door): State<Door>,
    context: RequestContext,
    Path(id): Path<String>,
) -> Result<impl IntoResponse, Fault> {
    allow(&context, "os_compute_api:os-networks:show", Need::Reader)?;
    let network = in_full(&context, &one(&door, &context, &id).await?);
    Ok(axum::Json(serde_json::json!({ "network": network })))
}

async fn list_plain(
    State(door): State<Door>,
    context: RequestContext,
    version: Microversion,
) -> Result<impl IntoResponse, Fault> {
    allow(&context, "os_compute_api:os-tenant-networks:list", Need::Reader)?;
    let all = all(&door, &context).await?;
    let networks: Vec<Plain> = all.iter().map(Plain::of).collect();
    Ok(At(version, Under("networks", networks)))
}

async fn show_plain(
    State(door): State<Door>,
    context: RequestContext,
    version: Microversion,
    Path(id): Path<String>,
) -> Result<impl IntoResponse, Fault> {
    allow(&context, "os_compute_api:os-tenant-networks:show", Need::Reader)?;
    let network = Plain::of(&one(&door, &context, &id).await?);
    Ok(At(version, Under("network", network)))
}

/// At every version.
async fn gone() -> Fault {
    let message = "This resource is no longer available.  No forwarding address is given.";
    Fault::new(StatusCode::GONE, message)
}
