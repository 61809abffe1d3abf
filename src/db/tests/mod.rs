//! What a database promises, whichever table keeps it.

mod purge;
mod walks;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::*;
use crate::objects::{
    Action, Detour, Flavor, FlavorId, Instance, InstanceId, Keypair, NetworkChoice, PowerState, ProjectId,
    RequestId, SchedulerHints, TaskState, UserId, VmState, Wiring,
};

fn at(second: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_secs(1_700_000_000 + second)
}

fn flavor(id: &str) -> Flavor {
    Flavor {
        id: FlavorId::from(id),
        name: format!("flavor-{id}"),
        description: Some("of a test".to_owned()),
        vcpus: 1,
        memory_mb: 64,
        root_gb: 0,
        ephemeral_gb: 0,
        swap_mb: 0,
        rxtx_factor: 1.0,
        is_public: true,
        disabled: false,
        extra_specs: BTreeMap::from([("hw:x".to_owned(), "1".to_owned())]),
        created_at: at(0),
    }
}

fn instance(id: u128, second: i64) -> Instance {
    Instance {
        id: InstanceId(Uuid::from_u128(id)),
        number: 0,
        reservation_id: "r-1".to_owned(),
        launch_index: 0,
        project_id: ProjectId::from("p"),
        user_id: UserId::from("u"),
        name: format!("server-{id}"),
        description: None,
        hostname: "server".to_owned(),
        image: None,
        image_properties: BTreeMap::new(),
        flavor: flavor("42"),
        key_name: None,
        key_data: None,
        metadata: BTreeMap::from([("k".to_owned(), "v".to_owned())]),
        tags: BTreeSet::new(),
        user_data: None,
        config_drive: false,
        disk_config_auto: false,
        access_ip_v4: None,
        access_ip_v6: None,
        security_groups: vec![],
        scheduler_hints: SchedulerHints::default(),
        trusted_image_certificates: None,
        host: None,
        availability_zone: None,
        pinned_availability_zone: None,
        network: NetworkChoice::Unspecified,
        vifs: vec![],
        wiring: Wiring::default(),
        vm_state: VmState::Building,
        task_state: Some(TaskState::Scheduling),
        power_state: PowerState::NoState,
        exit_code: None,
        progress: 0,
        lock: None,
        fault: None,
        snapshot_image: None,
        detour: Detour::default(),
        licence: Default::default(),
        unprovisioned: false,
        password_data: None,
        created_at: at(second),
        updated_at: at(second),
        launched_at: None,
        terminated_at: None,
    }
}

fn action(request: &str, second: i64) -> Action {
    Action {
        instance_id: InstanceId(Uuid::from_u128(1)),
        request_id: RequestId::from(request),
        action: "reboot".to_owned(),
        user_id: UserId::from("u"),
        project_id: ProjectId::from("p"),
        start_time: at(second),
        updated_at: at(second),
        message: None,
        events: vec![],
    }
}

async fn names(db: &Db) -> Vec<String> {
    db.instances()
        .await
        .unwrap()
        .iter()
        .map(|instance| instance.name.clone())
        .collect()
}

async fn open(folder: &Path) -> Db {
    Db::open(&folder.join("nova.sqlite")).await.unwrap()
}

#[tokio::test]
async fn instances_are_listed_newest_first_and_numbered_upwards() {
    let db = Db::in_memory().await.unwrap();
    for (id, second) in [(1, 5), (2, 9), (3, 5), (4, 0)] {
        let stored = db.create_instance(instance(id, second)).await.unwrap();
        assert_eq!(stored.number, i64::try_from(id).unwrap());
    }
    assert_eq!(names(&db).await, ["server-2", "server-3", "server-1", "server-4"]);
}

#[tokio::test]
async fn an_instance_exists_once() {
    let db = Db::in_memory().await.unwrap();
    db.create_instance(instance(1, 0)).await.unwrap();
    let again = db.create_instance(instance(1, 0)).await;
    assert!(matches!(again, Err(Error::Exists { kind: "instance", .. })));
    assert_eq!(names(&db).await, ["server-1"]);
}

#[tokio::test]
async fn a_change_is_kept_and_a_change_that_says_no_is_not() {
    let db = Db::in_memory().await.unwrap();
    let id = db.create_instance(instance(1, 0)).await.unwrap().id;

    let renamed = db.change_instance(
        id,
        Box::new(|instance| {
            instance.name = "other".to_owned();
            true
        }),
    );
    assert_eq!(renamed.await.unwrap().name, "other");

    let unmoved = db.change_instance(
        id,
        Box::new(|instance| {
            instance.name = "third".to_owned();
            false
        }),
    );
    assert_eq!(unmoved.await.unwrap().name, "other");
    assert_eq!(
        *db.instance(id).await.unwrap(),
        Instance {
            number: 1,
            name: "other".to_owned(),
            ..instance(1, 0)
        }
    );

    let nobody = db
        .change_instance(InstanceId(Uuid::from_u128(9)), Box::new(|_| true))
        .await;
    assert!(matches!(nobody, Err(Error::NoSuch { kind: "instance", .. })));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn changes_made_at_the_same_time_all_count() {
    let db = Db::in_memory().await.unwrap();
    let id = db.create_instance(instance(1, 0)).await.unwrap().id;
    let changes: Vec<_> = (0..50)
        .map(|_| {
            let db = db.clone();
            tokio::spawn(async move {
                db.change_instance(
                    id,
                    Box::new(|instance| {
                        instance.launch_index += 1;
                        true
                    }),
                )
                .await
                .unwrap();
            })
        })
        .collect();
    for change in changes {
        change.await.unwrap();
    }
    assert_eq!(db.instance(id).await.unwrap().launch_index, 50);
}

#[tokio::test]
async fn a_write_whose_caller_is_gone_leaves_table_and_memory_alike() {
    let folder = tempfile::tempdir().unwrap();
    let db = open(folder.path()).await;
    let id = db.create_instance(instance(1, 0)).await.unwrap().id;
    for round in 0..20 {
        let change = db.change_instance(
            id,
            Box::new(move |instance| {
                instance.launch_index = round;
                true
            }),
        );
        tokio::select! {
            biased;
            _ = change => {}
            () = tokio::task::yield_now() => {}
        }
    }
    // Waits for the last of the writes.
    db.change_instance(id, Box::new(|_| false)).await.unwrap();
    let in_memory = db.instance(id).await.unwrap();
    drop(db);
    assert_eq!(open(folder.path()).await.instance(id).await.unwrap(), in_memory);
}

#[tokio::test]
async fn what_was_written_is_read_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let db = open(folder.path()).await;
    let deployment = db.deployment();
    let kept = db.create_instance(instance(1, 0)).await.unwrap();
    let gone = db.create_instance(instance(2, 1)).await.unwrap();
    db.delete_instance(gone.id).await.unwrap();
    db.create_action(&action("req-1", 0)).await.unwrap();
    drop(db);

    let db = open(folder.path()).await;
    assert_eq!(db.deployment(), deployment);
    assert_eq!(db.instances().await.unwrap(), [kept]);
    assert_eq!(
        db.actions(InstanceId(Uuid::from_u128(1))).await.unwrap(),
        [action("req-1", 0)]
    );
    assert_eq!(db.create_instance(instance(3, 2)).await.unwrap().number, 3);
}

#[tokio::test]
async fn a_deleted_instance_is_gone_and_its_actions_are_not() {
    let db = Db::in_memory().await.unwrap();
    let id = db.create_instance(instance(1, 0)).await.unwrap().id;
    db.create_action(&action("req-1", 0)).await.unwrap();
    db.delete_instance(id).await.unwrap();
    assert!(matches!(
        db.instance(id).await,
        Err(Error::NoSuch { kind: "instance", .. })
    ));
    assert!(matches!(
        db.delete_instance(id).await,
        Err(Error::NoSuch { kind: "instance", .. })
    ));
    assert_eq!(names(&db).await, Vec::<String>::new());
    assert_eq!(db.actions(id).await.unwrap(), [action("req-1", 0)]);
}

#[tokio::test]
async fn actions_are_listed_newest_first_and_replaced_by_request() {
    let db = Db::in_memory().await.unwrap();
    let id = InstanceId(Uuid::from_u128(1));
    db.create_action(&action("req-1", 0)).await.unwrap();
    db.create_action(&action("req-2", 5)).await.unwrap();
    assert!(matches!(
        db.create_action(&action("req-2", 5)).await,
        Err(Error::Exists { kind: "action", .. })
    ));

    let failed = Action {
        message: Some("Error".to_owned()),
        ..action("req-1", 0)
    };
    db.save_action(&failed).await.unwrap();
    assert_eq!(
        db.actions(id).await.unwrap(),
        [action("req-2", 5), failed.clone()]
    );
    assert_eq!(db.action(id, &RequestId::from("req-1")).await.unwrap(), failed);
    assert!(matches!(
        db.save_action(&action("req-3", 0)).await,
        Err(Error::NoSuch { kind: "action", .. })
    ));
    assert!(matches!(
        db.action(id, &RequestId::from("req-3")).await,
        Err(Error::NoSuch { .. })
    ));
}

#[tokio::test]
async fn keypairs_belong_to_their_user() {
    let db = Db::in_memory().await.unwrap();
    let key = |user: &str, name: &str| Keypair {
        user_id: UserId::from(user),
        name: name.to_owned(),
        kind: "ssh".to_owned(),
        public_key: "ssh-ed25519 AAAA".to_owned(),
        fingerprint: "00:11".to_owned(),
        created_at: at(0),
    };
    for (user, name) in [("u", "b"), ("u", "a"), ("v", "a")] {
        db.create_keypair(&key(user, name)).await.unwrap();
    }
    assert!(matches!(
        db.create_keypair(&key("u", "a")).await,
        Err(Error::Exists { kind: "keypair", .. })
    ));
    assert_eq!(
        db.keypairs(&UserId::from("u")).await.unwrap(),
        [key("u", "a"), key("u", "b")]
    );

    db.delete_keypair(&UserId::from("u"), "a").await.unwrap();
    assert!(matches!(
        db.keypair(&UserId::from("u"), "a").await,
        Err(Error::NoSuch { kind: "keypair", .. })
    ));
    assert!(matches!(
        db.delete_keypair(&UserId::from("u"), "a").await,
        Err(Error::NoSuch { .. })
    ));
    assert_eq!(db.keypair(&UserId::from("v"), "a").await.unwrap(), key("v", "a"));
}

#[tokio::test]
async fn a_new_database_has_the_classic_flavors() {
    let db = Db::in_memory().await.unwrap();
    let flavors: Vec<_> = db
        .flavors()
        .await
        .unwrap()
        .iter()
        .map(|flavor| {
            (
                flavor.id.0.clone(),
                flavor.name.clone(),
                flavor.vcpus,
                flavor.memory_mb,
                flavor.root_gb,
            )
        })
        .collect();
    let row =
        |id: &str, name: &str, vcpus, memory, root| (id.to_owned(), name.to_owned(), vcpus, memory, root);
    assert_eq!(
        flavors,
        [
            row("1", "m1.tiny", 1, 512, 1),
            row("2", "m1.small", 1, 2048, 20),
            row("3", "m1.medium", 2, 4096, 40),
            row("4", "m1.large", 4, 8192, 80),
            row("42", "m1.nano", 1, 64, 0),
            row("5", "m1.xlarge", 8, 16384, 160),
            row("84", "m1.micro", 1, 128, 0),
        ]
    );
}

#[tokio::test]
async fn a_flavor_that_was_deleted_does_not_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let db = open(folder.path()).await;
    let tiny = FlavorId::from("1");
    db.delete_flavor(&tiny).await.unwrap();
    db.create_flavor(&flavor("own")).await.unwrap();
    assert!(matches!(
        db.create_flavor(&flavor("own")).await,
        Err(Error::Exists { kind: "flavor", .. })
    ));
    drop(db);

    let db = open(folder.path()).await;
    assert!(matches!(
        db.flavor(&tiny).await,
        Err(Error::NoSuch { kind: "flavor", .. })
    ));
    assert!(matches!(
        db.delete_flavor(&tiny).await,
        Err(Error::NoSuch { kind: "flavor", .. })
    ));
    assert_eq!(
        db.flavor(&FlavorId::from("own")).await.unwrap(),
        Arc::new(flavor("own"))
    );
}

#[tokio::test]
async fn a_database_in_use_says_by_whom() {
    let folder = tempfile::tempdir().unwrap();
    let db = open(folder.path()).await;
    let second = Db::open(&folder.path().join("nova.sqlite")).await.unwrap_err();
    assert_eq!(
        second.to_string(),
        format!(
            "the database could not be opened: {} is in use by another nova-docker (process {}); stop it, or set \
             another state_path",
            folder.path().display(),
            std::process::id()
        )
    );
    drop(db);
    open(folder.path()).await;
}

#[tokio::test]
async fn the_files_of_a_database_are_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    let _db = open(&state).await;
    assert_eq!(state.metadata().unwrap().permissions().mode() & 0o777, 0o700);
    for file in std::fs::read_dir(&state).unwrap() {
        let file = file.unwrap();
        assert_eq!(
            file.metadata().unwrap().permissions().mode() & 0o777,
            0o600,
            "{:?}",
            file.path()
        );
    }
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("nova.sqlite");
    std::fs::write(&file, "this is not a database, whatever its name says").unwrap();
    assert_eq!(
        Db::open(&file).await.unwrap_err().to_string(),
        format!(
            "the database could not be opened: {}: error returned from database: (code: 26) file is not a database",
            file.display()
        )
    );
}
