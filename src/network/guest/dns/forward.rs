//! Asks other name servers what is not known here, and passes on what they say as they said it.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket as StdUdpSocket};
use std::time::Duration;

use domain::base::Message;
use tokio::net::{TcpSocket, UdpSocket};
use tokio::time::timeout;

use super::{Transport, receive, send};
use crate::network::vif::Namespace;

const PORT: u16 = 53;
/// For each server; resolvers in servers wait five seconds.
const PATIENCE: Duration = Duration::from_secs(2);
/// As many as `resolv.conf` may name.
const MOST_SERVERS: usize = 3;

/// The first reply of any of these servers, one after the other; from within a namespace if one is given.
pub(super) async fn ask(
    query: &Message<&[u8]>,
    transport: Transport,
    servers: impl Iterator<Item = IpAddr>,
    namespace: Option<&Namespace>,
) -> Option<Vec<u8>> {
    for server in servers.take(MOST_SERVERS) {
        let server = SocketAddr::new(server, PORT);
        let reply = async {
            match transport {
                Transport::Udp => by_datagram(query, server, namespace).await,
                Transport::Tcp => by_connection(query, server, namespace).await,
            }
        };
        match timeout(PATIENCE, reply).await {
            Ok(Ok(reply)) => return Some(reply),
            Ok(Err(error)) => tracing::debug!(%server, %error, "a name server could not be asked"),
            Err(_) => tracing::debug!(%server, "a name server does not answer"),
        }
    }
    None
}

async fn by_datagram(
    query: &Message<&[u8]>,
    server: SocketAddr,
    namespace: Option<&Namespace>,
) -> io::Result<Vec<u8>> {
    let socket = opened(namespace, move || StdUdpSocket::bind((any(server), 0))).await?;
    socket.set_nonblocking(true)?;
    let socket = UdpSocket::from_std(socket)?;
    socket.connect(server).await?;
    socket.send(query.as_slice()).await?;
    let mut buffer = vec![0; u16::MAX.into()];
    loop {
        let size = socket.recv(&mut buffer).await?;
        if is_reply(&buffer[..size], query) {
            buffer.truncate(size);
            return Ok(buffer);
        }
    }
}

async fn by_connection(
    query: &Message<&[u8]>,
    server: SocketAddr,
    namespace: Option<&Namespace>,
) -> io::Result<Vec<u8>> {
    let new = move || match server {
        SocketAddr::V4(_) => TcpSocket::new_v4(),
        SocketAddr::V6(_) => TcpSocket::new_v6(),
    };
    let mut stream = opened(namespace, new).await?.connect(server).await?;
    send(&mut stream, query.as_slice()).await?;
    let reply = receive(&mut stream).await?;
    match is_reply(&reply, query) {
        true => Ok(reply),
        false => Err(io::ErrorKind::InvalidData.into()),
    }
}

async fn opened<S, F>(namespace: Option<&Namespace>, open: F) -> io::Result<S>
where
    S: Send + 'static,
    F: FnOnce() -> io::Result<S> + Send + 'static,
{
    match namespace {
        Some(namespace) => namespace.run(open).await.map_err(io::Error::other)?,
        None => open(),
    }
}

fn any(server: SocketAddr) -> IpAddr {
    match server {
        SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    }
}

/// Anything else may come from anybody.
fn is_reply(bytes: &[u8], query: &Message<&[u8]>) -> bool {
    Message::from_octets(bytes).is_ok_and(|reply| reply.is_answer(query))
}
