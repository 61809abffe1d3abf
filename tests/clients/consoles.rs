//! Consoles as the `openstack` command gives them out, opened with a websocket of our own: a real terminal of a real server.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::json;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::stage::engine::{container, said};
use crate::stage::{Alone, Browser, Session, Stage, boot_body, until};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

const PATIENCE: Duration = Duration::from_secs(30);

async fn running(stage: &Stage, session: &Session, user_data: &str) -> String {
    let image = stage.upload(session, &stage.seed.name("busybox")).await;
    let server = session
        .boot(&boot_body(&stage.seed.name("server"), &image, user_data))
        .await;
    session.reaches(&server, "ACTIVE").await;
    server
}

/// What `openstack` answers to the option, `--serial` or `--novnc`.
async fn url(stage: &Stage, option: &str, server: &str) -> String {
    let line = format!("console url show {option} {server}");
    let shown = stage.openstack().json(&line).await;
    shown["url"].as_str().unwrap().to_owned()
}

fn token(url: &str) -> &str {
    url.split_once("token=").unwrap().1
}

/// The status of a refusal.
async fn opened(url: &str, dialect: &'static str) -> Result<Socket, u16> {
    let mut request = url.replacen("http", "ws", 1).into_client_request().unwrap();
    let dialect = dialect.parse().unwrap();
    request.headers_mut().insert("sec-websocket-protocol", dialect);
    match connect_async(request).await {
        Ok((socket, _)) => Ok(socket),
        Err(Error::Http(answer)) => Err(answer.status().as_u16()),
        Err(error) => panic!("{error}"),
    }
}

/// Types a line, and waits for words that are not in it.
async fn typed(socket: &mut Socket, line: &str, words: &str) {
    socket.send(Message::binary(format!("{line}\r"))).await.unwrap();
    let mut heard = String::new();
    let hearing = async {
        while !heard.contains(words) {
            let message = socket.next().await.expect("the console is open").unwrap();
            if message.is_binary() {
                heard += &String::from_utf8_lossy(&message.into_data());
            }
        }
    };
    let in_time = tokio::time::timeout(PATIENCE, hearing).await;
    assert!(in_time.is_ok(), "{words:?} never came, but {heard:?}");
}

/// Until the server has no other processes than these.
async fn only(server: &str, processes: usize) {
    until("the shells end", async || {
        let top = said(&["top", &container(server)]).await;
        (top.lines().count() == processes + 1).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_console_is_a_terminal_of_the_server_alone() {
    a_console_is_a_terminal_of_the_server(Stage::alone().await).await;
}

#[tokio::test]
async fn a_console_is_a_terminal_of_the_server_inside_a_cloud() {
    a_console_is_a_terminal_of_the_server(Stage::in_cloud().await).await;
}

async fn a_console_is_a_terminal_of_the_server(stage: Stage) {
    let (session, admin) = (stage.member().await, stage.admin().await);
    let server = running(&stage, &session, "command: [sleep, '3600']").await;
    let serial = url(&stage, "--serial", &server).await;
    assert!(serial.starts_with("ws://127.0.0.1:"), "{serial}");
    let path = format!("/os-console-auth-tokens/{}", token(&serial));
    let shown = admin.get(&path).await;
    assert_eq!(shown.body["console"]["instance_uuid"], server.as_str());
    let mut socket = opened(&serial, "binary").await.unwrap();
    typed(&mut socket, "echo $((6 * 7)) of $(busybox id -u)", "42 of 0").await;
    assert_eq!(opened(&serial, "binary").await.unwrap_err(), 403);
    admin.get(&path).await.is(404, "Token not found");
    socket.close(None).await.unwrap();
    drop(socket);
    only(&server, 1).await;

    let novnc = url(&stage, "--novnc", &server).await;
    let page = reqwest::get(&novnc).await.unwrap();
    assert_eq!(page.status(), 200);
    assert!(page.text().await.unwrap().contains("console.js"));
    let mut socket = opened(&novnc, "console.nova-docker").await.unwrap();
    let size = json!({"columns": 132, "rows": 43}).to_string();
    socket.send(Message::text(size)).await.unwrap();
    typed(&mut socket, "busybox stty size", "43 132").await;
    session.act(&server, json!({"os-stop": null})).await;
    session.reaches(&server, "SHUTOFF").await;
    let ended = async { while let Some(Ok(_)) = socket.next().await {} };
    tokio::time::timeout(PATIENCE, ended)
        .await
        .expect("it ends with its server");
    let refused = stage
        .openstack()
        .refused(&format!("console url show --serial {server}"))
        .await;
    assert!(
        refused.contains(&format!("Instance {server} is not ready")),
        "{refused}"
    );
    for secret in [token(&serial), token(&novnc)] {
        assert!(!stage.service.log().contains(secret), "the log tells a token");
    }
    session.delete(&server).await;
}

#[tokio::test]
async fn a_console_of_a_server_with_a_terminal_is_that_terminal_alone() {
    let stage = Stage::alone().await;
    let session = stage.member().await;
    let server = running(&stage, &session, "tty: true\ncommand: [sh]").await;
    for (line, words) in [("mine=$((6 * 7))", "mine"), ("echo it is $mine", "it is 42")] {
        let serial = url(&stage, "--serial", &server).await;
        let mut socket = opened(&serial, "binary").await.unwrap();
        typed(&mut socket, line, words).await;
        only(&server, 1).await;
    }
    session.delete(&server).await;
}

#[tokio::test]
async fn a_killed_service_leaves_no_shell_and_forgets_no_token_alone() {
    let mut stage = Stage::alone().await;
    let session = stage.member().await;
    let server = running(&stage, &session, "command: [sleep, '3600']").await;
    let kept = url(&stage, "--serial", &server).await;
    let serial = url(&stage, "--serial", &server).await;
    let mut socket = opened(&serial, "binary").await.unwrap();
    typed(&mut socket, "echo $((6 * 7)); sleep 1000", "42").await;
    stage.service.kill().await;
    only(&server, 1).await;
    stage.service.start().await;
    let mut socket = opened(&kept, "binary").await.unwrap();
    typed(&mut socket, "echo $((6 * 7))", "42").await;
    assert_eq!(opened(&serial, "binary").await.unwrap_err(), 403);
    // One that is told to end says so.
    stage.service.terminate().await;
    let last = async {
        let mut last = None;
        while let Some(Ok(message)) = socket.next().await {
            last = Some(message);
        }
        last
    };
    let last = tokio::time::timeout(PATIENCE, last).await.unwrap();
    assert!(
        matches!(&last, Some(Message::Close(Some(frame))) if frame.code == CloseCode::Away),
        "{last:?}"
    );
    stage.service.start().await;
    // What a delete takes with it cannot be used after.
    let last = url(&stage, "--serial", &server).await;
    session.delete(&server).await;
    assert_eq!(opened(&last, "binary").await.unwrap_err(), 403);
}

#[tokio::test]
async fn a_browser_shows_a_terminal_alone() {
    a_browser_shows("/usr/share/javascript/term.js", "term.js").await;
}

#[tokio::test]
async fn a_browser_shows_lines_where_there_is_no_terminal_alone() {
    a_browser_shows("/nowhere", "").await;
}

/// What Horizon frames: the page, in a real browser.
async fn a_browser_shows(html5_path: &str, terminal: &str) {
    let setting = Alone {
        docker: format!("[console]\nhtml5_path = {html5_path}"),
        ..Alone::default()
    };
    let stage = setting.up().await;
    let session = stage.member().await;
    let server = running(&stage, &session, "command: [sleep, '3600']").await;
    let mut browser = Browser::open().await;
    // Some terminals write blanks that do not break.
    let shown = "document.getElementById('terminal').innerText.replaceAll('\\u00a0', ' ')";
    let notice = "document.getElementById('notice').textContent";
    let console = async || url(&stage, "--novnc", &server).await;
    let novnc = browser.arrives(console, shown, |text| text.contains('#')).await;
    let emulated = browser.evaluate("typeof window.Terminal").await == "function";
    assert_eq!(emulated, !terminal.is_empty());
    let said = browser.shows(notice, |text| text != "Connecting ...").await;
    assert_eq!(said.is_empty(), emulated, "{said}");
    browser.type_line("echo it is $((6 * 7))").await;
    browser.shows(shown, |text| text.contains("it is 42")).await;
    browser.type_line("echo rows: $(busybox stty size)").await;
    let size = |text: &str| {
        let told = text.split("\nrows: ").nth(1)?;
        let mut numbers = told.split_whitespace().map_while(|word| word.parse::<u16>().ok());
        Some((numbers.next()?, numbers.next()?))
    };
    let text = browser.shows(shown, |text| size(text).is_some()).await;
    let (rows, columns) = size(&text).unwrap();
    assert!(
        rows > 24 && columns > 80,
        "the window is not filled: {rows} rows, {columns} columns"
    );
    browser.type_line("exit").await;
    browser
        .shows(notice, |text| text == "Closed. The terminal has ended.")
        .await;
    // The address was good once.
    let refused = |text: &str| text.starts_with("The token is invalid");
    browser
        .arrives(async || novnc.clone(), "document.body.innerText", refused)
        .await;
    session.delete(&server).await;
}
