//! What a server is told when it asks: sockets that nova-docker opens inside the server's own network namespace.
//!
//! All of them are on 169.254.169.254, an address of the server's own loopback interface: port 80 tells it who it is,
//! port 53 knows names. Nobody else reaches them, so whoever asks there is that server.

mod dns;
mod guests;
mod sockets;

use std::net::{IpAddr, TcpListener};

use async_trait::async_trait;
use tokio_util::sync::CancellationToken;

use crate::objects::InstanceId;

pub use dns::DOMAIN;
pub use guests::Guests;

/// A listening socket on 169.254.169.254:80 of one server: whoever connects is that server.
#[derive(Debug)]
pub struct MetadataListener {
    pub instance: InstanceId,
    pub listener: TcpListener,
    /// The namespace is on its way out: close it, or it would live on.
    pub end: CancellationToken,
}

/// Who is called what on the networks of a server.
#[async_trait]
pub trait Directory: std::fmt::Debug + Send + Sync {
    /// The addresses of the server of this name (one label, in small letters) that share a network with the asker.
    async fn addresses(&self, asker: InstanceId, name: &str) -> Vec<IpAddr>;
    /// The name of the server that has this address on a network of the asker, with or without a domain.
    async fn name(&self, asker: InstanceId, address: IpAddr) -> Option<String>;
    /// The name servers of the asker's subnets, to which all other questions go.
    async fn upstream(&self, asker: InstanceId) -> Vec<IpAddr>;
}
