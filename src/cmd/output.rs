//! Where the commands that write one text put it, and how they end.

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

/// To the file, or else to `out`. Answers that all is well.
pub(super) fn write(text: &str, file: Option<&Path>, out: &mut dyn Write) -> io::Result<bool> {
    match file {
        None => write!(out, "{text}")?,
        Some(path) => std::fs::write(path, text)
            .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))?,
    }
    Ok(true)
}

/// What a command ends with that was to write `what`.
pub(super) fn ended(what: &str, done: &io::Result<bool>) -> ExitCode {
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            // There is no log yet, and if standard error is gone too nobody can be told.
            let _ = writeln!(io::stderr(), "error: {what} could not be written: {error}");
            ExitCode::FAILURE
        }
    }
}
