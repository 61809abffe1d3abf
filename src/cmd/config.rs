//! `nova-docker config`: a sample of nova.conf, and what is wrong with one.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;

use super::output::{ended, write};
use super::{ConfigFiles, serve};
use crate::api::policy::{self, Policy};
use crate::conf::{Conf, environment};

#[derive(Debug, Subcommand)]
pub enum Config {
    /// Write nova.conf with every option, its default and what it does
    Sample {
        /// Write to this file instead of standard output
        #[arg(long, value_name = "PATH")]
        output_file: Option<PathBuf>,
    },
    /// Write policy.yaml with every rule, its default and what it is about
    PolicySample {
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
        Config::Sample { output_file } => write(&Conf::sample(), output_file.as_deref(), out),
        Config::PolicySample { output_file } => write(&policy::sample(), output_file.as_deref(), out),
        Config::Check(files) => check(files, out),
    };
    ended("the sample", &done)
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
    if let Err(objection) = serve::check(&conf) {
        writeln!(out, "{objection:#}")?;
        return Ok(false);
    }
    // Just found good.
    for warning in
        Policy::open(&conf.oslo_policy.policy_file).map_or_else(|_| Vec::new(), |policy| policy.warnings())
    {
        writeln!(out, "warning: {warning}")?;
    }
    let setting = match conf.is_standalone() {
        true => "alone, with identity, image and network services of its own",
        false => "inside the cloud of [keystone_authtoken] auth_url",
    };
    writeln!(
        out,
        "The configuration is good: nova-docker would serve {setting}."
    )?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(subcommand)]
        config: Config,
    }

    /// What `nova-docker config` with these words prints, and how it ends.
    fn told(words: &[&str]) -> (String, ExitCode) {
        let line = Line::try_parse_from([&["config"], words].concat()).unwrap();
        let mut out = Vec::new();
        let code = run(&line.config, &mut out);
        (String::from_utf8(out).unwrap(), code)
    }

    /// What `config check` says about a file of this text.
    fn checked(text: &str) -> (String, ExitCode) {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("nova.conf");
        std::fs::write(&file, text).unwrap();
        let (told, code) = told(&["check", "--config-file", file.to_str().unwrap()]);
        (told.replace(&format!("{}/", dir.path().display()), ""), code)
    }

    const ALONE: &str = "The configuration is good: nova-docker would serve alone, with identity, image and network services of its own.\n";

    const INSIDE: &str =
        "[keystone_authtoken]\nauth_url = http://k/v3\nusername = u\npassword = p\nproject_name = s\n";

    #[test]
    fn what_serve_would_refuse_is_not_good() {
        for (text, objection) in [
            ("[docker]\nhost_url = ftp://x\n", "host_url"),
            (
                "[DEFAULT]\ncompute_driver = libvirt.LibvirtDriver\n",
                "compute_driver 'libvirt.LibvirtDriver' is not known",
            ),
            (
                "[keystone_authtoken]\nauth_url = http://k/v3\n",
                "[keystone_authtoken] username is not set",
            ),
            (
                &format!("{INSIDE}[neutron]\nusername = neutron\n"),
                "[neutron] auth_url is not set, and username is: Keystone asks for both",
            ),
            (
                &format!("{INSIDE}[neutron]\nauth_url = http://k/v3\nusername = neutron\npassword = p\n"),
                "[neutron] project_name is not set, and auth_url is: Keystone asks for both",
            ),
            (
                &format!("{INSIDE}[neutron]\nendpoint_override = here\n"),
                "[neutron] endpoint_override: 'here' is not a URL such as http://host:9696",
            ),
            (
                "[neutron]\npoll_interval = 0\n",
                "nova.conf:2: [neutron] poll_interval: is too short, 0.05 s is the least",
            ),
            ("[standalone]\nimage_listen_port = 5000\n", "must differ"),
            (
                "[docker]\nvif_driver = libvirt\n",
                "vif_driver 'libvirt' is not known; there are generic",
            ),
            (
                "[docker]\nvif_driver = command\nvif_plug_commands = bind 'x\n",
                "'bind 'x' is not a command line",
            ),
            (
                "[docker]\nvif_driver = command\nvif_plug_commands =\n  bind {tap}\n  tell a,b {tab}\n",
                "'{tab}' is not a placeholder of VIF commands",
            ),
            ("[standalone]\nnetwork_listen_port = 5000\n", "must differ"),
            (
                "[standalone]\nprivate_subnet = 172.24.0.0/16\n",
                "private_subnet and public_subnet must not overlap",
            ),
            (
                "[standalone]\npublic_subnet = 192.0.2.0/30\n",
                "[standalone] public_subnet: 192.0.2.0/30 has no room",
            ),
            (
                "[standalone]\npublic_subnet = x\n",
                "expected a network in CIDR notation",
            ),
        ] {
            let (told, code) = checked(text);
            assert!(told.contains(objection), "{told}");
            assert_eq!(code, ExitCode::FAILURE);
        }
    }

    #[test]
    fn the_sample_in_etc_is_up_to_date() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("etc/nova.conf.sample");
        let kept = std::fs::read_to_string(file).unwrap_or_default();
        let hint = "run: nova-docker config sample --output-file etc/nova.conf.sample";
        assert!(
            kept == told(&["sample"]).0,
            "etc/nova.conf.sample is out of date; {hint}"
        );
    }

    #[test]
    fn the_sample_of_the_policy_in_etc_is_up_to_date() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("etc/nova-policy.yaml.sample");
        let kept = std::fs::read_to_string(file).unwrap_or_default();
        let hint = "run: nova-docker config policy-sample --output-file etc/nova-policy.yaml.sample";
        assert!(
            kept == told(&["policy-sample"]).0,
            "etc/nova-policy.yaml.sample is out of date; {hint}"
        );
    }

    #[test]
    fn a_policy_that_cannot_be_read_is_not_good() {
        let dir = tempfile::tempdir().unwrap();
        let (conf, policy) = (dir.path().join("nova.conf"), dir.path().join("policy.yaml"));
        std::fs::write(&conf, "").unwrap();
        std::fs::write(&policy, "# mine\nos_compute_api:servers:show: role:reader and\n").unwrap();
        let (told, code) = told(&["check", "--config-file", conf.to_str().unwrap()]);
        let told = told.replace(&format!("{}/", dir.path().display()), "");
        assert_eq!(
            told,
            "policy.yaml:2: os_compute_api:servers:show ends where a check was expected\n"
        );
        assert_eq!(code, ExitCode::FAILURE);
    }

    #[test]
    fn a_sample_is_written_to_a_file() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("sample");
        let answer = told(&["sample", "--output-file", file.to_str().unwrap()]);
        assert_eq!(answer, (String::new(), ExitCode::SUCCESS));
        assert_eq!(std::fs::read_to_string(file).unwrap(), Conf::sample());
    }

    #[test]
    fn a_sample_without_its_comments_changes_nothing() {
        let set: String = Conf::sample().lines().filter_map(uncommented).collect();
        assert_eq!(checked(&set), (ALONE.to_owned(), ExitCode::SUCCESS));
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
            "nova.conf:2: [DEFAULT] debug: 'maybe' is not valid, expected a boolean: true, yes, on, 1, false, no, off \
             or 0\n\
             nova.conf:5: [docker] default_timeout: 'soon' is not valid, expected a whole number, 0 or more\n"
        );
        assert_eq!(code, ExitCode::FAILURE);
    }

    #[test]
    fn a_misspelt_option_is_a_warning() {
        let (told, code) = checked(&format!("{INSIDE}[docker]\nhosturl = x\n"));
        assert_eq!(
            told,
            "warning: nova.conf:7: [docker] hosturl is not an option of nova-docker and is ignored; did you mean \
             host_url?\n\
             The configuration is good: nova-docker would serve inside the cloud of [keystone_authtoken] auth_url.\n"
        );
        assert_eq!(code, ExitCode::SUCCESS);
    }
}
