//! The program itself, as an operator runs it: `nova-docker serve --config-file ...`, with its state in a folder.

use std::fs::OpenOptions;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::TempDir;
use tokio::process::{Child, Command};

use super::until;

/// A user without any rights.
const NOBODY: u32 = 65534;

pub(crate) struct Service {
    child: Option<Child>,
    /// The program, and what it is told.
    words: Vec<String>,
    /// Of compute first.
    ports: Vec<u16>,
    pub(crate) files: TempDir,
}

impl Service {
    /// Not running yet. `config` is all of `nova.conf`; `%` in it and in `words` stands for the folder of the service.
    pub(crate) fn new(files: TempDir, config: &str, ports: &[u16], words: &[&str]) -> Self {
        let path = files.path().join("nova.conf");
        let folder = files.path().to_str().unwrap();
        std::fs::write(&path, config.replace('%', folder)).unwrap();
        let program = env!("CARGO_BIN_EXE_nova-docker");
        let fixed = [program, "serve", "--config-file", path.to_str().unwrap()];
        let words = fixed.iter().chain(words);
        let words = words.map(|word| word.replace('%', folder)).collect();
        Self {
            child: None,
            words,
            ports: ports.to_vec(),
            files,
        }
    }

    /// By a program that changes who it runs as; the folder is that one's then.
    pub(crate) fn started_by(mut self, before: Vec<String>) -> Self {
        if !before.is_empty() {
            for path in [self.files.path().to_owned(), self.files.path().join("nova.conf")] {
                std::os::unix::fs::chown(path, Some(NOBODY), None).unwrap();
            }
        }
        self.words.splice(..0, before);
        self
    }

    /// Started, and ready on every port.
    pub(crate) async fn start(&mut self) {
        self.launch().await;
        for port in self.ports.clone() {
            self.answers(port, |status| status == 200).await;
        }
    }

    /// Started, and listening: ready or not.
    pub(crate) async fn start_unready(&mut self) {
        self.launch().await;
        for port in self.ports.clone() {
            self.answers(port, |_| true).await;
        }
    }

    async fn launch(&mut self) {
        assert!(self.child.is_none(), "it runs already");
        let log = OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.log_path())
            .unwrap();
        let child = Command::new(&self.words[0])
            .args(&self.words[1..])
            .env("RUST_LOG", "info")
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .kill_on_drop(true)
            .spawn();
        self.child = Some(child.unwrap());
    }

    async fn answers(&mut self, port: u16, fits: fn(u16) -> bool) {
        let url = format!("http://127.0.0.1:{port}/healthcheck");
        for _ in 0..super::STEPS {
            if let Ok(answer) = reqwest::get(&url).await
                && fits(answer.status().as_u16())
            {
                return;
            }
            if let Some(ended) = self.child.as_mut().unwrap().try_wait().unwrap() {
                panic!("nova-docker ended with {ended}:\n{}", self.log());
            }
            tokio::time::sleep(super::STEP / 4).await;
        }
        panic!("{url} never answered:\n{}", self.log());
    }

    /// As `kill -9` does it: at once, wherever it is.
    pub(crate) async fn kill(&mut self) {
        let mut child = self.child.take().expect("it runs");
        child.kill().await.unwrap();
    }

    pub(crate) fn compute_port(&self) -> u16 {
        self.ports[0]
    }

    pub(crate) fn signal(&self, signal: Signal) {
        let child = self.child.as_ref().expect("it runs");
        let pid = i32::try_from(child.id().unwrap()).unwrap();
        kill(Pid::from_raw(pid), signal).unwrap();
    }

    /// As a service manager ends it.
    pub(crate) async fn terminate(&mut self) -> ExitStatus {
        self.signal(Signal::SIGTERM);
        let mut child = self.child.take().expect("it runs");
        until("nova-docker ends when it is told to", async || {
            child_status(&mut child)
        })
        .await
    }

    /// Networks are taken from the host, or it is said why not.
    pub(crate) fn cleaned_up(&self, words: &[&str]) -> Result<(), String> {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_nova-docker"))
            .arg("network-cleanup")
            .args(words)
            .arg("--config-file")
            .arg(self.files.path().join("nova.conf"))
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        output.status.success().then_some(()).ok_or(said)
    }

    fn log_path(&self) -> PathBuf {
        self.files.path().join("log")
    }

    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.log_path()).unwrap_or_default()
    }
}

fn child_status(child: &mut Child) -> Option<ExitStatus> {
    child.try_wait().unwrap()
}

impl Drop for Service {
    /// The log is what a failed test is understood by. What networks made on the host goes as an operator lets it go; not
    /// asynchronously: a panic may be under way.
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the log of nova-docker:\n{}", self.log());
        }
        if let Some(mut child) = self.child.take() {
            child.start_kill().ok();
        }
        let cleaned = self.cleaned_up(&["--force"]);
        assert!(std::thread::panicking() || cleaned.is_ok(), "{cleaned:?}");
    }
}
