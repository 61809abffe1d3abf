//! Finds the reply to one question.

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;

use domain::base::iana::OptRcode;

use super::super::Directory;
use super::super::sockets::ADDRESS;
use super::query::Query;
use super::{Transport, answer, forward, reply, resolv_conf};
use crate::network::vif::Namespace;
use crate::objects::InstanceId;

/// Knows for whom it answers.
#[derive(Debug)]
pub(in crate::network::guest) struct Desk {
    asker: InstanceId,
    directory: Arc<dyn Directory>,
    namespace: Namespace,
    resolv_conf: PathBuf,
}

impl Desk {
    pub(in crate::network::guest) fn new(
        asker: InstanceId,
        directory: Arc<dyn Directory>,
        namespace: Namespace,
        resolv_conf: PathBuf,
    ) -> Self {
        Self {
            asker,
            directory,
            namespace,
            resolv_conf,
        }
    }

    /// Nothing for what is not a question.
    pub(super) async fn reply(&self, question: &[u8], transport: Transport) -> Option<Vec<u8>> {
        let query = match Query::read(question, transport) {
            Ok(query) => query,
            Err(refusal) => return refusal,
        };
        if let Some(labels) = &query.labels
            && let Some(known) = answer::look_up(self.directory.as_ref(), self.asker, labels).await
        {
            return reply::answer(&query, &known);
        }
        match self.others(&query, transport).await {
            Some(reply) => Some(reply),
            None => reply::refusal(&query.message, OptRcode::SERVFAIL),
        }
    }

    /// The name servers of the server's networks are asked as the server would ask them, from where it is; without any,
    /// the host's are asked from the host.
    async fn others(&self, query: &Query<'_>, transport: Transport) -> Option<Vec<u8>> {
        let upstream = self.directory.upstream(self.asker).await;
        if upstream.is_empty() {
            let resolvers = resolv_conf::name_servers(&self.resolv_conf).await;
            let others = resolvers.into_iter().filter(|server| !is_ours(*server));
            return forward::ask(&query.message, transport, others, None).await;
        }
        let others = upstream
            .into_iter()
            .filter(|server| !is_ours(*server) && !server.is_loopback());
        forward::ask(&query.message, transport, others, Some(&self.namespace)).await
    }
}

/// Who asks us what we ask him goes round in circles.
fn is_ours(server: IpAddr) -> bool {
    server == IpAddr::V4(ADDRESS)
}
