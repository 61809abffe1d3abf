//! What a `user_data` asks for inside a server: done once, by a shell in it, in whatever system is there.

mod begun;
mod systems;

use bollard::exec::StartExecResults;
use bollard::models::ExecConfig;
use futures_util::TryStreamExt;
use nova_docker::objects::{Image, Instance};
use nova_docker::user_data::Provisioning;
use nova_docker::virt::{ComputeDriver, Error, Outcome, Provisioned};

use crate::stage::{Stage, instance};

/// A root with every applet of busybox, and the few files that a system begins with.
fn busybox_system(more: &[(&str, &str)]) -> bytes::Bytes {
    let program = std::fs::read("/bin/busybox").expect("these tests need Debian's busybox-static");
    let applets = std::process::Command::new("/bin/busybox")
        .arg("--list")
        .output()
        .unwrap();
    let applets = String::from_utf8(applets.stdout).unwrap();
    let mut archive = tar::Builder::new(Vec::new());
    let mut add = |path: &str, content: &[u8], mode: u32| {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(mode);
        archive.append_data(&mut header, path, content).unwrap();
    };
    add("bin/busybox", &program, 0o755);
    add(
        "etc/passwd",
        b"root:x:0:0:root:/root:/bin/sh\nguest:x:1000:1000::/:/bin/sh\n",
        0o644,
    );
    add("etc/group", b"root:x:0:\nguest:x:1000:\nwheel:x:10:guest", 0o644);
    add("etc/shadow", b"root:!:19000:0:99999:7:::\n", 0o600);
    add("tmp/keep", b"", 0o644);
    for (path, content) in more {
        add(path, content.as_bytes(), 0o755);
    }
    for name in applets.lines().filter(|name| *name != "busybox") {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(tar::EntryType::Symlink);
        header.set_size(0);
        archive
            .append_link(&mut header, format!("bin/{name}"), "busybox")
            .unwrap();
    }
    archive.into_inner().unwrap().into()
}

/// An image of such a system.
async fn system(stage: &Stage, change: &str, more: &[(&str, &str)]) -> Image {
    let reference = format!("nova-docker-test/{}:system", stage.deployment);
    stage.import_root(&reference, change, busybox_system(more)).await;
    stage.local(&reference).await
}

/// A running server with this `user_data`.
async fn server(stage: &Stage, image: &Image, user_data: &str) -> Instance {
    let server = instance(user_data);
    stage.boot(&server, image).await.unwrap();
    server
}

async fn provision(stage: &Stage, server: &Instance, user_data: &str) -> Result<Provisioned, Error> {
    let work = Provisioning::of(user_data.as_bytes());
    stage.driver.provision(server, &work).await
}

/// Boots such a system and does all of it.
async fn done(stage: &Stage, user_data: &str) -> (Instance, Provisioned) {
    let image = system(stage, r#"CMD ["sleep", "1000"]"#, &[]).await;
    let server = server(stage, &image, user_data).await;
    let provisioned = provision(stage, &server, user_data).await.unwrap();
    (server, provisioned)
}

fn all(outcomes: &[(&str, i64)]) -> Vec<Outcome> {
    let outcome = |(what, exit_code): &(&str, i64)| Outcome {
        what: (*what).to_owned(),
        exit_code: *exit_code,
    };
    outcomes.iter().map(outcome).collect()
}

/// What a command in the server says, as root.
async fn sh(stage: &Stage, server: &Instance, line: &str) -> String {
    let api = stage.api().await;
    let config = ExecConfig {
        attach_stdout: Some(true),
        attach_stderr: Some(true),
        user: Some("0".to_owned()),
        cmd: Some(["sh", "-c", line].map(str::to_owned).into()),
        ..ExecConfig::default()
    };
    let exec = api
        .create_exec(&format!("nova-{}", server.id), config)
        .await
        .unwrap();
    let StartExecResults::Attached { output, .. } = api.start_exec(&exec.id, None).await.unwrap() else {
        panic!("it is attached")
    };
    let pieces: Vec<_> = output.try_collect().await.unwrap();
    let bytes: Vec<u8> = pieces
        .into_iter()
        .flat_map(|piece| piece.into_bytes().to_vec())
        .collect();
    String::from_utf8(bytes).unwrap()
}
