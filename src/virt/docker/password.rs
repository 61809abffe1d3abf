//! A new password inside a server, by its own `chpasswd`; it stands in no command line and no environment.

use std::time::Duration;

use bollard::exec::{StartExecOptions, StartExecResults};
use bollard::models::ExecConfig;
use futures_util::StreamExt;
use tokio::io::AsyncWriteExt;
use tokio::time::timeout;

use super::DockerDriver;
use super::refusal::{refused, refused_for};
use crate::objects::{InstanceId, Secret};
use crate::virt::Error;

/// What the engine says of a command that is not there, or cannot be run.
const NO_SUCH_COMMAND: [i64; 2] = [126, 127];
/// The command is the server's own, and may never end.
const PATIENCE: Duration = Duration::from_secs(30);

impl DockerDriver {
    pub(super) async fn change_password(
        &self,
        id: InstanceId,
        user: &str,
        password: &Secret,
    ) -> Result<(), Error> {
        let line = line(user, password)?;
        let container = self.existing(id).await?.id.ok_or(Error::NoSuchInstance(id))?;
        let run = self.run_with_input(id, &container, &["chpasswd"], line.expose());
        let Ok(ended) = timeout(PATIENCE, run).await else {
            return Err(Error::Refused("its chpasswd did not end in time".to_owned()));
        };
        match ended? {
            Some(0) => Ok(()),
            Some(code) if NO_SUCH_COMMAND.contains(&code) => {
                Err(Error::Unsupported("the server has no chpasswd".to_owned()))
            }
            _ => Err(Error::Refused("error setting admin password".to_owned())),
        }
    }

    /// The exit code; what the command says is nobody's business.
    async fn run_with_input(
        &self,
        id: InstanceId,
        container: &str,
        command: &[&str],
        input: &str,
    ) -> Result<Option<i64>, Error> {
        let api = self.docker.api().await?;
        let config = ExecConfig {
            attach_stdin: Some(true),
            attach_stdout: Some(true),
            attach_stderr: Some(true),
            user: Some("0".to_owned()),
            cmd: Some(command.iter().map(|word| (*word).to_owned()).collect()),
            ..ExecConfig::default()
        };
        let exec = api
            .create_exec(container, config)
            .await
            .map_err(refused_for(id))?;
        let started = api.start_exec(&exec.id, None::<StartExecOptions>).await;
        match started.map_err(crate::docker::Error::from) {
            Ok(StartExecResults::Attached {
                mut output,
                input: mut stdin,
            }) => {
                // A command that is not there closes its input at once: its exit code tells.
                let written = stdin.write_all(input.as_bytes()).await;
                let closed = stdin.shutdown().await;
                if let Err(error) = written.and(closed) {
                    tracing::debug!(instance.id = %id, %error, "a command did not read its input");
                }
                while let Some(Ok(_)) = output.next().await {}
            }
            Ok(StartExecResults::Detached) => {}
            // Older engines answer so instead of with a code.
            Err(error) if error.to_string().contains("executable file not found") => {
                return Ok(Some(NO_SUCH_COMMAND[1]));
            }
            Err(error) => return Err(refused(error)),
        }
        Ok(api.inspect_exec(&exec.id).await.map_err(refused)?.exit_code)
    }
}

/// `chpasswd` reads lines: a password cannot have one inside.
fn line(user: &str, password: &Secret) -> Result<Secret, Error> {
    let password = password.expose();
    let one_line = |text: &str| !text.contains(['\n', '\r', '\0']);
    match one_line(password) && one_line(user) && !user.contains(':') {
        true => Ok(Secret::new(format!("{user}:{password}\n"))),
        false => Err(Error::Refused(
            "it has a character that no password can have".to_owned(),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_cannot_smuggle_in_another_user() {
        let of = |user, password| line(user, &Secret::new(password));
        assert_eq!(of("root", "a:b c").unwrap().expose(), "root:a:b c\n");
        assert!(of("root", "a\nother:b").is_err());
        assert!(of("ro:ot", "a").is_err());
    }
}
