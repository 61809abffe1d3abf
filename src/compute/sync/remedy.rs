//! What is to be done about a server whose record and container tell different stories; pure.

use crate::compute::task_state::Power;
use crate::objects::{Instance, PowerState, TaskState, VmState};
use crate::virt::{Observed, RebootType};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Remedy {
    Nothing,
    /// The record follows what is seen.
    Settle,
    /// There is no container any more: nobody but the user can say what is to become of the server.
    Gone,
    Build,
    Rebuild,
    Delete,
    /// The image of a snapshot that broke off is deleted.
    DropSnapshot,
    Redo(Power),
}

/// For a server that somebody was working on and nobody is any more.
pub(super) fn resume(instance: &Instance, observed: Option<&Observed>) -> Remedy {
    let power = observed.map(|observed| observed.power_state);
    let redo_unless = |done: bool, verb| {
        if done {
            look(instance, observed)
        } else {
            Remedy::Redo(verb)
        }
    };
    let gone = Remedy::Gone;
    match instance.task_state {
        Some(TaskState::Deleting) => Remedy::Delete,
        _ if instance.vm_state == VmState::Building => Remedy::Build,
        Some(TaskState::Scheduling | TaskState::Networking | TaskState::Spawning) => Remedy::Build,
        Some(TaskState::Rebuilding | TaskState::RebuildSpawning) => Remedy::Rebuild,
        Some(
            TaskState::ImageSnapshotPending
            | TaskState::ImageSnapshot
            | TaskState::ImagePendingUpload
            | TaskState::ImageUploading,
        ) => Remedy::DropSnapshot,
        Some(_) if power.is_none() => gone,
        Some(TaskState::PoweringOff) => redo_unless(power != Some(PowerState::Running), Power::Stop),
        Some(TaskState::PoweringOn) => redo_unless(power == Some(PowerState::Running), Power::Start),
        Some(TaskState::Pausing) => redo_unless(power != Some(PowerState::Running), Power::Pause),
        Some(TaskState::Unpausing) => redo_unless(power != Some(PowerState::Paused), Power::Unpause),
        Some(TaskState::Rebooting | TaskState::RebootStarted) => redo_unless(
            power == Some(PowerState::Running),
            Power::Reboot(RebootType::Hard),
        ),
        Some(TaskState::RebootingHard | TaskState::RebootStartedHard) => {
            Remedy::Redo(Power::Reboot(RebootType::Hard))
        }
        None => look(instance, observed),
    }
}

/// For a server that nobody is working on.
pub(super) fn look(instance: &Instance, observed: Option<&Observed>) -> Remedy {
    match (instance.vm_state, observed) {
        (VmState::Building | VmState::Deleted, _) => Remedy::Nothing,
        (VmState::Error, None) if instance.power_state == PowerState::NoState => Remedy::Nothing,
        (_, None) => Remedy::Gone,
        (_, Some(observed)) if is_told(instance, observed) => Remedy::Nothing,
        (_, Some(_)) => Remedy::Settle,
    }
}

/// Whether the record says of the container what is seen of it.
fn is_told(instance: &Instance, observed: &Observed) -> bool {
    let same_state = match (instance.vm_state, observed.power_state) {
        // A verb failed and the user is to know; the container may well be there.
        (VmState::Error, power) => power == instance.power_state,
        (VmState::Active, PowerState::Running) | (VmState::Paused, PowerState::Paused) => true,
        (VmState::Stopped, power) => !matches!(power, PowerState::Running | PowerState::Paused),
        _ => false,
    };
    same_state
        && instance.task_state.is_none()
        && instance.power_state == observed.power_state
        && instance.exit_code == observed.exit_code
        && instance.vifs == observed.vifs
}
