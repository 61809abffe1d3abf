//! The arguments of docker-py's `create_container` and `create_host_config`, in each shape that it takes them.
//!
//! Memory and the like may be said both at the top, as docker-py once had them, and in `host_config`, which wins.

use super::document::Node;
use super::draft::{Draft, extend, set};
use super::error::Mistake;
use super::shapes::command::argv;
use super::shapes::values::{comma_list, entries_of, flag, shares, text, texts};
use super::shapes::{binds, devices, env, lxc, names, pairs, ports, restart, size, ulimits};
use super::vocabulary::{self, Place, Row, Vocabulary};

pub(super) const VOCABULARY: Vocabulary = Vocabulary {
    top: Place {
        prefix: "",
        rows: TOP,
    },
    host: Place {
        prefix: "host_config.",
        rows: HOST,
    },
};

const TOP: &[Row] = &[
    ("command", |d, n| set(&mut d.options.cmd, argv(n))),
    ("hostname", |d, n| {
        set(&mut d.options.hostname, names::hostname(n))
    }),
    ("domainname", |d, n| {
        set(&mut d.options.domainname, names::hostname(n))
    }),
    ("user", |d, n| set(&mut d.options.user, text(n))),
    ("detach", |d, n| set(&mut d.detach, flag(n))),
    ("stdin_open", |d, n| set(&mut d.options.open_stdin, flag(n))),
    ("tty", |d, n| set(&mut d.options.tty, flag(n))),
    ("mem_limit", |d, n| set(&mut d.options.memory, size::memory(n))),
    ("memswap_limit", |d, n| {
        set(&mut d.options.memory_swap, size::memory_or_unlimited(n))
    }),
    ("cpu_shares", |d, n| set(&mut d.options.cpu_shares, shares(n))),
    ("cpuset", |d, n| set(&mut d.options.cpuset_cpus, names::cpuset(n))),
    ("ports", |d, n| {
        extend(&mut d.options.exposed_ports, ports::exposed(n))
    }),
    ("environment", |d, n| set(&mut d.options.env, env::environment(n))),
    ("dns", |d, n| extend(&mut d.options.dns, names::addresses(n))),
    ("volumes", volumes),
    ("volumes_from", |d, n| {
        extend(&mut d.options.volumes_from, comma_list(n))
    }),
    ("network_disabled", |d, n| {
        set(&mut d.options.network_disabled, flag(n))
    }),
    ("image", |d, _| {
        d.warn("image", "what runs is the server's own image");
        Ok(())
    }),
    ("name", |d, _| {
        d.warn("name", "the container is named after the server");
        Ok(())
    }),
    ("entrypoint", |d, n| set(&mut d.options.entrypoint, argv(n))),
    ("working_dir", |d, n| {
        set(&mut d.options.working_dir, names::absolute_path(n))
    }),
    ("mac_address", |d, n| {
        set(&mut d.options.mac_address, names::mac_address(n))
    }),
    ("labels", |d, n| {
        env::labels(n).map(|labels| d.options.labels.extend(labels))
    }),
    ("stop_signal", |d, n| set(&mut d.options.stop_signal, text(n))),
    ("host_config", host_config),
];

const HOST: &[Row] = &[
    ("mem_limit", |d, n| set(&mut d.options.memory, size::memory(n))),
    ("memswap_limit", |d, n| {
        set(&mut d.options.memory_swap, size::memory_or_unlimited(n))
    }),
    ("cpu_shares", |d, n| set(&mut d.options.cpu_shares, shares(n))),
    ("cpuset_cpus", |d, n| {
        set(&mut d.options.cpuset_cpus, names::cpuset(n))
    }),
    ("security_opt", |d, n| {
        extend(&mut d.options.security_opt, texts(n))
    }),
    ("binds", volumes),
    ("links", |d, n| extend(&mut d.options.links, pairs::pairs(n))),
    ("lxc_conf", |d, n| lxc::settings(d, "host_config.lxc_conf", n)),
    ("port_bindings", |d, n| {
        ports::bindings(n, ports::in_any_shape).map(|ports| d.options.port_bindings.extend(ports))
    }),
    ("publish_all_ports", |d, n| {
        set(&mut d.options.publish_all_ports, flag(n))
    }),
    ("privileged", |d, n| set(&mut d.options.privileged, flag(n))),
    ("dns", |d, n| extend(&mut d.options.dns, names::addresses(n))),
    ("dns_search", |d, n| extend(&mut d.options.dns_search, texts(n))),
    ("volumes_from", |d, n| {
        extend(&mut d.options.volumes_from, comma_list(n))
    }),
    ("cap_add", |d, n| extend(&mut d.options.cap_add, texts(n))),
    ("cap_drop", |d, n| extend(&mut d.options.cap_drop, texts(n))),
    ("restart_policy", |d, n| {
        set(&mut d.options.restart_policy, restart::policy(n))
    }),
    ("network_mode", |d, n| set(&mut d.options.network_mode, text(n))),
    ("devices", |d, n| {
        devices::devices(n).map(|devices| d.options.devices = devices)
    }),
    ("extra_hosts", |d, n| {
        extend(&mut d.options.extra_hosts, pairs::pairs(n))
    }),
    ("ulimits", |d, n| {
        ulimits::ulimits(n).map(|ulimits| d.options.ulimits = ulimits)
    }),
];

/// A path alone is a volume of the container, a path with where it comes from is a bind.
fn volumes(draft: &mut Draft, node: &Node) -> Result<(), Mistake> {
    let mounts = binds::mounts(node)?;
    extend(&mut draft.options.volumes, Ok(mounts.volumes))?;
    extend(&mut draft.options.binds, Ok(mounts.binds))
}

fn host_config(draft: &mut Draft, node: &Node) -> Result<(), Mistake> {
    let entries = entries_of(node, "a mapping such as {binds: []}")?;
    draft.fill(vocabulary::of_host_config(entries)?, VOCABULARY.top, entries)
}
