//! Moves to other hosts, and why there are none: this host is the only one.

use super::core::Compute;
use super::task_state::Verb;
use crate::compute::Error;
use crate::objects::{InstanceId, RequestContext};

impl Compute {
    /// A cold migration, to the host named or to any.
    pub async fn migrate(
        &self,
        context: &RequestContext,
        id: InstanceId,
        host: Option<&str>,
    ) -> Result<(), Error> {
        self.refuse(context, id, Verb::Migrate).await?;
        match host {
            Some(host) if host == self.core.settings.host => Err(Error::Invalid(
                "Cannot migrate to the host where the server exists.".to_owned(),
            )),
            Some(host) => Err(unknown(host)),
            None => Err(Error::NoValidHost(
                "No valid host found for cold migrate".to_owned(),
            )),
        }
    }

    pub async fn live_migrate(
        &self,
        context: &RequestContext,
        id: InstanceId,
        host: Option<&str>,
    ) -> Result<(), Error> {
        self.refuse(context, id, Verb::LiveMigrate).await?;
        match host {
            Some(host) if host == self.core.settings.host => Err(Error::Invalid(format!(
                "Unable to migrate instance ({id}) to current host ({host})."
            ))),
            Some(host) => Err(unknown(host)),
            None => Err(Error::NoValidHost(
                "There are not enough hosts available.".to_owned(),
            )),
        }
    }

    /// Only from a host that is down, and a host that is down answers no requests.
    pub async fn evacuate(
        &self,
        context: &RequestContext,
        id: InstanceId,
        host: Option<&str>,
    ) -> Result<(), Error> {
        self.core.visible(context, id).await?;
        let ours = &self.core.settings.host;
        match host {
            Some(host) if host != ours => {
                return Err(Error::NotFound(format!("Compute host {host} not found.")));
            }
            Some(_) => {
                let words = "The target host can't be the same one.";
                return Err(Error::Invalid(words.to_owned()));
            }
            None => {}
        }
        self.refuse(context, id, Verb::Evacuate).await?;
        Err(Error::Invalid(format!(
            "Compute service of {ours} is still in use."
        )))
    }

    /// What is wrong with the server itself is told first.
    async fn refuse(&self, context: &RequestContext, id: InstanceId, verb: Verb) -> Result<(), Error> {
        let instance = self.core.visible(context, id).await?;
        verb.check(&instance, context.is_admin())
    }
}

fn unknown(host: &str) -> Error {
    Error::Invalid(format!("Compute host {host} could not be found."))
}
