//! `nova-docker config`: shows and verifies configuration files.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::conf::environment::Environment;
use crate::conf::{Conf, Sources};

#[derive(Debug, clap::Subcommand)]
pub enum Config {
    /// Write every option with its help and its default
    Sample {
        /// Write to this file instead of standard output
        #[arg(long, value_name = "FILE")]
        output_file: Option<PathBuf>,
    },
    /// Read the configuration as the service would, and say what is wrong with it
    Check,
}

impl Config {
    pub fn run(&self, sources: &Sources, env: &dyn Environment, out: &mut dyn Write) -> io::Result<ExitCode> {
        match self {
            Self::Sample { output_file } => sample(output_file.as_deref(), out),
            Self::Check => check(sources, env, out),
        }
    }
}

fn sample(file: Option<&Path>, out: &mut dyn Write) -> io::Result<ExitCode> {
    let sample = Conf::sample();
    match file {
        Some(file) => std::fs::write(file, sample)?,
        None => out.write_all(sample.as_bytes())?,
    }
    Ok(ExitCode::SUCCESS)
}

fn check(sources: &Sources, env: &dyn Environment, out: &mut dyn Write) -> io::Result<ExitCode> {
    let conf = match Conf::load(sources, env) {
        Ok(conf) => conf,
        Err(error) => {
            for line in error.to_string().lines() {
                writeln!(out, "error: {line}")?;
            }
            return Ok(ExitCode::FAILURE);
        }
    };
    for warning in &conf.warnings {
        writeln!(out, "warning: {warning}")?;
    }
    match &conf.keystone_authtoken.auth.auth_url {
        Some(keystone) => writeln!(
            out,
            "The configuration is valid: part of the cloud of Keystone at {keystone}."
        )?,
        None => writeln!(
            out,
            "The configuration is valid: a cloud of its own, as [keystone_authtoken] auth_url is unset."
        )?,
    }
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conf::environment::Process;

    /// What `config check` prints about a file of this text.
    fn checked(text: &str) -> (String, ExitCode) {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("nova.conf");
        std::fs::write(&file, text).unwrap();
        let sources = Sources {
            files: vec![file],
            dirs: Vec::new(),
        };
        let mut out = Vec::new();
        let code = Config::Check.run(&sources, &Process, &mut out).unwrap();
        let told = String::from_utf8(out).unwrap();
        (told.replace(&format!("{}/", dir.path().display()), ""), code)
    }

    #[test]
    fn the_sample_in_etc_is_up_to_date() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("etc/nova.conf.sample");
        let kept = std::fs::read_to_string(file).unwrap_or_default();
        let hint = "run: nova-docker config sample --output-file etc/nova.conf.sample";
        let mut out = Vec::new();
        let command = Config::Sample { output_file: None };
        command.run(&Sources::default(), &Process, &mut out).unwrap();
        assert!(
            kept == String::from_utf8(out).unwrap(),
            "etc/nova.conf.sample is out of date; {hint}"
        );
    }

    #[test]
    fn a_sample_is_written_to_a_file() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("sample");
        let command = Config::Sample {
            output_file: Some(file.clone()),
        };
        let mut out = Vec::new();
        let code = command.run(&Sources::default(), &Process, &mut out).unwrap();
        assert_eq!((code, out.len()), (ExitCode::SUCCESS, 0));
        assert_eq!(std::fs::read_to_string(file).unwrap(), Conf::sample());
    }

    #[test]
    fn a_sample_without_its_comments_changes_nothing() {
        let set: String = Conf::sample().lines().filter_map(uncommented).collect();
        let (told, code) = checked(&set);
        let alone =
            "The configuration is valid: a cloud of its own, as [keystone_authtoken] auth_url is unset.\n";
        assert_eq!((told.as_str(), code), (alone, ExitCode::SUCCESS));
    }

    /// The sections and defaults of a sample; prose begins with `# `.
    fn uncommented(line: &str) -> Option<String> {
        let line = line.strip_prefix('#').unwrap_or(line);
        let told = !line.starts_with(' ') && !line.ends_with("<unset>");
        told.then(|| format!("{line}\n"))
    }

    #[test]
    fn every_mistake_is_reported_with_its_place() {
        let (told, code) = checked("[DEFAULT]\ndebug = maybe\n\n[docker]\ndefault_timeout = soon\n");
        assert_eq!(
            told,
            "error: nova.conf:2: [DEFAULT] debug: 'maybe' is not valid, expected a boolean: true, yes, on, 1, false, \
             no, off or 0\n\
             error: nova.conf:5: [docker] default_timeout: 'soon' is not valid, expected a whole number, 0 or more\n"
        );
        assert_eq!(code, ExitCode::FAILURE);
    }

    #[test]
    fn a_misspelt_option_is_a_warning() {
        let (told, code) = checked("[keystone_authtoken]\nauth_url = http://k/v3\n[docker]\nhosturl = x\n");
        assert_eq!(
            told,
            "warning: nova.conf:4: [docker] hosturl is not an option of nova-docker and is ignored; did you mean \
             host_url?\n\
             The configuration is valid: part of the cloud of Keystone at http://k/v3.\n"
        );
        assert_eq!(code, ExitCode::SUCCESS);
    }
}
