//! A Docker engine of the story's own beside the machine's, for what can be done to no engine that others use.

use std::path::Path;
use std::process::{Child, Command, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::TempDir;

use super::engine::said;
use super::until;

pub(crate) struct OwnEngine {
    files: TempDir,
    containerd: Child,
    dockerd: Option<Child>,
    /// As on the machine's engine.
    storage: String,
}

impl OwnEngine {
    /// Not running yet; what it stands on does, and outlives it.
    pub(crate) async fn prepared() -> Self {
        let files = tempfile::tempdir().unwrap();
        let at = |name: &str| files.path().join(name).display().to_string();
        let config = format!(
            "version = 2\nroot = {:?}\nstate = {:?}\ndisabled_plugins = [\"io.containerd.grpc.v1.cri\"]\n[grpc]\naddress = {:?}\n",
            at("containerd"),
            at("run"),
            at("containerd.sock"),
        );
        std::fs::write(at("containerd.toml"), config).unwrap();
        std::fs::write(at("daemon.json"), "{}").unwrap();
        let containerd = spawned(files.path(), "containerd", &["--config", &at("containerd.toml")]);
        Self {
            storage: said(&["info", "--format", "{{.Driver}}"]).await,
            files,
            containerd,
            dockerd: None,
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("unix://{}", self.at("docker.sock"))
    }

    /// Answering. With `live_restore` its containers outlive it.
    pub(crate) async fn start(&mut self, live_restore: bool) {
        let url = self.url();
        let options = [
            ("--config-file", self.at("daemon.json")),
            ("--containerd", self.at("containerd.sock")),
            ("--data-root", self.at("data")),
            ("--exec-root", self.at("exec")),
            ("--pidfile", self.at("pid")),
            ("--host", url.clone()),
            ("--storage-driver", self.storage.clone()),
            ("--bridge", "none".to_owned()),
        ];
        // The packet filter and the bridge of the host are the other engine's, which this one would remove.
        let mut words = vec![
            "--net".to_owned(),
            "dockerd".to_owned(),
            "--iptables=false".to_owned(),
            format!("--live-restore={live_restore}"),
        ];
        words.extend(
            options
                .into_iter()
                .flat_map(|(name, value)| [name.to_owned(), value]),
        );
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        until("containerd listens", async || {
            Path::new(&self.at("containerd.sock")).exists().then_some(())
        })
        .await;
        self.dockerd = Some(spawned(self.files.path(), "unshare", &words));
        until("the engine answers", async || {
            let asked = Command::new("docker").args(["--host", &url, "version"]).output();
            asked.unwrap().status.success().then_some(())
        })
        .await;
    }

    /// As `kill -9` does it.
    pub(crate) fn kill(&mut self) {
        let mut dockerd = self.dockerd.take().expect("it runs");
        dockerd.kill().unwrap();
        dockerd.wait().unwrap();
        std::fs::remove_file(self.at("pid")).unwrap();
    }

    /// As a service manager ends it.
    pub(crate) async fn stop(&mut self) {
        let mut dockerd = self.dockerd.take().expect("it runs");
        terminate(&dockerd);
        until("the engine ends", async || dockerd.try_wait().unwrap()).await;
    }

    fn at(&self, name: &str) -> String {
        self.files.path().join(name).display().to_string()
    }
}

impl Drop for OwnEngine {
    /// Its containers go first: they would outlive it.
    fn drop(&mut self) {
        if let Some(dockerd) = &mut self.dockerd {
            let line = "docker --host $0 ps -aq | xargs -r docker --host $0 rm -fv";
            Command::new("sh")
                .args([
                    "-c",
                    line,
                    &format!("unix://{}/docker.sock", self.files.path().display()),
                ])
                .output()
                .ok();
            terminate(dockerd);
            dockerd.wait().ok();
        }
        terminate(&self.containerd);
        self.containerd.wait().ok();
    }
}

fn spawned(folder: &Path, program: &str, words: &[&str]) -> Child {
    let log = std::fs::File::options()
        .create(true)
        .append(true)
        .open(folder.join("log"))
        .unwrap();
    let child = Command::new(program)
        .args(words)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log)
        .spawn();
    child.unwrap_or_else(|error| panic!("{program}: {error}"))
}

fn terminate(child: &Child) {
    kill(Pid::from_raw(child.id().try_into().unwrap()), Signal::SIGTERM).ok();
}
