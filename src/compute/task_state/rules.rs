//! The table: what each verb asks of a server, and the task that it sets.

use super::{Power, Verb};
use crate::objects::{TaskState, VmState};
use crate::virt::RebootType;

/// Which task may be under way already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum During {
    Nothing,
    Anything,
    /// Nothing, or one of these.
    Or(&'static [TaskState]),
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Rule {
    /// As refusals call the verb.
    pub(super) word: &'static str,
    /// Empty: any.
    pub(super) vm_states: &'static [VmState],
    pub(super) during: During,
    /// Whether the server must have been up once.
    pub(super) launched: bool,
    /// Whether a lock stands in the way.
    pub(super) locks: bool,
    pub(super) sets: Option<TaskState>,
}

const ACTIVE: &[VmState] = &[VmState::Active];
const LIVE: &[VmState] = &[VmState::Active, VmState::Paused, VmState::Stopped];
const KEPT: &[VmState] = &[
    VmState::Active,
    VmState::Paused,
    VmState::Stopped,
    VmState::Suspended,
];
const HARD_REBOOT: &[VmState] = &[
    VmState::Active,
    VmState::Stopped,
    VmState::Paused,
    VmState::Suspended,
    VmState::Error,
];
const UP_OR_DOWN: &[VmState] = &[VmState::Active, VmState::Stopped];
const UP_DOWN_OR_BROKEN: &[VmState] = &[VmState::Active, VmState::Stopped, VmState::Error];
const CRASH_DUMP: &[VmState] = &[
    VmState::Active,
    VmState::Paused,
    VmState::Rescued,
    VmState::Resized,
    VmState::Error,
];
const OVER_BY_HARD_REBOOT: &[TaskState] = &[
    TaskState::Rebooting,
    TaskState::RebootStarted,
    TaskState::RebootingHard,
    TaskState::Pausing,
    TaskState::Unpausing,
    TaskState::Suspending,
    TaskState::Resuming,
];

impl Rule {
    /// Of verbs that set a task and do their work behind it.
    const fn changes(word: &'static str, vm_states: &'static [VmState], sets: TaskState) -> Self {
        Self {
            sets: Some(sets),
            ..Self::asks(word, vm_states)
        }
    }

    /// Of verbs whose work, if there is any, is done when they are answered.
    const fn asks(word: &'static str, vm_states: &'static [VmState]) -> Self {
        Self {
            word,
            vm_states,
            during: During::Nothing,
            launched: true,
            locks: true,
            sets: None,
        }
    }

    const fn describes(word: &'static str, locks: bool) -> Self {
        Self {
            word,
            vm_states: KEPT,
            during: During::Anything,
            launched: false,
            locks,
            sets: None,
        }
    }

    /// Of verbs that change a server's interfaces and show no task.
    const fn connects(word: &'static str, vm_states: &'static [VmState], during: During) -> Self {
        Self {
            word,
            vm_states,
            during,
            launched: false,
            locks: true,
            sets: None,
        }
    }

    const fn whatever_is_done(self) -> Self {
        Self {
            during: During::Anything,
            ..self
        }
    }

    const fn locked_or_not(self) -> Self {
        Self { locks: false, ..self }
    }
}

impl During {
    pub(super) fn allows(self, task: Option<TaskState>) -> bool {
        match (self, task) {
            (Self::Anything, _) | (_, None) => true,
            (Self::Nothing, Some(_)) => false,
            (Self::Or(tasks), Some(task)) => tasks.contains(&task),
        }
    }
}

impl Verb {
    pub(super) fn rule(self) -> Rule {
        match self {
            Self::Power(power) => power.rule(),
            Self::CreateImage => {
                Rule::changes("createImage", KEPT, TaskState::ImageSnapshotPending).locked_or_not()
            }
            Self::CreateBackup => Rule::changes("createBackup", KEPT, TaskState::ImageBackup).locked_or_not(),
            Self::Rebuild => Rule::changes("rebuild", UP_DOWN_OR_BROKEN, TaskState::Rebuilding),
            Self::Rescue => Rule::changes("rescue", UP_DOWN_OR_BROKEN, TaskState::Rescuing),
            Self::Unrescue => Rule::changes("unrescue", &[VmState::Rescued], TaskState::Unrescuing),
            Self::ChangePassword => Rule::changes("changePassword", ACTIVE, TaskState::UpdatingPassword),
            Self::CrashDump => Rule::asks("trigger_crash_dump", CRASH_DUMP),
            Self::Resize
            | Self::ConfirmResize
            | Self::RevertResize
            | Self::Migrate
            | Self::LiveMigrate
            | Self::Evacuate => self.moves(),
            Self::Shelve
            | Self::ShelveOffload
            | Self::Unshelve
            | Self::Delete
            | Self::ForceDelete
            | Self::SoftDelete
            | Self::Restore => self.puts_away(),
            _ => self.leaves_the_container_alone(),
        }
    }

    fn moves(self) -> Rule {
        match self {
            Self::Resize => Rule::changes("resize", UP_OR_DOWN, TaskState::ResizePrep),
            Self::ConfirmResize => Rule::asks("confirmResize", &[VmState::Resized]),
            Self::RevertResize => {
                Rule::changes("revertResize", &[VmState::Resized], TaskState::ResizeReverting)
            }
            Self::LiveMigrate => Rule::asks("os-migrateLive", &[VmState::Active, VmState::Paused]),
            Self::Evacuate => Rule::asks("evacuate", UP_DOWN_OR_BROKEN)
                .whatever_is_done()
                .locked_or_not(),
            _ => Rule::asks("migrate", UP_OR_DOWN),
        }
    }

    fn puts_away(self) -> Rule {
        match self {
            Self::Shelve => Rule::changes("shelve", KEPT, TaskState::Shelving),
            Self::ShelveOffload => Rule::changes(
                "shelveOffload",
                &[VmState::Shelved],
                TaskState::ShelvingOffloading,
            ),
            Self::Unshelve => Rule::changes(
                "unshelve",
                &[VmState::Shelved, VmState::ShelvedOffloaded],
                TaskState::Unshelving,
            ),
            Self::Restore => Rule::changes("restore", &[VmState::SoftDeleted], TaskState::Restoring),
            Self::SoftDelete => Rule::changes("delete", &[], TaskState::SoftDeleting).whatever_is_done(),
            Self::ForceDelete => Rule {
                word: "forceDelete",
                ..Self::Delete.rule()
            },
            _ => Rule {
                launched: false,
                ..Rule::changes("delete", &[], TaskState::Deleting).whatever_is_done()
            },
        }
    }

    fn leaves_the_container_alone(self) -> Rule {
        match self {
            Self::UpdateMetadata => Rule::describes("update metadata", true),
            Self::DeleteMetadata => Rule::describes("delete metadata", true),
            Self::UpdateTag => Rule::describes("update tag", false),
            Self::UpdateTags => Rule::describes("update tags", false),
            Self::DeleteTag => Rule::describes("delete tag", false),
            Self::DeleteTags => Rule::describes("delete tags", false),
            Self::AttachInterface => Rule::connects("attach_interface", LIVE, During::Nothing),
            Self::DetachInterface => Rule::connects("detach_interface", LIVE, During::Nothing),
            Self::AddFixedIp => Rule::connects("addFixedIp", &[], During::Anything),
            _ => Rule::connects("removeFixedIp", &[], During::Anything),
        }
    }
}

impl Power {
    fn rule(self) -> Rule {
        match self {
            Self::Start => Rule::changes("start", &[VmState::Stopped], TaskState::PoweringOn),
            Self::Stop => Rule::changes("stop", &[VmState::Active, VmState::Error], TaskState::PoweringOff),
            Self::Reboot(RebootType::Soft) => Rule::changes("reboot", ACTIVE, TaskState::Rebooting),
            Self::Reboot(RebootType::Hard) => Rule {
                during: During::Or(OVER_BY_HARD_REBOOT),
                ..Rule::changes("reboot", HARD_REBOOT, TaskState::RebootingHard)
            },
            Self::Pause => Rule::changes("pause", ACTIVE, TaskState::Pausing),
            Self::Unpause => Rule::changes("unpause", &[VmState::Paused], TaskState::Unpausing),
            Self::Suspend => Rule::changes("suspend", ACTIVE, TaskState::Suspending),
            Self::Resume => Rule::changes("resume", &[VmState::Suspended], TaskState::Resuming),
        }
    }
}
