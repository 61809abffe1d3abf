//! Carries plans out, and takes them back when a step fails.

use std::collections::HashSet;

use super::Error;
use super::change::{Change, Place};
use super::host::{Host, Link};
use super::plan::Plan;

/// Makes every change of the plan, or none: on error what was done is taken back, newest first.
///
/// Links that are there already are not made again, and not removed when a later step fails.
pub(super) async fn execute(host: &dyn Host, plan: &Plan) -> Result<(), Error> {
    let mut done = Done::default();
    for (place, change) in &plan.steps {
        if let Err(error) = done.step(host, place, change).await {
            done.take_back(host).await;
            return Err(error);
        }
    }
    Ok(())
}

/// Makes every change that can be made, and answers with the first error.
pub(super) async fn execute_all(host: &dyn Host, plan: &Plan) -> Result<(), Error> {
    let mut answer = Ok(());
    for (place, change) in &plan.steps {
        let outcome = host.apply(place, change).await;
        if let (Err(error), Err(_)) = (&outcome, &answer) {
            tracing::warn!(?change, %error, "one more part of a VIF could not be removed");
        }
        answer = answer.and(outcome);
    }
    answer
}

#[derive(Default)]
struct Done {
    undo: Vec<(Place, Change)>,
    made: HashSet<String>,
}

impl Done {
    async fn step(&mut self, host: &dyn Host, place: &Place, change: &Change) -> Result<(), Error> {
        if let Some(link) = change.makes() {
            if host.link(place, link).await?.is_some() {
                return Ok(());
            }
            self.made.extend(change.ends().map(str::to_owned));
        }
        let undo = self.undo_of(host, place, change).await?;
        self.forget_former(host, place, change).await?;
        if half_made(change) {
            self.undo.extend(undo);
            host.apply(place, change).await
        } else {
            host.apply(place, change).await?;
            self.undo.extend(undo);
            Ok(())
        }
    }

    /// The switch may know the name of a new interface from one that is gone, and would go on listening to that one:
    /// the port goes first, in a transaction of its own.
    async fn forget_former(&self, host: &dyn Host, place: &Place, change: &Change) -> Result<(), Error> {
        match change {
            Change::OvsPort(port) if self.made.contains(&port.port) => {
                let port = port.port.clone();
                host.apply(place, &Change::OvsDelete { port }).await
            }
            _ => Ok(()),
        }
    }

    /// What brings back the present state after this change, newest last.
    async fn undo_of(
        &self,
        host: &dyn Host,
        place: &Place,
        change: &Change,
    ) -> Result<Vec<(Place, Change)>, Error> {
        if let Some(link) = change.makes() {
            let link = link.to_owned();
            return Ok(vec![(place.clone(), Change::Delete { link })]);
        }
        Ok(match change {
            Change::OvsPort(port) if self.made.contains(&port.port) => {
                let port = port.port.clone();
                vec![(place.clone(), Change::OvsDelete { port })]
            }
            Change::Run { link, undo, .. } if self.made.contains(link) => {
                let run = |words: &Vec<String>| Change::Run {
                    link: link.clone(),
                    words: words.clone(),
                    undo: Vec::new(),
                };
                undo.iter()
                    .rev()
                    .map(|words| (place.clone(), run(words)))
                    .collect()
            }
            Change::Move { link, to, named } => {
                let back = Change::Move {
                    link: named.clone(),
                    to: place.clone(),
                    named: link.clone(),
                };
                vec![(to.clone(), back)]
            }
            Change::LetThrough { link, on: true } if self.made.contains(link) => {
                let (link, on) = (link.clone(), false);
                vec![(place.clone(), Change::LetThrough { link, on })]
            }
            Change::Mac { link, .. }
            | Change::Mtu { link, .. }
            | Change::Up { link, .. }
            | Change::Promiscuous { link, .. }
            | Change::Enslave { link, .. }
                if !self.made.contains(link) =>
            {
                let before = host.link(place, link).await?;
                let restored = before.and_then(|before| restored(change, link, before));
                restored
                    .map(|change| (place.clone(), change))
                    .into_iter()
                    .collect()
            }
            _ => Vec::new(),
        })
    }

    async fn take_back(self, host: &dyn Host) {
        for (place, change) in self.undo.iter().rev() {
            if let Err(error) = host.apply(place, change).await {
                tracing::error!(?change, %error, "a step towards a VIF could not be taken back");
            }
        }
    }
}

/// The link's setting as it was before the change; `None` when the change changes nothing.
fn restored(change: &Change, link: &str, before: Link) -> Option<Change> {
    let link = link.to_owned();
    let restored = match change {
        Change::Mac { .. } => Change::Mac {
            link,
            mac: before.mac?,
        },
        Change::Mtu { .. } => Change::Mtu {
            link,
            mtu: before.mtu,
        },
        Change::Up { .. } => Change::Up { link, up: before.up },
        Change::Promiscuous { .. } => Change::Promiscuous {
            link,
            on: before.promiscuous,
        },
        Change::Enslave { .. } => match before.bridge {
            Some(bridge) => Change::Enslave { link, bridge },
            None => Change::Free { link },
        },
        _ => return None,
    };
    (restored != *change).then_some(restored)
}

/// Whether a failed change may have left something behind.
fn half_made(change: &Change) -> bool {
    let in_parts = matches!(
        change,
        Change::OvsPort(_) | Change::Run { .. } | Change::LetThrough { .. }
    );
    change.makes().is_some() || in_parts
}
