//! The whole table: every verb in every state.

use super::*;
use crate::compute::tests::record;
use crate::objects::{Lock, VmState};

const VM_STATES: [VmState; 11] = [
    VmState::Active,
    VmState::Building,
    VmState::Paused,
    VmState::Stopped,
    VmState::Error,
    VmState::Suspended,
    VmState::Rescued,
    VmState::Resized,
    VmState::SoftDeleted,
    VmState::Shelved,
    VmState::ShelvedOffloaded,
];

fn verbs() -> Vec<Verb> {
    vec![
        Verb::Power(Power::Start),
        Verb::Power(Power::Stop),
        Verb::Power(Power::Reboot(RebootType::Soft)),
        Verb::Power(Power::Reboot(RebootType::Hard)),
        Verb::Power(Power::Pause),
        Verb::Power(Power::Unpause),
        Verb::Power(Power::Suspend),
        Verb::Power(Power::Resume),
        Verb::CreateImage,
        Verb::CreateBackup,
        Verb::Rebuild,
        Verb::Delete,
        Verb::ForceDelete,
        Verb::SoftDelete,
        Verb::Restore,
        Verb::Resize,
        Verb::ConfirmResize,
        Verb::RevertResize,
        Verb::Migrate,
        Verb::LiveMigrate,
        Verb::Evacuate,
        Verb::Shelve,
        Verb::ShelveOffload,
        Verb::Unshelve,
        Verb::Rescue,
        Verb::Unrescue,
        Verb::ChangePassword,
        Verb::CrashDump,
        Verb::UpdateMetadata,
        Verb::DeleteMetadata,
        Verb::UpdateTag,
        Verb::UpdateTags,
        Verb::DeleteTag,
        Verb::DeleteTags,
        Verb::AttachInterface,
        Verb::DetachInterface,
        Verb::AddFixedIp,
        Verb::RemoveFixedIp,
    ]
}

fn server(vm_state: VmState, task_state: Option<TaskState>) -> Instance {
    Instance {
        vm_state,
        task_state,
        launched_at: Some(record().created_at),
        ..record()
    }
}

fn row(cells: impl Iterator<Item = bool>) -> String {
    cells.map(|yes| if yes { 'x' } else { '.' }).collect()
}

#[test]
fn every_verb_is_legal_in_just_these_vm_states() {
    // Active, Building, Paused, Stopped, Error; Suspended, Rescued, Resized; SoftDeleted, Shelved, ShelvedOffloaded
    let table = [
        "...x.......", // start
        "x...x......", // stop
        "x..........", // reboot SOFT
        "x.xxxx.....", // reboot HARD
        "x..........", // pause
        "..x........", // unpause
        "x..........", // suspend
        ".....x.....", // resume
        "x.xx.x.....", // createImage
        "x.xx.x.....", // createBackup
        "x..xx......", // rebuild
        "xxxxxxxxxxx", // delete
        "xxxxxxxxxxx", // forceDelete
        "xxxxxxxxxxx", // delete, softly
        "........x..", // restore
        "x..x.......", // resize
        ".......x...", // confirmResize
        ".......x...", // revertResize
        "x..x.......", // migrate
        "x.x........", // os-migrateLive
        "x..xx......", // evacuate
        "x.xx.x.....", // shelve
        ".........x.", // shelveOffload
        ".........xx", // unshelve
        "x..xx......", // rescue
        "......x....", // unrescue
        "x..........", // changePassword
        "x.x.x.xx...", // trigger_crash_dump
        "x.xx.x.....", // metadata
        "x.xx.x.....",
        "x.xx.x.....", // tags
        "x.xx.x.....",
        "x.xx.x.....",
        "x.xx.x.....",
        "x.xx.......", // interfaces
        "x.xx.......",
        "xxxxxxxxxxx", // addresses
        "xxxxxxxxxxx",
    ];
    let found: Vec<String> = verbs()
        .into_iter()
        .map(|verb| {
            row(VM_STATES
                .into_iter()
                .map(|state| verb.check(&server(state, None), false).is_ok()))
        })
        .collect();
    assert_eq!(found, table);
}

#[test]
fn every_verb_is_legal_during_just_these_tasks() {
    use TaskState as T;
    let tasks = [
        T::Scheduling,
        T::Networking,
        T::Spawning,
        T::ImageSnapshotPending,
        T::ImageSnapshot,
        T::ImagePendingUpload,
        T::ImageUploading,
        T::Rebooting,
        T::RebootingHard,
        T::RebootStarted,
        T::RebootStartedHard,
        T::PoweringOff,
        T::PoweringOn,
        T::Pausing,
        T::Unpausing,
        T::Rebuilding,
        T::RebuildSpawning,
        T::Deleting,
        T::Suspending,
        T::Resuming,
        T::ImageBackup,
        T::UpdatingPassword,
        T::ResizePrep,
        T::ResizeReverting,
        T::Rescuing,
        T::Unrescuing,
        T::SoftDeleting,
        T::Restoring,
        T::Shelving,
        T::ShelvingOffloading,
        T::Unshelving,
    ];
    for verb in verbs() {
        let legal = VM_STATES
            .into_iter()
            .find(|state| verb.check(&server(*state, None), false).is_ok())
            .unwrap();
        let found = row(tasks
            .into_iter()
            .map(|task| verb.check(&server(legal, Some(task)), false).is_ok()));
        let expected = match verb {
            Verb::Power(Power::Reboot(RebootType::Hard)) => ".......xxx...xx...xx...........",
            Verb::Delete
            | Verb::ForceDelete
            | Verb::SoftDelete
            | Verb::Evacuate
            | Verb::UpdateMetadata
            | Verb::DeleteMetadata
            | Verb::UpdateTag
            | Verb::UpdateTags
            | Verb::DeleteTag
            | Verb::DeleteTags
            | Verb::AddFixedIp
            | Verb::RemoveFixedIp => "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            _ => "...............................",
        };
        assert_eq!(found, expected, "{verb:?}");
    }
}

#[test]
fn a_lock_stands_before_all_but_images_tags_and_evacuations_and_never_before_an_administrator() {
    for verb in verbs() {
        let legal = VM_STATES
            .into_iter()
            .find(|state| verb.check(&server(*state, None), false).is_ok())
            .unwrap();
        let lock = Some(Lock {
            by: "owner".to_owned(),
            reason: None,
        });
        let locked = Instance {
            lock,
            ..server(legal, None)
        };
        let open = matches!(
            verb,
            Verb::CreateImage
                | Verb::CreateBackup
                | Verb::Evacuate
                | Verb::UpdateTag
                | Verb::UpdateTags
                | Verb::DeleteTag
                | Verb::DeleteTags
        );
        assert_eq!(verb.check(&locked, false).is_ok(), open, "{verb:?}");
        assert!(verb.check(&locked, true).is_ok(), "{verb:?}");
    }
}

#[test]
fn refusals_are_in_the_words_that_clients_know() {
    let words = |verb: Verb, instance: &Instance| verb.check(instance, false).unwrap_err().to_string();
    let id = record().id;
    let paused = server(VmState::Paused, None);
    assert_eq!(
        words(Verb::Power(Power::Stop), &paused),
        format!("Cannot 'stop' instance {id} while it is in vm_state paused")
    );
    let busy = server(VmState::Active, Some(TaskState::ImageUploading));
    assert_eq!(
        words(Verb::CreateImage, &busy),
        format!("Cannot 'createImage' instance {id} while it is in task_state image_uploading")
    );
    let never_up = Instance {
        launched_at: None,
        ..server(VmState::Error, None)
    };
    assert_eq!(
        words(Verb::Rebuild, &never_up),
        format!("Cannot 'rebuild' instance {id} while it is in launched_at None")
    );
}

#[test]
fn what_begins_sets_its_task_and_what_is_refused_changes_nothing() {
    let mut active = server(VmState::Active, None);
    Verb::Power(Power::Pause).begin(&mut active, false).unwrap();
    assert_eq!(active, server(VmState::Active, Some(TaskState::Pausing)));
    Verb::Power(Power::Stop).begin(&mut active, false).unwrap_err();
    assert_eq!(active, server(VmState::Active, Some(TaskState::Pausing)));
}
