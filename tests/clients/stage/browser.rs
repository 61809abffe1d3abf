//! A browser without a screen, told what to do as its own developer tools tell it.

use std::process::Stdio;

use futures_util::{SinkExt, StreamExt};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::until;

pub(crate) struct Browser {
    tools: WebSocketStream<MaybeTlsStream<TcpStream>>,
    asked: u64,
    process: Child,
    _profile: TempDir,
}

impl Browser {
    /// With an empty page.
    pub(crate) async fn open() -> Self {
        let profile = tempfile::tempdir().unwrap();
        let mut process = Command::new("chromium-headless-shell")
            .args([
                "--remote-debugging-port=0",
                "--no-sandbox",
                "--disable-gpu",
                "--window-size=1000,700",
            ])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg("about:blank")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()
            .expect("these tests need Debian's chromium-headless-shell: tools/test installs it");
        let mut lines = BufReader::new(process.stderr.take().unwrap()).lines();
        let address = loop {
            let line = lines
                .next_line()
                .await
                .unwrap()
                .expect("the browser says where its tools are");
            if let Some((_, address)) = line.split_once("DevTools listening on ws://") {
                break address.split('/').next().unwrap().to_owned();
            }
        };
        // It must not stop for want of a reader.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        let list = format!("http://{address}/json/list");
        let page = until("the browser has a page", async || {
            let pages: Value = reqwest::get(&list).await.ok()?.json().await.ok()?;
            let pages = pages.as_array()?.iter();
            let mut pages = pages.filter(|page| page["type"] == "page");
            Some(pages.next()?["webSocketDebuggerUrl"].as_str()?.to_owned())
        })
        .await;
        Self {
            tools: connect_async(page).await.unwrap().0,
            asked: 0,
            process,
            _profile: profile,
        }
    }

    /// What an expression is on the page.
    pub(crate) async fn evaluate(&mut self, expression: &str) -> Value {
        let answer = self
            .ask(
                "Runtime.evaluate",
                json!({"expression": expression, "returnByValue": true}),
            )
            .await;
        answer["result"]["value"].clone()
    }

    /// Until the text that an expression is fits.
    pub(crate) async fn shows(&mut self, expression: &str, fits: impl Fn(&str) -> bool) -> String {
        let shown = self.shows_within(super::STEPS, expression, fits).await;
        shown.unwrap_or_else(|last| panic!("{expression} stays {last:?}"))
    }

    /// Goes to what `address` answers, and there again, until a text fits: a browser gives up what it is loading whenever the
    /// network of its host changes, as it does when servers come and go.
    pub(crate) async fn arrives(
        &mut self,
        address: impl AsyncFn() -> String,
        expression: &str,
        fits: impl Fn(&str) -> bool,
    ) -> String {
        for _ in 0..5 {
            let url = address().await;
            self.ask("Page.navigate", json!({"url": url})).await;
            if self
                .shows_within(super::STEPS / 3, expression, &fits)
                .await
                .is_ok()
            {
                return url;
            }
        }
        panic!("{expression} never fitted");
    }

    /// Else what it was last.
    async fn shows_within(
        &mut self,
        steps: u32,
        expression: &str,
        fits: impl Fn(&str) -> bool,
    ) -> Result<String, String> {
        let mut last = String::new();
        for _ in 0..steps {
            last = self
                .evaluate(expression)
                .await
                .as_str()
                .unwrap_or_default()
                .to_owned();
            if fits(&last) {
                return Ok(last);
            }
            tokio::time::sleep(super::STEP).await;
        }
        Err(last)
    }

    /// Key by key, and Enter at the end.
    pub(crate) async fn type_line(&mut self, line: &str) {
        for character in line.chars().chain(['\r']) {
            let (key, code) = match character {
                '\r' => ("Enter".to_owned(), 13),
                letter if letter.is_ascii_alphanumeric() => {
                    (letter.to_string(), u32::from(letter.to_ascii_uppercase()))
                }
                ' ' => (" ".to_owned(), 32),
                other => (other.to_string(), 0),
            };
            let event = |kind: &str| json!({"type": kind, "key": key, "windowsVirtualKeyCode": code, "text": character.to_string()});
            self.ask("Input.dispatchKeyEvent", event("keyDown")).await;
            let mut up = event("keyUp");
            up["text"] = "".into();
            self.ask("Input.dispatchKeyEvent", up).await;
        }
    }

    async fn ask(&mut self, method: &str, params: Value) -> Value {
        self.asked += 1;
        let words = json!({"id": self.asked, "method": method, "params": params}).to_string();
        self.tools.send(Message::text(words)).await.unwrap();
        loop {
            let message = self.tools.next().await.expect("the browser runs").unwrap();
            let answer: Value = serde_json::from_slice(&message.into_data()).unwrap_or_default();
            if answer["id"] == self.asked {
                assert!(answer["error"].is_null(), "{method}: {answer}");
                return answer["result"].clone();
            }
        }
    }
}

impl Drop for Browser {
    /// It is several processes, and its command may only be the one that started them.
    fn drop(&mut self) {
        let group = self.process.id().and_then(|id| i32::try_from(id).ok());
        if let Some(group) = group {
            killpg(Pid::from_raw(group), Signal::SIGKILL).ok();
        }
    }
}
