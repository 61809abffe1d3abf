//! How a container is connected. A server with interfaces of its own has these, and little of this counts.

use super::{Meaning, add, free, of, say};
use crate::user_data::class;
use crate::user_data::document::Node;
use crate::user_data::draft::Draft;
use crate::user_data::error::Mistake;
use crate::user_data::shapes::values::{flag, text, texts};
use crate::user_data::shapes::{names, pairs, ports};

pub(in crate::user_data) const NETWORK_MODE: Meaning = of(
    class::NETWORK_MODE,
    "``bridge``, ``none``, ``host``, ``container:<server>``",
    "HostConfig.NetworkMode",
    say!(network_mode, text),
);

pub(in crate::user_data) const NETWORK_DISABLED: Meaning =
    free("true or false", "NetworkDisabled", say!(network_disabled, flag));

pub(in crate::user_data) const MAC_ADDRESS: Meaning = free(
    "a MAC address",
    "NetworkingConfig.EndpointsConfig",
    say!(mac_address, names::mac_address),
);

pub(in crate::user_data) const EXPOSED_PORTS: Meaning = free(
    "a port, or a list: ``22``, ``22/tcp``, ``[22, tcp]``; or ``{\"22/tcp\": {}}``",
    "ExposedPorts",
    add!(exposed_ports, ports::exposed),
);

pub(in crate::user_data) const LISTED_PORT_BINDINGS: Meaning = of(
    class::PORT_BINDINGS,
    "``{\"22/tcp\": [{\"HostIp\": .., \"HostPort\": \"8022\"}]}``",
    "HostConfig.PortBindings",
    listed_ports,
);

pub(in crate::user_data) const PORT_BINDINGS: Meaning = of(
    class::PORT_BINDINGS,
    "port to host port, ``[address, port]``, ``{HostIp, HostPort}``, a list of such, or null",
    "HostConfig.PortBindings",
    ports_in_any_shape,
);

pub(in crate::user_data) const PUBLISH_ALL_PORTS: Meaning = of(
    class::PUBLISH_ALL_PORTS,
    "true or false",
    "HostConfig.PublishAllPorts",
    say!(publish_all_ports, flag),
);

pub(in crate::user_data) const LINKS: Meaning = of(
    class::LINKS,
    "``name:alias``, a list of such or of pairs, or a mapping",
    "HostConfig.Links",
    add!(links, pairs::pairs),
);

pub(in crate::user_data) const EXTRA_HOSTS: Meaning = free(
    "``name:address``, a list of such or of pairs, or a mapping",
    "HostConfig.ExtraHosts",
    add!(extra_hosts, pairs::pairs),
);

pub(in crate::user_data) const DNS: Meaning =
    free("addresses", "HostConfig.Dns", add!(dns, names::addresses));

pub(in crate::user_data) const DNS_SEARCH: Meaning =
    free("domains", "HostConfig.DnsSearch", add!(dns_search, texts));

pub(in crate::user_data) const DNS_OPTIONS: Meaning = free(
    "a list such as ``ndots:2``",
    "HostConfig.DnsOptions",
    add!(dns_options, texts),
);

fn listed_ports(draft: &mut Draft, node: &Node) -> Result<(), Mistake> {
    ports::bindings(node, ports::listed).map(|ports| draft.options.port_bindings.extend(ports))
}

fn ports_in_any_shape(draft: &mut Draft, node: &Node) -> Result<(), Mistake> {
    ports::bindings(node, ports::in_any_shape).map(|ports| draft.options.port_bindings.extend(ports))
}
