//! Tells what has changed for the ports of this host: Neutron is asked again and again, for very little each time.

mod look;
mod picture;

use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use tokio::time::Instant;

use self::look::Watch;
use self::picture::Picture;
use super::Neutron;
use crate::network::Changed;

/// Neutron is asked nothing while nobody waits for the next item, or while no port of this host is known.
pub(super) fn stream(neutron: Neutron) -> BoxStream<'static, Changed> {
    let teller = Teller {
        step: neutron.settings.poll_interval,
        took: Duration::ZERO,
        watch: Watch::new(neutron),
        known: Picture::default(),
        lost: false,
    };
    let told = |mut teller: Teller| async {
        let changed = teller.next().await;
        Some((changed, teller))
    };
    stream::unfold(teller, told).boxed()
}

struct Teller {
    watch: Watch,
    known: Picture,
    step: Duration,
    /// The last look.
    took: Duration,
    /// Neutron did not answer last time.
    lost: bool,
}

impl Teller {
    /// Looks in even steps, but rests half as long as a look takes: a Neutron that is slow has other things to do.
    async fn next(&mut self) -> Changed {
        loop {
            let rest = self.step.saturating_sub(self.took).max(self.took / 2);
            tokio::time::sleep(rest).await;
            let start = Instant::now();
            let changed = self.look().await;
            self.took = start.elapsed();
            if let Some(changed) = changed {
                return changed;
            }
        }
    }

    async fn look(&mut self) -> Option<Changed> {
        if self.watch.has_nothing_to_look_at() {
            self.known = Picture::default();
            return None;
        }
        let picture = match self.watch.look(&self.known).await {
            Ok(picture) => picture,
            Err(error) => {
                if !std::mem::replace(&mut self.lost, true) {
                    tracing::warn!(%error, "Neutron does not tell what changes: rules and addresses stay as they are");
                }
                return None;
            }
        };
        let ports = picture.differs_from(&self.known);
        self.known = picture;
        if std::mem::take(&mut self.lost) {
            tracing::info!("Neutron tells again what changes");
            return Some(Changed::Everything);
        }
        (!ports.is_empty()).then_some(Changed::Ports(ports))
    }
}
