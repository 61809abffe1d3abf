//! `[oslo_middleware]`: what is accepted from clients and from proxies before us.

use crate::conf::oslo::option::section;

section! {
    /// What is accepted from clients and from proxies before us.
    pub struct OsloMiddleware in "oslo_middleware" {
        /// The largest body of a request, in bytes.
        max_request_body_size: u64 = "114688" where also "DEFAULT.osapi_max_request_body_size",
        /// Believe the X-Forwarded headers of a proxy.
        enable_proxy_headers_parsing: bool = "false",
    }
}
