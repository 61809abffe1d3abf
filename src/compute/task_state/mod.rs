//! Which verb a server accepts in which of its states, and what the verb makes of them; policy only, it touches nothing.
//!
//! ```text
//!            boot            stop, or the process ends
//! BUILDING ───────▶ ACTIVE ◀──────────────────────────▶ STOPPED
//!     │             ▲    ▲            start
//!     │ a step      │    ├──────────▶ PAUSED              pause, unpause
//!     │ fails       │    ├──────────▶ SUSPENDED           suspend, resume
//!     │             │    ├──────────▶ RESIZED             resize, confirmResize or revertResize
//!     │             │    ├──────────▶ RESCUED             rescue, unrescue
//!     │             │    ├──────────▶ SHELVED, SHELVED_OFFLOADED   shelve, shelveOffload, unshelve
//!     ▼             │    └──────────▶ SOFT_DELETED        delete where deletes are reclaimed later, restore
//!   ERROR ──────────┘ rebuild, hard reboot, rescue
//!                                      delete: from anywhere, whatever else is being done
//! ```
//!
//! `vm_state` is what a server is meant to be; `task_state` is set by the request, under the same lock that checked it, and
//! cleared by the work it began. So a second request finds the first one's task and is refused.

mod rules;

use crate::compute::Error;
use crate::objects::{Instance, TaskState};
use crate::virt::RebootType;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    Power(Power),
    CreateImage,
    CreateBackup,
    Rebuild,
    Delete,
    ForceDelete,
    SoftDelete,
    Restore,
    Resize,
    ConfirmResize,
    RevertResize,
    Migrate,
    LiveMigrate,
    Evacuate,
    Shelve,
    ShelveOffload,
    Unshelve,
    Rescue,
    Unrescue,
    ChangePassword,
    CrashDump,
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
    /// Keeps the server as it is, frozen; its user would not see a paused one as suspended.
    Suspend,
    Resume,
}

impl Verb {
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

#[cfg(test)]
mod tests;
