//! `/v2.0/routers`, and the networks that they join.

use axum::body::Bytes;
use axum::extract::{Path, State as Held};
use axum::routing::put;
use axum::{Json, Router as Routes};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::api::network::Door;
use crate::api::network::attribute::{Attribute, given, settable, shown};
use crate::api::network::checks::{any, boolean, cidr, ip, plain, text, texts, unless_null, uuid};
use crate::api::network::fault::Fault;
use crate::api::network::resource::{Served, allow, parse_id};
use crate::api::policy::Need;
use crate::network::local::records::Router;
use crate::network::local::routers::{self, Attached, Attachment, Wanted};
use crate::network::local::{Edit, Error, State};
use crate::objects::RequestContext;

impl Served for Router {
    const PLURAL: &'static str = "routers";
    const PATH: &'static str = "routers";
    const ATTRIBUTES: &'static [Attribute] = &[
        settable("name", text),
        settable("admin_state_up", boolean),
        shown("status", text),
        settable("external_gateway_info", gateway).unfiltered(),
        given("availability_zone_hints", texts).unsorted(),
        shown("availability_zones", texts).unsorted(),
        settable("distributed", never).set_by_admins().seen_by_admins(),
        settable("ha", never).set_by_admins().seen_by_admins(),
        settable("routes", routes).unfiltered(),
        shown("flavor_id", any),
    ];
    type Wanted = Wanted;

    fn complete(&self, _: &State, door: &Door, shown: &mut Map<String, Value>) {
        let facts = [
            ("status", json!("ACTIVE")),
            ("availability_zones", json!([door.zone])),
            // Every router is in one place: this machine.
            ("distributed", json!(false)),
            ("ha", json!(false)),
            ("flavor_id", Value::Null),
        ];
        shown.extend(facts.map(|(name, value)| (name.to_owned(), value)));
    }

    fn create(edit: &mut Edit<'_>, wanted: Wanted) -> Result<Uuid, Error> {
        routers::create(edit, wanted)
    }

    fn update(edit: &mut Edit<'_>, id: Uuid, wanted: Wanted) -> Result<(), Error> {
        routers::update(edit, id, wanted)
    }

    fn delete(edit: &mut Edit<'_>, id: Uuid) -> Result<(), Error> {
        routers::delete(edit, id)
    }
}

/// Null and nothing are no gateway.
fn gateway(value: &Value) -> Result<Value, String> {
    let Value::Object(said) = value else {
        return unless_null(value, |other| {
            Err(format!("'{}' is not a dictionary.", plain(other)))
        });
    };
    if said.is_empty() {
        return Ok(Value::Null);
    }
    let known = ["network_id", "enable_snat", "external_fixed_ips"];
    expect_keys(said, &["network_id"], &known)?;
    let mut checked = Map::new();
    for (name, value) in said {
        let value = match name.as_str() {
            "network_id" => uuid(value)?,
            "enable_snat" => boolean(value)?,
            _ => fixed_ips(value)?,
        };
        checked.insert(name.clone(), value);
    }
    Ok(Value::Object(checked))
}

fn fixed_ips(value: &Value) -> Result<Value, String> {
    each_object(value, |said| {
        expect_keys(said, &[], &["subnet_id", "ip_address"])?;
        if let Some(subnet) = said.get("subnet_id") {
            uuid(subnet)?;
        }
        if let Some(address) = said.get("ip_address") {
            ip(address)?;
        }
        Ok(Value::Object(said.clone()))
    })
}

fn routes(value: &Value) -> Result<Value, String> {
    each_object(value, |said| {
        let keys = ["destination", "nexthop"];
        expect_keys(said, &keys, &keys)?;
        let (destination, nexthop) = (&said["destination"], &said["nexthop"]);
        Ok(json!({ "destination": cidr(destination)?, "nexthop": ip(nexthop)? }))
    })
}

fn each_object(
    value: &Value,
    check: impl Fn(&Map<String, Value>) -> Result<Value, String>,
) -> Result<Value, String> {
    let items = match value {
        Value::Null => return Ok(json!([])),
        Value::Array(items) => items,
        other => return Err(format!("'{}' is not a list.", plain(other))),
    };
    let checked = items.iter().map(|item| match item {
        Value::Object(said) => check(said),
        other => Err(format!("'{}' is not a dictionary.", plain(other))),
    });
    checked.collect::<Result<_, _>>().map(Value::Array)
}

fn expect_keys(said: &Map<String, Value>, needed: &[&str], known: &[&str]) -> Result<(), String> {
    let complete = needed.iter().all(|name| said.contains_key(*name));
    if complete && said.keys().all(|name| known.contains(&name.as_str())) {
        return Ok(());
    }
    let list = |names: Vec<&str>| {
        let quoted: Vec<String> = names.iter().map(|name| format!("'{name}'")).collect();
        format!("{{{}}}", quoted.join(", "))
    };
    let expected = list(if complete { known } else { needed }.to_vec());
    let provided = list(said.keys().map(String::as_str).collect());
    Err(format!(
        "Validation of dictionary's keys failed. Expected keys: {expected} Provided keys: {provided}."
    ))
}

/// What routers of one machine cannot be.
fn never(value: &Value) -> Result<Value, String> {
    match boolean(value)? {
        Value::Bool(true) => {
            Err("routers of a cloud of one machine are neither distributed nor highly available.".to_owned())
        }
        other => Ok(other),
    }
}

/// What every resource has not: its interfaces.
pub(super) fn interfaces() -> Routes<Door> {
    Routes::new()
        .route("/v2.0/routers/{id}/add_router_interface", put(add))
        .route("/v2.0/routers/{id}/remove_router_interface", put(remove))
}

async fn add(
    Held(door): Held<Door>,
    context: RequestContext,
    Path(id): Path<String>,
    sent: Bytes,
) -> Result<Json<Value>, Fault> {
    allow::<Router>(&context, "add_router_interface", Need::Member)?;
    let id = parse_id::<Router>(&id)?;
    door.networks.state().find::<Router>(&context, id)?;
    let what = attachment(&sent)?;
    if let Attachment::Port(_, Some(_)) = what {
        return Err(bad("Cannot specify both subnet-id and port-id."));
    }
    let change = |edit: &mut Edit<'_>| routers::add_interface(edit, id, what);
    let (attached, _) = door.networks.change(&context, change).await?;
    Ok(view(id, &attached))
}

async fn remove(
    Held(door): Held<Door>,
    context: RequestContext,
    Path(id): Path<String>,
    sent: Bytes,
) -> Result<Json<Value>, Fault> {
    allow::<Router>(&context, "remove_router_interface", Need::Member)?;
    let id = parse_id::<Router>(&id)?;
    door.networks.state().find::<Router>(&context, id)?;
    let what = attachment(&sent)?;
    let change = |edit: &mut Edit<'_>| routers::remove_interface(edit, id, what);
    let (attached, _) = door.networks.change(&context, change).await?;
    Ok(view(id, &attached))
}

fn attachment(sent: &[u8]) -> Result<Attachment, Fault> {
    let sent: Map<String, Value> =
        serde_json::from_slice(sent).map_err(|_| Fault::bad_request("Body contains invalid data"))?;
    let id = |name: &str| -> Result<Option<Uuid>, Fault> {
        let Some(value) = sent.get(name) else {
            return Ok(None);
        };
        let checked = uuid(value).map_err(|reason| bad(&reason))?;
        Ok(checked.as_str().and_then(|text| text.parse().ok()))
    };
    match (id("port_id")?, id("subnet_id")?) {
        (Some(port), subnet) => Ok(Attachment::Port(port, subnet)),
        (None, Some(subnet)) => Ok(Attachment::Subnet(subnet)),
        (None, None) => Err(bad("Either subnet_id or port_id must be specified.")),
    }
}

fn bad(reason: &str) -> Fault {
    Error::bad_request("router", reason).into()
}

fn view(router: Uuid, attached: &Attached) -> Json<Value> {
    Json(json!({
        "id": router,
        "project_id": attached.project,
        "tenant_id": attached.project,
        "port_id": attached.port,
        "network_id": attached.network,
        "subnet_id": attached.subnets.last(),
        "subnet_ids": attached.subnets,
    }))
}
