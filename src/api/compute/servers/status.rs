//! The one word that clients poll for, made of what a server should be and what is being done to it.

use crate::objects::{TaskState, VmState};

/// Every status that a server here can have, with the state it stands for in filters.
const STATES: &[(&str, VmState)] = &[
    ("ACTIVE", VmState::Active),
    ("BUILD", VmState::Building),
    ("SHUTOFF", VmState::Stopped),
    ("PAUSED", VmState::Paused),
    ("ERROR", VmState::Error),
    ("DELETED", VmState::Deleted),
    ("REBOOT", VmState::Active),
    ("HARD_REBOOT", VmState::Active),
    ("REBUILD", VmState::Active),
];

/// Words of Nova's that no server here has, yet.
const OTHERS: &[&str] = &[
    "MIGRATING",
    "PASSWORD",
    "RESCUE",
    "RESIZE",
    "REVERT_RESIZE",
    "SHELVED",
    "SHELVED_OFFLOADED",
    "SOFT_DELETED",
    "SUSPENDED",
    "UNKNOWN",
    "VERIFY_RESIZE",
];

pub(super) const fn status(vm_state: VmState, task_state: Option<TaskState>) -> &'static str {
    match (vm_state, task_state) {
        (VmState::Active, Some(TaskState::Rebooting | TaskState::RebootStarted)) => "REBOOT",
        (
            VmState::Active | VmState::Stopped | VmState::Paused | VmState::Error,
            Some(TaskState::RebootingHard | TaskState::RebootStartedHard),
        ) => "HARD_REBOOT",
        (
            VmState::Active | VmState::Stopped | VmState::Error,
            Some(TaskState::Rebuilding | TaskState::RebuildSpawning),
        ) => "REBUILD",
        (VmState::Active, _) => "ACTIVE",
        (VmState::Building, _) => "BUILD",
        (VmState::Paused, _) => "PAUSED",
        (VmState::Stopped, _) => "SHUTOFF",
        (VmState::Deleted, _) => "DELETED",
        (VmState::Error, _) => "ERROR",
    }
}

/// What a filter by status may match; the servers found must still be looked at for their task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    State(VmState),
    /// A status that nothing here has.
    Nothing,
    /// No status at all.
    Unknown,
}

pub(super) fn wanted(word: &str) -> Wanted {
    let word = word.to_ascii_uppercase();
    match STATES.iter().find(|(status, _)| *status == word) {
        Some((_, state)) => Wanted::State(*state),
        None if OTHERS.contains(&word.as_str()) => Wanted::Nothing,
        None => Wanted::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_shows_where_nova_shows_it() {
        assert_eq!(status(VmState::Active, None), "ACTIVE");
        assert_eq!(status(VmState::Active, Some(TaskState::Rebooting)), "REBOOT");
        assert_eq!(
            status(VmState::Stopped, Some(TaskState::RebootingHard)),
            "HARD_REBOOT"
        );
        assert_eq!(status(VmState::Active, Some(TaskState::ImageUploading)), "ACTIVE");
        assert_eq!(status(VmState::Building, Some(TaskState::Spawning)), "BUILD");
        assert_eq!(status(VmState::Error, Some(TaskState::Deleting)), "ERROR");
    }

    #[test]
    fn filters_know_all_of_novas_words() {
        assert_eq!(wanted("active"), Wanted::State(VmState::Active));
        assert_eq!(wanted("SHELVED"), Wanted::Nothing);
        assert_eq!(wanted("sleepy"), Wanted::Unknown);
    }
}
