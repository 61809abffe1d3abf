//! How addresses are translated, as rules for nftables: by each router, and by the host for what leaves it. Pure.

use std::net::{IpAddr, Ipv4Addr};

use super::names;
use super::wanted::{External, Gateway, Router};
use crate::objects::vif::FloatingIp;

/// A router's rules, in a table of its own namespace. They replace those that are there.
pub(super) fn of_router(router: &Router) -> String {
    let gateway = router.gateway.as_ref();
    let translation = gateway.and_then(|gateway| Translation::of(gateway, &router.floating_ips));
    let chains = translation.map(|translation| translation.chains());
    table("nova-docker", chains)
}

/// What leaves the host from the external networks has the host's address.
pub(super) fn of_host(table_name: &str, externals: &[&External]) -> String {
    let ours: Vec<String> = externals
        .iter()
        .map(|external| quoted(&names::host_end(external)))
        .collect();
    let ranges = externals.iter().flat_map(|external| &external.gateways);
    let ranges: Vec<String> = ranges
        .filter(|range| range.address.is_ipv4())
        .map(|range| range.network().to_string())
        .collect();
    let chains = (!ranges.is_empty()).then(|| {
        let hook = "type nat hook postrouting priority srcnat; policy accept;";
        let (ranges, ours) = (ranges.join(", "), ours.join(", "));
        format!(
            "chain postrouting {{\n{hook}\nip saddr {{ {ranges} }} oifname != {{ {ours} }} masquerade\n}}\n"
        )
    });
    table(table_name, chains)
}

/// All of it in one transaction. To delete a table that is not there would be an error, to add one that is there is none.
fn table(name: &str, chains: Option<String>) -> String {
    let emptied = format!("table ip {name}\ndelete table ip {name}\n");
    match chains {
        None => emptied,
        Some(chains) => format!("{emptied}table ip {name} {{\n{chains}}}\n"),
    }
}

/// Between a router's networks and the outside.
struct Translation {
    outside: String,
    own: Ipv4Addr,
    snat: bool,
    /// Outside and inside.
    pairs: Vec<(Ipv4Addr, Ipv4Addr)>,
}

impl Translation {
    /// None without IPv4 outside: IPv6 is routed as it is.
    fn of(gateway: &Gateway, floating_ips: &[FloatingIp]) -> Option<Self> {
        let own = gateway
            .interface
            .addresses
            .iter()
            .find_map(|own| v4(own.address))?;
        let pairs = floating_ips
            .iter()
            .filter_map(|ip| Some((v4(ip.floating)?, v4(ip.fixed)?)));
        Some(Self {
            outside: quoted(&names::gateway(&gateway.interface)),
            own,
            snat: gateway.snat,
            pairs: pairs.collect(),
        })
    }

    fn chains(&self) -> String {
        let mut text = String::new();
        let chain = |hook: &str, rules: Vec<String>| {
            let name = hook.split(' ').nth(3).unwrap_or(hook).to_owned();
            format!(
                "chain {name} {{\n{hook}; policy accept;\n{}\n}}\n",
                rules.join("\n")
            )
        };
        text += &chain("type nat hook prerouting priority dstnat", self.inwards());
        text += &chain("type nat hook postrouting priority srcnat", self.outwards());
        text += &chain("type filter hook forward priority filter", self.refusals());
        text
    }

    fn inwards(&self) -> Vec<String> {
        let pairs = self.pairs.iter();
        pairs
            .map(|(floating, fixed)| format!("ip daddr {floating} dnat to {fixed}"))
            .collect()
    }

    /// A server with a floating IP has it outside. Who comes from inside to a floating IP must not be answered directly:
    /// they would not know the answer.
    fn outwards(&self) -> Vec<String> {
        let Self { outside, own, .. } = self;
        let turned = "iifname \"qr-*\" ct status dnat";
        let mut rules = Vec::new();
        for (floating, fixed) in &self.pairs {
            rules.push(format!("oifname {outside} ip saddr {fixed} snat to {floating}"));
            rules.push(format!("{turned} ip saddr {fixed} snat to {floating}"));
        }
        rules.push(format!("{turned} snat to {own}"));
        if self.snat {
            rules.push(format!("oifname {outside} snat to {own}"));
        }
        rules
    }

    /// What began before a floating IP was taken away or given to another ends with it.
    fn refusals(&self) -> Vec<String> {
        let Self { outside, pairs, .. } = self;
        let set = |of: &dyn Fn(&(Ipv4Addr, Ipv4Addr)) -> String| {
            let all: Vec<String> = pairs.iter().map(of).collect();
            format!("!= {{ {} }}", all.join(", "))
        };
        let mut rules = Vec::new();
        if pairs.is_empty() {
            rules.push("ct status dnat drop".to_owned());
        } else {
            let inwards = set(&|(floating, fixed)| format!("{floating} . {fixed}"));
            rules.push(format!(
                "ct status dnat ct original ip daddr . ct reply ip saddr {inwards} drop"
            ));
        }
        let mut outwards = vec![format!("ct status snat ct reply ip daddr != {}", self.own)];
        if !pairs.is_empty() {
            let own = set(&|(floating, fixed)| format!("{fixed} . {floating}"));
            outwards.push(format!("ct original ip saddr . ct reply ip daddr {own}"));
        }
        rules.push(format!("{} drop", outwards.join(" ")));
        if self.snat {
            rules.push(format!("iifname {outside} ct state established,related accept"));
            rules.push(format!("iifname {outside} ct status dnat accept"));
            rules.push(format!("iifname {outside} drop"));
        }
        rules
    }
}

fn v4(address: IpAddr) -> Option<Ipv4Addr> {
    match address {
        IpAddr::V4(address) => Some(address),
        IpAddr::V6(_) => None,
    }
}

fn quoted(name: &str) -> String {
    format!("\"{name}\"")
}
