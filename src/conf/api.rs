//! `[api]`: how the compute API answers.

use crate::conf::oslo::option::section;

section! {
    /// How the compute API answers.
    pub struct Api in "api" {
        /// The most items that one page of a list holds.
        max_limit: u64 = "1000" where also "DEFAULT.osapi_max_limit",
        /// How callers prove who they are.
        auth_strategy: String = "keystone" where one_of "keystone" also "DEFAULT.auth_strategy",
        /// The domain that completes the host names which servers are told by the metadata service; empty for none.
        dhcp_domain: String = "novalocal" where also "DEFAULT.dhcp_domain",
        /// The beginning of links to the compute API, instead of the address that was asked.
        compute_link_prefix: Option<String> where also "DEFAULT.osapi_compute_link_prefix",
        /// The beginning of links to images, instead of the address that was asked.
        glance_link_prefix: Option<String> where also "DEFAULT.osapi_glance_link_prefix",
    }
}
