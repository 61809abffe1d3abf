//! `/v2.0/floatingips`.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::api::network::Door;
use crate::api::network::attribute::{Attribute, given, settable, shown};
use crate::api::network::checks::{any, ip, ip_or_null, text, uuid, uuid_or_null};
use crate::api::network::resource::Served;
use crate::network::PortStatus;
use crate::network::local::floating_ips::{self, Wanted};
use crate::network::local::records::{FloatingIp, Port};
use crate::network::local::{Edit, Error, State};

impl Served for FloatingIp {
    const PLURAL: &'static str = "floatingips";
    const PATH: &'static str = "floatingips";
    const ATTRIBUTES: &'static [Attribute] = &[
        given("floating_network_id", uuid).required(),
        given("floating_ip_address", ip),
        given("subnet_id", uuid_or_null).never_seen(),
        settable("port_id", uuid_or_null),
        settable("fixed_ip_address", ip_or_null),
        shown("router_id", uuid),
        shown("status", text),
        shown("port_details", any).unfiltered(),
        given("dns_name", text),
        given("dns_domain", text),
    ];
    type Wanted = Wanted;

    fn complete(&self, state: &State, _: &Door, shown: &mut Map<String, Value>) {
        let port = self.port_id.and_then(|id| state.ports.get(&id));
        let status = if port.is_some() { "ACTIVE" } else { "DOWN" };
        shown.insert("status".to_owned(), json!(status));
        shown.insert("port_details".to_owned(), json!(port.map(|port| details(port))));
    }

    fn create(edit: &mut Edit<'_>, wanted: Wanted) -> Result<Uuid, Error> {
        floating_ips::create(edit, wanted)
    }

    fn update(edit: &mut Edit<'_>, id: Uuid, wanted: Wanted) -> Result<(), Error> {
        floating_ips::update(edit, id, wanted)
    }

    fn delete(edit: &mut Edit<'_>, id: Uuid) -> Result<(), Error> {
        floating_ips::delete(edit, id)
    }
}

fn details(port: &Port) -> Value {
    let status = match port.status() {
        PortStatus::Active => "ACTIVE",
        PortStatus::Build => "BUILD",
        PortStatus::Down => "DOWN",
        PortStatus::Error => "ERROR",
    };
    json!({
        "name": port.name,
        "network_id": port.network_id,
        "mac_address": port.mac_address,
        "admin_state_up": port.admin_state_up,
        "status": status,
        "device_id": port.device_id,
        "device_owner": port.device_owner,
    })
}
