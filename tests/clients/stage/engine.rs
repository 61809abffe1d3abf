//! What the engine says, asked through the `docker` command: not through the code that is tested.

use std::collections::BTreeSet;
use std::process::Stdio;

use serde_json::Value;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

/// Every image and container of a story carries it: containers have the labels of their image.
pub(crate) const LABEL: &str = "nova-docker.test";

tokio::task_local! {
    static ENGINE: String;
}

/// Plays a story whose servers are in another engine than the machine's own.
pub(crate) async fn asked_at(url: String, story: impl Future<Output = ()>) {
    ENGINE.scope(url, story).await;
}

pub(crate) async fn docker(words: &[&str]) -> Result<Vec<u8>, String> {
    docker_fed(words, &[]).await
}

/// With `input` on its standard input.
pub(crate) async fn docker_fed(words: &[&str], input: &[u8]) -> Result<Vec<u8>, String> {
    let mut child = Command::new("docker")
        .args(ENGINE.try_with(|url| format!("--host={url}")).ok())
        .args(words)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("these tests need the docker command: tools/test installs it");
    let mut stdin = child.stdin.take().unwrap();
    let feed = async move {
        // A refusal may come before all of it is read.
        stdin.write_all(input).await.ok();
        drop(stdin);
    };
    let (output, ()) = tokio::join!(child.wait_with_output(), feed);
    let output = output.unwrap();
    match output.status.success() {
        true => Ok(output.stdout),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
    }
}

pub(crate) async fn said(words: &[&str]) -> String {
    let output = docker(words)
        .await
        .unwrap_or_else(|error| panic!("docker {words:?}: {error}"));
    String::from_utf8(output).unwrap().trim().to_owned()
}

pub(crate) fn container(server: &str) -> String {
    format!("nova-{server}")
}

pub(crate) async fn inspect(server: &str) -> Value {
    find(server).await.expect("the server has a container")
}

pub(crate) async fn find(server: &str) -> Option<Value> {
    let found = docker(&["container", "inspect", &container(server)]).await.ok()?;
    let found: Value = serde_json::from_slice(&found).unwrap();
    Some(found[0].clone())
}

/// `running`, `paused`, `exited` ...
pub(crate) async fn state(server: &str) -> String {
    inspect(server).await["State"]["Status"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// Runs a shell line in the server; answers what it wrote.
pub(crate) async fn sh(server: &str, line: &str) -> Result<String, String> {
    let output = docker(&["exec", &container(server), "sh", "-c", line]).await?;
    Ok(String::from_utf8(output).unwrap())
}

/// The names of all containers with the mark.
pub(crate) async fn containers(mark: &str) -> BTreeSet<String> {
    let filter = format!("label={LABEL}={mark}");
    lines(&["ps", "-a", "--filter", &filter, "--format", "{{.Names}}"]).await
}

/// All images with the mark, `repository:tag` each.
pub(crate) async fn images(mark: &str) -> BTreeSet<String> {
    let filter = format!("label={LABEL}={mark}");
    lines(&[
        "images",
        "--filter",
        &filter,
        "--format",
        "{{.Repository}}:{{.Tag}}",
    ])
    .await
}

pub(crate) async fn volume_exists(name: &str) -> bool {
    docker(&["volume", "inspect", name]).await.is_ok()
}

/// Until nothing with the mark is there but these images.
pub(crate) async fn clean_but_for(mark: &str, kept: &BTreeSet<String>) {
    let mut left = (BTreeSet::new(), BTreeSet::new());
    for _ in 0..super::STEPS {
        left = (containers(mark).await, images(mark).await);
        if left.0.is_empty() && left.1 == *kept {
            return;
        }
        tokio::time::sleep(super::STEP).await;
    }
    panic!("containers and images left behind: {left:?}, and only the images {kept:?} may be there");
}

async fn lines(words: &[&str]) -> BTreeSet<String> {
    said(words).await.lines().map(str::to_owned).collect()
}
