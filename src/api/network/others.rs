//! What a cloud of one machine has one of or none: zones, agents, providers; and how full its networks are.

use axum::extract::{Path, State};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::Door;
use super::fault::Fault;
use super::resource::parse_id;
use crate::network::local::availability::{self, Availability};
use crate::network::local::records::Network;
use crate::network::local::{self, Resource};
use crate::objects::RequestContext;

pub(super) fn routes() -> Router<Door> {
    Router::new()
        .route("/v2.0/availability_zones", get(zones))
        .route("/v2.0/agents", get(agents))
        .route("/v2.0/agents/{id}", get(agent))
        .route("/v2.0/service-providers", get(providers))
        .route("/v2.0/network-ip-availabilities", get(availabilities))
        .route("/v2.0/network-ip-availabilities/{id}", get(availability))
}

async fn zones(State(door): State<Door>, _: RequestContext) -> Json<Value> {
    let zone = |resource: &str| json!({ "name": door.zone, "resource": resource, "state": "available" });
    Json(json!({ "availability_zones": [zone("network"), zone("router")] }))
}

fn only_admins(context: &RequestContext, rule: &str) -> Result<(), Fault> {
    match context.is_admin() {
        true => Ok(()),
        false => Err(Fault::not_allowed(rule)),
    }
}

/// There are none: the service does their work itself.
async fn agents(_: RequestContext) -> Json<Value> {
    Json(json!({ "agents": [] }))
}

async fn agent(_: RequestContext, Path(id): Path<String>) -> Fault {
    Fault::not_found("AgentNotFound", format!("Agent {id} could not be found."))
}

async fn providers(_: RequestContext) -> Json<Value> {
    Json(json!({ "service_providers": [] }))
}

async fn availabilities(State(door): State<Door>, context: RequestContext) -> Result<Json<Value>, Fault> {
    only_admins(&context, "get_network_ip_availability")?;
    let state = door.networks.state();
    let all: Vec<Value> = state
        .networks
        .values()
        .map(|network| view(&state, network))
        .collect();
    Ok(Json(json!({ "network_ip_availabilities": all })))
}

async fn availability(
    State(door): State<Door>,
    context: RequestContext,
    Path(id): Path<String>,
) -> Result<Json<Value>, Fault> {
    only_admins(&context, "get_network_ip_availability")?;
    let state = door.networks.state();
    let id: Uuid = parse_id::<Network>(&id)?;
    let network = state.find::<Network>(&context, id)?;
    Ok(Json(json!({ "network_ip_availability": view(&state, network) })))
}

fn view(state: &local::State, network: &Network) -> Value {
    let subnets: Vec<Availability<'_>> = state
        .subnets_of(network.standard.id)
        .map(|subnet| availability::of(state, subnet))
        .collect();
    let (total, used) = subnets.iter().fold((0u128, 0u128), |(total, used), subnet| {
        (total.saturating_add(subnet.total), used + subnet.used)
    });
    let subnet = |of: &Availability<'_>| {
        json!({
            "subnet_id": of.subnet.standard.id,
            "subnet_name": of.subnet.name,
            "cidr": of.subnet.cidr,
            "ip_version": of.subnet.ip_version,
            "total_ips": count(of.total),
            "used_ips": count(of.used),
        })
    };
    let standard = network.standard();
    let fields = [
        ("network_id", json!(standard.id)),
        ("network_name", json!(network.name)),
        ("project_id", json!(standard.project_id)),
        ("tenant_id", json!(standard.project_id)),
        (
            "subnet_ip_availability",
            Value::Array(subnets.iter().map(subnet).collect()),
        ),
        ("total_ips", count(total)),
        ("used_ips", count(used)),
    ];
    Value::Object(Map::from_iter(
        fields.map(|(name, value)| (name.to_owned(), value)),
    ))
}

/// What 64 bits cannot count is told as JSON's other kind of number.
fn count(number: u128) -> Value {
    u64::try_from(number).map_or_else(|_| json!(number as f64), Value::from)
}
