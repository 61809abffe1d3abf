//! One console from its beginning to its end: what is typed goes in, what the terminal writes comes out.

use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket, close_code};
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::time::{interval, sleep, timeout};
use tracing::{Instrument, Span};

use super::Door;
use super::dialect::{Dialect, Said};
use crate::compute::Terminal;
use crate::objects::ConsoleAuthToken;

/// Proxies cut what is silent, often after a minute.
const PING: Duration = Duration::from_secs(30);
/// Who has not answered for so long is not there any more.
const SILENCE: Duration = Duration::from_secs(100);
/// How long the last words may take.
const FAREWELL: Duration = Duration::from_secs(2);
/// The protocol has room for so many bytes of a reason.
const LONGEST_REASON: usize = 123;
const CHUNK: usize = 16 << 10;

/// Why a console ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// The client went, or fell silent.
    Client,
    Terminal,
    /// This process is about to end.
    Service,
    Time,
}

impl End {
    const fn code(self) -> u16 {
        match self {
            Self::Client | Self::Terminal => close_code::NORMAL,
            Self::Service => close_code::AWAY,
            Self::Time => close_code::POLICY,
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::Client => "",
            Self::Terminal => "The terminal has ended.",
            Self::Service => "The service is being stopped.",
            Self::Time => "The time of this console is over.",
        }
    }
}

/// The request that began it gives its name to what is logged.
pub(super) async fn run(
    door: Door,
    console: ConsoleAuthToken,
    dialect: Dialect,
    socket: WebSocket,
    span: Span,
) {
    let _open = door.compute.opened_console();
    converse(&door, &console, dialect, socket).instrument(span).await;
}

async fn converse(door: &Door, console: &ConsoleAuthToken, dialect: Dialect, socket: WebSocket) {
    let (mut sink, stream) = socket.split();
    let id = console.instance_id;
    let terminal = match door.compute.terminal(console).await {
        Ok(terminal) => terminal,
        Err(error) => {
            tracing::warn!(instance.id = %id, %error, "a console could not be opened");
            let words = error.to_string();
            // Whoever looks at it sees why, whether or not reasons of closing are shown.
            let _ = sink
                .send(dialect.message(format!("{words}\r\n").as_bytes()))
                .await;
            return close(sink, close_code::ERROR, &words).await;
        }
    };
    tracing::info!(instance.id = %id, console_type = console.console_type, "a console was opened");
    let Terminal { mut output, .. } = terminal;
    let typing = Typing {
        input: terminal.input,
        window: terminal.window,
        dialect,
    };
    let end = tokio::select! {
        () = typing.take_in(stream) => End::Client,
        end = give_out(&mut output, &mut sink, dialect) => end,
        () = door.compute.ending() => End::Service,
        () = time_of(door, console) => End::Time,
    };
    tracing::info!(instance.id = %id, ?end, "a console was closed");
    close(sink, end.code(), end.words()).await;
}

/// What goes into the terminal.
struct Typing {
    input: Box<dyn tokio::io::AsyncWrite + Send + Unpin>,
    window: Box<dyn crate::compute::Window>,
    dialect: Dialect,
}

impl Typing {
    /// Until the client says that it ends, or nothing any more. A terminal that takes nothing is no reason to end: what it
    /// writes tells when it is over.
    async fn take_in(mut self, mut stream: SplitStream<WebSocket>) {
        while let Ok(Some(Ok(message))) = timeout(SILENCE, stream.next()).await {
            match self.dialect.read(message) {
                Said::Typed(bytes) => self.enter(&bytes).await,
                Said::Resized(size) => {
                    if let Err(error) = self.window.resize(size).await {
                        tracing::debug!(%error, "a terminal keeps its size");
                    }
                }
                Said::Nothing => {}
                Said::Over => return,
            }
        }
    }

    async fn enter(&mut self, bytes: &[u8]) {
        let written = self.input.write_all(bytes).await;
        let flushed = self.input.flush().await;
        if let Err(error) = written.and(flushed) {
            tracing::debug!(%error, "a terminal takes nothing in any more");
        }
    }
}

/// Until the terminal ends, or nobody takes what it writes.
async fn give_out(
    output: &mut (impl AsyncRead + Unpin),
    sink: &mut SplitSink<WebSocket, Message>,
    dialect: Dialect,
) -> End {
    let mut chunk = vec![0; CHUNK];
    let mut pings = interval(PING);
    loop {
        let message = tokio::select! {
            read = output.read(&mut chunk) => match read {
                Ok(length @ 1..) => dialect.message(&chunk[..length]),
                Ok(0) | Err(_) => return End::Terminal,
            },
            _ = pings.tick() => Message::Ping(Default::default()),
        };
        if sink.send(message).await.is_err() {
            return End::Client;
        }
    }
}

/// Comes only where sessions are limited: when the token would have expired.
async fn time_of(door: &Door, console: &ConsoleAuthToken) {
    if !door.settings.enforce_session_timeout {
        return std::future::pending().await;
    }
    let left = console.expires_at.duration_since(door.compute.now());
    // Negative is none.
    sleep(Duration::try_from(left).unwrap_or_default()).await;
}

async fn close(mut sink: SplitSink<WebSocket, Message>, code: u16, words: &str) {
    let end = words.floor_char_boundary(LONGEST_REASON);
    let frame = CloseFrame {
        code,
        reason: words[..end].into(),
    };
    // Who has gone needs no farewell.
    let _ = timeout(FAREWELL, sink.send(Message::Close(Some(frame)))).await;
}
