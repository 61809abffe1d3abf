//! The engine's own restart policy: it holds only while a server is meant to run, or a restart of the engine would wake what
//! was stopped, paused, shelved, softly deleted or put aside for a rescue.

use bollard::models::{
    ContainerInspectResponse, ContainerUpdateBody, RestartPolicy as EnginePolicy, RestartPolicyNameEnum,
};

use super::DockerDriver;
use super::dialect::restart_policy;
use super::names::RESTART;
use super::refusal::refused_for;
use crate::objects::InstanceId;
use crate::user_data::RestartPolicy;
use crate::virt::Error;

impl DockerDriver {
    /// Before a start: as the container was made with.
    pub(super) async fn let_restart(
        &self,
        id: InstanceId,
        container: &ContainerInspectResponse,
    ) -> Result<(), Error> {
        match wanted(container) {
            Some(policy) => self.put_policy(id, container, restart_policy(&policy)).await,
            None => Ok(()),
        }
    }

    /// The engine leaves the container as it is from now on.
    pub(super) async fn keep_from_restarting(
        &self,
        id: InstanceId,
        container: &ContainerInspectResponse,
    ) -> Result<(), Error> {
        let policy = EnginePolicy {
            name: Some(RestartPolicyNameEnum::NO),
            maximum_retry_count: None,
        };
        match restarts(container) {
            true => self.put_policy(id, container, policy).await,
            false => Ok(()),
        }
    }

    /// After what should have followed did not: as the container was seen before.
    pub(super) async fn put_back(
        &self,
        id: InstanceId,
        seen: &ContainerInspectResponse,
    ) -> Result<(), Error> {
        match restarts(seen) {
            true => self.let_restart(id, seen).await,
            false => Ok(()),
        }
    }

    async fn put_policy(
        &self,
        id: InstanceId,
        container: &ContainerInspectResponse,
        policy: EnginePolicy,
    ) -> Result<(), Error> {
        let update = ContainerUpdateBody {
            restart_policy: Some(policy),
            ..ContainerUpdateBody::default()
        };
        let name = container.id.as_deref().ok_or(Error::NoSuchInstance(id))?;
        let api = self.docker.api().await?;
        api.update_container(name, update).await.map_err(refused_for(id))
    }
}

/// What a container remembers of the policy it was made with, while another one holds.
pub(super) fn remembered(policy: Option<&RestartPolicy>) -> String {
    match policy {
        Some(RestartPolicy {
            name,
            maximum_retry_count: Some(count),
        }) => format!("{name}:{count}"),
        Some(policy) => policy.name.clone(),
        None => String::new(),
    }
}

fn wanted(container: &ContainerInspectResponse) -> Option<RestartPolicy> {
    let label = container.config.as_ref()?.labels.as_ref()?.get(RESTART)?;
    let (name, count) = label.split_once(':').unwrap_or((label, ""));
    (!name.is_empty()).then(|| RestartPolicy {
        name: name.to_owned(),
        maximum_retry_count: count.parse().ok(),
    })
}

fn restarts(container: &ContainerInspectResponse) -> bool {
    let host = container.host_config.as_ref();
    let policy = host.and_then(|host| host.restart_policy.as_ref()?.name);
    !matches!(
        policy,
        None | Some(RestartPolicyNameEnum::NO | RestartPolicyNameEnum::EMPTY)
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_policy_is_remembered_as_it_was() {
        for (name, count) in [
            ("always", None),
            ("on-failure", Some(3)),
            ("unless-stopped", None),
        ] {
            let policy = RestartPolicy {
                name: name.to_owned(),
                maximum_retry_count: count,
            };
            let labels = json!({"Config": {"Labels": {(RESTART): remembered(Some(&policy))}}});
            assert_eq!(wanted(&serde_json::from_value(labels).unwrap()), Some(policy));
        }
        let none = json!({"Config": {"Labels": {(RESTART): remembered(None)}}});
        assert_eq!(wanted(&serde_json::from_value(none).unwrap()), None);
    }
}
