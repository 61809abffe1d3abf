//! The layout of EC2: a tree of short texts below each date.

use super::facts::Facts;
use super::node::{Folder, Node};

/// Oldest first: what is compared with `since` below.
pub(super) const VERSIONS: [&str; 9] = [
    "1.0",
    "2007-01-19",
    "2007-03-01",
    "2007-08-29",
    "2007-10-10",
    "2007-12-15",
    "2008-02-01",
    "2008-09-01",
    NEWEST,
];
pub(super) const NEWEST: &str = "2009-04-04";

/// `meta-data` and `user-data` of a version, if it is one.
pub(super) fn tree(facts: &Facts, version: &str) -> Option<Folder> {
    let version = match version {
        "latest" => NEWEST,
        dated => VERSIONS.into_iter().find(|known| *known == dated)?,
    };
    let tree = Folder::default().with("meta-data", Node::Folder(meta_data(facts, version)));
    Some(match facts.user_data() {
        Some(bytes) => tree.with("user-data", Node::Bytes(bytes)),
        None => tree,
    })
}

fn meta_data(facts: &Facts, version: &str) -> Folder {
    // The texts of versions sort as their dates do.
    let since = |date: &str| version >= date;
    let hostname = || Node::text(facts.hostname());
    let mut tree = first(facts);
    if since("2007-01-19") {
        tree = tree
            .with("local-hostname", hostname())
            .with("public-hostname", hostname())
            .with("public-ipv4", Node::text(floating_ip(facts)));
    }
    if since("2007-08-29") {
        tree = tree.with("instance-type", Node::text(&facts.instance.flavor.name));
    }
    if since("2007-12-15") {
        tree = tree.with("block-device-mapping", Node::Folder(devices()));
    }
    if since("2008-02-01") {
        let zone = facts.instance.availability_zone.clone().unwrap_or_default();
        let placement = Folder::default().with("availability-zone", Node::text(zone));
        tree = tree.with("placement", Node::Folder(placement));
    }
    if since("2008-09-01") {
        tree = tree.with("instance-action", Node::text("none"));
    }
    tree
}

/// What there was from the beginning.
fn first(facts: &Facts) -> Folder {
    let instance = &facts.instance;
    let groups = instance.security_groups.clone();
    let tree = Folder::default()
        .with("ami-id", Node::text(ami_id(facts)))
        .with("ami-launch-index", Node::Number(instance.launch_index))
        .with("ami-manifest-path", Node::text("FIXME"))
        .with("instance-id", Node::text(format!("i-{:08x}", instance.number)))
        .with("hostname", Node::text(facts.hostname()))
        .with("local-ipv4", Node::text(fixed_ip(facts)))
        .with("reservation-id", Node::text(&instance.reservation_id))
        .with("security-groups", Node::Names(groups));
    let Some((name, key)) = facts.key() else {
        return tree;
    };
    let first = Folder::titled(format!("0={name}"));
    let first = first.with("openssh-key", Node::text(key));
    tree.with(
        "public-keys",
        Node::Folder(Folder::default().with("0", Node::Folder(first))),
    )
}

/// Nova counts images for EC2; the beginning of an image's id is as good a number.
fn ami_id(facts: &Facts) -> String {
    let number = facts.instance.image.map_or(0, |image| image.0.as_fields().0);
    format!("ami-{number:08x}")
}

/// What Nova says of a server whose root has no name of a device.
fn devices() -> Folder {
    Folder::default()
        .with("ami", Node::text("sda1"))
        .with("ephemeral0", Node::text("sda2"))
        .with("root", Node::text("/dev/sda1"))
        .with("swap", Node::text("sda3"))
}

fn fixed_ip(facts: &Facts) -> String {
    let mut ips = facts.instance.vifs.iter().flat_map(|vif| vif.fixed_ips());
    let first = ips.find(|(ip, _)| ip.is_ipv4());
    first.map_or_else(String::new, |(ip, _)| ip.to_string())
}

fn floating_ip(facts: &Facts) -> String {
    let mut ips = facts.instance.vifs.iter().flat_map(|vif| &vif.floating_ips);
    ips.next().map_or_else(String::new, |ip| ip.floating.to_string())
}
