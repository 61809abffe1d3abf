//! The image that a story begins with: Debian's static busybox, marked so that all that comes of it can be found.

use std::process::Command;

use nova_docker::objects::{SystemWorld, World};

use super::engine::{LABEL, docker, docker_fed, said};

pub(crate) struct Seed {
    /// Unique: in names, and as the label's value.
    pub(crate) mark: String,
    /// `repository:tag`, as `docker save` takes it.
    pub(crate) reference: String,
    /// `sha256:…`
    pub(crate) id: String,
}

impl Seed {
    /// In the engine, with a shell as its command.
    pub(crate) async fn planted() -> Self {
        Self::with_command(Some(r#"CMD ["sh"]"#)).await
    }

    pub(crate) async fn with_command(command: Option<&str>) -> Self {
        let mark = SystemWorld.uuid().simple().to_string()[..12].to_owned();
        let reference = format!("nova-docker-clients/{mark}:seed");
        let label = format!("LABEL {LABEL}={mark}");
        let mut words = vec!["import", "--change", &label];
        words.extend(command.iter().flat_map(|command| ["--change", command]));
        words.extend(["-", reference.as_str()]);
        docker_fed(&words, &busybox())
            .await
            .expect("these tests need a Docker engine: tools/test says how to get one");
        let id = said(&["image", "inspect", "--format", "{{.Id}}", &reference]).await;
        Self { mark, reference, id }
    }

    pub(crate) async fn saved(&self) -> Vec<u8> {
        docker(&["save", &self.reference])
            .await
            .expect("the seed is in the engine")
    }

    /// Out of the engine, so that what boots came through the image service.
    pub(crate) async fn pulled_up(&self) {
        said(&["rmi", &self.reference]).await;
    }

    pub(crate) fn name(&self, of: &str) -> String {
        format!("{of}-{}", self.mark)
    }
}

impl Drop for Seed {
    /// Everything with the mark goes, after a failure too. Not asynchronous: a panic may be under way.
    fn drop(&mut self) {
        let filter = format!("label={LABEL}={}", self.mark);
        let found = |words: &[&str]| {
            let output = Command::new("docker")
                .args(words)
                .args(["--filter", &filter])
                .output();
            let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
            text.unwrap_or_default()
                .split_whitespace()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        for container in found(&["ps", "-aq"]) {
            Command::new("docker")
                .args(["rm", "-fv", &container])
                .output()
                .ok();
        }
        for image in found(&["images", "-q", "--no-trunc"]) {
            Command::new("docker").args(["rmi", "-f", &image]).output().ok();
        }
    }
}

fn busybox() -> Vec<u8> {
    let program = std::fs::read("/bin/busybox")
        .expect("these tests need Debian's busybox-static: tools/test installs it");
    let mut archive = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(program.len() as u64);
    header.set_mode(0o755);
    archive
        .append_data(&mut header, "bin/busybox", program.as_slice())
        .unwrap();
    for name in [
        "sh", "sleep", "cat", "echo", "env", "printf", "ls", "hostname", "sync",
    ] {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(tar::EntryType::Symlink);
        header.set_size(0);
        archive
            .append_link(&mut header, format!("bin/{name}"), "busybox")
            .unwrap();
    }
    archive.into_inner().unwrap()
}
