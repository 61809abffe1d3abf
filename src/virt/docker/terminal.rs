//! A server's live terminal: the one its process runs in, else one with a shell in it.

use async_trait::async_trait;
use bollard::models::{ContainerConfig, ContainerInspectResponse};
use bollard::query_parameters::ResizeContainerTTYOptionsBuilder;
use bytes::Bytes;

use super::DockerDriver;
use super::observe::observed;
use super::refusal::refused;
use crate::docker::Docker;
use crate::objects::{InstanceId, PowerState};
use crate::virt::{Error, Terminal, Window, WindowSize};

/// The engine takes keys for itself, to detach with, and cannot be told not to. What nobody types takes nothing away from
/// what is in the terminal; the usual ones are what a shell goes back in its history with.
pub(super) const DETACH_KEYS: &str = "ctrl-@,ctrl-@,ctrl-@,ctrl-@,ctrl-@,ctrl-@,ctrl-@,ctrl-@";

impl DockerDriver {
    pub(super) async fn open_terminal(&self, id: InstanceId) -> Result<Terminal, Error> {
        let found = self.existing(id).await?;
        if observed(&found).power_state != PowerState::Running {
            return Err(Error::Refused(format!("Container nova-{id} is not running")));
        }
        let container = found.id.clone().ok_or(Error::NoSuchInstance(id))?;
        match has_terminal(&found) {
            true => self.attach(container).await,
            false => self.begin_shell(id, &container).await,
        }
    }

    async fn attach(&self, container: String) -> Result<Terminal, Error> {
        let path = format!(
            "/containers/{container}/attach?stream=1&stdin=1&stdout=1&stderr=1&detachKeys={DETACH_KEYS}"
        );
        let stream = self.docker.hijack(&path, Bytes::new()).await.map_err(refused)?;
        let (output, input) = tokio::io::split(stream);
        let mut window = OwnWindow {
            docker: self.docker.clone(),
            container,
        };
        window.stir().await?;
        Ok(Terminal {
            output: Box::new(output),
            input: Box::new(input),
            window: Box::new(window),
        })
    }
}

/// Whether the server's process runs in a terminal that can be typed into.
fn has_terminal(container: &ContainerInspectResponse) -> bool {
    let can = |config: &ContainerConfig| config.tty == Some(true) && config.open_stdin == Some(true);
    container.config.as_ref().is_some_and(can)
}

/// Of the terminal that the server's process runs in.
struct OwnWindow {
    docker: Docker,
    container: String,
}

impl OwnWindow {
    /// A new size makes a program draw itself anew: who attaches has seen nothing of it yet.
    async fn stir(&mut self) -> Result<(), Error> {
        let usual = WindowSize::USUAL;
        let taller = WindowSize {
            rows: usual.rows + 1,
            ..usual
        };
        self.resize(taller).await?;
        self.resize(usual).await
    }
}

#[async_trait]
impl Window for OwnWindow {
    async fn resize(&mut self, size: WindowSize) -> Result<(), Error> {
        let options = ResizeContainerTTYOptionsBuilder::default()
            .w(size.columns.into())
            .h(size.rows.into());
        let api = self.docker.api().await?;
        api.resize_container_tty(&self.container, options.build())
            .await
            .map_err(refused)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_terminal_must_be_there_and_open() {
        let has = |tty: bool, open: bool| {
            let container = json!({"Config": {"Tty": tty, "OpenStdin": open}});
            has_terminal(&serde_json::from_value(container).unwrap())
        };
        assert!(has(true, true));
        assert!(!has(true, false) && !has(false, true) && !has(false, false));
        assert!(!has_terminal(&ContainerInspectResponse::default()));
    }
}
