//! `OpenStack`'s own command line clients.

use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use serde_json::Value;
use tokio::process::Command;

use super::Seed;
use super::session::auth_of;

pub(crate) struct Cli {
    program: PathBuf,
    /// How it logs in.
    login: Vec<(String, String)>,
}

impl Cli {
    pub(crate) fn openstack(clouds: &Path, cloud: &str) -> Self {
        let login = [
            ("OS_CLIENT_CONFIG_FILE", clouds.to_str().unwrap()),
            ("OS_CLOUD", cloud),
        ];
        Self {
            program: program("NOVA_DOCKER_TEST_OPENSTACK"),
            login: login
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
        }
    }

    /// `glance` reads no `clouds.yaml`: what stands there goes into its environment.
    pub(crate) fn glance(clouds: &Path, cloud: &str) -> Self {
        let auth = auth_of(clouds, cloud);
        let login = auth.as_object().unwrap().iter().map(|(name, value)| {
            let value = value.as_str().unwrap().to_owned();
            (format!("OS_{}", name.to_uppercase()), value)
        });
        Self {
            program: program("NOVA_DOCKER_TEST_GLANCE"),
            login: login.collect(),
        }
    }

    /// What it printed; it must succeed. No word of the line may have a blank in it.
    pub(crate) async fn run(&self, line: &str) -> String {
        said(line, self.command(line).output().await.unwrap())
    }

    pub(crate) async fn json(&self, line: &str) -> Value {
        parsed(&self.run(&format!("{line} -f json")).await)
    }

    /// It must fail; answers what it complained about.
    pub(crate) async fn refused(&self, line: &str) -> String {
        let output = self.command(line).output().await.unwrap();
        assert!(!output.status.success(), "{line} succeeded");
        String::from_utf8_lossy(&output.stderr).into_owned()
    }

    /// `docker save SEED | openstack LINE`, as the shell does it.
    pub(crate) async fn fed_by_docker_save(&self, seed: &Seed, line: &str) -> String {
        let mut command = Command::new("bash");
        let script = r#"set -o pipefail; docker save "$1" | "${@:2}""#;
        command.args(["-c", script, "-", &seed.reference]);
        command.arg(&self.program).args(line.split_whitespace());
        said(line, self.surrounded(command).output().await.unwrap())
    }

    fn command(&self, line: &str) -> Command {
        let mut command = Command::new(&self.program);
        command.args(line.split_whitespace()).stdin(Stdio::null());
        self.surrounded(command)
    }

    fn surrounded(&self, mut command: Command) -> Command {
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("OS_") {
                command.env_remove(name);
            }
        }
        command.envs(self.login.iter().cloned()).env("LC_ALL", "C.UTF-8");
        command
    }
}

pub(crate) fn program(variable: &str) -> PathBuf {
    let program = std::env::var_os(variable);
    let absent = || panic!("{variable} names no client: tools/test installs the clients and names them");
    program.map_or_else(absent, PathBuf::from)
}

fn said(line: &str, output: Output) -> String {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{line} failed: {stderr}");
    String::from_utf8(output.stdout).unwrap()
}

pub(crate) fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error} in {text}"))
}
