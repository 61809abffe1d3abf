//! A boot asks the engine for no more than it needs, since each question is time that a user waits.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use nova_docker::docker::{Docker, Endpoint};
use nova_docker::virt::docker::{DockerDriver, Settings};
use nova_docker::virt::{ComputeDriver, Supplies};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{UnixListener, UnixStream};

use crate::stage::{Stage, Steps, context, instance};

#[tokio::test]
async fn a_boot_asks_four_things() {
    let stage = Stage::set().await;
    let image = stage.local_image().await;
    let (socket, asked) = listen_in(stage.files.path().join("engine.sock"));
    let driver = DockerDriver::new(
        Docker::new(Endpoint {
            url: format!("unix://{}", socket.display()),
            ..Endpoint::default()
        })
        .unwrap(),
        stage.images.clone(),
        Settings {
            deployment: stage.deployment,
            host: "docker-tests".to_owned(),
            instances_path: stage.files.path().join("instances"),
            root_directory: "/".into(),
            shared_directory: None,
            archives: Default::default(),
            pause_on_snapshot: true,
            inject_key: false,
            privileged: false,
            allowed_bind_paths: Vec::new(),
            plugging: stage.plugging.clone(),
            guests: None,
        },
    );
    // As compute does when it starts.
    driver.resources().await.unwrap();
    asked.lock().unwrap().clear();
    driver
        .spawn(
            &context(),
            &instance(""),
            &image,
            &Supplies::default(),
            &Steps::default(),
        )
        .await
        .unwrap();
    let asked: Vec<String> = asked.lock().unwrap().iter().map(|line| verb(line)).collect();
    assert_eq!(
        asked,
        [
            "GET images/json",
            "POST containers/create",
            "POST containers/start",
            "GET containers/json"
        ]
    );
}

/// `GET /v1.41/images/sha256:…/json?…` as `GET images/json`.
fn verb(line: &str) -> String {
    let mut words = line.split(' ');
    let (method, path) = (words.next().unwrap(), words.next().unwrap());
    let path = path.split('?').next().unwrap();
    let parts: Vec<&str> = path.split('/').skip(2).collect();
    format!("{method} {}/{}", parts[0], parts[parts.len() - 1])
}

/// A socket that passes everything on to the engine, and the first line of each request.
fn listen_in(path: PathBuf) -> (PathBuf, Arc<Mutex<Vec<String>>>) {
    let asked = Arc::<Mutex<Vec<String>>>::default();
    let listener = UnixListener::bind(&path).unwrap();
    let notes = asked.clone();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            tokio::spawn(pass(client, notes.clone()));
        }
    });
    (path, asked)
}

async fn pass(mut client: UnixStream, asked: Arc<Mutex<Vec<String>>>) {
    let mut start = vec![0; 16 << 10];
    let read = client.read(&mut start).await.unwrap();
    let text = String::from_utf8_lossy(&start[..read]).into_owned();
    asked
        .lock()
        .unwrap()
        .push(text.lines().next().unwrap_or_default().to_owned());
    let mut engine = UnixStream::connect("/var/run/docker.sock").await.unwrap();
    engine.write_all(&start[..read]).await.unwrap();
    copy_bidirectional(&mut client, &mut engine).await.ok();
}
