//! `nova-docker openapi`: the document that describes the Compute API.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::output::{ended, write};
use crate::api::compute;

#[derive(Debug, Args)]
pub struct Openapi {
    /// Write to this file instead of standard output
    #[arg(long, value_name = "PATH")]
    output_file: Option<PathBuf>,
}

pub fn run(openapi: &Openapi, out: &mut dyn Write) -> ExitCode {
    let text = format!("{:#}\n", compute::document());
    let done = write(&text, openapi.output_file.as_deref(), out);
    ended("the document", &done)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn the_document_in_api_ref_is_up_to_date() {
        let mut out = Vec::new();
        let openapi = Openapi { output_file: None };
        assert_eq!(run(&openapi, &mut out), ExitCode::SUCCESS);
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("api-ref/openapi.json");
        let kept = std::fs::read_to_string(file).unwrap_or_default();
        let hint = "run: nova-docker openapi --output-file api-ref/openapi.json";
        assert!(
            kept == String::from_utf8(out).unwrap(),
            "api-ref/openapi.json is out of date; {hint}"
        );
    }
}
