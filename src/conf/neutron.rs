//! `[neutron]`: where networks and ports come from inside a cloud.

use crate::conf::auth::Auth;
use crate::conf::oslo::option::section;

section! {
    /// Where networks and ports come from inside a cloud. Its user makes ports for every project and binds them to this host:
    /// an administrator. Without `auth_url` it is the user of `[keystone_authtoken]`; `region_name`, `cafile` and `insecure`
    /// count for the network API too.
    pub struct Neutron in "neutron" with auth: Auth {
        /// The address of the network API, in place of the service catalog's.
        endpoint_override: Option<String>,
        /// Which addresses of the service catalog to use, the best first.
        valid_interfaces: Vec<String> = "internal,public",
        /// Seconds that an answer may take.
        timeout: u64 = "60",
        /// How often a request is repeated while the network API cannot be reached.
        http_retries: u32 = "3",
        /// The bridge for ports of Open vSwitch that name none.
        ovs_bridge: String = "br-int",
        /// Seconds for which it is believed what extensions the network API has.
        extension_sync_interval: u64 = "600",
        /// Seconds between two questions about what has changed: security group rules, addresses, names. A change reaches
        /// servers that much later at most, and a little for the answer.
        poll_interval: f64 = "0.5",
    }
}

impl Neutron {
    /// Which option has a value that cannot work, and why.
    pub(super) fn objection(&self) -> Option<(&'static str, String)> {
        let pauses = self.poll_interval.is_finite() && self.poll_interval >= 0.05;
        let answers = self.timeout > 0;
        let wrong = |option, least: &str| Some((option, format!("is too short, {least} s is the least")));
        match (pauses, answers) {
            (false, _) => wrong("poll_interval", "0.05"),
            (_, false) => wrong("timeout", "1"),
            _ => None,
        }
    }
}
