//! What is known here of a name: the neighbours, and that nobody else is within our domains.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::super::Directory;
use crate::objects::InstanceId;

/// What the names of servers end in when they are said in full, as Neutron has it.
pub const DOMAIN: &str = "openstacklocal";
/// What the host name in a server's metadata ends in, as Nova has it: the same servers.
const DOMAINS: [&str; 2] = [DOMAIN, "novalocal"];

/// All that is known of a name.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Answer {
    /// Where we are the authority.
    pub(super) zone: String,
    pub(super) exists: bool,
    pub(super) addresses: Vec<IpAddr>,
    pub(super) pointer: Option<String>,
}

/// What a name is to us.
#[derive(Debug, PartialEq, Eq)]
enum Subject<'a> {
    /// A word without a dot: one of us, or somebody else's.
    Bare(&'a str),
    Within {
        name: &'a str,
        domain: &'a str,
    },
    Domain(&'a str),
    /// Nobody has a name so deep.
    Deeper {
        domain: &'a str,
    },
    Address(IpAddr),
    Elsewhere,
}

/// Nothing when others have to be asked.
pub(super) async fn look_up(
    directory: &dyn Directory,
    asker: InstanceId,
    labels: &[String],
) -> Option<Answer> {
    match subject(labels) {
        Subject::Bare(name) => {
            let addresses = directory.addresses(asker, name).await;
            (!addresses.is_empty()).then(|| known(name, addresses))
        }
        Subject::Within { name, domain } => {
            let addresses = directory.addresses(asker, name).await;
            let exists = !addresses.is_empty();
            Some(Answer {
                exists,
                ..known(domain, addresses)
            })
        }
        Subject::Domain(domain) => Some(known(domain, Vec::new())),
        Subject::Deeper { domain } => Some(Answer {
            exists: false,
            ..known(domain, Vec::new())
        }),
        Subject::Address(address) => {
            let name = directory.name(asker, address).await?;
            Some(Answer {
                pointer: Some(in_full(name)),
                ..known(&labels.join("."), Vec::new())
            })
        }
        Subject::Elsewhere => None,
    }
}

fn known(zone: &str, addresses: Vec<IpAddr>) -> Answer {
    Answer {
        zone: zone.to_owned(),
        exists: true,
        addresses,
        pointer: None,
    }
}

fn in_full(name: String) -> String {
    match name.contains('.') {
        true => name,
        false => format!("{name}.{DOMAIN}"),
    }
}

fn subject(labels: &[String]) -> Subject<'_> {
    let words: Vec<&str> = labels.iter().map(String::as_str).collect();
    match words[..] {
        [.., "in-addr", "arpa"] | [.., "ip6", "arpa"] => {
            reversed(&words).map_or(Subject::Elsewhere, Subject::Address)
        }
        [domain] if DOMAINS.contains(&domain) => Subject::Domain(domain),
        [name] => Subject::Bare(name),
        [name, domain] if DOMAINS.contains(&domain) => Subject::Within { name, domain },
        [.., domain] if DOMAINS.contains(&domain) => Subject::Deeper { domain },
        _ => Subject::Elsewhere,
    }
}

/// `5.0.0.10.in-addr.arpa` is 10.0.0.5.
fn reversed(words: &[&str]) -> Option<IpAddr> {
    match words {
        [digits @ .., "in-addr", "arpa"] if digits.len() == 4 => {
            let text: Vec<&str> = digits.iter().rev().copied().collect();
            text.join(".").parse::<Ipv4Addr>().ok().map(IpAddr::V4)
        }
        [digits @ .., "ip6", "arpa"] if digits.len() == 32 => {
            let mut nibbles = digits.iter().rev().map(|digit| match digit.len() {
                1 => u128::from_str_radix(digit, 16).ok(),
                _ => None,
            });
            let bits = nibbles.try_fold(0, |bits: u128, nibble| Some(bits << 4 | nibble?));
            bits.map(|bits| IpAddr::V6(Ipv6Addr::from_bits(bits)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subject_of(name: &str) -> String {
        let labels: Vec<String> = name
            .split('.')
            .filter(|l| !l.is_empty())
            .map(str::to_owned)
            .collect();
        format!("{:?}", subject(&labels))
    }

    #[test]
    fn names_are_ours_alone_or_within_a_domain_of_ours() {
        assert_eq!(subject_of("web"), r#"Bare("web")"#);
        assert_eq!(
            subject_of("web.openstacklocal"),
            r#"Within { name: "web", domain: "openstacklocal" }"#
        );
        assert_eq!(
            subject_of("web.novalocal"),
            r#"Within { name: "web", domain: "novalocal" }"#
        );
        assert_eq!(subject_of("openstacklocal"), r#"Domain("openstacklocal")"#);
        assert_eq!(
            subject_of("a.web.openstacklocal"),
            r#"Deeper { domain: "openstacklocal" }"#
        );
        for elsewhere in ["", "www.example.org", "openstacklocal.example.org"] {
            assert_eq!(subject_of(elsewhere), "Elsewhere");
        }
    }

    #[test]
    fn reversed_addresses_are_read_when_they_are_whole() {
        assert_eq!(subject_of("5.0.0.10.in-addr.arpa"), "Address(10.0.0.5)");
        let digits = "5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f";
        assert_eq!(subject_of(&format!("{digits}.ip6.arpa")), "Address(fd00::5)");
        for partial in [
            "0.10.in-addr.arpa",
            "in-addr.arpa",
            "256.0.0.10.in-addr.arpa",
            "d.f.ip6.arpa",
        ] {
            assert_eq!(subject_of(partial), "Elsewhere", "{partial}");
        }
    }
}
