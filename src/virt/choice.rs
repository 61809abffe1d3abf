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

enum Known {
    Docker,
    Fake,
}

fn known(name: &str) -> Result<Known, UnknownDriver> {
    match name {
        "docker.DockerDriver" | "novadocker.virt.docker.DockerDriver" => Ok(Known::Docker),
        "fake.FakeDriver" => Ok(Known::Fake),
        other => Err(UnknownDriver(other.to_owned())),
    }
}

/// Whether there is a driver of this name.
pub fn check_name(name: &str) -> Result<(), UnknownDriver> {
    known(name).map(drop)
}

/// The driver of this name. Nothing is asked of the engine yet.
pub fn driver(
    name: &str,
    docker: Docker,
    images: Arc<dyn ImageService>,
    settings: Settings,
) -> Result<Arc<dyn ComputeDriver>, UnknownDriver> {
    Ok(match known(name)? {
        Known::Docker => Arc::new(DockerDriver::new(docker, images, settings)),
        Known::Fake => Arc::new(FakeDriver::new(&settings.host, settings.deployment, images)),
    })
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::docker::Endpoint;
    use crate::network::vif::Plugging;
    use crate::objects::DeploymentId;
    use crate::virt::fixtures::Images;

    fn chosen(name: &str) -> Result<String, String> {
        let settings = Settings {
            deployment: DeploymentId(Uuid::nil()),
            host: "host".to_owned(),
            instances_path: "/instances".into(),
            root_directory: "/".into(),
            archives: Default::default(),
            pause_on_snapshot: true,
            shared_directory: None,
            inject_key: false,
            privileged: false,
            allowed_bind_paths: Vec::new(),
            plugging: Plugging::Engine,
            guests: None,
        };
        let docker = Docker::new(Endpoint::default()).unwrap();
        let driver = driver(name, docker, Arc::<Images>::default(), settings);
        let first_word = |driver: Arc<dyn ComputeDriver>| {
            let debug = format!("{driver:?}");
            debug.split_whitespace().next().unwrap().to_owned()
        };
        driver.map(first_word).map_err(|error| error.to_string())
    }

    #[test]
    fn old_and_new_spellings_name_the_same_driver() {
        assert_eq!(chosen("docker.DockerDriver").unwrap(), "DockerDriver");
        assert_eq!(
            chosen("novadocker.virt.docker.DockerDriver").unwrap(),
            "DockerDriver"
        );
        assert_eq!(chosen("fake.FakeDriver").unwrap(), "FakeDriver");
    }

    #[test]
    fn an_unknown_name_lists_the_known_ones() {
        assert_eq!(
            chosen("libvirt.LibvirtDriver").unwrap_err(),
            "compute_driver 'libvirt.LibvirtDriver' is not known; there are docker.DockerDriver (or \
             novadocker.virt.docker.DockerDriver), fake.FakeDriver"
        );
    }
}
