//! `/v2.0/ports`.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::api::network::Door;
use crate::api::network::attribute::{Attribute, given, settable, shown};
use crate::api::network::checks::{
    any, boolean, cidr, each, ip, ip_version, mac, object, one_of, plain, text, unless_null, uuid, uuids,
};
use crate::api::network::fault::Fault;
use crate::api::network::resource::{Served, for_admins};
use crate::network::PortStatus;
use crate::network::local::ports::{self, Wanted};
use crate::network::local::records::Port;
use crate::network::local::{Edit, Error, State, vifs};

type Checked = Result<Value, String>;

impl Served for Port {
    const PLURAL: &'static str = "ports";
    const PATH: &'static str = "ports";
    const ATTRIBUTES: &'static [Attribute] = &[
        settable("name", text),
        given("network_id", uuid).required(),
        settable("admin_state_up", boolean),
        shown("status", text),
        mac_address(),
        settable("fixed_ips", fixed_ips).unsorted(),
        settable("device_id", text),
        settable("device_owner", text),
        settable("security_groups", uuids).unsorted(),
        settable("port_security_enabled", boolean),
        settable("allowed_address_pairs", pairs).unfiltered(),
        settable("extra_dhcp_opts", options).unfiltered(),
        settable("dns_name", dns_name),
        shown("dns_assignment", any).unfiltered(),
        settable("binding:vnic_type", vnic_type).unsorted(),
        for_admins(settable("binding:host_id", text)).unsorted(),
        for_admins(settable("binding:profile", object)).unfiltered(),
        shown("binding:vif_type", text).seen_by_admins().unsorted(),
        shown("binding:vif_details", object).seen_by_admins().unfiltered(),
        shown("ip_allocation", text).unfiltered(),
    ];
    type Wanted = Wanted;

    fn complete(&self, _: &State, _: &Door, shown: &mut Map<String, Value>) {
        let name = |name: ports::Name| json!({ "ip_address": name.ip_address, "hostname": name.hostname, "fqdn": name.fqdn });
        let names: Vec<Value> = ports::names(self).into_iter().map(name).collect();
        let vif_type = vifs::vif_type(self);
        let details = match vif_type {
            "unbound" => json!({}),
            _ => json!({ "port_filter": true }),
        };
        // Of a pair, the MAC that is meant is told too.
        if let Some(pairs) = shown
            .get_mut("allowed_address_pairs")
            .and_then(Value::as_array_mut)
        {
            for pair in pairs.iter_mut().filter(|pair| pair["mac_address"].is_null()) {
                pair["mac_address"] = json!(self.mac_address);
            }
        }
        let facts = [
            ("status", json!(status(self.status()))),
            ("dns_assignment", json!(names)),
            ("binding:vif_type", json!(vif_type)),
            ("binding:vif_details", details),
            ("ip_allocation", json!("immediate")),
        ];
        shown.extend(facts.map(|(name, value)| (name.to_owned(), value)));
    }

    /// `fixed_ips=ip_address=10.0.0.3`, also by `subnet_id` and by a part of the address.
    fn passes(filter: &str, values: &[&str], shown: &Map<String, Value>) -> Option<Result<bool, Fault>> {
        (filter == "fixed_ips").then(|| by_fixed_ips(values, shown))
    }

    fn create(edit: &mut Edit<'_>, wanted: Wanted) -> Result<Uuid, Error> {
        ports::create(edit, wanted)
    }

    fn update(edit: &mut Edit<'_>, id: Uuid, wanted: Wanted) -> Result<(), Error> {
        ports::update(edit, id, wanted)
    }

    fn delete(edit: &mut Edit<'_>, id: Uuid) -> Result<(), Error> {
        ports::delete(edit, id)
    }
}

const fn mac_address() -> Attribute {
    let row = settable("mac_address", mac);
    Attribute {
        put: row.set_by_admins().put,
        ..row
    }
}

fn status(status: PortStatus) -> &'static str {
    match status {
        PortStatus::Active => "ACTIVE",
        PortStatus::Build => "BUILD",
        PortStatus::Down => "DOWN",
        PortStatus::Error => "ERROR",
    }
}

/// Of each kind that is named, one of the values has to fit; all kinds at the same address.
fn by_fixed_ips(values: &[&str], shown: &Map<String, Value>) -> Result<bool, Fault> {
    let mut wanted: Vec<(&str, &str)> = Vec::new();
    for value in values {
        match value.split_once('=') {
            Some((kind @ ("ip_address" | "subnet_id" | "ip_address_substr"), value)) => {
                wanted.push((kind, value));
            }
            _ => {
                let reason = format!("'{value}' is not an ip_address, subnet_id or ip_address_substr.");
                return Err(Fault::invalid("fixed_ips", &reason));
            }
        }
    }
    let kinds = ["ip_address", "subnet_id", "ip_address_substr"];
    let fits = |fixed: &Value, kind: &str, value: &str| match kind {
        "ip_address_substr" => plain(&fixed["ip_address"]).contains(value),
        "ip_address" => ip(&value.into()).is_ok_and(|ip| ip == fixed["ip_address"]),
        kind => plain(&fixed[kind]) == value,
    };
    let passes = |fixed: &Value| {
        kinds.iter().all(|kind| {
            let mut of_kind = wanted.iter().filter(|(named, _)| named == kind).peekable();
            of_kind.peek().is_none() || of_kind.any(|(_, value)| fits(fixed, kind, value))
        })
    };
    let all = shown.get("fixed_ips").and_then(Value::as_array);
    Ok(all.is_some_and(|all| all.iter().any(passes)))
}

fn fixed_ips(value: &Value) -> Checked {
    each(value, |fixed| {
        let Some(fields) = fixed.as_object() else {
            return Err(format!("Invalid data format for fixed IP: '{}'.", plain(fixed)));
        };
        let mut checked = Map::new();
        if let Some(address) = fields.get("ip_address").filter(|address| !address.is_null()) {
            checked.insert("ip_address".to_owned(), ip(address)?);
        }
        if let Some(subnet) = fields.get("subnet_id").filter(|subnet| !subnet.is_null()) {
            checked.insert("subnet_id".to_owned(), uuid(subnet)?);
        }
        Ok(Value::Object(checked))
    })
}

fn pairs(value: &Value) -> Checked {
    each(value, |pair| {
        let Some(address) = pair.get("ip_address") else {
            return Err("AllowedAddressPair must contain ip_address".to_owned());
        };
        let known = |name: &String| name == "ip_address" || name == "mac_address";
        if let Some(unknown) = pair
            .as_object()
            .and_then(|fields| fields.keys().find(|name| !known(name)))
        {
            return Err(format!("Unrecognized attribute(s) '{unknown}'"));
        }
        let ip_address = ip(address).or_else(|_| cidr(address))?;
        let mac_address = unless_null(pair.get("mac_address").unwrap_or(&Value::Null), mac)?;
        Ok(json!({ "ip_address": ip_address, "mac_address": mac_address }))
    })
}

fn options(value: &Value) -> Checked {
    each(value, |option| {
        let part = |name: &str| {
            option
                .get(name)
                .ok_or_else(|| format!("Validation of dictionary's keys failed. Expected keys: opt_name, opt_value; '{name}' is missing."))
                .and_then(text)
        };
        let version = option.get("ip_version").map_or(Ok(json!(4)), ip_version)?;
        Ok(json!({ "opt_name": part("opt_name")?, "opt_value": part("opt_value")?, "ip_version": version }))
    })
}

fn vnic_type(value: &Value) -> Checked {
    one_of(value, &["normal"])
}

/// Names of machines: letters, digits and hyphens between dots, in lower case.
fn dns_name(value: &Value) -> Checked {
    let name = plain(&text(value)?).to_ascii_lowercase();
    let bare = name.strip_suffix('.').unwrap_or(&name);
    let is_label = |label: &str| {
        let characters = label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        characters && (1..=63).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-')
    };
    match bare.is_empty() || bare.split('.').all(is_label) {
        true => Ok(name.into()),
        false => Err(format!(
            "'{name}' not a valid PQDN or FQDN. Reason: it has a label that is no name of a host."
        )),
    }
}
