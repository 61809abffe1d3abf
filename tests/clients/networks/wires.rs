//! What the host has for ports and networks, asked with the host's own programs: not with the code that is tested.

use std::process::Command;

/// Bridges are called so by Neutron's agents, and by us.
pub(super) fn bridge(network: &str) -> String {
    format!("brq{}", &network[..11])
}

fn tap(port: &str) -> String {
    format!("tap{}", &port[..11])
}

/// Whether the host itself has this interface.
pub(super) fn of_host(link: &str) -> bool {
    has(&["ip", "-o", "link"], link)
}

/// The host's ends of a port's wire, in the host itself and where bridges are that are apart from it.
pub(super) fn taps(port: &str) -> usize {
    let tap = tap(port);
    let namespaces = said(&["ip", "netns", "list"]);
    let apart = namespaces
        .lines()
        .filter_map(|line| line.split_whitespace().next());
    let apart = apart.filter(|name| name.starts_with("nova-docker-"));
    let apart = apart
        .filter(|name| has(&["ip", "-n", name, "-o", "link"], &tap))
        .count();
    apart + usize::from(of_host(&tap))
}

/// The engine's rules that let something through to a port's wire or from it.
pub(super) fn passages(port: &str) -> usize {
    let tap = tap(port);
    let rules = said(&["iptables", "-S", "DOCKER-USER"]);
    rules.lines().filter(|rule| rule.contains(&tap)).count()
}

fn has(words: &[&str], link: &str) -> bool {
    let name = format!(" {link}@");
    let alone = format!(" {link}:");
    let said = said(words);
    said.lines()
        .any(|line| line.contains(&name) || line.contains(&alone))
}

/// A namespace of somebody else may go while it is looked at: then it says nothing.
fn said(words: &[&str]) -> String {
    let output = Command::new(words[0]).args(&words[1..]).output().unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}
