//! Programs of networks that have no other door.

use std::process::Stdio;

use tokio::process::Command;

use super::super::Error;

/// How much of a program's complaint is kept.
const LONGEST_REASON: usize = 1000;

/// Runs it to its end; on failure the error holds what it wrote to standard error.
pub(super) async fn run(words: &[String]) -> Result<(), Error> {
    let Some((program, arguments)) = words.split_first() else {
        return Ok(());
    };
    let failed = |reason: String| Error::Command {
        program: program.clone(),
        reason,
    };
    let output = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .await
        .map_err(|error| failed(error.to_string()))?;
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
