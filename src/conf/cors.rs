//! `[cors]`: which web pages of other origins may call.

use crate::conf::oslo::option::section;

section! {
    /// Which web pages of other origins may call, for dashboards that talk to the services from the browser.
    pub struct Cors in "cors" {
        /// The origins, such as `https://dashboard.example.com`; `*` is all. None may when this is empty.
        allowed_origin: Vec<String> = "",
        /// Pages may send what identifies their user.
        allow_credentials: bool = "true",
        /// The headers of answers that pages may read.
        expose_headers: Vec<String> = "X-Auth-Token,X-Openstack-Request-Id,X-Subject-Token,X-Service-Token,OpenStack-API-Version,X-OpenStack-Nova-API-Version",
        /// Seconds for which a browser remembers what is allowed.
        max_age: u64 = "3600",
        /// What pages may ask for.
        allow_methods: Vec<String> = "GET,PUT,POST,DELETE,PATCH",
        /// The headers that pages may send.
        allow_headers: Vec<String> = "X-Auth-Token,X-Openstack-Request-Id,X-Identity-Status,X-Roles,X-Service-Catalog,X-User-Id,X-Tenant-Id,OpenStack-API-Version,X-OpenStack-Nova-API-Version,Content-Type,Accept",
    }
}
