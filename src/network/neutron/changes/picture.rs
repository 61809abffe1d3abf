//! What each port depends on at one moment, boiled down to numbers that differ when something differs.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use uuid::Uuid;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Picture {
    pub(super) ports: BTreeMap<Uuid, Prints>,
}

/// Two, because one of them is taken less often and kept meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Prints {
    /// The port itself, its groups and the members of theirs.
    pub(super) often: u64,
    /// Floating addresses, subnets, the network.
    pub(super) seldom: u64,
}

impl Picture {
    /// The ports that are different, new or gone.
    pub(super) fn differs_from(&self, before: &Self) -> Vec<Uuid> {
        let changed = self
            .ports
            .iter()
            .filter(|(id, prints)| before.ports.get(id) != Some(prints));
        let gone = before.ports.keys().filter(|id| !self.ports.contains_key(id));
        changed.map(|(id, _)| id).chain(gone).copied().collect()
    }
}

/// Equal things have equal prints, in this process.
pub(super) fn print(thing: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    thing.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_tells_new_changed_and_gone_ports_and_no_others() {
        let [new, often, seldom, same, gone] = [1, 2, 3, 4, 5].map(Uuid::from_u128);
        let picture = |ports: &[(Uuid, u64, u64)]| Picture {
            ports: ports
                .iter()
                .map(|&(id, often, seldom)| (id, Prints { often, seldom }))
                .collect(),
        };
        let before = picture(&[(often, 1, 1), (seldom, 1, 1), (same, 1, 1), (gone, 1, 1)]);
        let after = picture(&[(new, 1, 1), (often, 2, 1), (seldom, 1, 2), (same, 1, 1)]);
        assert_eq!(after.differs_from(&before), [new, often, seldom, gone]);
        assert!(after.differs_from(&after).is_empty());
    }
}
