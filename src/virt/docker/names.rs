//! What containers and cached images are called, and how ours are told from everybody else's.

use std::collections::{BTreeMap, HashMap};

use crate::docker::CACHE_REPOSITORY;
use crate::objects::{DeploymentId, ImageId, Instance, InstanceId};

pub(super) const INSTANCE: &str = "org.openstack.nova.instance_uuid";
pub(super) const DEPLOYMENT: &str = "org.openstack.nova.deployment";
const PROJECT: &str = "org.openstack.nova.project_id";
const USER: &str = "org.openstack.nova.user_id";
const HOST: &str = "org.openstack.nova.host";
const NAME: &str = "org.openstack.nova.name";
/// The restart policy that the container was made with.
pub(super) const RESTART: &str = "org.openstack.nova.restart_policy";

/// nova-docker's own rule.
pub(super) fn container_name(id: InstanceId) -> String {
    format!("nova-{id}")
}

/// Where a rescued server's own container waits.
pub(super) fn parked_name(id: InstanceId) -> String {
    format!("nova-{id}-rescued")
}

/// The engine's volume that is a rescued server's root filesystem.
pub(super) fn rescue_volume(id: InstanceId) -> String {
    format!("nova-{id}-rescue")
}

pub(super) fn labels(
    deployment: DeploymentId,
    host: &str,
    instance: &Instance,
) -> BTreeMap<&'static str, String> {
    BTreeMap::from([
        (INSTANCE, instance.id.to_string()),
        (DEPLOYMENT, deployment.to_string()),
        (PROJECT, instance.project_id.to_string()),
        (USER, instance.user_id.to_string()),
        (HOST, host.to_owned()),
        (NAME, instance.name.clone()),
    ])
}

/// The same labels with nothing in them: a snapshot must not claim to be a server.
pub(super) fn blank_labels() -> HashMap<String, String> {
    [INSTANCE, DEPLOYMENT, PROJECT, USER, HOST, NAME, RESTART]
        .into_iter()
        .map(|label| (label.to_owned(), String::new()))
        .collect()
}

/// Which instance of this deployment a container with this name and these labels is.
pub(super) fn instance_of(
    deployment: DeploymentId,
    name: &str,
    labels: &HashMap<String, String>,
) -> Option<InstanceId> {
    if labels.get(DEPLOYMENT)? != &deployment.to_string() {
        return None;
    }
    let id: InstanceId = labels.get(INSTANCE)?.parse().ok()?;
    (name.trim_start_matches('/') == container_name(id)).then_some(id)
}

/// Whether a container with this name and these labels is a server of this deployment that is being rescued.
pub(super) fn is_parked(
    deployment: DeploymentId,
    id: InstanceId,
    name: &str,
    labels: &HashMap<String, String>,
) -> bool {
    labels.get(DEPLOYMENT) == Some(&deployment.to_string())
        && labels.get(INSTANCE) == Some(&id.to_string())
        && name.trim_start_matches('/') == parked_name(id)
}

/// The repository of the images that this deployment brought into the engine.
pub(super) fn cache_repository(deployment: DeploymentId) -> String {
    format!("{CACHE_REPOSITORY}/{deployment}")
}

pub(super) fn cache_reference(deployment: DeploymentId, image: ImageId) -> String {
    format!("{}:{image}", cache_repository(deployment))
}

pub(super) fn cached_image(deployment: DeploymentId, reference: &str) -> Option<ImageId> {
    let tag = reference
        .strip_prefix(&cache_repository(deployment))?
        .strip_prefix(':')?;
    tag.parse().ok()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const OURS: DeploymentId = DeploymentId(Uuid::from_u128(1));
    const THEIRS: DeploymentId = DeploymentId(Uuid::from_u128(2));
    const SERVER: InstanceId = InstanceId(Uuid::from_u128(3));

    fn labelled(deployment: DeploymentId) -> HashMap<String, String> {
        HashMap::from([
            (DEPLOYMENT.to_owned(), deployment.to_string()),
            (INSTANCE.to_owned(), SERVER.to_string()),
        ])
    }

    #[test]
    fn a_container_is_ours_by_name_and_label_together() {
        let name = format!("/nova-{SERVER}");
        assert_eq!(instance_of(OURS, &name, &labelled(OURS)), Some(SERVER));
        assert_eq!(instance_of(OURS, &name, &labelled(THEIRS)), None);
        assert_eq!(instance_of(OURS, "/run-from-a-snapshot", &labelled(OURS)), None);
        assert_eq!(instance_of(OURS, &name, &HashMap::new()), None);
        assert_eq!(instance_of(OURS, &name, &blank_labels()), None);
        let parked = format!("/nova-{SERVER}-rescued");
        assert_eq!(instance_of(OURS, &parked, &labelled(OURS)), None);
        assert!(is_parked(OURS, SERVER, &parked, &labelled(OURS)));
        assert!(!is_parked(OURS, SERVER, &parked, &labelled(THEIRS)));
        assert!(!is_parked(OURS, SERVER, &name, &labelled(OURS)));
    }

    #[test]
    fn a_cached_image_is_found_by_its_tag() {
        let image = ImageId(Uuid::from_u128(4));
        let reference = cache_reference(OURS, image);
        assert_eq!(cached_image(OURS, &reference), Some(image));
        assert_eq!(cached_image(THEIRS, &reference), None);
        assert_eq!(cached_image(OURS, "busybox:latest"), None);
    }
}
