//! Those settings of an interface that only `/proc/sys` has.

use std::fs;

use super::super::{Error, Namespace};

/// `/proc/sys/net` shows the namespace of the thread that looks.
pub(super) async fn enable_ipv6(namespace: &Namespace, link: &str) -> Result<(), Error> {
    let folder = format!("/proc/sys/net/ipv6/conf/{link}");
    let doing = format!("let interface {link} have IPv6");
    let written = namespace.run(move || {
        // Addresses are known to be unique: nobody has to wait until that is found out.
        fs::write(format!("{folder}/accept_dad"), "0")?;
        fs::write(format!("{folder}/disable_ipv6"), "0")
    });
    written.await?.map_err(|error| Error::kernel(doing, error))
}
