//! Which verb a server accepts in which of its states, and what the verb makes of them; policy only, it touches nothing.
//!
//! ```text
//!            boot            stop, or the process ends
//! BUILDING ───────▶ ACTIVE ◀──────────────────────────▶ STOPPED
//!     │             ▲    ▲            start
//!     │ a step      │    └──────────▶ PAUSED   pause, unpause
//!     ▼ fails       │ rebuild, hard reboot
//!   ERROR ──────────┘                  delete: from anywhere, whatever else is being done
//! ```
//!
//! `vm_state` is what a server is meant to be; `task_state` is set by the request, under the same lock that checked it, and
//! cleared by the work it began. So a second request finds the first one's task and is refused.

use crate::compute::Error;
use crate::objects::{Instance, TaskState, VmState};
use crate::virt::RebootType;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    Power(Power),
    CreateImage,
    Rebuild,
    Delete,
    UpdateMetadata,
    DeleteMetadata,
    UpdateTag,
    UpdateTags,
    DeleteTag,
    DeleteTags,
    AttachInterface,
    DetachInterface,
    AddFixedIp,
    RemoveFixedIp,
}

/// The verbs that the driver does to a container that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Power {
    Start,
    Stop,
    Reboot(RebootType),
    Pause,
    Unpause,
}

/// Which task may be under way already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum During {
    Nothing,
    Anything,
    /// Nothing, or one of these.
    Or(&'static [TaskState]),
}

#[derive(Debug, Clone, Copy)]
struct Rule {
    /// As refusals call the verb.
    word: &'static str,
    /// Empty: any.
    vm_states: &'static [VmState],
    during: During,
    /// Whether the server must have been up once.
    launched: bool,
    /// Whether a lock stands in the way.
    locks: bool,
    sets: Option<TaskState>,
}

const LIVE: &[VmState] = &[VmState::Active, VmState::Paused, VmState::Stopped];
const HARD_REBOOT: &[VmState] = &[VmState::Active, VmState::Stopped, VmState::Paused, VmState::Error];
const OVER_BY_HARD_REBOOT: &[TaskState] = &[
    TaskState::Rebooting,
    TaskState::RebootStarted,
    TaskState::RebootingHard,
    TaskState::Pausing,
    TaskState::Unpausing,
];

impl Rule {
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
}

impl Verb {
    fn rule(self) -> Rule {
        let changes = |word, vm_states, sets| Rule {
            word,
            vm_states,
            during: During::Nothing,
            launched: true,
            locks: true,
            sets: Some(sets),
        };
        let describes = |word, locks| Rule {
            word,
            vm_states: LIVE,
            during: During::Anything,
            launched: false,
            locks,
            sets: None,
        };
        match self {
            Self::Power(Power::Start) => changes("start", &[VmState::Stopped], TaskState::PoweringOn),
            Self::Power(Power::Stop) => {
                changes("stop", &[VmState::Active, VmState::Error], TaskState::PoweringOff)
            }
            Self::Power(Power::Reboot(RebootType::Soft)) => {
                changes("reboot", &[VmState::Active], TaskState::Rebooting)
            }
            Self::Power(Power::Reboot(RebootType::Hard)) => Rule {
                during: During::Or(OVER_BY_HARD_REBOOT),
                ..changes("reboot", HARD_REBOOT, TaskState::RebootingHard)
            },
            Self::Power(Power::Pause) => changes("pause", &[VmState::Active], TaskState::Pausing),
            Self::Power(Power::Unpause) => changes("unpause", &[VmState::Paused], TaskState::Unpausing),
            Self::CreateImage => Rule {
                locks: false,
                ..changes("createImage", LIVE, TaskState::ImageSnapshotPending)
            },
            Self::Rebuild => changes(
                "rebuild",
                &[VmState::Active, VmState::Stopped, VmState::Error],
                TaskState::Rebuilding,
            ),
            Self::Delete => Rule {
                during: During::Anything,
                launched: false,
                ..changes("delete", &[], TaskState::Deleting)
            },
            Self::UpdateMetadata => describes("update metadata", true),
            Self::DeleteMetadata => describes("delete metadata", true),
            Self::UpdateTag => describes("update tag", false),
            Self::UpdateTags => describes("update tags", false),
            Self::DeleteTag => describes("delete tag", false),
            Self::DeleteTags => describes("delete tags", false),
            Self::AttachInterface => Rule::connects("attach_interface", LIVE, During::Nothing),
            Self::DetachInterface => Rule::connects("detach_interface", LIVE, During::Nothing),
            Self::AddFixedIp => Rule::connects("addFixedIp", &[], During::Anything),
            Self::RemoveFixedIp => Rule::connects("removeFixedIp", &[], During::Anything),
        }
    }

    /// The task that the verb begins.
    pub(super) fn task_state(self) -> Option<TaskState> {
        self.rule().sets
    }

    /// Whether the verb may be done to the server now, in the order in which Nova looks: lock, vm state, task, launch.
    pub(super) fn check(self, instance: &Instance, admin: bool) -> Result<(), Error> {
        let rule = self.rule();
        if rule.locks && instance.lock.is_some() && !admin {
            return Err(Error::Locked(instance.id));
        }
        let refused = |attribute, state: &str| {
            Err(Error::InvalidState {
                verb: rule.word,
                id: instance.id,
                attribute,
                state: state.to_owned(),
            })
        };
        if !rule.vm_states.is_empty() && !rule.vm_states.contains(&instance.vm_state) {
            return refused("vm_state", instance.vm_state.as_str());
        }
        if !rule.during.allows(instance.task_state) {
            return refused(
                "task_state",
                instance.task_state.map_or("None", TaskState::as_str),
            );
        }
        if rule.launched && instance.launched_at.is_none() {
            return refused("launched_at", "None");
        }
        Ok(())
    }

    /// Checks and begins: what a request does to a record, as one change.
    pub(super) fn begin(self, instance: &mut Instance, admin: bool) -> Result<(), Error> {
        self.check(instance, admin)?;
        if let Some(task) = self.task_state() {
            instance.task_state = Some(task);
        }
        Ok(())
    }
}

impl During {
    fn allows(self, task: Option<TaskState>) -> bool {
        match (self, task) {
            (Self::Anything, _) | (_, None) => true,
            (Self::Nothing, Some(_)) => false,
            (Self::Or(tasks), Some(task)) => tasks.contains(&task),
        }
    }
}

#[cfg(test)]
mod tests;
