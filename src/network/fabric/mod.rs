//! The wires of a whole deployment on this machine: a switch for its networks, its routers, and its ways out.
//!
//! Everything is in network namespaces that outlive the process: all bridges in one, the switch, and each router in one of
//! its own. So neither the host's packet filters nor those of the engine see what servers say to each other, and two
//! deployments do not see each other at all. External networks alone have an interface on the host.
//!
//! [`Wanted`] says what there should be; [`Fabric::reconcile`] looks at what there is and makes the difference. Nothing is
//! remembered between two calls that a look would not show, except which rules were made: after `kill -9` at any point the
//! next call does the rest.

mod error;
mod external;
mod named;
mod names;
mod room;
mod router;
mod rules;
mod survey;
mod sysctl;
mod wanted;
mod wire;
mod works;

use std::collections::HashMap;
use std::path::PathBuf;

use tokio::sync::Mutex;

use super::vif::Namespace;
use super::{docker_user, nft};
use crate::objects::DeploymentId;
use named::Named;

pub use error::{Error, Part, Problem};
pub use wanted::{External, Gateway, Interface, Router, Wanted};

/// Where names of network namespaces are kept, for `ip netns` too.
pub const NAMES: &str = "/run/netns";

/// The networks of one deployment. Making one does nothing yet.
#[derive(Debug)]
pub struct Fabric {
    host: Namespace,
    named: Named,
    /// By which interfaces and namespaces are known as this deployment's.
    mark: String,
    /// The name of the switch, and of the rules on the host.
    name: String,
    /// One reconciliation at a time, and the rules that the last ones made, by whose they are.
    rules: Mutex<HashMap<String, String>>,
}

impl Fabric {
    /// `host` is the namespace that external networks lead to; `names` is the folder for names of namespaces: [`NAMES`].
    pub fn new(deployment: DeploymentId, host: Namespace, names: PathBuf) -> Self {
        let mark = format!("nova-docker {deployment}");
        let name = format!("nova-docker-{}", &deployment.0.simple().to_string()[..8]);
        Self {
            host,
            named: Named::new(names, mark.clone()),
            mark,
            name,
            rules: Mutex::default(),
        }
    }

    /// The namespace of all bridges, which is made when there is none.
    pub async fn switch(&self) -> Result<Namespace, Error> {
        let switch = self.named.make(&self.name).await?;
        sysctl::set(&switch, sysctl::SWITCH).await?;
        Ok(switch)
    }

    /// Makes everything as wanted, as far as that is possible; answers with what was not. May be called again at any time,
    /// and changes nothing then.
    pub async fn reconcile(&self, wanted: &Wanted) -> Vec<Problem> {
        let mut rules = self.rules.lock().await;
        let works = works::Works::begin(self, &mut rules).await;
        match works {
            Ok(works) => works.make(wanted).await,
            Err(error) => vec![Part::Switch.problem(error)],
        }
    }

    /// Rules that somebody else took away are made again by the next reconciliation.
    pub async fn doubt(&self) {
        self.rules.lock().await.clear();
    }

    /// Takes everything away that this deployment ever made. Servers that still run lose their networks.
    pub async fn remove_all(&self) -> Vec<Problem> {
        let mut problems = match self.named.open(&self.name).await {
            Ok(_) => self.reconcile(&Wanted::default()).await,
            Err(error) => return vec![Part::Switch.problem(error)],
        };
        if let Err(error) = self.named.remove(&self.name).await {
            problems.push(Part::Switch.problem(error));
        }
        problems
    }

    async fn apply(
        &self,
        rules: &mut HashMap<String, String>,
        of: &str,
        namespace: &Namespace,
        ruleset: String,
    ) -> Result<(), Error> {
        if rules.get(of) != Some(&ruleset) {
            nft::apply(Some(namespace), &ruleset).await?;
            rules.insert(of.to_owned(), ruleset);
        }
        Ok(())
    }
}
