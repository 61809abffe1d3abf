//! The one word that clients poll for, made of what a server should be and what is being done to it.

use crate::objects::{TaskState, VmState};

/// Every status that a server here can have, with the state it stands for in filters.
const STATES: &[(&str, VmState)] = &[
    ("ACTIVE", VmState::Active),
    ("BUILD", VmState::Building),
    ("SHUTOFF", VmState::Stopped),
    ("PAUSED", VmState::Paused),
    ("SUSPENDED", VmState::Suspended),
    ("RESCUE", VmState::Rescued),
    ("SHELVED", VmState::Shelved),
    ("SHELVED_OFFLOADED", VmState::ShelvedOffloaded),
    ("SOFT_DELETED", VmState::SoftDeleted),
    ("ERROR", VmState::Error),
    ("DELETED", VmState::Deleted),
    ("REBOOT", VmState::Active),
    ("HARD_REBOOT", VmState::Active),
    ("PASSWORD", VmState::Active),
    ("REBUILD", VmState::Active),
    ("RESIZE", VmState::Active),
    ("VERIFY_RESIZE", VmState::Resized),
    ("REVERT_RESIZE", VmState::Resized),
];

/// Words of Nova's that no server here has.
const OTHERS: &[&str] = &["MIGRATING", "UNKNOWN"];

pub(super) const fn status(vm_state: VmState, task_state: Option<TaskState>) -> &'static str {
    match (vm_state, task_state) {
        (VmState::Active, Some(TaskState::Rebooting | TaskState::RebootStarted)) => "REBOOT",
        (
            VmState::Active | VmState::Stopped | VmState::Paused | VmState::Suspended | VmState::Error,
            Some(TaskState::RebootingHard | TaskState::RebootStartedHard),
        ) => "HARD_REBOOT",
        (
            VmState::Active | VmState::Stopped | VmState::Error,
            Some(TaskState::Rebuilding | TaskState::RebuildSpawning),
        ) => "REBUILD",
        (VmState::Active, Some(TaskState::UpdatingPassword)) => "PASSWORD",
        (
            VmState::Active | VmState::Stopped,
            Some(
                TaskState::ResizePrep
                | TaskState::ResizeMigrating
                | TaskState::ResizeMigrated
                | TaskState::ResizeFinish,
            ),
        ) => "RESIZE",
        (VmState::Resized, Some(TaskState::ResizeReverting)) => "REVERT_RESIZE",
        (vm_state, _) => at_rest(vm_state),
    }
}

const fn at_rest(vm_state: VmState) -> &'static str {
    match vm_state {
        VmState::Active => "ACTIVE",
        VmState::Building => "BUILD",
        VmState::Paused => "PAUSED",
        VmState::Stopped => "SHUTOFF",
        VmState::Suspended => "SUSPENDED",
        VmState::Rescued => "RESCUE",
        VmState::Resized => "VERIFY_RESIZE",
        VmState::Shelved => "SHELVED",
        VmState::ShelvedOffloaded => "SHELVED_OFFLOADED",
        VmState::SoftDeleted => "SOFT_DELETED",
        VmState::Deleted => "DELETED",
        VmState::Error => "ERROR",
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
        assert_eq!(status(VmState::Stopped, Some(TaskState::ResizePrep)), "RESIZE");
        assert_eq!(status(VmState::Resized, None), "VERIFY_RESIZE");
        assert_eq!(
            status(VmState::Resized, Some(TaskState::ResizeReverting)),
            "REVERT_RESIZE"
        );
        assert_eq!(
            status(VmState::Active, Some(TaskState::UpdatingPassword)),
            "PASSWORD"
        );
    }

    #[test]
    fn filters_know_all_of_novas_words() {
        assert_eq!(wanted("active"), Wanted::State(VmState::Active));
        assert_eq!(wanted("SHELVED"), Wanted::State(VmState::Shelved));
        assert_eq!(wanted("migrating"), Wanted::Nothing);
        assert_eq!(wanted("sleepy"), Wanted::Unknown);
    }
}
