//! Room for external networks in Docker's rules: the engine forwards nothing but its own, except as chain `DOCKER-USER` says.

use std::process::Command;

use super::super::vif::{Error, Namespace};

/// The engine uses the one that its `PATH` finds; where both kinds are installed it may have been another one.
const PROGRAMS: [&str; 3] = ["iptables", "iptables-nft", "iptables-legacy"];
const CHAIN: &str = "DOCKER-USER";

/// Lets through what comes from or goes to these interfaces. What has this comment and is not for one of them goes.
/// Succeeds where there is no such chain.
pub(super) async fn let_through(host: &Namespace, interfaces: &[String], comment: &str) -> Result<(), Error> {
    let (interfaces, comment) = (interfaces.to_vec(), comment.to_owned());
    let work = move || {
        PROGRAMS
            .iter()
            .find_map(|program| rules(program).map(|rules| (program, rules)))
    };
    let Some((program, present)) = host.run(work).await? else {
        return Ok(());
    };
    let wanted: Vec<String> = interfaces
        .iter()
        .flat_map(|interface| ["-i", "-o"].map(|way| rule(way, interface, &comment)))
        .collect();
    let mine = format!("--comment {comment} ");
    let mut changes: Vec<String> = Vec::new();
    for rule in present
        .iter()
        .filter(|rule| rule.contains(&mine) && !wanted.contains(rule))
    {
        changes.push(format!("-D {rule}"));
    }
    for rule in wanted.iter().filter(|rule| !present.contains(rule)) {
        changes.push(format!("-I {rule}"));
    }
    for change in changes {
        let done = host.run(move || call(program, &change)).await?;
        done.map_err(|reason| Error::Command {
            program: (*program).to_owned(),
            reason,
        })?;
    }
    Ok(())
}

/// As the program itself writes it.
fn rule(way: &str, interface: &str, comment: &str) -> String {
    format!("{CHAIN} {way} {interface} -m comment --comment {comment} -j ACCEPT")
}

/// None where there is no such chain, or no such program.
fn rules(program: &str) -> Option<Vec<String>> {
    let lines = call(program, &format!("-S {CHAIN}")).ok()?;
    Some(
        lines
            .lines()
            .filter_map(|line| line.strip_prefix("-A ").map(str::to_owned))
            .collect(),
    )
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
