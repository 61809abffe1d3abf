//! Brings a running container's interfaces in place, whatever was there before and whatever happens meanwhile.

use std::sync::Arc;
use std::time::Duration;

use bollard::models::ContainerInspectResponse;

use super::super::DockerDriver;
use super::super::joining::NONE;
use super::super::observe::observed;
use super::{Life, ours};
use crate::network::vif::{Namespace, Plugging, VifDriver};
use crate::objects::{Instance, InstanceId};
use crate::virt::{Error, NetworkInfo, Observed};

/// How often a container may start anew, or be ended before the engine knows, while it is being wired.
const ATTEMPTS: usize = 20;
/// For an engine to notice that a process has ended.
const A_WHILE: Duration = Duration::from_millis(50);

/// What is known of the host's ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::virt::docker) enum HostEnds {
    /// They were made just now.
    Made,
    /// They lead into this namespace, and all is in place there but what the engine has put back since.
    Connected(Namespace),
    Unknown,
}

enum Attempt {
    Done(Observed),
    /// It ended or started anew meanwhile.
    Again(Error),
}

impl DockerDriver {
    /// Answers what is true of the container then; one that does not run is left alone.
    pub(in crate::virt::docker) async fn wire(
        &self,
        instance: &Instance,
        network: &NetworkInfo,
        ends: HostEnds,
    ) -> Result<Observed, Error> {
        let mut ends = ends;
        let mut trouble = Error::NoSuchInstance(instance.id);
        for _ in 0..ATTEMPTS {
            match self.wire_once(instance, network, &ends).await? {
                Attempt::Done(observed) => return Ok(observed),
                Attempt::Again(error) => trouble = error,
            }
            tokio::time::sleep(A_WHILE).await;
            ends = HostEnds::Unknown;
        }
        Err(trouble)
    }

    async fn wire_once(
        &self,
        instance: &Instance,
        network: &NetworkInfo,
        ends: &HostEnds,
    ) -> Result<Attempt, Error> {
        let id = instance.id;
        let container = self.existing(id).await?;
        let done = Attempt::Done(observed(&container));
        let Some(life) = Life::of(&container) else {
            self.over(id);
            return Ok(done);
        };
        if self.wired.of(id, &life).as_ref() == Some(network) || !self.has_work(&container, network)? {
            return Ok(done);
        }
        match self.connect(instance, network, &life, ends).await {
            Ok(()) => {
                self.wired.keep(id, life, network.clone());
                Ok(done)
            }
            Err(error) if !life.has_ended() && self.lives(id, &life).await? => Err(error),
            Err(error) => Ok(Attempt::Again(error)),
        }
    }

    async fn connect(
        &self,
        instance: &Instance,
        network: &NetworkInfo,
        life: &Life,
        ends: &HostEnds,
    ) -> Result<(), Error> {
        let driver = match &self.settings.plugging {
            Plugging::Ours(driver) => driver,
            Plugging::Engine => {
                let _held = self.networks.hold().await;
                return self.networks.connect(instance, &network.vifs).await;
            }
        };
        if let HostEnds::Connected(namespace) = ends
            && Namespace::of_process(life.pid)? == *namespace
        {
            ours::settle(driver, instance, network, namespace).await?;
            return self.attend(instance.id, namespace).await;
        }
        let namespace = self.namespace_of(instance.id, life).await?;
        if *ends != HostEnds::Made {
            ours::plug(driver, instance, &network.vifs).await?;
        }
        self.bring_in(driver, instance, network, &namespace).await
    }

    /// The whole of a server's network, in a namespace where nothing is yet.
    pub(super) async fn bring_in(
        &self,
        driver: &Arc<dyn VifDriver>,
        instance: &Instance,
        network: &NetworkInfo,
        namespace: &Namespace,
    ) -> Result<(), Error> {
        if !network.vifs.is_empty() {
            ours::attach(driver, instance, network, namespace).await?;
        }
        self.attend(instance.id, namespace).await
    }

    async fn attend(&self, id: InstanceId, namespace: &Namespace) -> Result<(), Error> {
        if let Some(guests) = &self.settings.guests {
            guests.attend(id, namespace).await?;
        }
        Ok(())
    }

    /// A server without interfaces may ask who it is, too, if it has a namespace of its own.
    fn has_work(&self, container: &ContainerInspectResponse, network: &NetworkInfo) -> Result<bool, Error> {
        let mode = network_mode(container);
        if !network.vifs.is_empty() {
            ensure_own_namespace(mode)?;
            return Ok(true);
        }
        let attended = matches!(self.settings.plugging, Plugging::Ours(_)) && self.settings.guests.is_some();
        Ok(attended && mode == NONE)
    }

    /// The namespace of exactly this run: its process may have ended, and its number may be another's by now.
    pub(super) async fn namespace_of(&self, id: InstanceId, life: &Life) -> Result<Namespace, Error> {
        let namespace = Namespace::of_process(life.pid)?;
        match self.lives(id, life).await? {
            true => Ok(namespace),
            false => Err(Error::Refused(format!(
                "the process of instance {id} ended while it was being connected"
            ))),
        }
    }

    pub(super) async fn lives(&self, id: InstanceId, life: &Life) -> Result<bool, Error> {
        let now = self.find(id).await?;
        Ok(now.as_ref().and_then(Life::of).as_ref() == Some(life))
    }
}

pub(in crate::virt::docker) fn network_mode(container: &ContainerInspectResponse) -> &str {
    let host = container.host_config.as_ref();
    host.and_then(|host| host.network_mode.as_deref())
        .unwrap_or_default()
}

/// An interface put into a namespace that others use too would be theirs, or the host's.
fn ensure_own_namespace(mode: &str) -> Result<(), Error> {
    if mode == "host" || mode.starts_with("container:") {
        return Err(Error::Refused(format!(
            "its user_data says network_mode '{mode}': the server has no network of its own to which an interface could \
             be added"
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_shares_a_network_gets_no_interface() {
        let refused = |mode| ensure_own_namespace(mode).err().map(|error| error.to_string());
        assert_eq!(
            refused("host").unwrap(),
            "the Docker engine refused: its user_data says network_mode 'host': the server has no network of its own to \
             which an interface could be added"
        );
        assert!(refused("container:x").is_some());
        assert_eq!((refused("none"), refused("bridge")), (None, None));
    }
}
