//! One network namespace to work in: what is there, and the hands to change it.

use super::super::vif::{Change, Error, Host, Kernel, Namespace, OvsSwitch, Place};
use super::survey::Survey;

#[derive(Debug)]
pub(super) struct Room {
    pub(super) namespace: Namespace,
    /// As it was at the last look.
    pub(super) survey: Survey,
    kernel: Kernel,
}

impl Room {
    pub(super) async fn enter(namespace: Namespace) -> Result<Self, Error> {
        Ok(Self {
            survey: Survey::of(&namespace).await?,
            kernel: Kernel::new(namespace.clone(), OvsSwitch::default()),
            namespace,
        })
    }

    pub(super) async fn look_again(&mut self) -> Result<(), Error> {
        self.survey = Survey::of(&self.namespace).await?;
        Ok(())
    }

    pub(super) async fn change(&self, change: Change) -> Result<(), Error> {
        self.kernel.apply(&Place::Host, &change).await
    }

    pub(super) async fn delete(&self, link: &str) -> Result<(), Error> {
        let link = link.to_owned();
        self.change(Change::Delete { link }).await
    }

    pub(super) async fn up(&self, link: &str) -> Result<(), Error> {
        if self.survey.links.get(link).is_some_and(|link| link.up) {
            return Ok(());
        }
        let link = link.to_owned();
        self.change(Change::Up { link, up: true }).await
    }

    /// Makes the bridge if it is not there, which another driver may do at the same time.
    pub(super) async fn bridge(&mut self, name: &str) -> Result<(), Error> {
        if !self.survey.links.contains_key(name) {
            let link = name.to_owned();
            self.change(Change::Bridge { link, hub: false }).await?;
            self.look_again().await?;
        }
        self.up(name).await
    }
}
