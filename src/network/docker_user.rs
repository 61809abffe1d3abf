//! Room for our networks in Docker's packet filter: the engine forwards nothing but its own, bridged frames too, except as
//! its chain `DOCKER-USER` says.

use std::process::Command;

use super::vif::{Error, Namespace};

/// One for each family. The engine uses the one that its `PATH` finds; where both kinds are installed it may have been
/// another one.
const PROGRAMS: [[&str; 3]; 2] = [
    ["iptables", "iptables-nft", "iptables-legacy"],
    ["ip6tables", "ip6tables-nft", "ip6tables-legacy"],
];
const CHAIN: &str = "DOCKER-USER";

/// What may pass, as the programs write it: `-i eth0`.
pub(super) type Match = String;

/// What comes from this interface of the host, or goes to it.
pub(super) fn through(interface: &str) -> [Match; 2] {
    ["-i", "-o"].map(|way| format!("{way} {interface}"))
}

/// What a bridge passes to this tap, behind which a server filters for itself, and from it to whatever is no tap: what goes
/// to somebody else's server is for others to filter.
pub(super) fn across(tap: &str) -> [Match; 2] {
    [
        format!("-m physdev --physdev-out {tap} --physdev-is-bridged"),
        format!("-m physdev --physdev-in {tap} ! --physdev-out tap+ --physdev-is-bridged"),
    ]
}

/// Lets all this through, and nothing else that was let through under this name before. Succeeds where there is no such
/// chain.
pub(super) async fn let_through(host: &Namespace, matches: &[Match], name: &str) -> Result<(), Error> {
    let (v4, v6) = tokio::join!(
        adjust(host, PROGRAMS[0], matches, name),
        adjust(host, PROGRAMS[1], matches, name)
    );
    v4.and(v6)
}

async fn adjust(
    host: &Namespace,
    programs: [&'static str; 3],
    matches: &[Match],
    name: &str,
) -> Result<(), Error> {
    let Some((program, present)) = host.run(move || look(programs)).await? else {
        return Ok(());
    };
    let wanted: Vec<String> = matches.iter().map(|what| rule(what, name)).collect();
    let ours = present.iter().filter(|rule| name_of(rule) == Some(name));
    let gone = ours
        .filter(|rule| !wanted.contains(rule))
        .map(|rule| format!("-D {rule}"));
    let new = wanted
        .iter()
        .filter(|rule| !present.contains(rule))
        .map(|rule| format!("-I {rule}"));
    change(host, program, gone.chain(new).collect()).await
}

async fn change(host: &Namespace, program: &'static str, changes: Vec<String>) -> Result<(), Error> {
    let work = move || {
        changes
            .iter()
            .try_for_each(|words| call(program, words).map(drop))
    };
    let done = host.run(work).await?;
    done.map_err(|reason| Error::Command {
        program: program.to_owned(),
        reason,
    })
}

/// As the program itself writes it.
fn rule(what: &str, name: &str) -> String {
    format!("{CHAIN} {what} -m comment --comment {name} -j ACCEPT")
}

fn name_of(rule: &str) -> Option<&str> {
    rule.split_once("--comment ")?.1.split(' ').next()
}

/// The rules of the chain and the program that knows them; none where there is no such chain, or no such program.
fn look(programs: [&'static str; 3]) -> Option<(&'static str, Vec<String>)> {
    let found = programs
        .into_iter()
        .find_map(|program| Some((program, call(program, &format!("-S {CHAIN}")).ok()?)));
    let (program, lines) = found?;
    let rules = lines.lines().filter_map(|line| line.strip_prefix("-A "));
    Some((program, rules.map(str::to_owned).collect()))
}

fn call(program: &str, words: &str) -> Result<String, String> {
    let output = Command::new(program)
        // Waits for its turn.
        .args(["-w", "10"])
        .args(words.split(' '))
        .output()
        .map_err(|error| error.to_string())?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).trim().to_owned())
    }
}
