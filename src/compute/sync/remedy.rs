//! What is to be done about a server whose record and container tell different stories; pure.

use crate::compute::errand::Errand;
use crate::compute::expiry;
use crate::compute::settle::seen_as;
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
    /// Its process ended, and it is to go then.
    Expire,
    /// The image of a snapshot that broke off is deleted.
    DropSnapshot,
    Redo(Power),
    /// Begun anew, whatever is seen.
    Finish(Errand),
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
    if let Some(errand) = Errand::of(instance) {
        return Remedy::Finish(errand);
    }
    match instance.task_state {
        Some(TaskState::Deleting) => Remedy::Delete,
        _ if instance.vm_state == VmState::Building => Remedy::Build,
        Some(TaskState::Scheduling | TaskState::Networking | TaskState::Spawning) => Remedy::Build,
        Some(TaskState::Rebuilding | TaskState::RebuildSpawning) => Remedy::Rebuild,
        Some(
            TaskState::ImageBackup
            | TaskState::ImageSnapshotPending
            | TaskState::ImageSnapshot
            | TaskState::ImagePendingUpload
            | TaskState::ImageUploading,
        ) => Remedy::DropSnapshot,
        Some(_) if power.is_none() => Remedy::Gone,
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
        Some(TaskState::Suspending) => Remedy::Redo(Power::Suspend),
        Some(TaskState::Resuming) => Remedy::Redo(Power::Resume),
        // Whether a password was changed only its user finds out; the rest is an errand's.
        Some(_) | None => look(instance, observed),
    }
}

/// For a server that nobody is working on.
pub(super) fn look(instance: &Instance, observed: Option<&Observed>) -> Remedy {
    match (instance.vm_state, observed) {
        (VmState::Building | VmState::Deleted | VmState::ShelvedOffloaded, _) => Remedy::Nothing,
        // The waiting container may well be there: unrescue finds it.
        (VmState::Rescued, None) => Remedy::Nothing,
        // Its image is all that it needs.
        (VmState::Shelved, None) => Remedy::Finish(Errand::Offload),
        (VmState::SoftDeleted, None) => Remedy::Nothing,
        (VmState::Error, None) if instance.power_state == PowerState::NoState => Remedy::Nothing,
        (_, None) => Remedy::Gone,
        (_, Some(observed)) if expiry::is_over(instance, observed) => Remedy::Expire,
        (_, Some(observed)) if is_told(instance, observed) => Remedy::Nothing,
        (_, Some(_)) => Remedy::Settle,
    }
}

/// Whether the record says of the container what is seen of it.
fn is_told(instance: &Instance, observed: &Observed) -> bool {
    seen_as(instance.vm_state, observed.power_state) == (instance.vm_state, instance.power_state)
        && instance.task_state.is_none()
        && instance.exit_code == observed.exit_code
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::*;
    use crate::compute::tests::record;
    use crate::objects::UserData;

    fn server(vm_state: VmState, task_state: Option<TaskState>, power_state: PowerState) -> Instance {
        Instance {
            vm_state,
            task_state,
            power_state,
            ..record()
        }
    }

    fn seen(power_state: PowerState) -> Observed {
        Observed {
            power_state,
            exit_code: None,
        }
    }

    /// What to do about a task that nobody works on, when the container runs, is paused, is down, is gone.
    fn remedies(task: TaskState) -> [Remedy; 4] {
        use PowerState::{Paused, Running, Shutdown};
        let instance = server(VmState::Active, Some(task), Running);
        let sights = [
            Some(seen(Running)),
            Some(seen(Paused)),
            Some(seen(Shutdown)),
            None,
        ];
        sights.map(|sight| resume(&instance, sight.as_ref()))
    }

    #[test]
    fn a_power_verb_is_done_again_unless_its_end_is_seen() {
        let (settle, gone, redo) = (Remedy::Settle, Remedy::Gone, Remedy::Redo);
        let hard = redo(Power::Reboot(RebootType::Hard));
        let (start, stop) = (redo(Power::Start), redo(Power::Stop));
        let (pause, unpause) = (redo(Power::Pause), redo(Power::Unpause));
        for (task, expected) in [
            (TaskState::PoweringOff, [stop, settle, settle, gone]),
            (TaskState::PoweringOn, [settle, start, start, gone]),
            (TaskState::Pausing, [pause, settle, settle, gone]),
            (TaskState::Unpausing, [settle, unpause, settle, gone]),
            (TaskState::Rebooting, [settle, hard, hard, gone]),
            (TaskState::RebootingHard, [hard, hard, hard, gone]),
        ] {
            assert_eq!(remedies(task), expected, "{task}");
        }
    }

    #[test]
    fn an_errand_is_begun_anew_whatever_is_seen() {
        for (task, errand) in [
            (TaskState::ResizePrep, Errand::Resize),
            (TaskState::ResizeFinish, Errand::Resize),
            (TaskState::ResizeReverting, Errand::RevertResize),
            (TaskState::Shelving, Errand::Shelve),
            (TaskState::ShelvingImageUploading, Errand::Shelve),
            (TaskState::ShelvingOffloading, Errand::Offload),
            (TaskState::Unshelving, Errand::Unshelve),
            (TaskState::Rescuing, Errand::Rescue),
            (TaskState::Unrescuing, Errand::Unrescue),
            (TaskState::SoftDeleting, Errand::SoftDelete),
            (TaskState::Restoring, Errand::Restore),
        ] {
            assert_eq!(remedies(task), [Remedy::Finish(errand); 4], "{task}");
        }
        let unshelved = server(
            VmState::ShelvedOffloaded,
            Some(TaskState::Spawning),
            PowerState::NoState,
        );
        assert_eq!(resume(&unshelved, None), Remedy::Finish(Errand::Unshelve));
        let [.., gone] = remedies(TaskState::Suspending);
        assert_eq!(gone, Remedy::Gone);
        assert_eq!(remedies(TaskState::Suspending)[1], Remedy::Redo(Power::Suspend));
        assert_eq!(remedies(TaskState::Resuming)[0], Remedy::Redo(Power::Resume));
    }

    #[test]
    fn what_makes_or_ends_a_server_is_done_again_whatever_is_seen() {
        for (task, expected) in [
            (TaskState::Deleting, Remedy::Delete),
            (TaskState::Rebuilding, Remedy::Rebuild),
            (TaskState::RebuildSpawning, Remedy::Rebuild),
            (TaskState::Spawning, Remedy::Build),
            (TaskState::ImageSnapshotPending, Remedy::DropSnapshot),
            (TaskState::ImageUploading, Remedy::DropSnapshot),
        ] {
            assert_eq!(remedies(task), [expected; 4], "{task}");
        }
        let building = server(VmState::Building, None, PowerState::NoState);
        assert_eq!(resume(&building, Some(&seen(PowerState::Running))), Remedy::Build);
    }

    #[test]
    fn a_server_goes_with_its_process_when_it_says_so_and_the_process_ended_by_itself() {
        use PowerState::{Paused, Running, Shutdown};
        let going = |vm_state, task| {
            let user_data = "command: date\nhost_config: {auto_remove: true}\n";
            Instance {
                user_data: Some(UserData::new(STANDARD.encode(user_data)).unwrap()),
                ..server(vm_state, task, Running)
            }
        };
        let active = going(VmState::Active, None);
        let seen_as = [Shutdown, Paused, Running].map(|power| look(&active, Some(&seen(power))));
        assert_eq!(seen_as, [Remedy::Expire, Remedy::Settle, Remedy::Nothing]);
        // Whoever was told to stop it did not end by itself, even if nobody is left to say so.
        for instance in [
            going(VmState::Active, Some(TaskState::PoweringOff)),
            going(VmState::Stopped, None),
            going(VmState::Rescued, None),
        ] {
            assert_ne!(
                resume(&instance, Some(&seen(Shutdown))),
                Remedy::Expire,
                "{instance:#?}"
            );
        }
        let kept = server(VmState::Active, None, Running);
        assert_eq!(look(&kept, Some(&seen(Shutdown))), Remedy::Settle);
    }

    #[test]
    fn a_server_nobody_works_on_follows_its_container() {
        use PowerState::{NoState, Paused, Running, Shutdown};
        // What the record says, and what to do when the container runs, is paused, is down, is gone.
        let (nothing, settle, gone) = (Remedy::Nothing, Remedy::Settle, Remedy::Gone);
        let table = [
            (
                server(VmState::Active, None, Running),
                [nothing, settle, settle, gone],
            ),
            (
                server(VmState::Paused, None, Paused),
                [settle, nothing, settle, gone],
            ),
            (
                server(VmState::Stopped, None, Shutdown),
                [settle, settle, nothing, gone],
            ),
            (
                server(VmState::Error, None, Running),
                [nothing, settle, settle, gone],
            ),
            (
                server(VmState::Error, None, NoState),
                [settle, settle, settle, nothing],
            ),
            (server(VmState::Building, None, NoState), [nothing; 4]),
            (
                server(VmState::Suspended, None, PowerState::Suspended),
                [settle, nothing, settle, gone],
            ),
            (
                server(VmState::Rescued, None, Running),
                [nothing, settle, settle, nothing],
            ),
            (
                server(VmState::Resized, None, Running),
                [nothing, settle, settle, gone],
            ),
            (
                server(VmState::SoftDeleted, None, Shutdown),
                [settle, settle, nothing, nothing],
            ),
            (
                server(VmState::Shelved, None, Shutdown),
                [settle, settle, nothing, Remedy::Finish(Errand::Offload)],
            ),
            (server(VmState::ShelvedOffloaded, None, NoState), [nothing; 4]),
        ];
        for (instance, expected) in table {
            let sights = [
                Some(seen(Running)),
                Some(seen(Paused)),
                Some(seen(Shutdown)),
                None,
            ];
            assert_eq!(
                sights.map(|sight| look(&instance, sight.as_ref())),
                expected,
                "{instance:#?}"
            );
        }
    }
}
