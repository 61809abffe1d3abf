//! The resolvers of the host.

use std::net::IpAddr;
use std::path::Path;

/// What `resolv.conf(5)` names; none when it cannot be read.
pub(super) async fn name_servers(file: &Path) -> Vec<IpAddr> {
    match tokio::fs::read_to_string(file).await {
        Ok(text) => read(&text),
        Err(error) => {
            tracing::debug!(file = %file.display(), %error, "the host's resolvers are not known");
            Vec::new()
        }
    }
}

fn read(text: &str) -> Vec<IpAddr> {
    let lines = text.lines().map(str::split_whitespace);
    let servers = lines.filter_map(|mut words| match words.next() {
        Some("nameserver") => words.next()?.parse().ok(),
        _ => None,
    });
    servers.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_servers_are_read_and_the_rest_is_not() {
        let text = "# nameserver 192.0.2.1\nsearch example.org\n  nameserver\t127.0.0.53 \nnameserver fd00::1\n\
                    nameserver fe80::1%eth0\nnameserver\noptions edns0\n";
        let expected: [IpAddr; 2] = ["127.0.0.53".parse().unwrap(), "fd00::1".parse().unwrap()];
        assert_eq!(read(text), expected);
    }
}
