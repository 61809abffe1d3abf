//! `[glance]`: where images come from.

use std::path::PathBuf;

use crate::conf::oslo::option::section;

section! {
    /// Where images come from.
    pub struct Glance in "glance" {
        /// Addresses of the image API; when unset, the service catalog is asked.
        api_servers: Vec<String> = "",
        /// The address of the image API, in place of the service catalog's.
        endpoint_override: Option<String>,
        /// The region whose image API is taken from the service catalog.
        region_name: Option<String>,
        /// Which addresses of the service catalog to use, the best first.
        valid_interfaces: Vec<String> = "internal,public",
        /// Authorities that may sign the image API's certificate, a PEM file.
        cafile: Option<PathBuf>,
        /// Do not verify the image API's certificate.
        insecure: bool = "false" where also "api_insecure",
        /// How often a failed request is repeated.
        num_retries: u32 = "3",
        /// Seconds that a connection may take.
        connect_timeout: u64 = "10",
        /// Seconds without a byte after which a transfer is given up.
        read_timeout: u64 = "300",
    }
}
