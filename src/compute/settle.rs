//! What is seen of a server, and the end of what was done to it, as changes to its record.

use crate::objects::{Instance, PowerState, TaskState, VmState};
use crate::virt::Observed;

/// What is true becomes what is recorded, whatever was meant to be.
pub(super) fn settle(instance: &mut Instance, observed: &Observed) {
    instance.power_state = observed.power_state;
    instance.exit_code = observed.exit_code;
    instance.vm_state = plainly(observed.power_state);
}

/// What is true becomes what is recorded, as far as it does not undo what was meant: only its user ends a server's detour.
pub(super) fn follow(instance: &mut Instance, observed: &Observed) {
    let (vm_state, power_state) = seen_as(instance.vm_state, observed.power_state);
    instance.vm_state = vm_state;
    instance.power_state = power_state;
    instance.exit_code = observed.exit_code;
}

/// What the record of a server that is meant to be so says of a container that is seen so.
pub(super) fn seen_as(meant: VmState, power: PowerState) -> (VmState, PowerState) {
    match (meant, power) {
        // The engine's word for what is frozen is paused, whatever for.
        (VmState::Suspended, PowerState::Paused) => (meant, PowerState::Suspended),
        (meant, power) if meant == VmState::Error || is_detour(meant) => (meant, power),
        (_, power) => (plainly(power), power),
    }
}

/// Whether a server is so until its user, or time, says otherwise, whatever becomes of its container.
pub(super) const fn is_detour(vm_state: VmState) -> bool {
    matches!(
        vm_state,
        VmState::Resized
            | VmState::Rescued
            | VmState::SoftDeleted
            | VmState::Shelved
            | VmState::ShelvedOffloaded
    )
}

/// A server on no detour.
pub(super) fn plainly(power: PowerState) -> VmState {
    match power {
        PowerState::Running => VmState::Active,
        PowerState::Paused => VmState::Paused,
        PowerState::Shutdown | PowerState::Crashed | PowerState::Suspended | PowerState::NoState => {
            VmState::Stopped
        }
    }
}

/// Nothing is being done any more, unless what is being done is a delete.
pub(super) fn clear_task(instance: &mut Instance) {
    if instance.task_state != Some(TaskState::Deleting) {
        instance.task_state = None;
    }
}
