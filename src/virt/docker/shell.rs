//! A shell in a terminal of its own, beside the process of a server that has no terminal.
//!
//! The engine leaves a command running when nobody is attached to it any more, and has no word to end it. So a second command
//! watches: its input is a connection of ours, and when that closes - with the terminal, or with this process, however that
//! ends - it hangs the shell up, as a line does that is cut. It needs nothing in the server but the shell itself.

use std::pin::Pin;
use std::time::Duration;

use async_trait::async_trait;
use bollard::container::LogOutput;
use bollard::exec::{ResizeExecOptions, StartExecOptions, StartExecResults};
use bollard::models::ExecConfig;
use bytes::Bytes;
use futures_util::StreamExt;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::time::timeout;

use super::DockerDriver;
use super::refusal::{refused, refused_for};
use super::terminal::DETACH_KEYS;
use crate::docker::{Docker, Hijacked};
use crate::objects::InstanceId;
use crate::virt::{Error, Terminal, Window, WindowSize};

/// Where shells are: the one of every system, then those of images that have little else.
pub(super) const SHELLS: [&str; 4] = ["/bin/sh", "/bin/bash", "/bin/ash", "/busybox/sh"];
/// Says which process it is, and becomes the shell that is best to type into.
const BEGIN: &str = r#"echo $$; command -v bash >/dev/null 2>&1 && exec bash; exec "$0""#;
/// Is told which process the shell is, and then nothing more. What does not listen is killed a little later.
const WATCH: &str = r#"echo ready
read -r pid || exit 0
read -r end
kill -HUP "$pid" && { sleep 1; kill -KILL "$pid"; } 2>/dev/null"#;
const READY: &[u8] = b"ready\n";
/// Commands in a server are the server's own, and may do nothing at all.
const PATIENCE: Duration = Duration::from_secs(30);
/// More digits than any process has.
const LONGEST_PID: u64 = 16;

type Input = Pin<Box<dyn AsyncWrite + Send>>;

/// Of the shell's terminal.
struct ShellWindow {
    docker: Docker,
    exec: String,
    /// Dropped, the shell ends.
    _watch: Input,
}

impl DockerDriver {
    pub(super) async fn begin_shell(&self, id: InstanceId, container: &str) -> Result<Terminal, Error> {
        let begun = timeout(PATIENCE, self.shell(id, container)).await;
        begun.unwrap_or_else(|_| Err(Error::Refused("its shell did not begin in time".to_owned())))
    }

    async fn shell(&self, id: InstanceId, container: &str) -> Result<Terminal, Error> {
        let (shell, mut watch) = self.watch_out(id, container).await?;
        let config = ExecConfig {
            attach_stdin: Some(true),
            attach_stdout: Some(true),
            attach_stderr: Some(true),
            tty: Some(true),
            detach_keys: Some(DETACH_KEYS.to_owned()),
            cmd: Some(words(&[shell, "-c", BEGIN, shell])),
            ..ExecConfig::default()
        };
        let api = self.docker.api().await?;
        let created = api.create_exec(container, config).await;
        let exec = created.map_err(refused_for(id))?.id;
        let start = Bytes::from_static(br#"{"Detach": false, "Tty": true}"#);
        let started = self.docker.hijack(&format!("/exec/{exec}/start"), start).await;
        let mut stream = BufReader::new(started.map_err(refused)?);
        let pid = pid(&mut stream).await?;
        let told = watch.write_all(format!("{pid}\n").as_bytes()).await;
        told.and(watch.flush().await)
            .map_err(|error| Error::Refused(format!("its shell cannot be watched: {error}")))?;
        let mut window = ShellWindow {
            docker: self.docker.clone(),
            exec,
            _watch: watch,
        };
        window.resize(WindowSize::USUAL).await?;
        let (output, input) = tokio::io::split(stream);
        Ok(Terminal {
            output: Box::new(output),
            input: Box::new(input),
            window: Box::new(window),
        })
    }

    /// Begins to watch with the first shell that there is.
    async fn watch_out(&self, id: InstanceId, container: &str) -> Result<(&'static str, Input), Error> {
        for shell in SHELLS {
            if let Some(watch) = self.watch_with(id, container, shell).await? {
                return Ok((shell, watch));
            }
        }
        let tried = SHELLS.join(", ");
        Err(Error::Unsupported(format!(
            "This server has no shell (tried: {tried}). Boot it with `tty: true` in user_data, and its own process has a terminal."
        )))
    }

    /// `None` without that shell.
    async fn watch_with(&self, id: InstanceId, container: &str, shell: &str) -> Result<Option<Input>, Error> {
        let config = ExecConfig {
            attach_stdin: Some(true),
            attach_stdout: Some(true),
            cmd: Some(words(&[shell, "-c", WATCH])),
            ..ExecConfig::default()
        };
        let api = self.docker.api().await?;
        let created = api.create_exec(container, config).await;
        let exec = created.map_err(refused_for(id))?.id;
        let (mut output, input) = match api.start_exec(&exec, None::<StartExecOptions>).await {
            Ok(StartExecResults::Attached { output, input }) => (output, input),
            Ok(StartExecResults::Detached) => return Ok(None),
            Err(error) => {
                return match refused(error) {
                    Error::Refused(words) if says_no_command(&words) => Ok(None),
                    other => Err(other),
                };
            }
        };
        match output.next().await {
            Some(Ok(LogOutput::StdOut { message })) if message == READY => Ok(Some(input)),
            // Some engines say it where the command's output would be.
            Some(Ok(LogOutput::Console { message }))
                if !says_no_command(&String::from_utf8_lossy(&message)) =>
            {
                Err(Error::Refused(
                    String::from_utf8_lossy(&message).trim_end().to_owned(),
                ))
            }
            Some(Err(error)) => Err(refused(error)),
            _ => Ok(None),
        }
    }
}

#[async_trait]
impl Window for ShellWindow {
    async fn resize(&mut self, size: WindowSize) -> Result<(), Error> {
        let options = ResizeExecOptions {
            width: size.columns,
            height: size.rows,
        };
        let api = self.docker.api().await?;
        api.resize_exec(&self.exec, options).await.map_err(refused)
    }
}

/// The first line that comes out of the terminal.
async fn pid(stream: &mut BufReader<Hijacked>) -> Result<u32, Error> {
    let mut line = String::new();
    let read = stream.take(LONGEST_PID).read_line(&mut line).await;
    let pid = line.trim_end().parse();
    match (read, pid) {
        (Ok(_), Ok(pid)) => Ok(pid),
        _ => Err(Error::Refused("its shell did not begin".to_owned())),
    }
}

/// As runtimes put it, when what should run is not there or cannot be run.
pub(super) fn says_no_command(words: &str) -> bool {
    [
        "no such file or directory",
        "executable file not found",
        "permission denied",
    ]
    .iter()
    .any(|said| words.contains(said))
}

pub(super) fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}
