//! What is seen of a server, and the end of what was done to it, as changes to its record.

use crate::objects::{Instance, PowerState, TaskState, VmState};
use crate::virt::Observed;

/// What is true becomes what is recorded, whatever was meant to be.
pub(super) fn settle(instance: &mut Instance, observed: &Observed) {
    instance.power_state = observed.power_state;
    instance.exit_code = observed.exit_code;
    instance.vm_state = match observed.power_state {
        PowerState::Running => VmState::Active,
        PowerState::Paused => VmState::Paused,
        PowerState::Shutdown | PowerState::Crashed | PowerState::Suspended | PowerState::NoState => {
            VmState::Stopped
        }
    };
}

/// Nothing is being done any more, unless what is being done is a delete.
pub(super) fn clear_task(instance: &mut Instance) {
    if instance.task_state != Some(TaskState::Deleting) {
        instance.task_state = None;
    }
}
