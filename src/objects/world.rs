//! The seam to what no program decides: the time, and new ids.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::Timestamp;
use uuid::{Builder, Uuid};

/// Where "now" and fresh randomness come from. Everything that needs either is given one of these.
pub trait World: fmt::Debug + Send + Sync {
    fn now(&self) -> Timestamp;
    /// Unlike any other, and not to be guessed.
    fn uuid(&self) -> Uuid;
    /// The id of a new resource.
    fn id(&self, _of: Resource) -> Uuid {
        self.uuid()
    }
}

/// Resources whose ids their users see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resource {
    Server,
    Image,
    ServerGroup,
    Flavor,
    /// Networks, and all else that the network service keeps.
    Network,
    /// Projects and users.
    Identity,
}

/// The machine's own clock and random source.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemWorld;

impl World for SystemWorld {
    #[expect(clippy::disallowed_methods, reason = "this is the seam")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    #[expect(clippy::disallowed_methods, reason = "this is the seam")]
    fn uuid(&self) -> Uuid {
        Uuid::new_v4()
    }
}

/// The machine's clock and random source, but for the ids of resources: the first server of every run has the same id, the
/// second too, and so on, whatever is made beside them. Only for a run that remembers nothing.
#[derive(Debug, Default)]
pub struct RepeatingWorld {
    made: [AtomicU64; RESOURCES],
}

const RESOURCES: usize = Resource::Identity as usize + 1;

impl World for RepeatingWorld {
    fn now(&self) -> Timestamp {
        SystemWorld.now()
    }

    fn uuid(&self) -> Uuid {
        SystemWorld.uuid()
    }

    fn id(&self, of: Resource) -> Uuid {
        let number = self.made[of as usize].fetch_add(1, Ordering::Relaxed);
        let hashed = Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("{of:?} {number}").as_bytes());
        // In the form of all other ids.
        Builder::from_random_bytes(hashed.into_bytes()).into_uuid()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_run_gives_the_same_ids_in_the_order_of_their_kind() {
        let (one, two) = (RepeatingWorld::default(), RepeatingWorld::default());
        let servers = [one.id(Resource::Server), one.id(Resource::Server)];
        two.id(Resource::Image);
        assert_eq!([two.id(Resource::Server), two.id(Resource::Server)], servers);
        assert_ne!(servers[0], servers[1]);
        assert_ne!(one.id(Resource::Image), servers[0]);
        assert_eq!(servers[0].get_version_num(), 4);
        assert_ne!(one.uuid(), two.uuid());
    }
}
