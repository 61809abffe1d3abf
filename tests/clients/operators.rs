//! What operators do with a service that runs: look at its health and its figures, turn its log up, ask it what it does.

use std::fs;
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::time::Duration;

use nix::sys::signal::Signal;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::stage::{Alone, Stage, boot_body, free_ports, until};

/// For a line of a log.
const PATIENCE: Duration = Duration::from_secs(30);

/// With a driver that needs no engine to be quick, and these lines more in `nova.conf`.
fn service(more: &str) -> Alone {
    Alone {
        base: format!("compute_driver = fake.FakeDriver\n{more}"),
        ..Alone::default()
    }
}

fn ask(stage: &Stage, method: Method, path: &str) -> RequestBuilder {
    let url = format!("http://127.0.0.1:{}{path}", stage.service.compute_port());
    Client::new().request(method, url)
}

/// Status and text.
async fn answer(request: RequestBuilder) -> (u16, String) {
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

#[tokio::test]
async fn health_is_told_in_each_form_and_a_file_takes_the_service_out() {
    let stage = service("[healthcheck]\ndetailed = true\ndisable_by_file_path = %/away")
        .up()
        .await;
    let health = |method| ask(&stage, method, "/healthcheck");
    assert_eq!(answer(health(Method::GET)).await, (200, "OK".to_owned()));
    assert_eq!(answer(health(Method::HEAD)).await, (204, String::new()));
    let in_json = || health(Method::GET).header("Accept", "application/json");
    let (status, text) = answer(in_json()).await;
    let told: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((status, &told["detailed"]), (200, &json!(true)));
    let away = stage.service.files.path().join("away");
    fs::write(&away, "").unwrap();
    assert_eq!(answer(health(Method::HEAD)).await.0, 503);
    let (status, text) = answer(in_json()).await;
    assert_eq!(status, 503);
    assert!(text.contains("DISABLED BY FILE"), "{text}");
    fs::remove_file(away).unwrap();
    assert_eq!(answer(health(Method::GET)).await.0, 200);
}

#[tokio::test]
async fn pages_of_an_allowed_origin_may_call_and_others_may_not() {
    let stage = service("[cors]\nallowed_origin = https://dashboard.example.com")
        .up()
        .await;
    let allowed = async |origin: &str| {
        let asked = ask(&stage, Method::OPTIONS, "/v2.1/servers")
            .header("Origin", origin)
            .header("Access-Control-Request-Method", "POST")
            .header(
                "Access-Control-Request-Headers",
                "x-auth-token, openstack-api-version",
            );
        let answer = asked.send().await.unwrap();
        let header = answer.headers().get("access-control-allow-origin");
        header.map(|origin| origin.to_str().unwrap().to_owned())
    };
    let ours = "https://dashboard.example.com";
    assert_eq!(allowed(ours).await.as_deref(), Some(ours));
    assert_eq!(allowed("https://elsewhere.example.com").await, None);
    // What is refused can be read by the page, too.
    let refused = ask(&stage, Method::GET, "/v2.1/servers").header("Origin", ours);
    let refused = refused.send().await.unwrap();
    assert_eq!(refused.status(), 401);
    assert_eq!(refused.headers()["access-control-allow-origin"], ours);
}

#[tokio::test]
async fn figures_are_read_at_a_port_of_their_own() {
    let [port] = free_ports();
    let stage = service(&format!("[prometheus]\nport = {port}")).up().await;
    stage.member().await.get("/servers").await;
    let url = format!("http://127.0.0.1:{port}/metrics");
    let (status, text) = answer(Client::new().get(url)).await;
    assert_eq!(status, 200);
    let line = r#"nova_docker_http_request_duration_seconds_count{service="compute",method="GET",route="/v2.1/servers",status="200"} 1"#;
    assert!(text.lines().any(|other| other == line), "{text}");
    assert_eq!(answer(ask(&stage, Method::GET, "/metrics")).await.0, 404);
}

#[tokio::test]
async fn a_hangup_opens_the_log_anew_and_reads_its_levels() {
    let stage = service("log_file = %/nova.log").up().await;
    let (log, old) = (
        stage.service.files.path().join("nova.log"),
        stage.service.files.path().join("nova.log.1"),
    );
    let contains = |path: &Path, text: &str| fs::read_to_string(path).is_ok_and(|log| log.contains(text));
    assert!(contains(&log, "nova-docker is ready"));
    fs::rename(&log, &old).unwrap();
    stage.service.signal(Signal::SIGHUP);
    until("the log is opened anew", async || {
        contains(&log, "the configuration was read again").then_some(())
    })
    .await;

    let conf = stage.service.files.path().join("nova.conf");
    let good = fs::read_to_string(&conf).unwrap();
    fs::write(
        &conf,
        format!("{good}\n[DEFAULT]\nosapi_compute_listen_port = none\n"),
    )
    .unwrap();
    stage.service.signal(Signal::SIGHUP);
    until("the mistake is told", async || {
        contains(&log, "the configuration stays as it was").then_some(())
    })
    .await;

    fs::write(
        &conf,
        format!("{good}\n[DEFAULT]\ndefault_log_levels = nova_docker=ERROR\n"),
    )
    .unwrap();
    stage.service.signal(Signal::SIGHUP);
    let quiet = async || {
        let before = fs::metadata(&log).unwrap().len();
        answer(ask(&stage, Method::GET, "/v2.1/")).await;
        (fs::metadata(&log).unwrap().len() == before).then_some(())
    };
    until("requests are logged no more", quiet).await;
}

#[tokio::test]
async fn a_service_tells_what_it_is_and_does_when_it_is_asked() {
    let stage = service("").up().await;
    let session = stage.member().await;
    let image = stage.upload(&session, &stage.seed.name("busybox")).await;
    let server = session.boot(&boot_body("one", &image, "")).await;
    session.reaches(&server, "ACTIVE").await;
    stage.service.signal(Signal::SIGUSR2);
    let report = until("the report is there", async || {
        let log = stage.service.log();
        log.contains("vif_plugging_timeout").then_some(log)
    })
    .await;
    for part in [
        "Guru Meditation",
        env!("CARGO_PKG_VERSION"),
        "active = 1",
        "Threads:",
    ] {
        assert!(report.contains(part), "{part} in\n{report}");
    }
}

/// In a namespace of mounts of its own, whose `/dev/log` is ours.
#[tokio::test]
async fn the_system_log_gets_its_lines() {
    let folder = tempfile::tempdir().unwrap();
    let dev = folder.path().to_str().unwrap();
    let socket = UnixDatagram::bind(folder.path().join("log")).unwrap();
    let (say, mut said) = mpsc::unbounded_channel();
    // From the beginning: who writes waits when nobody reads.
    std::thread::spawn(move || {
        let mut line = [0; 8192];
        while let Ok(length) = socket.recv(&mut line) {
            say.send(String::from_utf8_lossy(&line[..length]).into_owned())
                .ok();
        }
    });
    let script = format!(
        "set -e; cd {dev}; for node in null zero random urandom tty; do touch $node; mount --bind /dev/$node $node; done; \
         mount --rbind . /dev; exec \"$@\""
    );
    let before = ["unshare", "--mount", "sh", "-c", &script, "sh"];
    let setting = Alone {
        before: before.map(str::to_owned).into(),
        ..service("use_syslog = true\nsyslog_log_facility = LOG_LOCAL3")
    };
    let stage = setting.up().await;
    let ready = async {
        loop {
            let line = said.recv().await.unwrap();
            if line.contains("nova-docker is ready") {
                return line;
            }
        }
    };
    let ready = tokio::time::timeout(PATIENCE, ready)
        .await
        .expect("it says that it is ready");
    // 19 is local3, and 5 is a notice.
    assert!(ready.starts_with(&format!("<{}>", 19 * 8 + 5)), "{ready}");
    assert!(ready.contains("nova-docker["), "{ready}");
    assert_eq!(stage.service.log(), "");
}

#[tokio::test]
async fn a_run_that_repeats_its_ids_gives_the_first_server_the_same_one() {
    let first = async || {
        let setting = Alone {
            words: &["--ephemeral", "--repeat-ids", "--clouds-file", "%/clouds.yaml"],
            ..service("")
        };
        let mut stage = setting.up().await;
        stage.clouds.file = stage.service.files.path().join("clouds.yaml");
        let session = stage.member().await;
        let image = stage.upload(&session, &stage.seed.name("busybox")).await;
        let server = session.boot(&boot_body("one", &image, "")).await;
        session.reaches(&server, "ACTIVE").await;
        (session.project.clone(), image, server)
    };
    assert_eq!(first().await, first().await);
}
