//! `[keystone_authtoken]`: how tokens of callers are verified.

use crate::conf::auth::Auth;
use crate::conf::oslo::option::section;

section! {
    /// How tokens of callers are verified. Without `auth_url` nova-docker runs alone, with identities and images of its own.
    pub struct KeystoneAuthtoken in "keystone_authtoken" with auth: Auth {
        /// The address of Keystone that callers without a token are told.
        www_authenticate_uri: Option<String> where also "auth_uri",
        /// Seconds that a verified token is believed without asking again; negative for never.
        token_cache_time: i64 = "300",
        /// The roles of services that may vouch for callers whose tokens have ended (X-Service-Token).
        service_token_roles: Vec<String> = "service",
        /// Refuse service tokens that carry none of `service_token_roles`.
        service_token_roles_required: bool = "false",
        /// Which of Keystone's addresses to use.
        interface: String = "internal" where one_of "internal" | "public" | "admin",
    }
}
