//! `nova-docker cell_v2 ...` and `api_db ...`: what deployment tools run after they installed a Nova.

use std::io::Write;
use std::process::ExitCode;

use clap::Args;

/// Whatever it is asked to do is done already.
#[derive(Debug, Args)]
pub struct Nothing {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, hide = true)]
    words: Vec<String>,
}

pub fn run(nothing: &Nothing, out: &mut dyn Write) -> ExitCode {
    let words = nothing.words.join(" ");
    let said = writeln!(
        out,
        "{words}: nova-docker has no cells and one database; there is nothing to do."
    );
    match said {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}
