//! The body of the Engine's `POST /containers/create` as of v1.16, and where later versions moved its parts.
//!
//! What v1.16 has at the top and later versions have in `HostConfig` is read in both places; `HostConfig` wins.

use super::document::Node;
use super::draft::{Draft, extend, set};
use super::error::Mistake;
use super::shapes::command::argv;
use super::shapes::values::{bytes, bytes_or_unlimited, entries_of, flag, shares, text, texts};
use super::shapes::{binds, devices, env, lxc, names, ports, restart, ulimits};
use super::vocabulary::{Place, Row, Vocabulary};

pub(super) const VOCABULARY: Vocabulary = Vocabulary {
    top: Place {
        prefix: "",
        rows: TOP,
    },
    host: Place {
        prefix: "HostConfig.",
        rows: HOST,
    },
};

const TOP: &[Row] = &[
    ("Hostname", |d, n| {
        set(&mut d.options.hostname, names::hostname(n))
    }),
    ("Domainname", |d, n| {
        set(&mut d.options.domainname, names::hostname(n))
    }),
    ("User", |d, n| set(&mut d.options.user, text(n))),
    ("Memory", |d, n| set(&mut d.options.memory, bytes(n))),
    ("MemorySwap", |d, n| {
        set(&mut d.options.memory_swap, bytes_or_unlimited(n))
    }),
    ("CpuShares", |d, n| set(&mut d.options.cpu_shares, shares(n))),
    ("Cpuset", |d, n| set(&mut d.options.cpuset_cpus, names::cpuset(n))),
    ("CpuSet", |d, n| set(&mut d.options.cpuset_cpus, names::cpuset(n))),
    ("CpusetCpus", |d, n| {
        set(&mut d.options.cpuset_cpus, names::cpuset(n))
    }),
    ("AttachStdin", |d, n| set(&mut d.options.attach_stdin, flag(n))),
    ("AttachStdout", |d, n| set(&mut d.options.attach_stdout, flag(n))),
    ("AttachStderr", |d, n| set(&mut d.options.attach_stderr, flag(n))),
    ("Tty", |d, n| set(&mut d.options.tty, flag(n))),
    ("OpenStdin", |d, n| set(&mut d.options.open_stdin, flag(n))),
    ("StdinOnce", |d, n| set(&mut d.options.stdin_once, flag(n))),
    ("Env", |d, n| set(&mut d.options.env, env::environment(n))),
    ("Cmd", |d, n| set(&mut d.options.cmd, argv(n))),
    ("Entrypoint", |d, n| set(&mut d.options.entrypoint, argv(n))),
    ("Image", |d, _| {
        d.warn("Image", "what runs is the server's own image");
        Ok(())
    }),
    ("Volumes", |d, n| extend(&mut d.options.volumes, binds::paths(n))),
    ("WorkingDir", |d, n| {
        set(&mut d.options.working_dir, names::absolute_path(n))
    }),
    ("NetworkDisabled", |d, n| {
        set(&mut d.options.network_disabled, flag(n))
    }),
    ("MacAddress", |d, n| {
        set(&mut d.options.mac_address, names::mac_address(n))
    }),
    ("ExposedPorts", |d, n| {
        extend(&mut d.options.exposed_ports, ports::exposed(n))
    }),
    ("PortSpecs", |d, n| {
        extend(&mut d.options.exposed_ports, ports::exposed(n))
    }),
    ("SecurityOpts", |d, n| {
        extend(&mut d.options.security_opt, texts(n))
    }),
    ("Labels", |d, n| {
        env::labels(n).map(|labels| d.options.labels.extend(labels))
    }),
    ("StopSignal", |d, n| set(&mut d.options.stop_signal, text(n))),
    ("HostConfig", host_config),
];

const HOST: &[Row] = &[
    ("Memory", |d, n| set(&mut d.options.memory, bytes(n))),
    ("MemorySwap", |d, n| {
        set(&mut d.options.memory_swap, bytes_or_unlimited(n))
    }),
    ("CpuShares", |d, n| set(&mut d.options.cpu_shares, shares(n))),
    ("CpusetCpus", |d, n| {
        set(&mut d.options.cpuset_cpus, names::cpuset(n))
    }),
    ("SecurityOpt", |d, n| {
        extend(&mut d.options.security_opt, texts(n))
    }),
    ("Binds", |d, n| extend(&mut d.options.binds, binds::binds(n))),
    ("Links", |d, n| extend(&mut d.options.links, texts(n))),
    ("LxcConf", |d, n| lxc::settings(d, "HostConfig.LxcConf", n)),
    ("PortBindings", |d, n| {
        ports::bindings(n, ports::listed).map(|ports| d.options.port_bindings.extend(ports))
    }),
    ("PublishAllPorts", |d, n| {
        set(&mut d.options.publish_all_ports, flag(n))
    }),
    ("Privileged", |d, n| set(&mut d.options.privileged, flag(n))),
    ("Dns", |d, n| extend(&mut d.options.dns, names::addresses(n))),
    ("DnsSearch", |d, n| extend(&mut d.options.dns_search, texts(n))),
    ("VolumesFrom", |d, n| {
        extend(&mut d.options.volumes_from, texts(n))
    }),
    ("CapAdd", |d, n| extend(&mut d.options.cap_add, texts(n))),
    ("CapDrop", |d, n| extend(&mut d.options.cap_drop, texts(n))),
    ("RestartPolicy", |d, n| {
        set(&mut d.options.restart_policy, restart::policy(n))
    }),
    ("NetworkMode", |d, n| set(&mut d.options.network_mode, text(n))),
    ("Devices", |d, n| {
        devices::devices(n).map(|devices| d.options.devices = devices)
    }),
    ("ExtraHosts", |d, n| extend(&mut d.options.extra_hosts, texts(n))),
    ("Ulimits", |d, n| {
        ulimits::ulimits(n).map(|ulimits| d.options.ulimits = ulimits)
    }),
];

fn host_config(draft: &mut Draft, node: &Node) -> Result<(), Mistake> {
    draft.fill(
        VOCABULARY.host,
        VOCABULARY.top,
        entries_of(node, "a mapping such as {\"Binds\": []}")?,
    )
}
