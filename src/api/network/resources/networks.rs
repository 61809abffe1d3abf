//! `/v2.0/networks`.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::api::network::Door;
use crate::api::network::attribute::{Attribute, given, settable, shown};
use crate::api::network::checks::{any, boolean, text, texts, uuids, whole};
use crate::api::network::resource::Served;
use crate::network::local::networks::{self, Wanted};
use crate::network::local::records::Network;
use crate::network::local::{Edit, Error, State};

impl Served for Network {
    const PLURAL: &'static str = "networks";
    const PATH: &'static str = "networks";
    const ATTRIBUTES: &'static [Attribute] = &[
        settable("name", text),
        settable("admin_state_up", boolean),
        settable("mtu", whole),
        shown("status", text),
        shown("subnets", uuids).unsorted(),
        settable("shared", boolean).set_by_admins(),
        settable("port_security_enabled", boolean),
        settable("router:external", boolean).set_by_admins(),
        settable("is_default", boolean).set_by_admins(),
        settable("dns_domain", text),
        given("availability_zone_hints", texts).unsorted(),
        shown("availability_zones", texts).unsorted(),
        shown("ipv4_address_scope", any),
        shown("ipv6_address_scope", any),
        shown("provider:network_type", text).seen_by_admins(),
        shown("provider:physical_network", text).seen_by_admins(),
        shown("provider:segmentation_id", whole).seen_by_admins(),
    ];
    type Wanted = Wanted;

    fn complete(&self, state: &State, door: &Door, shown: &mut Map<String, Value>) {
        let subnets: Vec<Uuid> = state
            .subnets_of(self.standard.id)
            .map(|subnet| subnet.standard.id)
            .collect();
        let facts = [
            ("status", json!("ACTIVE")),
            ("subnets", json!(subnets)),
            ("availability_zones", json!([door.zone])),
            (
                "ipv4_address_scope",
                json!(networks::address_scope(state, self, 4)),
            ),
            (
                "ipv6_address_scope",
                json!(networks::address_scope(state, self, 6)),
            ),
            // A bridge of this machine, which is what Neutron calls local.
            ("provider:network_type", json!("local")),
            ("provider:physical_network", Value::Null),
            ("provider:segmentation_id", Value::Null),
        ];
        shown.extend(facts.map(|(name, value)| (name.to_owned(), value)));
    }

    fn create(edit: &mut Edit<'_>, wanted: Wanted) -> Result<Uuid, Error> {
        networks::create(edit, wanted)
    }

    fn update(edit: &mut Edit<'_>, id: Uuid, wanted: Wanted) -> Result<(), Error> {
        networks::update(edit, id, wanted)
    }

    fn delete(edit: &mut Edit<'_>, id: Uuid) -> Result<(), Error> {
        networks::delete(edit, id)
    }
}
