//! Consoles that are open: a real websocket, and a server that says what is typed into it.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use nova_docker::api::console::Settings;
use nova_docker::compute;
use nova_docker::objects::InstanceId;
use nova_docker::virt::WindowSize;
use nova_docker::virt::fake::Verb;
use serde_json::json;
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::{address, token};
use crate::cloud::{Cloud, consoles};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

const PATIENCE: Duration = Duration::from_secs(20);

/// A console's websocket; else the status and the words of the refusal.
pub(super) async fn opened(cloud: &Cloud, token: &str) -> Result<Socket, (u16, String)> {
    opened_with(cloud, token, &[]).await
}

async fn opened_with(
    cloud: &Cloud,
    token: &str,
    headers: &[(&'static str, &'static str)],
) -> Result<Socket, (u16, String)> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    let served = axum::serve(listener, cloud.consoles.clone());
    tokio::spawn(async move { served.await.unwrap() });
    let mut request = format!("ws://{at}/?token={token}").into_client_request().unwrap();
    for (name, value) in headers {
        request.headers_mut().insert(*name, value.parse().unwrap());
    }
    match connect_async(request).await {
        Ok((socket, _)) => Ok(socket),
        Err(Error::Http(answer)) => {
            let words = String::from_utf8(answer.body().clone().unwrap_or_default()).unwrap();
            Err((answer.status().as_u16(), words.trim_end().to_owned()))
        }
        Err(error) => panic!("{error}"),
    }
}

/// What is neither a ping nor a pong.
async fn next(socket: &mut Socket) -> Message {
    loop {
        let message = tokio::time::timeout(PATIENCE, socket.next()).await;
        let message = message.unwrap().unwrap().unwrap();
        if !message.is_ping() && !message.is_pong() {
            return message;
        }
    }
}

async fn close_of(socket: &mut Socket) -> (CloseCode, String) {
    match next(socket).await {
        Message::Close(Some(frame)) => (frame.code, frame.reason.to_string()),
        other => panic!("{other:?} came instead of the end"),
    }
}

async fn until_closed(cloud: &Cloud, id: &str) {
    let id: InstanceId = id.parse().unwrap();
    for _ in 0..2000 {
        if cloud.faults.terminals(id) == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("the terminal stays open");
}

#[tokio::test]
async fn what_is_typed_goes_to_the_server_and_what_it_writes_comes_back() {
    let cloud = Cloud::start().await;
    let id = cloud.boot("one").await;
    for (protocol, dialect, sent, came) in [
        ("serial", None, Message::text("ls\r"), Message::binary("ls\r")),
        (
            "serial",
            Some("binary"),
            Message::binary("ls\r"),
            Message::binary("ls\r"),
        ),
        (
            "serial",
            Some("binary, base64"),
            Message::binary(vec![0, 255]),
            Message::binary(vec![0, 255]),
        ),
        (
            "serial",
            Some("base64"),
            Message::text("bHMN"),
            Message::text("bHMN"),
        ),
        (
            "vnc",
            Some("console.nova-docker"),
            Message::binary("ls\r"),
            Message::binary("ls\r"),
        ),
    ] {
        let kind = if protocol == "vnc" { "novnc" } else { "serial" };
        let token = token(&address(&cloud, &id, protocol, kind).await);
        let asked: Vec<_> = dialect
            .iter()
            .map(|name| ("sec-websocket-protocol", *name))
            .collect();
        let mut socket = opened_with(&cloud, &token, &asked).await.unwrap();
        socket.send(sent).await.unwrap();
        assert_eq!(next(&mut socket).await, came, "{dialect:?}");
        socket.close(None).await.unwrap();
        drop(socket);
        until_closed(&cloud, &id).await;
    }
}

#[tokio::test]
async fn a_token_opens_one_console_once() {
    let cloud = Cloud::start().await;
    let id = cloud.boot("one").await;
    let token = token(&address(&cloud, &id, "serial", "serial").await);
    let first = opened(&cloud, &token).await.unwrap();
    let words = "The token is invalid, was used, or has expired: ask for a new console.";
    for wrong in [token.as_str(), "none", ""] {
        assert_eq!(opened(&cloud, wrong).await.unwrap_err(), (403, words.to_owned()));
    }
    drop(first);
    until_closed(&cloud, &id).await;
    assert_eq!(opened(&cloud, &token).await.unwrap_err().0, 403);
    assert_eq!(super::shown(&cloud, "2.31", &token).await.status, 404);
}

#[tokio::test]
async fn a_page_from_elsewhere_opens_nothing_and_uses_up_nothing() {
    let settings = Settings {
        allowed_origins: vec!["horizon.example".to_owned()],
        ..consoles()
    };
    let cloud = Cloud::start_with(settings, compute::Settings::default()).await;
    let id = cloud.boot("one").await;
    let token = token(&address(&cloud, &id, "serial", "serial").await);
    let refused = opened_with(&cloud, &token, &[("origin", "http://evil.example")]).await;
    let words = "Origin header does not match this host.";
    assert_eq!(refused.unwrap_err(), (403, words.to_owned()));
    let allowed = opened_with(&cloud, &token, &[("origin", "http://horizon.example")]).await;
    allowed.unwrap();
}

#[tokio::test]
async fn a_terminal_is_as_big_as_its_window() {
    let cloud = Cloud::start().await;
    let id = cloud.boot("one").await;
    let token = token(&address(&cloud, &id, "vnc", "novnc").await);
    let dialect = [("sec-websocket-protocol", "console.nova-docker")];
    let mut socket = opened_with(&cloud, &token, &dialect).await.unwrap();
    let size = json!({"columns": 132, "rows": 43}).to_string();
    socket.send(Message::text(size)).await.unwrap();
    // Behind it in the line: what comes back was typed after.
    socket.send(Message::binary("x")).await.unwrap();
    assert_eq!(next(&mut socket).await, Message::binary("x"));
    let size = WindowSize {
        columns: 132,
        rows: 43,
    };
    assert_eq!(cloud.faults.window(id.parse().unwrap()), Some(size));
}

#[tokio::test]
async fn a_console_ends_with_its_server() {
    let cloud = Cloud::start().await;
    for action in ["os-stop", "delete"] {
        let id = cloud.boot("one").await;
        let token = token(&address(&cloud, &id, "serial", "serial").await);
        let mut socket = opened(&cloud, &token).await.unwrap();
        socket.send(Message::binary("x")).await.unwrap();
        next(&mut socket).await;
        match action {
            "delete" => cloud.delete(&id).await,
            _ => drop(cloud.act("2.1", &id, json!({action: null})).await),
        }
        let end = (CloseCode::Normal, "The terminal has ended.".to_owned());
        assert_eq!(close_of(&mut socket).await, end, "{action}");
    }
}

#[tokio::test]
async fn a_console_ends_with_the_service_and_with_its_time_where_that_is_limited() {
    let cloud = Cloud::start().await;
    let id = cloud.boot("one").await;
    let first = token(&address(&cloud, &id, "serial", "serial").await);
    let mut socket = opened(&cloud, &first).await.unwrap();
    cloud.compute.shutdown().await;
    let end = (CloseCode::Away, "The service is being stopped.".to_owned());
    assert_eq!(close_of(&mut socket).await, end);
    let limited = Settings {
        enforce_session_timeout: true,
        ..consoles()
    };
    let soon = compute::Settings {
        console_token_ttl: Duration::from_secs(5),
        ..compute::Settings::default()
    };
    let cloud = Cloud::start_with(limited, soon).await;
    let id = cloud.boot("one").await;
    let second = token(&address(&cloud, &id, "serial", "serial").await);
    let mut socket = opened(&cloud, &second).await.unwrap();
    let end = (CloseCode::Policy, "The time of this console is over.".to_owned());
    assert_eq!(close_of(&mut socket).await, end);
}

#[tokio::test]
async fn a_console_that_cannot_be_opened_says_why() {
    let cloud = Cloud::start().await;
    let id = cloud.boot("one").await;
    let token = token(&address(&cloud, &id, "serial", "serial").await);
    cloud.faults.fail_next(Verb::Terminal, "no more ptys");
    let mut socket = opened(&cloud, &token).await.unwrap();
    let words = "the Docker engine refused: no more ptys";
    assert_eq!(next(&mut socket).await, Message::binary(format!("{words}\r\n")));
    assert_eq!(close_of(&mut socket).await, (CloseCode::Error, words.to_owned()));
}
