//! Networks that have a program of their own to connect a tap: the operator's command lines, with placeholders.
//!
//! No shell is involved. A command line is cut into words as a shell would, once; then each placeholder is replaced inside
//! its word, so that no server's name can become another word.

use super::Error;
use super::change::Change;
use super::names::Names;
use super::owner::Owner;
use super::plan::Plan;
use super::wiring::{FarEnd, Wiring, up, wire};
use crate::objects::Vif;

pub(super) const PLACEHOLDERS: &str = "{tap}, {mac}, {port_id}, {network_id}, {network_name}, {bridge}, {ipv4}, {ipv6}, \
     {instance_id}, {instance_name}, {project_id}";

/// Commands that connect a tap, and those that disconnect it.
#[derive(Debug, Clone)]
pub(super) struct Command {
    plug: Vec<CommandLine>,
    unplug: Vec<CommandLine>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct CommandLine(Vec<String>);

impl Command {
    /// A mistake in a command line is found here, not when a server boots.
    pub(super) fn new<S: AsRef<str>>(plug: &[S], unplug: &[S]) -> Result<Self, Error> {
        let parse = |lines: &[S]| -> Result<Vec<_>, Error> {
            lines
                .iter()
                .map(|line| CommandLine::parse(line.as_ref()))
                .collect()
        };
        let (plug, unplug) = (parse(plug)?, parse(unplug)?);
        if plug.is_empty() {
            return Err(Error::NoCommand);
        }
        Ok(Self { plug, unplug })
    }
}

impl Wiring for Command {
    fn far_end(&self, _vif: &Vif) -> Result<FarEnd, Error> {
        Ok(FarEnd::Peer)
    }

    fn plug(&self, owner: &Owner, vif: &Vif) -> Result<Plan, Error> {
        let names = Names::of(vif.id);
        let filled = |lines: &[CommandLine]| -> Vec<_> {
            lines.iter().map(|line| line.filled(&names, owner, vif)).collect()
        };
        let mut changes = wire(&names, vif);
        changes.push(up(&names.tap));
        // Whichever command fails, the first one's undo takes all of them back.
        let mut undo = filled(&self.unplug);
        changes.extend(filled(&self.plug).into_iter().map(|words| Change::Run {
            link: names.tap.clone(),
            words,
            undo: std::mem::take(&mut undo),
        }));
        Ok(Plan::on_host(changes))
    }

    fn unplug(&self, owner: &Owner, vif: &Vif) -> Result<Plan, Error> {
        let names = Names::of(vif.id);
        let commands = self.unplug.iter().map(|line| Change::Run {
            link: names.tap.clone(),
            words: line.filled(&names, owner, vif),
            undo: Vec::new(),
        });
        let links = [&names.tap, &names.ns].map(|link| Change::Delete { link: link.clone() });
        Ok(Plan::on_host(commands.chain(links)))
    }
}

impl CommandLine {
    fn parse(line: &str) -> Result<Self, Error> {
        let words = shlex::split(line).unwrap_or_default();
        if words.is_empty() {
            return Err(Error::NotACommand(line.to_owned()));
        }
        for word in &words {
            if let Some(unknown) = placeholders(word).find(|name| value(name, None).is_none()) {
                return Err(Error::UnknownPlaceholder(unknown.to_owned()));
            }
        }
        Ok(Self(words))
    }

    fn filled(&self, names: &Names, owner: &Owner, vif: &Vif) -> Vec<String> {
        self.0
            .iter()
            .map(|word| fill(word, &Facts { names, owner, vif }))
            .collect()
    }
}

struct Facts<'a> {
    names: &'a Names,
    owner: &'a Owner,
    vif: &'a Vif,
}

/// What stands between braces.
fn placeholders(word: &str) -> impl Iterator<Item = &str> {
    word.split('{')
        .skip(1)
        .filter_map(|rest| Some(rest.split_once('}')?.0))
}

/// In one pass: what a placeholder brings in is never looked at again.
fn fill(word: &str, facts: &Facts<'_>) -> String {
    let mut parts = word.split('{');
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part
            .split_once('}')
            .and_then(|(name, rest)| Some((value(name, Some(facts))?, rest)))
        {
            Some((value, rest)) => {
                filled.push_str(&value);
                filled.push_str(rest);
            }
            None => {
                filled.push('{');
                filled.push_str(part);
            }
        }
    }
    filled
}

/// `None` for a name that is no placeholder; without facts only that is told.
fn value(name: &str, facts: Option<&Facts<'_>>) -> Option<String> {
    let of = |read: &dyn Fn(&Facts<'_>) -> String| Some(facts.map(read).unwrap_or_default());
    match name {
        "tap" => of(&|facts| facts.names.tap.clone()),
        "mac" => of(&|facts| facts.vif.mac.to_string()),
        "port_id" => of(&|facts| facts.vif.id.to_string()),
        "network_id" => of(&|facts| facts.vif.network.id.to_string()),
        "network_name" => of(&|facts| facts.vif.network.label.clone()),
        "bridge" => of(&|facts| facts.vif.bridge().unwrap_or_default().to_owned()),
        "ipv4" => of(&|facts| address(facts.vif, true, "0.0.0.0")),
        "ipv6" => of(&|facts| address(facts.vif, false, "None")),
        "instance_id" => of(&|facts| facts.owner.id.to_string()),
        "instance_name" => of(&|facts| facts.owner.name.clone()),
        "project_id" => of(&|facts| facts.owner.project_id.to_string()),
        _ => None,
    }
}

/// The first of its family, or what Nova writes when there is none.
fn address(vif: &Vif, ipv4: bool, none: &str) -> String {
    vif.first_ip(ipv4)
        .map_or_else(|| none.to_owned(), |ip| ip.to_string())
}

#[cfg(test)]
mod tests {
    use super::super::samples::{owner, vif};
    use super::*;

    fn words(line: &str) -> Vec<String> {
        let vif = vif("midonet");
        CommandLine::parse(line)
            .unwrap()
            .filled(&Names::of(vif.id), &owner(), &vif)
    }

    #[test]
    fn placeholders_are_filled_inside_their_word() {
        assert_eq!(
            words("bind --port={port_id} 'a b' {tap} {ipv4}/{ipv6} {bridge} {project_id}"),
            [
                "bind",
                "--port=5e2fa8f0-1d3c-4c8e-9a43-0242ac110002",
                "a b",
                "tap5e2fa8f0-1d",
                "10.0.0.5/fd00::5",
                "br-int",
                "project",
            ]
        );
    }

    #[test]
    fn a_servers_name_stays_one_word_and_is_not_looked_into() {
        let mut owner = owner();
        owner.name = "x; {mac} $(reboot)".to_owned();
        let vif = vif("midonet");
        let line = CommandLine::parse("bind {instance_name} {").unwrap();
        assert_eq!(
            line.filled(&Names::of(vif.id), &owner, &vif),
            ["bind", "x; {mac} $(reboot)", "{"]
        );
    }

    #[test]
    fn mistakes_are_found_when_the_file_is_read() {
        let refused = |plug: &[&str]| Command::new(plug, &[]).unwrap_err().to_string();
        assert_eq!(refused(&[]), "vif_driver 'command' needs a command that plugs");
        assert_eq!(
            refused(&["bind 'x"]),
            "'bind 'x' is not a command line: its quotes are not closed, or it is empty"
        );
        assert_eq!(
            refused(&["bind {tab}"]),
            format!("'{{tab}}' is not a placeholder of VIF commands; there are {PLACEHOLDERS}")
        );
    }
}
