//! `[standalone]`: the small cloud that nova-docker is when there is no Keystone.

use crate::conf::oslo::option::section;

section! {
    /// The small cloud that nova-docker is when `[keystone_authtoken] auth_url` is unset.
    pub struct Standalone in "standalone" {
        /// The address on which the identity API listens.
        identity_listen: String = "127.0.0.1",
        /// The port on which the identity API listens.
        identity_listen_port: u16 = "5000",
        /// The address on which the image API listens.
        image_listen: String = "127.0.0.1",
        /// The port on which the image API listens.
        image_listen_port: u16 = "9292",
        /// The region of the service catalog.
        region_name: String = "RegionOne",
        /// Seconds that a token is good for.
        token_expiration: u64 = "3600",
        /// The host name in the addresses of the service catalog; when unset, the addresses that are listened on.
        public_host: Option<String>,
    }
}
