//! Ports of the host that something has already, as far as the kernel of this machine tells.

use std::fs::read_to_string;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::DockerDriver;
use super::key::on_disk;
use crate::objects::HostPort;

/// The kernel's numbers for the states of a socket that keeps others from its port: listening, and bound without a peer.
const LISTENS: &str = "0A";
const UNCONNECTED: &str = "07";

impl DockerDriver {
    /// An engine elsewhere has ports that cannot be seen from here.
    pub(super) async fn holds_port(&self, port: &HostPort) -> bool {
        if !self.docker.url().starts_with("unix://") {
            return false;
        }
        let port = port.clone();
        let held = on_disk(move || Ok(bound(&port.protocol).iter().any(|bound| bound.collides(&port))));
        held.await.unwrap_or_default()
    }
}

/// A table that cannot be read has nothing in it: what is held then is found out when the container is started.
fn bound(protocol: &str) -> Vec<HostPort> {
    let tables: &[&str] = match protocol {
        "tcp" => &["tcp", "tcp6"],
        "udp" => &["udp", "udp6"],
        _ => &[],
    };
    let texts = tables
        .iter()
        .filter_map(|table| read_to_string(format!("/proc/net/{table}")).ok());
    texts
        .flat_map(|text| {
            text.lines()
                .filter_map(|line| entry(line, protocol))
                .collect::<Vec<_>>()
        })
        .collect()
}

/// Number, own address, the peer's, state; addresses as the machine's words in hexadecimal.
fn entry(line: &str, protocol: &str) -> Option<HostPort> {
    let mut words = line.split_ascii_whitespace().skip(1);
    let (own, _peer, state) = (words.next()?, words.next()?, words.next()?);
    let wanted = if protocol == "tcp" { LISTENS } else { UNCONNECTED };
    let (address, number) = own.split_once(':')?;
    (state == wanted).then_some(())?;
    Some(HostPort {
        ip: Some(ip(&hex::decode(address).ok()?)?.to_canonical()),
        number: u16::from_str_radix(number, 16).ok()?,
        protocol: protocol.to_owned(),
    })
}

fn ip(bytes: &[u8]) -> Option<IpAddr> {
    let words: Vec<u8> = bytes
        .chunks_exact(4)
        .filter_map(|word| Some(u32::from_be_bytes(word.try_into().ok()?)))
        .flat_map(u32::to_ne_bytes)
        .collect();
    match words.len() {
        4 => Some(Ipv4Addr::from(<[u8; 4]>::try_from(words).ok()?).into()),
        16 => Some(Ipv6Addr::from(<[u8; 16]>::try_from(words).ok()?).into()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::net::{TcpListener, UdpSocket};

    use super::*;

    fn port(number: u16, protocol: &str) -> HostPort {
        HostPort {
            ip: None,
            number,
            protocol: protocol.to_owned(),
        }
    }

    fn is_held(wanted: &HostPort) -> bool {
        bound(&wanted.protocol).iter().any(|bound| bound.collides(wanted))
    }

    #[test]
    fn a_port_is_held_while_something_listens_there() {
        for address in ["127.0.0.1:0", "0.0.0.0:0", "[::]:0"] {
            let listener = TcpListener::bind(address).unwrap();
            let number = listener.local_addr().unwrap().port();
            assert!(is_held(&port(number, "tcp")), "{address}");
            drop(listener);
            assert!(!is_held(&port(number, "tcp")), "{address}");
        }
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        let number = socket.local_addr().unwrap().port();
        assert!(is_held(&port(number, "udp")));
    }

    #[test]
    fn a_port_of_one_address_is_free_at_another() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let number = listener.local_addr().unwrap().port();
        let at = |ip: [u8; 4]| HostPort {
            ip: Some(ip.into()),
            ..port(number, "tcp")
        };
        assert!(is_held(&at([127, 0, 0, 1])));
        assert!(!is_held(&at([192, 0, 2, 1])));
    }

    #[test]
    fn the_kernels_words_are_read_in_the_machines_order() {
        let line = format!(
            "   0: {:08X}:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1",
            u32::from_ne_bytes([192, 0, 2, 7])
        );
        let found = entry(&line, "tcp").unwrap();
        assert_eq!((found.ip, found.number), (Some([192, 0, 2, 7].into()), 8080));
        // Somebody's connection keeps nobody from listening.
        assert_eq!(entry(&line.replace(" 0A ", " 01 "), "tcp"), None);
        assert_eq!(
            entry("  sl  local_address rem_address   st tx_queue", "tcp"),
            None
        );
    }
}
