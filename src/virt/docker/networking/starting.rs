//! Starts a container whose host's ends are made, and connects it meanwhile.

use bollard::query_parameters::StartContainerOptions;
use tokio_util::sync::CancellationToken;

use super::super::DockerDriver;
use super::super::joining::NONE;
use super::super::refusal::refused_for;
use super::{HostEnds, early};
use crate::network::vif::{Namespace, Plugging};
use crate::objects::Instance;
use crate::virt::{Error, NetworkInfo, Observed};

/// A container that is to be started.
#[derive(Debug)]
pub(in crate::virt::docker) struct Ready {
    /// The engine's id of it.
    pub(in crate::virt::docker) id: String,
    pub(in crate::virt::docker) network_mode: String,
}

impl DockerDriver {
    /// On error it may run.
    pub(in crate::virt::docker) async fn start_connected(
        &self,
        container: &Ready,
        instance: &Instance,
        network: &NetworkInfo,
    ) -> Result<Observed, Error> {
        let api = self.docker.patient_api().await?;
        let over = CancellationToken::new();
        let starting = async {
            let _over = over.clone().drop_guard();
            let started = api.start_container(&container.id, None::<StartContainerOptions>);
            started.await.map_err(refused_for(instance.id))
        };
        let connecting = self.connect_meanwhile(container, instance, network, &over);
        let (started, connected) = tokio::join!(starting, connecting);
        if started.is_err() {
            self.over(instance.id);
        }
        started?;
        let ends = connected.map_or(HostEnds::Made, HostEnds::Connected);
        self.wire(instance, network, ends).await
    }

    /// The namespace that was found and filled before the start was over. What fails here is tried again afterwards, and
    /// told then.
    async fn connect_meanwhile(
        &self,
        container: &Ready,
        instance: &Instance,
        network: &NetworkInfo,
        over: &CancellationToken,
    ) -> Option<Namespace> {
        let Plugging::Ours(driver) = &self.settings.plugging else {
            return None;
        };
        if container.network_mode != NONE {
            return None;
        }
        let namespace = over.run_until_cancelled(early::namespace(&container.id)).await?;
        match self.bring_in(driver, instance, network, &namespace).await {
            Ok(()) => Some(namespace),
            Err(error) => {
                tracing::debug!(instance.id = %instance.id, %error, "not connected before it runs");
                None
            }
        }
    }
}
