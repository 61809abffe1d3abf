//! Does inside a server what its `user_data` asks for: one command in it, that does all and writes down how far it came.
//!
//! The command goes on without us, in the server alone, and with the rights of the server alone. A directory that it makes first
//! says that it was begun: whoever asks again, after a restart of ours too, waits for its end. The directory is named for the
//! container, so that what a snapshot brings along means nothing.

mod report;
mod script;

use std::pin::Pin;
use std::time::Duration;

use bollard::container::LogOutput;
use bollard::exec::{StartExecOptions, StartExecResults};
use bollard::models::{ContainerInspectResponse, ExecConfig};
use futures_util::{Stream, StreamExt};
use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;

use super::DockerDriver;
use super::observe::observed;
use super::refusal::{refused, refused_for};
use super::shell::{SHELLS, says_no_command, words};
use crate::objects::{Instance, InstanceId, PowerState};
use crate::user_data::Provisioning;
use crate::virt::{Error, Provisioned};

use report::Report;
use script::{Console, script};

/// Takes the script in and becomes it, or waits for the one that did so before. `$0` is the shell, `$1` the directory.
const BEGIN: &str = r#"command -v cloud-init >/dev/null 2>&1 && { echo '@ left' >&2; exit 0; }
umask 077
mkdir -p "${1%/*}" || exit 1
if mkdir "$1" 2>/dev/null; then
    cat >"$1/run" && exec "$0" "$1/run" "$0"
    exit 1
fi
[ -d "$1" ] || { mkdir "$1"; exit 1; }
works() {
    read -r pid <"$1/pid" && case $(cat "/proc/$pid/cmdline") in *"$1/run"*) return 0 ;; esac
    return 1
}
missed=0
until [ -e "$1/end" ] || [ "$missed" = 3 ]; do
    works "$1" 2>/dev/null || missed=$((missed + 1))
    sleep 1
done
cat "$1/report" >&2
[ -e "$1/end" ] || echo '@ broken' >&2"#;
/// What was heard is said again where the server's own process says what it says.
const REPEAT: &str = "cat >>/proc/1/fd/1";
const DIRECTORY: &str = "/var/lib/nova-docker";
/// What the engine says of a command that is not there, or cannot be run.
const NO_SUCH_COMMAND: [i64; 2] = [126, 127];
/// A server that does not read what is for its own console does without.
const PATIENCE: Duration = Duration::from_secs(30);

/// Between two questions to an engine that went away and came back.
const PAUSE: Duration = Duration::from_secs(1);

type Output = Pin<Box<dyn Stream<Item = Result<LogOutput, bollard::errors::Error>> + Send>>;
type Input = Pin<Box<dyn AsyncWrite + Send>>;

impl DockerDriver {
    pub(super) async fn do_inside(
        &self,
        instance: &Instance,
        work: &Provisioning,
    ) -> Result<Provisioned, Error> {
        let id = instance.id;
        let found = self.running(id).await?;
        let container = found.id.clone().ok_or(Error::NoSuchInstance(id))?;
        let directory = format!("{DIRECTORY}/{}", container.get(..12).unwrap_or(&container));
        let script = script(id, work, &directory, console(&found));
        for shell in SHELLS {
            let inside = Inside {
                id,
                container: &container,
                shell,
                directory: &directory,
            };
            if let Some(report) = self.carry_through(&inside, &script).await? {
                self.repeat(&inside, &report.output).await;
                return report.verdict();
            }
        }
        let tried = SHELLS.join(", ");
        Err(Error::Unsupported(format!(
            "This server has no shell (tried: {tried}): nothing of its user_data was done in it."
        )))
    }

    async fn running(&self, id: InstanceId) -> Result<ContainerInspectResponse, Error> {
        let found = self.existing(id).await?;
        match observed(&found).power_state {
            PowerState::Running => Ok(found),
            _ => Err(Error::Refused(format!("Container nova-{id} is not running"))),
        }
    }

    /// The engine may forget a command and keep the container: then it is asked again, and the script tells how it stands.
    async fn carry_through(&self, inside: &Inside<'_>, script: &str) -> Result<Option<Report>, Error> {
        loop {
            let (exec, report) = match self.tell(inside, script).await? {
                Some(told) => told,
                None => return Ok(None),
            };
            if report.is_over() {
                return Ok(Some(report));
            }
            match self.exit_code(&exec).await? {
                Some(code) if !report.has_begun() => {
                    let absent = NO_SUCH_COMMAND.contains(&code) || says_no_command(&report.complaint());
                    return Ok((!absent).then_some(report));
                }
                Some(_) => return Ok(Some(report)),
                None => tokio::time::sleep(PAUSE).await,
            }
            let same = |found: &ContainerInspectResponse| found.id.as_deref() == Some(inside.container);
            if !self.running(inside.id).await.is_ok_and(|found| same(&found)) {
                return Ok(Some(report));
            }
        }
    }

    /// Of a command that has ended; `None` of one that has not, or that the engine does not know any more.
    async fn exit_code(&self, exec: &str) -> Result<Option<i64>, Error> {
        let api = self.docker.api().await?;
        match api.inspect_exec(exec).await.map_err(crate::docker::Error::from) {
            Ok(ended) => Ok(ended.exit_code),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(refused(error)),
        }
    }

    /// Hands the script over and listens until it has ended, or falls silent; `None` without that shell.
    async fn tell(&self, inside: &Inside<'_>, script: &str) -> Result<Option<(String, Report)>, Error> {
        let Inside { shell, directory, .. } = inside;
        let command = [shell, "-c", BEGIN, shell, directory];
        let Some((exec, mut output, mut input)) = self.attached(inside, &command, Some("0")).await? else {
            return Ok(None);
        };
        let feeding = async {
            // One that waits for another's end, or is not there, does not read all of it.
            let fed = input.write_all(script.as_bytes()).await;
            if let Err(error) = fed.and(input.shutdown().await) {
                tracing::debug!(instance.id = %inside.id, %error, "a command did not read its input");
            }
            std::future::pending().await
        };
        let hearing = async {
            let mut report = Report::default();
            while !report.is_over() {
                match output.next().await {
                    Some(Ok(LogOutput::StdErr { message })) => report.hear(&message),
                    Some(Ok(other)) => report.overhear(&other.into_bytes()),
                    Some(Err(_)) | None => break,
                }
            }
            report
        };
        let report = tokio::select! {
            report = hearing => report,
            report = feeding => report,
        };
        Ok(Some((exec, report)))
    }

    /// What the script could not write to the console, because the first process is another user's, that user can.
    async fn repeat(&self, inside: &Inside<'_>, output: &[u8]) {
        if output.is_empty() {
            return;
        }
        let repeating = async {
            let command = [inside.shell, "-c", REPEAT];
            let Some((exec, mut heard, mut input)) = self.attached(inside, &command, None).await? else {
                return Ok(None);
            };
            let fed = input.write_all(output).await;
            if fed.and(input.shutdown().await).is_err() {
                return Ok(None);
            }
            while let Some(Ok(_)) = heard.next().await {}
            self.exit_code(&exec).await
        };
        match timeout(PATIENCE, repeating).await {
            Ok(Ok(Some(0))) => {}
            other => {
                let outcome = other.map(|outcome| outcome.map_err(|error| error.to_string()));
                tracing::info!(instance.id = %inside.id, ?outcome, "what was written for a user_data is not in the console log");
            }
        }
    }

    /// `None` when the command is not there.
    async fn attached(
        &self,
        inside: &Inside<'_>,
        command: &[&str],
        user: Option<&str>,
    ) -> Result<Option<(String, Output, Input)>, Error> {
        let api = self.docker.api().await?;
        let config = ExecConfig {
            attach_stdin: Some(true),
            attach_stdout: Some(true),
            attach_stderr: Some(true),
            user: user.map(str::to_owned),
            cmd: Some(words(command)),
            ..ExecConfig::default()
        };
        let created = api.create_exec(inside.container, config).await;
        let exec = created.map_err(refused_for(inside.id))?.id;
        match api.start_exec(&exec, None::<StartExecOptions>).await {
            Ok(StartExecResults::Attached { output, input }) => Ok(Some((exec, output, input))),
            Ok(StartExecResults::Detached) => Ok(None),
            Err(error) => match refused(error) {
                Error::Refused(words) if says_no_command(&words) => Ok(None),
                other => Err(other),
            },
        }
    }
}

/// Where commands are run.
struct Inside<'i> {
    id: InstanceId,
    container: &'i str,
    shell: &'i str,
    directory: &'i str,
}

/// The first process is the server's own, unless it shares its processes with others.
fn console(container: &ContainerInspectResponse) -> Console {
    let host = container.host_config.as_ref();
    match host.and_then(|host| host.pid_mode.as_deref()).unwrap_or_default() {
        "" | "private" => Console::OfTheFirstProcess,
        _ => Console::Aside,
    }
}
