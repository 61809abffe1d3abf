//! Live terminals: a shell beside the server's process, or the terminal that the process has itself.

use std::time::Duration;

use bollard::query_parameters::TopOptions;
use nova_docker::objects::{Instance, InstanceId};
use nova_docker::virt::{ComputeDriver, Error, Terminal, WindowSize};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use crate::stage::{Stage, instance};

const PATIENCE: Duration = Duration::from_secs(30);

async fn say(terminal: &mut Terminal, words: &str) {
    terminal.input.write_all(words.as_bytes()).await.unwrap();
    terminal.input.flush().await.unwrap();
}

/// All that comes, until the words have come.
async fn hear(terminal: &mut Terminal, words: &str) -> String {
    let mut heard = Vec::new();
    let hearing = async {
        while !String::from_utf8_lossy(&heard).contains(words) {
            let read = terminal.output.read_buf(&mut heard).await.unwrap();
            assert_ne!(read, 0, "the terminal ended");
        }
    };
    let in_time = timeout(PATIENCE, hearing).await;
    let heard = String::from_utf8_lossy(&heard).into_owned();
    assert!(in_time.is_ok(), "{words:?} never came, but {heard:?}");
    heard
}

/// The commands that run in the server now.
async fn commands(stage: &Stage, id: InstanceId) -> Vec<String> {
    let name = format!("nova-{id}");
    let top = stage.api().await.top_processes(&name, None::<TopOptions>).await;
    let rows = top.unwrap().processes.unwrap();
    rows.into_iter().map(|row| row.last().unwrap().clone()).collect()
}

async fn until_only(stage: &Stage, id: InstanceId, command: &str) {
    for _ in 0..300 {
        if commands(stage, id).await == [command] {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("there are still {:?}", commands(stage, id).await);
}

async fn with_terminal(stage: &Stage, command: &str) -> Instance {
    let words: Vec<&str> = command.split(' ').collect();
    let server = instance(&format!("tty: true\ncommand: {words:?}"));
    stage.boot(&server, &stage.local_image().await).await.unwrap();
    server
}

#[tokio::test]
async fn a_server_without_a_terminal_gets_a_shell_in_one() {
    let stage = Stage::set().await;
    let id = stage.running("sleep 1000").await.id;
    let mut terminal = stage.driver.terminal(id).await.unwrap();
    say(&mut terminal, "echo $((6 * 7)) $(hostname)\n").await;
    hear(&mut terminal, "42 my-server").await;
    say(&mut terminal, "busybox stty size\n").await;
    hear(&mut terminal, "24 80").await;
    let size = WindowSize {
        columns: 132,
        rows: 43,
    };
    terminal.window.resize(size).await.unwrap();
    say(&mut terminal, "busybox stty size\n").await;
    hear(&mut terminal, "43 132").await;
    say(&mut terminal, "exit\n").await;
    let mut rest = Vec::new();
    timeout(PATIENCE, terminal.output.read_to_end(&mut rest))
        .await
        .unwrap()
        .unwrap();
    drop(terminal);
    until_only(&stage, id, "sleep 1000").await;
}

#[tokio::test]
async fn bytes_come_as_they_are() {
    let stage = Stage::set().await;
    let id = stage.running("sleep 1000").await.id;
    let mut terminal = stage.driver.terminal(id).await.unwrap();
    say(&mut terminal, "printf '\\000\\001\\002\\377%s' end; echo .\n").await;
    hear(&mut terminal, "\0\u{1}\u{2}\u{fffd}end.").await;
}

#[tokio::test]
async fn a_shell_ends_with_its_terminal_and_with_what_runs_in_it() {
    let stage = Stage::set().await;
    let id = stage.running("sleep 1000").await.id;
    let mut terminal = stage.driver.terminal(id).await.unwrap();
    say(&mut terminal, "echo $((1 + 1))nd; sleep 2000\n").await;
    hear(&mut terminal, "2nd").await;
    assert!(commands(&stage, id).await.len() > 1);
    drop(terminal);
    until_only(&stage, id, "sleep 1000").await;
}

#[tokio::test]
async fn a_shell_that_does_not_listen_ends_too() {
    let stage = Stage::set().await;
    let id = stage.running("sleep 1000").await.id;
    let mut terminal = stage.driver.terminal(id).await.unwrap();
    say(&mut terminal, "trap '' HUP; echo $((1 + 1))nd\n").await;
    hear(&mut terminal, "2nd").await;
    drop(terminal);
    until_only(&stage, id, "sleep 1000").await;
}

#[tokio::test]
async fn a_shell_ends_also_when_its_server_was_paused() {
    let stage = Stage::set().await;
    let server = stage.running("sleep 1000").await;
    let id = server.id;
    let terminal = stage.driver.terminal(id).await.unwrap();
    stage.driver.pause(id).await.unwrap();
    drop(terminal);
    stage.driver.unpause(&server).await.unwrap();
    until_only(&stage, id, "sleep 1000").await;
}

#[tokio::test]
async fn a_terminal_ends_with_its_server() {
    let stage = Stage::set().await;
    let id = stage.running("sleep 1000").await.id;
    let mut terminal = stage.driver.terminal(id).await.unwrap();
    stage.driver.power_off(id, Duration::ZERO).await.unwrap();
    let mut rest = Vec::new();
    let ended = timeout(PATIENCE, terminal.output.read_to_end(&mut rest)).await;
    ended.unwrap().unwrap();
    let error = stage.driver.terminal(id).await.unwrap_err();
    assert!(
        matches!(&error, Error::Refused(words) if words.ends_with("is not running")),
        "{error}"
    );
}

#[tokio::test]
async fn a_server_with_a_terminal_shows_its_own() {
    let stage = Stage::set().await;
    let server = with_terminal(&stage, "sh").await;
    let mut terminal = stage.driver.terminal(server.id).await.unwrap();
    say(&mut terminal, "mine=$((6 * 7))\n").await;
    hear(&mut terminal, "mine").await;
    drop(terminal);
    // The same shell, by what it remembers.
    let mut terminal = stage.driver.terminal(server.id).await.unwrap();
    say(&mut terminal, "echo it is $mine; busybox stty size\n").await;
    let heard = hear(&mut terminal, "24 80").await;
    assert!(heard.contains("it is 42"), "{heard:?}");
    let size = WindowSize {
        columns: 100,
        rows: 30,
    };
    terminal.window.resize(size).await.unwrap();
    say(&mut terminal, "busybox stty size\n").await;
    hear(&mut terminal, "30 100").await;
    assert_eq!(commands(&stage, server.id).await, ["sh"]);
}

#[tokio::test]
async fn a_server_without_a_shell_says_so() {
    let stage = Stage::set().await;
    let id = stage
        .running("sh -c 'busybox rm /bin/sh; echo away; exec busybox sleep 1000'")
        .await
        .id;
    stage.console_with(id, "away").await;
    let error = stage.driver.terminal(id).await.unwrap_err();
    assert!(
        matches!(&error, Error::Unsupported(words) if words.starts_with("This server has no shell (tried: /bin/sh, ")),
        "{error}"
    );
}
