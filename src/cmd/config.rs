//! `nova-docker config`: a sample of nova.conf, and what is wrong with one.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;

use super::ConfigFiles;
use crate::conf::{Conf, environment};

#[derive(Debug, Subcommand)]
pub enum Config {
    /// Write nova.conf with every option, its default and what it does
    Sample {
        /// Write to this file instead of standard output
        #[arg(long, value_name = "PATH")]
        output_file: Option<PathBuf>,
    },
    /// Read the configuration as `serve` would, and say what is wrong with it
    Check(ConfigFiles),
}

/// The exit code is a failure when the configuration cannot be served with.
pub fn run(config: &Config, out: &mut dyn Write) -> ExitCode {
    let done = match config {
        Config::Sample { output_file: None } => write!(out, "{}", Conf::sample()).map(|()| true),
        Config::Sample {
            output_file: Some(path),
        } => std::fs::write(path, Conf::sample()).map(|()| true),
        Config::Check(files) => check(files, out),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            tracing::error!(%error, "nothing could be written");
            ExitCode::FAILURE
        }
    }
}

fn check(files: &ConfigFiles, out: &mut dyn Write) -> std::io::Result<bool> {
    let conf = match Conf::load(&files.sources(), &environment::Process) {
        Ok(conf) => conf,
        Err(error) => {
            writeln!(out, "{error}")?;
            return Ok(false);
        }
    };
    for warning in &conf.warnings {
        writeln!(out, "warning: {warning}")?;
    }
    let setting = match conf.is_standalone() {
        true => "alone, with identity and image services of its own",
        false => "inside the cloud of [keystone_authtoken] auth_url",
    };
    writeln!(
        out,
        "The configuration is good: nova-docker would serve {setting}."
    )?;
    Ok(true)
}
