//! Tells what has changed for the ports of this host: Neutron is asked again and again, for very little each time.

mod look;
mod picture;

use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};

use self::look::Watch;
use self::picture::Picture;
use super::Neutron;
use crate::network::Changed;

/// Neutron is asked nothing while nobody waits for the next item, or while no port of this host is known.
pub(super) fn stream(neutron: Neutron) -> BoxStream<'static, Changed> {
    let teller = Teller {
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
    /// Neutron did not answer last time.
    lost: bool,
}

impl Teller {
    async fn next(&mut self) -> Changed {
        loop {
            self.watch.pause().await;
            if let Some(changed) = self.look().await {
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
