//! Packet filters and address translation: the program `nft`, run in a network namespace.

use std::io::{self, Write};
use std::process::{Command, Output, Stdio};

use super::vif::{Error, Namespace};

/// How much of the program's complaint is kept: it quotes the rules that it complains about.
const LONGEST_REASON: usize = 1000;

/// Makes all changes of a ruleset or none, in the caller's own namespace when no other is named. The ruleset is nft's
/// language, or its JSON when it begins with a brace. Goes on to its end when its future is dropped.
pub(super) async fn apply(namespace: Option<&Namespace>, ruleset: &str) -> Result<(), Error> {
    let ruleset = ruleset.to_owned();
    let work = move || feed(&ruleset);
    let output = match namespace {
        Some(namespace) => namespace.run(work).await?,
        None => {
            let done = tokio::task::spawn_blocking(work).await;
            done.map_err(|error| Error::BrokeOff(error.to_string()))?
        }
    };
    let output = output.map_err(|error| failed(error.to_string()))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let said: String = said.trim().chars().take(LONGEST_REASON).collect();
    Err(failed(if said.is_empty() {
        output.status.to_string()
    } else {
        said
    }))
}

fn feed(ruleset: &str) -> io::Result<Output> {
    let mut command = Command::new("nft");
    if ruleset.trim_start().starts_with('{') {
        command.arg("-j");
    }
    let mut nft = command
        .args(["-f", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()?;
    if let Some(mut stdin) = nft.stdin.take() {
        // A program that ends before it has read everything says itself why.
        let _ = stdin.write_all(ruleset.as_bytes());
    }
    nft.wait_with_output()
}

fn failed(reason: String) -> Error {
    Error::Command {
        program: "nft".to_owned(),
        reason,
    }
}
