//! The connection against an engine that only says which version it speaks, and remembers what it was asked.

mod engine;

use std::path::PathBuf;
use std::time::Duration;

use self::engine::Engine;
use super::{Docker, Endpoint, Error};

fn certificate() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/docker/tests/engine.pem")
}

fn at(url: &str) -> Endpoint {
    Endpoint {
        url: url.to_owned(),
        ..Endpoint::default()
    }
}

async fn ask(docker: &Docker) -> Result<(), Error> {
    docker.api().await?.ping().await?;
    Ok(())
}

#[tokio::test]
async fn the_version_is_agreed_once_and_stands_in_every_path() {
    let engine = Engine::on_unix("1.41");
    let docker = Docker::new(at(&engine.url)).unwrap();
    ask(&docker).await.unwrap();
    ask(&docker).await.unwrap();
    assert_eq!(
        engine.asked(),
        ["GET /version", "GET /v1.41/_ping", "GET /v1.41/_ping"]
    );
}

#[tokio::test]
async fn a_pinned_version_is_not_negotiated() {
    let engine = Engine::on_unix("1.41");
    let docker = Docker::new(Endpoint {
        api_version: Some("1.42".to_owned()),
        ..at(&engine.url)
    });
    ask(&docker.unwrap()).await.unwrap();
    assert_eq!(engine.asked(), ["GET /v1.42/_ping"]);
}

#[tokio::test]
async fn an_engine_that_is_too_old_is_named() {
    let engine = Engine::on_unix("1.40");
    let error = ask(&Docker::new(at(&engine.url)).unwrap()).await.unwrap_err();
    assert!(
        matches!(&error, Error::TooOld { version, .. } if version == "1.40"),
        "{error}"
    );
}

#[tokio::test]
async fn an_engine_that_is_away_is_no_reason_to_fail_before_it_is_asked() {
    let directory = tempfile::tempdir().unwrap();
    let url = format!("unix://{}", directory.path().join("docker.sock").display());
    let docker = Docker::new(at(&url)).unwrap();
    let error = ask(&docker).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "the Docker engine at {url} cannot be reached: client error (Connect): No such file or directory (os error \
             2); is it running, and may this user open it?"
        )
    );
    assert!(error.is_unreachable());
    let engine = Engine::at_socket(&directory.path().join("docker.sock"), "1.41");
    ask(&docker).await.unwrap();
    assert_eq!(engine.asked(), ["GET /version", "GET /v1.41/_ping"]);
}

#[tokio::test]
async fn an_engine_that_came_back_newer_is_asked_for_its_version_again() {
    let directory = tempfile::tempdir().unwrap();
    let socket = directory.path().join("docker.sock");
    let docker = Docker::new(at(&format!("unix://{}", socket.display()))).unwrap();
    let engine = Engine::at_socket(&socket, "1.41");
    ask(&docker).await.unwrap();
    drop(engine);
    std::fs::remove_file(&socket).unwrap();
    assert!(ask(&docker).await.unwrap_err().is_unreachable());
    let engine = Engine::at_socket(&socket, "1.44");
    ask(&docker).await.unwrap();
    assert_eq!(engine.asked(), ["GET /version", "GET /v1.44/_ping"]);
}

#[tokio::test]
async fn tcp_is_plain_without_certificates() {
    let engine = Engine::on_tcp("1.41");
    ask(&Docker::new(at(&engine.url)).unwrap()).await.unwrap();
    assert_eq!(engine.asked(), ["GET /version", "GET /v1.41/_ping"]);
}

#[tokio::test]
async fn an_authority_of_ones_own_is_trusted() {
    let engine = Engine::on_tls("1.41");
    let endpoint = Endpoint {
        ca_file: Some(certificate()),
        ..at(&engine.url)
    };
    ask(&Docker::new(endpoint).unwrap()).await.unwrap();
    assert_eq!(engine.asked(), ["GET /version", "GET /v1.41/_ping"]);
}

#[tokio::test]
async fn a_certificate_for_another_name_is_refused_and_insecure_takes_it() {
    let engine = Engine::on_tls("1.41");
    // The certificate says localhost and 127.0.0.1.
    let elsewhere = engine.url.replace("127.0.0.1", "127.0.0.2");
    let endpoint = Endpoint {
        ca_file: Some(certificate()),
        ..at(&elsewhere)
    };
    let error = ask(&Docker::new(endpoint.clone()).unwrap()).await.unwrap_err();
    assert!(error.to_string().contains("certificate"), "{error}");
    let insecure = Endpoint {
        api_insecure: true,
        ca_file: None,
        ..endpoint
    };
    ask(&Docker::new(insecure).unwrap()).await.unwrap();
    assert_eq!(engine.asked(), ["GET /version", "GET /v1.41/_ping"]);
}

#[tokio::test]
async fn an_engines_error_is_told_in_its_own_words() {
    let engine = Engine::on_unix("1.41");
    let api = Docker::new(at(&engine.url)).unwrap().api().await.unwrap();
    let error = Error::from(api.inspect_container("nobody", None).await.unwrap_err());
    assert!(error.is_not_found());
    assert_eq!(error.to_string(), "No such thing: /v1.41/containers/nobody/json");
}

#[tokio::test]
async fn an_engine_that_does_not_answer_is_given_up() {
    let engine = Engine::on_unix("1.41");
    let endpoint = Endpoint {
        timeout: Duration::from_secs(1),
        ..at(&engine.url)
    };
    let api = Docker::new(endpoint).unwrap().api().await.unwrap();
    let error = Error::from(api.inspect_image("slow").await.unwrap_err());
    assert_eq!(
        error.to_string(),
        "the Docker engine broke off: it did not answer in time"
    );
}

#[test]
fn options_that_cannot_be_right_are_said_by_name() {
    let said = |endpoint: Endpoint| Docker::new(endpoint).unwrap_err().to_string();
    assert_eq!(
        said(at("ftp://somewhere")),
        "[docker] host_url: expected unix:// or tcp://: 'ftp://somewhere'"
    );
    assert_eq!(
        said(at("/var/run/docker.sock")),
        "[docker] host_url: expected unix:///path or tcp://host:port: '/var/run/docker.sock'"
    );
    assert_eq!(
        said(Endpoint {
            api_insecure: true,
            cert_file: Some(certificate()),
            ..at("tcp://127.0.0.1:2376")
        }),
        "[docker] key_file: must be set too when cert_file is"
    );
    let missing = said(Endpoint {
        ca_file: Some("/no/such/ca.pem".into()),
        ..at("tcp://127.0.0.1:2376")
    });
    assert!(
        missing.starts_with("[docker] ca_file: /no/such/ca.pem: "),
        "{missing}"
    );
}
