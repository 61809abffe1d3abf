//! Which servers are answered at the moment, and until when.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::mpsc::UnboundedSender;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::dns::{self, Desk};
use super::sockets::{self, Sockets};
use super::{Directory, MetadataListener};
use crate::network::vif::{self, Namespace};
use crate::objects::InstanceId;

/// Cheap to clone.
#[derive(Debug, Clone)]
pub struct Guests(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    directory: Arc<dyn Directory>,
    metadata: UnboundedSender<MetadataListener>,
    resolv_conf: PathBuf,
    attended: Mutex<HashMap<InstanceId, Attended>>,
}

/// Everything behind it ends when it is dropped.
#[derive(Debug)]
struct Attended {
    namespace: Namespace,
    _end: DropGuard,
}

impl Guests {
    /// What listens for metadata is sent away, for a door to answer; names are answered here.
    pub fn new(directory: Arc<dyn Directory>, metadata: UnboundedSender<MetadataListener>) -> Self {
        Self::with_resolv_conf(directory, metadata, "/etc/resolv.conf".into())
    }

    /// With a file of the host that names its resolvers, read anew whenever they are needed.
    pub fn with_resolv_conf(
        directory: Arc<dyn Directory>,
        metadata: UnboundedSender<MetadataListener>,
        resolv_conf: PathBuf,
    ) -> Self {
        Self(Arc::new(Shared {
            directory,
            metadata,
            resolv_conf,
            attended: Mutex::default(),
        }))
    }

    /// Answers this server from now on. Asked again it repairs the address; another namespace takes the place of the
    /// former. On error the server is not answered. It holds the namespace until `leave`.
    pub async fn attend(&self, instance: InstanceId, namespace: &Namespace) -> Result<(), vif::Error> {
        if !self.is_attended(instance, namespace) {
            self.leave(instance);
        }
        sockets::give_address(namespace).await?;
        if self.is_attended(instance, namespace) {
            return Ok(());
        }
        let sockets = Sockets::open(namespace).await?;
        let end = self.begin(instance, namespace, sockets)?;
        let attended = Attended {
            namespace: namespace.clone(),
            _end: end.drop_guard(),
        };
        self.attended().insert(instance, attended);
        Ok(())
    }

    /// Closes everything at once; a server that is not attended is left already.
    pub fn leave(&self, instance: InstanceId) {
        self.attended().remove(&instance);
    }

    fn begin(
        &self,
        instance: InstanceId,
        namespace: &Namespace,
        sockets: Sockets,
    ) -> Result<CancellationToken, vif::Error> {
        let end = CancellationToken::new();
        let desk = Desk::new(
            instance,
            self.0.directory.clone(),
            namespace.clone(),
            self.0.resolv_conf.clone(),
        );
        let names =
            dns::serve(desk, sockets.names, sockets.names_tcp).map_err(|source| vif::Error::Kernel {
                doing: "wait for what a server asks".to_owned(),
                source,
            })?;
        tokio::spawn(end.clone().run_until_cancelled_owned(names));
        let listener = MetadataListener {
            instance,
            listener: sockets.metadata,
            end: end.clone(),
        };
        // Nobody takes it when everything is about to end.
        let _ = self.0.metadata.send(listener);
        Ok(end)
    }

    fn is_attended(&self, instance: InstanceId, namespace: &Namespace) -> bool {
        self.attended()
            .get(&instance)
            .is_some_and(|attended| attended.namespace == *namespace)
    }

    fn attended(&self) -> MutexGuard<'_, HashMap<InstanceId, Attended>> {
        self.0.attended.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
