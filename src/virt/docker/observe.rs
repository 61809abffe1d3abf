//! What is true of a container now, in Nova's terms.

use std::collections::HashMap;

use bollard::models::{ContainerInspectResponse, ContainerState, ContainerStateStatusEnum as Status};
use bollard::query_parameters::{InspectContainerOptions, ListContainersOptionsBuilder};
use futures_util::{StreamExt, TryStreamExt, stream};

use super::DockerDriver;
use super::names::{self, container_name, instance_of};
use super::refusal::refused;
use crate::objects::{InstanceId, PowerState};
use crate::virt::{Error, Observed};

/// How many containers are inspected at once.
const ABREAST: usize = 16;

impl DockerDriver {
    pub(super) async fn look(&self, id: InstanceId) -> Result<Option<Observed>, Error> {
        let found = self.find(id).await?;
        if let Some(container) = &found {
            self.notice(id, container);
        }
        Ok(found.as_ref().map(observed))
    }

    /// The container, or `NoSuchInstance`.
    pub(super) async fn existing(&self, id: InstanceId) -> Result<ContainerInspectResponse, Error> {
        self.find(id).await?.ok_or(Error::NoSuchInstance(id))
    }

    /// By its exact name; a container of that name without our labels is none of ours.
    pub(super) async fn find(&self, id: InstanceId) -> Result<Option<ContainerInspectResponse>, Error> {
        let api = self.docker.api().await?;
        let found = api
            .inspect_container(&container_name(id), None::<InspectContainerOptions>)
            .await;
        match found.map_err(crate::docker::Error::from) {
            Ok(container) => Ok((self.identify(&container) == Some(id)).then_some(container)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(refused(error)),
        }
    }

    /// Containers that vanish meanwhile are left out.
    pub(super) async fn look_at_all(&self) -> Result<Vec<(InstanceId, Observed)>, Error> {
        let ids = self.list().await?;
        let found: Vec<Option<(InstanceId, Observed)>> = stream::iter(ids)
            .map(|id| async move { Ok::<_, Error>(self.look(id).await?.map(|observed| (id, observed))) })
            .buffered(ABREAST)
            .try_collect()
            .await?;
        Ok(found.into_iter().flatten().collect())
    }

    async fn list(&self) -> Result<Vec<InstanceId>, Error> {
        let label = format!("{}={}", names::DEPLOYMENT, self.settings.deployment);
        let options = ListContainersOptionsBuilder::default()
            .all(true)
            .filters(&HashMap::from([("label", vec![label])]))
            .build();
        let containers = self
            .docker
            .api()
            .await?
            .list_containers(Some(options))
            .await
            .map_err(refused)?;
        let ids = containers.into_iter().filter_map(|container| {
            let labels = container.labels.unwrap_or_default();
            let names = container.names.unwrap_or_default();
            names
                .iter()
                .find_map(|name| instance_of(self.settings.deployment, name, &labels))
        });
        Ok(ids.collect())
    }

    fn identify(&self, container: &ContainerInspectResponse) -> Option<InstanceId> {
        let labels = container.config.as_ref()?.labels.as_ref()?;
        instance_of(self.settings.deployment, container.name.as_deref()?, labels)
    }
}

pub(super) fn observed(container: &ContainerInspectResponse) -> Observed {
    let (power_state, exit_code) = container
        .state
        .as_ref()
        .map_or((PowerState::NoState, None), power);
    Observed {
        power_state,
        exit_code,
    }
}

fn power(state: &ContainerState) -> (PowerState, Option<i64>) {
    match state.status {
        Some(Status::PAUSED) => (PowerState::Paused, None),
        Some(Status::RUNNING | Status::RESTARTING | Status::STOPPING) => (PowerState::Running, None),
        // Never started: there is no end to tell of.
        Some(Status::CREATED) => (PowerState::Shutdown, None),
        Some(Status::EXITED | Status::DEAD | Status::REMOVING) => (PowerState::Shutdown, state.exit_code),
        Some(Status::EMPTY) | None => (PowerState::NoState, None),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn power_of(status: &str) -> (PowerState, Option<i64>) {
        let inspect = json!({"State": {"Status": status, "ExitCode": 137}});
        let seen = observed(&serde_json::from_value(inspect).unwrap());
        (seen.power_state, seen.exit_code)
    }

    #[test]
    fn every_state_of_a_container_has_its_power_state() {
        assert_eq!(power_of("running"), (PowerState::Running, None));
        assert_eq!(power_of("restarting"), (PowerState::Running, None));
        assert_eq!(power_of("paused"), (PowerState::Paused, None));
        assert_eq!(power_of("created"), (PowerState::Shutdown, None));
        assert_eq!(power_of("exited"), (PowerState::Shutdown, Some(137)));
        assert_eq!(power_of("dead"), (PowerState::Shutdown, Some(137)));
        assert_eq!(power_of("removing"), (PowerState::Shutdown, Some(137)));
    }
}
