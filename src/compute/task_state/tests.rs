//! The whole table: every verb in every state.

use super::*;
use crate::compute::tests::record;
use crate::objects::Lock;

const VM_STATES: [VmState; 5] = [
    VmState::Active,
    VmState::Building,
    VmState::Paused,
    VmState::Stopped,
    VmState::Error,
];

fn verbs() -> Vec<Verb> {
    vec![
        Verb::Power(Power::Start),
        Verb::Power(Power::Stop),
        Verb::Power(Power::Reboot(RebootType::Soft)),
        Verb::Power(Power::Reboot(RebootType::Hard)),
        Verb::Power(Power::Pause),
        Verb::Power(Power::Unpause),
        Verb::CreateImage,
        Verb::Rebuild,
        Verb::Delete,
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
    // Active, Building, Paused, Stopped, Error
    let table = [
        "...x.", "x...x", "x....", "x.xxx", "x....", "..x..", "x.xx.", "x..xx", "xxxxx", "x.xx.", "x.xx.",
        "x.xx.", "x.xx.", "x.xx.", "x.xx.", "x.xx.", "x.xx.", "xxxxx", "xxxxx",
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
            Verb::Power(Power::Reboot(RebootType::Hard)) => ".......xxx...xx...",
            Verb::Power(_)
            | Verb::CreateImage
            | Verb::Rebuild
            | Verb::AttachInterface
            | Verb::DetachInterface => "..................",
            _ => "xxxxxxxxxxxxxxxxxx",
        };
        assert_eq!(found, expected, "{verb:?}");
    }
}

#[test]
fn a_lock_stands_before_all_but_images_and_tags_and_never_before_an_administrator() {
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
            Verb::CreateImage | Verb::UpdateTag | Verb::UpdateTags | Verb::DeleteTag | Verb::DeleteTags
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
