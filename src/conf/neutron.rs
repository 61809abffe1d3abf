//! `[neutron]`: where networks and ports come from.

use crate::conf::auth::Auth;
use crate::conf::oslo::option::section;

section! {
    /// Where networks and ports come from. Not used yet: servers are on the engine's default network, or on none.
    pub struct Neutron in "neutron" with auth: Auth {
        /// The address of the network API, in place of the service catalog's.
        endpoint_override: Option<String>,
        /// Which addresses of the service catalog to use, the best first.
        valid_interfaces: Vec<String> = "internal,public",
        /// Seconds that an answer may take.
        timeout: u64 = "60",
    }
}
