//! A list of changes to a host that are made together or not at all.

use super::change::{Change, Place};

/// The changes in their order. What takes each back is derived from the change and from what was there before.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    pub(super) steps: Vec<(Place, Change)>,
}

impl Plan {
    pub(super) fn on_host(changes: impl IntoIterator<Item = Change>) -> Self {
        changes.into_iter().map(|change| (Place::Host, change)).collect()
    }
}

impl FromIterator<(Place, Change)> for Plan {
    fn from_iter<I: IntoIterator<Item = (Place, Change)>>(steps: I) -> Self {
        Self {
            steps: steps.into_iter().collect(),
        }
    }
}
