//! What a port is called in its network's names.

use std::net::IpAddr;

use super::super::records::Port;

/// The domain of everything that has no other.
const DOMAIN: &str = "openstacklocal.";

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    pub ip_address: IpAddr,
    pub hostname: String,
    pub fqdn: String,
}

/// One for each address; a port without a name is called after it.
pub fn names(port: &Port) -> Vec<Name> {
    let name = |ip_address: IpAddr| {
        let hostname = match port.dns_name.is_empty() {
            true => format!("host-{}", ip_address.to_string().replace(['.', ':'], "-")),
            false => port.dns_name.clone(),
        };
        Name {
            ip_address,
            fqdn: format!("{hostname}.{DOMAIN}"),
            hostname,
        }
    };
    port.addresses().map(name).collect()
}
