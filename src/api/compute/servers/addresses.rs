//! A server's addresses by network: `{"private": [{"version": 4, "addr": ..}]}`.

use std::collections::BTreeMap;

use serde::Serialize;
use serde::ser::Serializer;
use serde_json::{Value, json};

use crate::api::schema::{list, map};
use crate::api::{Book, Schema};
use crate::objects::{Instance, Mac, Vif, VmState};

#[derive(Debug)]
pub(super) struct Addresses {
    vifs: Vec<Vif>,
    is_plain: bool,
}

#[derive(Debug, Serialize)]
pub(super) struct Address {
    version: u8,
    addr: String,
    #[serde(flatten)]
    more: Option<More>,
    #[serde(skip)]
    kind: &'static str,
}

#[derive(Debug, Serialize)]
struct More {
    #[serde(rename = "OS-EXT-IPS:type")]
    kind: &'static str,
    #[serde(rename = "OS-EXT-IPS-MAC:mac_addr")]
    mac: Mac,
}

/// The schema of those that are [`plain`](Addresses::plain).
pub(super) struct PlainAddresses;

impl Schema for PlainAddresses {
    fn schema(_: &mut Book) -> Value {
        map(list(json!({
            "type": "object",
            "properties": {"version": {"enum": [4, 6]}, "addr": {"type": "string"}},
            "required": ["version", "addr"],
            "additionalProperties": false,
        })))
    }
}

/// Servers that are changed show them plain before 2.75.
impl Schema for Addresses {
    fn schema(_: &mut Book) -> Value {
        map(list(json!({
            "type": "object",
            "properties": {
                "version": {"enum": [4, 6]},
                "addr": {"type": "string"},
                "OS-EXT-IPS:type": {"enum": ["fixed", "floating"]},
                "OS-EXT-IPS-MAC:mac_addr": {"type": "string"},
            },
            "required": ["version", "addr"],
            "additionalProperties": false,
        })))
    }
}

impl Addresses {
    /// A server that is still being built shows none.
    pub(super) fn shown(instance: &Instance) -> Self {
        match instance.vm_state {
            VmState::Building => Self::of(Vec::new()),
            _ => Self::of(instance.vifs.clone()),
        }
    }

    pub(super) fn of(vifs: Vec<Vif>) -> Self {
        Self {
            vifs,
            is_plain: false,
        }
    }

    /// Without kind and hardware address.
    pub(super) fn plain(self) -> Self {
        Self {
            is_plain: true,
            ..self
        }
    }

    /// The fixed ones of all interfaces on a network stand before the floating ones.
    pub(super) fn networks(&self) -> BTreeMap<&str, Vec<Address>> {
        let mut networks: BTreeMap<&str, Vec<Address>> = BTreeMap::new();
        for vif in &self.vifs {
            let addresses = networks.entry(&vif.network.label).or_default();
            addresses.extend(vif.addresses().map(|(ip, kind)| Address {
                version: if ip.is_ipv4() { 4 } else { 6 },
                addr: ip.to_string(),
                more: (!self.is_plain).then_some(More { kind, mac: vif.mac }),
                kind,
            }));
        }
        for addresses in networks.values_mut() {
            addresses.sort_by_key(|address| address.kind != "fixed");
        }
        networks
    }
}

impl Serialize for Addresses {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.networks())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vif(mac: &str, label: &str, fixed: &[&str], floating: Option<(&str, &str)>) -> Vif {
        let subnet = |ip: &&str| {
            let cidr = if ip.contains(':') {
                "fd00::/64"
            } else {
                "10.0.0.0/24"
            };
            json!({"cidr": cidr, "ips": [ip]})
        };
        let subnets: Vec<_> = fixed.iter().map(subnet).collect();
        let floating: Vec<_> = floating
            .into_iter()
            .map(|(fixed, floating)| json!({"fixed": fixed, "floating": floating}))
            .collect();
        serde_json::from_value(json!({
            "id": "00000000-0000-4000-8000-000000000001", "mac": mac, "floating_ips": floating,
            "network": {"id": "00000000-0000-4000-8000-000000000002", "label": label, "subnets": subnets},
        }))
        .unwrap()
    }

    #[test]
    fn each_network_shows_all_its_fixed_addresses_and_then_the_floating_ones() {
        let (first, second, third) = ("fa:16:3e:00:00:01", "fa:16:3e:00:00:02", "fa:16:3e:00:00:03");
        let addresses = Addresses::of(vec![
            vif(
                first,
                "private",
                &["10.0.0.5", "fd00::5"],
                Some(("10.0.0.5", "203.0.113.9")),
            ),
            vif(second, "private", &["10.0.0.6"], None),
            vif(third, "backup", &[], None),
        ]);
        let shown = |version: u8, addr: &str, kind: &str, mac: &str| json!({"version": version, "addr": addr, "OS-EXT-IPS:type": kind, "OS-EXT-IPS-MAC:mac_addr": mac});
        let private = [
            shown(4, "10.0.0.5", "fixed", first),
            shown(6, "fd00::5", "fixed", first),
            shown(4, "10.0.0.6", "fixed", second),
            shown(4, "203.0.113.9", "floating", first),
        ];
        assert_eq!(json!(addresses), json!({"private": private, "backup": []}));
        let plain = [
            json!({"version": 4, "addr": "10.0.0.5"}),
            json!({"version": 6, "addr": "fd00::5"}),
            json!({"version": 4, "addr": "10.0.0.6"}),
            json!({"version": 4, "addr": "203.0.113.9"}),
        ];
        assert_eq!(json!(addresses.plain()), json!({"private": plain, "backup": []}));
    }
}
