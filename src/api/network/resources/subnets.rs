//! `/v2.0/subnets`.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::api::network::Door;
use crate::api::network::attribute::{Attribute, given, settable, shown};
use crate::api::network::checks::{
    any, boolean, cidr_or_null, each, ip, ip_or_null, ip_version, one_of, plain, text, unless_null, uuid,
    uuid_or_null, whole_or_null,
};
use crate::api::network::resource::Served;
use crate::network::local::records::Subnet;
use crate::network::local::subnets::{self, Wanted};
use crate::network::local::{Edit, Error, State};

type Checked = Result<Value, String>;

impl Served for Subnet {
    const PLURAL: &'static str = "subnets";
    const PATH: &'static str = "subnets";
    const ATTRIBUTES: &'static [Attribute] = &[
        settable("name", text),
        given("network_id", uuid).required(),
        given("ip_version", ip_version).required(),
        given("cidr", cidr_or_null),
        given("subnetpool_id", uuid_or_null),
        given("prefixlen", whole_or_null).never_seen(),
        given("use_default_subnetpool", boolean).never_seen(),
        settable("gateway_ip", ip_or_null),
        settable("allocation_pools", pools).unfiltered(),
        settable("dns_nameservers", name_servers).unfiltered(),
        settable("host_routes", routes).unfiltered(),
        settable("enable_dhcp", boolean),
        given("ipv6_ra_mode", mode),
        given("ipv6_address_mode", mode),
        shown("router:external", boolean).unfiltered(),
        shown("segment_id", any).unfiltered(),
    ];
    type Wanted = Wanted;

    fn complete(&self, state: &State, _: &Door, shown: &mut Map<String, Value>) {
        let network = state.networks.get(&self.network_id);
        let external = network.is_some_and(|network| network.external);
        shown.insert("router:external".to_owned(), json!(external));
        shown.insert("segment_id".to_owned(), Value::Null);
    }

    fn create(edit: &mut Edit<'_>, wanted: Wanted) -> Result<Uuid, Error> {
        subnets::create(edit, wanted)
    }

    fn update(edit: &mut Edit<'_>, id: Uuid, wanted: Wanted) -> Result<(), Error> {
        subnets::update(edit, id, wanted)
    }

    fn delete(edit: &mut Edit<'_>, id: Uuid) -> Result<(), Error> {
        subnets::delete(edit, id)
    }
}

fn mode(value: &Value) -> Checked {
    unless_null(value, |value| {
        one_of(value, &["dhcpv6-stateful", "dhcpv6-stateless", "slaac"])
    })
}

fn pools(value: &Value) -> Checked {
    each(value, |pool| {
        let part = |name: &str| match pool.get(name) {
            Some(address) => ip(address),
            None => Err(format!("Invalid data format for IP pool: '{}'.", plain(pool))),
        };
        Ok(json!({ "start": part("start")?, "end": part("end")? }))
    })
}

fn name_servers(value: &Value) -> Checked {
    let checked = each(value, |server| {
        ip(server).map_err(|reason| format!("'{}' is not a valid nameserver. {reason}", plain(server)))
    })?;
    no_twice(&checked, "nameserver")?;
    Ok(checked)
}

pub(super) fn routes(value: &Value) -> Checked {
    let checked = each(value, |route| {
        let part = |name: &str| {
            route
                .get(name)
                .ok_or_else(|| format!("Invalid data format for hostroute: '{}'.", plain(route)))
        };
        let destination = super::super::checks::cidr(part("destination")?)?;
        Ok(json!({ "destination": destination, "nexthop": ip(part("nexthop")?)? }))
    })?;
    no_twice(&checked, "hostroute")?;
    Ok(checked)
}

fn no_twice(list: &Value, what: &str) -> Result<(), String> {
    let items = list.as_array().map(Vec::as_slice).unwrap_or_default();
    let twice = items
        .iter()
        .enumerate()
        .find(|(at, item)| items[..*at].contains(item));
    match twice {
        Some((_, item)) => Err(format!("Duplicate {what} '{}'.", plain(item))),
        None => Ok(()),
    }
}
