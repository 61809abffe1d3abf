//! Which driver `compute_driver` names.

use std::sync::Arc;

use super::ComputeDriver;
use super::docker::{DockerDriver, Settings};
use super::fake::FakeDriver;
use crate::docker::Docker;
use crate::image::ImageService;

const KNOWN: &str = "docker.DockerDriver (or novadocker.virt.docker.DockerDriver), fake.FakeDriver";

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("compute_driver '{0}' is not known; there are {KNOWN}")]
pub struct UnknownDriver(pub String);

/// The driver of this name. Nothing is asked of the engine yet.
pub fn driver(
    name: &str,
    docker: Docker,
    images: Arc<dyn ImageService>,
    settings: Settings,
) -> Result<Arc<dyn ComputeDriver>, UnknownDriver> {
    match name {
        "docker.DockerDriver" | "novadocker.virt.docker.DockerDriver" => {
            Ok(Arc::new(DockerDriver::new(docker, images, settings)))
        }
        "fake.FakeDriver" => Ok(Arc::new(FakeDriver::new(
            &settings.host,
            settings.deployment,
            images,
        ))),
        other => Err(UnknownDriver(other.to_owned())),
    }
}
