//! What a document reaches for beyond the server itself, and whether it may.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use super::flavor::FlavorOptions;
use crate::objects::{HostPort, InstanceId};

/// What belongs to the service, in the engine's one room for names.
const OURS: &str = "nova-";

/// The engine takes one of these when it is to choose a port itself: what Linux has in `ip_local_port_range`.
const CHOSEN_PORTS: RangeInclusive<u16> = 32_768..=60_999;

/// Something that not everybody may say, and the key that says it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Claim {
    /// With the way to it, such as `HostConfig.Privileged`.
    pub key: String,
    /// What the option is called in `docker:<option>`, whichever vocabulary the document is written in.
    pub option: &'static str,
    pub what: What,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum What {
    /// The operator's, and any other word for the same: `NET_ADMIN` for `cap_net_admin`.
    Operators(String),
    /// A path of the host, and the whole of what is said with it.
    Path { source: String, spec: String },
    /// A volume or network of the engine, where names have no owner.
    Named(String),
    /// A server by name or id; for an operator, any container.
    Server(String),
    /// Ports of the host: one of these, or a whole range to choose from.
    Ports {
        ip: Option<String>,
        protocol: String,
        range: RangeInclusive<u16>,
    },
    /// A port that the engine chooses.
    AnyPort,
}

/// What is granted to one document.
#[derive(Debug, Clone, Copy)]
pub struct Leave<'a> {
    /// Whoever wrote it may say what an operator may.
    pub operator: bool,
    pub flavor: &'a FlavorOptions,
    /// The servers that may be named, by what the document calls them. `true`: sharing in it is the operator's.
    pub servers: &'a BTreeMap<String, (InstanceId, bool)>,
    /// The sources of binds that the host lets everybody have.
    pub paths: &'a BTreeSet<String>,
    pub ports: &'a [RangeInclusive<u16>],
}

/// By whose leave a document says what it says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Leaned {
    pub on_operator: bool,
    pub on_flavor: bool,
}

/// Why a document cannot be had by whoever wrote it. The words name the key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error(
        "Policy doesn't allow os_compute_api:servers:create:docker_privileged to be performed: `{key}`{detail}, or a flavor \
         with the extra spec docker:{option}."
    )]
    Operators {
        key: String,
        option: &'static str,
        detail: String,
    },
    #[error("`{key}`: '{name}' belongs to nova-docker; names that begin with nova- are nobody else's.")]
    Ours { key: String, name: String },
    #[error("`{key}`: there is no server '{name}' in the project.")]
    NoSuchServer { key: String, name: String },
    #[error(
        "`{key}`: what is bound from the host is judged at each start, which the engine's own restart policy would pass \
         by: leave the restart policy out."
    )]
    Unjudged { key: String },
}

/// Finds the first claim that nothing covers.
pub(super) fn judge(claims: &[Claim], restarts: bool, leave: &Leave<'_>) -> Result<Leaned, Refusal> {
    let mut leaned = Leaned {
        on_operator: false,
        on_flavor: leave.flavor.reaches_the_host(),
    };
    for claim in claims {
        let ours = claim
            .name()
            .filter(|name| name.trim_start_matches('/').starts_with(OURS));
        if let Some(name) = ours
            && !claim.is_server_in(leave)
        {
            return Err(Refusal::Ours {
                key: claim.key.clone(),
                name: name.to_owned(),
            });
        }
        let everybodys = claim.is_everybodys(leave);
        let unjudged = restarts && matches!(claim.what, What::Path { .. });
        if everybodys && !unjudged {
            continue;
        }
        if leave.flavor.gives(claim) {
            leaned.on_flavor = true;
        } else if leave.operator {
            leaned.on_operator = true;
        } else if everybodys {
            let key = claim.key.clone();
            return Err(Refusal::Unjudged { key });
        } else {
            return Err(claim.refusal(leave));
        }
    }
    Ok(leaned)
}

impl Claim {
    /// The name in the engine that it means, if it means one.
    fn name(&self) -> Option<&str> {
        match &self.what {
            What::Named(name) | What::Server(name) => Some(name),
            _ => None,
        }
    }

    fn is_server_in(&self, leave: &Leave<'_>) -> bool {
        matches!(&self.what, What::Server(name) if leave.servers.contains_key(name))
    }

    fn is_everybodys(&self, leave: &Leave<'_>) -> bool {
        match &self.what {
            What::Operators(_) | What::Named(_) => false,
            What::Path { source, .. } => leave.paths.contains(source),
            What::Server(name) => leave.servers.get(name).is_some_and(|(_, beyond)| !beyond),
            What::Ports { range, .. } => covers(leave.ports, range),
            What::AnyPort => covers(leave.ports, &CHOSEN_PORTS),
        }
    }

    fn refusal(&self, leave: &Leave<'_>) -> Refusal {
        let detail = match &self.what {
            What::Server(name) if !leave.servers.contains_key(name) => {
                return Refusal::NoSuchServer {
                    key: self.key.clone(),
                    name: name.clone(),
                };
            }
            What::Server(name) => format!(" names '{name}', which has what needs it"),
            What::Path { source, .. } => {
                format!(" asks for {source}, which is not below [docker] allowed_bind_paths, and needs it")
            }
            What::Named(name) => {
                format!(" asks for '{name}' of the engine, which has no owner, and needs it")
            }
            What::Ports { range, .. } if range.start() == range.end() => {
                let port = range.start();
                format!(" asks for port {port}, which is not in [docker] publishable_ports, and needs it")
            }
            What::Ports { .. } | What::AnyPort => {
                " asks for ports that are not all in [docker] publishable_ports, and needs it".to_owned()
            }
            What::Operators(_) => " needs it".to_owned(),
        };
        Refusal::Operators {
            key: self.key.clone(),
            option: self.option,
            detail,
        }
    }

    /// The port that nobody else can have then.
    pub fn port(&self) -> Option<HostPort> {
        match &self.what {
            What::Ports { ip, protocol, range } if range.start() == range.end() => Some(HostPort {
                ip: ip.as_ref().and_then(|ip| ip.parse().ok()),
                number: *range.start(),
                protocol: protocol.clone(),
            }),
            _ => None,
        }
    }
}

fn covers(allowed: &[RangeInclusive<u16>], wanted: &RangeInclusive<u16>) -> bool {
    allowed
        .iter()
        .any(|range| range.contains(wanted.start()) && range.contains(wanted.end()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::user_data::parse;

    fn judged(document: &str, operator: bool) -> Result<Leaned, String> {
        let leave = Leave {
            operator,
            flavor: &FlavorOptions::default(),
            servers: &BTreeMap::new(),
            paths: &BTreeSet::from(["/srv".to_owned()]),
            ports: &[1024..=40_000],
        };
        let parsed = parse(document.as_bytes()).unwrap();
        parsed.judge(&leave).map_err(|refusal| refusal.to_string())
    }

    #[test]
    fn a_path_of_everybodys_is_not_left_to_the_engines_own_restarts() {
        let always = "volumes: ['/srv:/srv']\nhost_config: {restart_policy: {Name: always}}";
        let refused = judged(always, false).unwrap_err();
        assert!(
            refused.starts_with("`volumes`: what is bound from the host is judged at each start"),
            "{refused}"
        );
        assert!(judged(always, true).unwrap().on_operator);
        let never = "volumes: ['/srv:/srv']\nhost_config: {restart_policy: {Name: 'no'}}";
        assert_eq!(judged(never, false), Ok(Leaned::default()));
        // What needs no leave takes none, whoever asks.
        assert_eq!(judged("volumes: ['/srv:/srv']", true), Ok(Leaned::default()));
    }

    #[test]
    fn a_port_that_the_engine_chooses_is_any_that_it_may_choose() {
        let any = "host_config: {port_bindings: {80: null}}";
        assert!(
            judged(any, false)
                .unwrap_err()
                .contains("ports that are not all in")
        );
        assert!(judged("host_config: {publish_all_ports: true}", false).is_err());
        assert!(judged("host_config: {port_bindings: {80: 40000}}", false).is_ok());
    }
}
