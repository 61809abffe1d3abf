//! `[standalone]`: the small cloud that nova-docker is when there is no Keystone.

use crate::conf::oslo::option::section;
use crate::objects::Cidr;

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
        /// The address on which the network API listens.
        network_listen: String = "127.0.0.1",
        /// The port on which the network API listens.
        network_listen_port: u16 = "9696",
        /// The range of the network "private", which all projects share. Read on the first start only.
        private_subnet: Cidr = "10.0.0.0/24",
        /// The range of the network "public", which leads out. Read on the first start only.
        public_subnet: Cidr = "172.24.4.0/24",
        /// The region of the service catalog.
        region_name: String = "RegionOne",
        /// Seconds that a token is good for.
        token_expiration: u64 = "3600",
        /// The host name in the addresses of the service catalog; when unset, the addresses that are listened on.
        public_host: Option<String>,
    }
}
