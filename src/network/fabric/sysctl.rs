//! Settings of a namespace as a whole, which only `/proc/sys` has.

use std::fs;
use std::io;
use std::path::Path;

use super::super::vif::{Error, Namespace};

/// Forwards, tells neighbours of addresses that are new, and keeps the others of a link when one goes.
pub(super) const ROUTER: &[(&str, &str)] = &[
    ("ipv4/ip_forward", "1"),
    ("ipv6/conf/all/forwarding", "1"),
    ("ipv4/conf/all/arp_notify", "1"),
    ("ipv6/conf/all/ndisc_notify", "1"),
    ("ipv4/conf/all/promote_secondaries", "1"),
    // What was sent back the way it came may be on its way to a floating IP.
    ("ipv4/conf/all/send_redirects", "0"),
    ("ipv4/conf/default/send_redirects", "0"),
];

/// What is bridged is nobody's to filter but the servers' own.
pub(super) const SWITCH: &[(&str, &str)] = &[
    ("bridge/bridge-nf-call-iptables", "0"),
    ("bridge/bridge-nf-call-ip6tables", "0"),
    ("bridge/bridge-nf-call-arptables", "0"),
];

pub(super) const FORWARDING: &[(&str, &str)] = &[("ipv4/ip_forward", "1")];

/// Sets what is different, and answers with the names of those. What this kernel does not have is left out.
pub(super) async fn set(
    namespace: &Namespace,
    settings: &'static [(&'static str, &'static str)],
) -> Result<Vec<&'static str>, Error> {
    let set = namespace.run(move || {
        let mut changed = Vec::new();
        for (name, value) in settings {
            if set_one(&Path::new("/proc/sys/net").join(name), value)? {
                changed.push(*name);
            }
        }
        Ok(changed)
    });
    set.await?
        .map_err(|error: io::Error| Error::kernel("change the settings of a network namespace", error))
}

fn set_one(path: &Path, value: &str) -> io::Result<bool> {
    match fs::read_to_string(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
        Ok(present) if present.trim() == value => Ok(false),
        Ok(_) => fs::write(path, value).map(|()| true),
    }
}
