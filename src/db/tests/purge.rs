//! Servers that are forgotten.

use super::*;
use crate::db::Purged;
use crate::objects::{Migration, MigrationKind, MigrationStatus};

fn migration(of: u128) -> Migration {
    Migration {
        id: 0,
        uuid: Uuid::from_u128(of),
        instance_id: InstanceId(Uuid::from_u128(of)),
        project_id: ProjectId::from("p"),
        user_id: UserId::from("u"),
        kind: MigrationKind::Resize,
        status: MigrationStatus::Confirmed,
        old_flavor: FlavorId::from("1"),
        new_flavor: FlavorId::from("2"),
        source_host: None,
        dest_host: None,
        created_at: at(0),
        updated_at: None,
    }
}

/// Servers 1 and 2 ended at second 10 and 20, server 3 is there; each was moved once and asked for something.
async fn used(db: &Db) {
    for id in 1..=3 {
        db.create_instance(instance(id, 0)).await.unwrap();
        let asked = Action {
            instance_id: InstanceId(Uuid::from_u128(id)),
            ..action("req-1", 1)
        };
        db.create_action(&asked).await.unwrap();
        db.create_migration(migration(id)).await.unwrap();
    }
    for id in 1..=2 {
        let ended = at(i64::try_from(id).unwrap() * 10);
        let id = InstanceId(Uuid::from_u128(id));
        db.end_instance(id, ended, Box::new(|_| true)).await.unwrap();
    }
}

/// How many are gone, were moved, and were asked for something.
async fn known(db: &Db) -> (usize, usize, usize) {
    let mut actions = 0;
    for id in 1..=3 {
        actions += db.actions(InstanceId(Uuid::from_u128(id))).await.unwrap().len();
    }
    (
        db.deleted_instances(None, None).await.unwrap().len(),
        db.migrations(None).await.unwrap().len(),
        actions,
    )
}

#[tokio::test]
async fn servers_that_ended_before_a_time_are_forgotten_while_the_database_is_in_use() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("nova.sqlite");
    let db = Db::open(&path).await.unwrap();
    used(&db).await;
    let one = Purged {
        instances: 1,
        actions: 1,
        migrations: 1,
    };
    let mut seen = Vec::new();
    let before = |second| Db::purge(&path, at(second), |_| {});
    assert_eq!(before(10).await.unwrap(), Purged::default());
    assert_eq!(
        Db::purge(&path, at(11), |so_far| seen.push(so_far))
            .await
            .unwrap(),
        one
    );
    assert_eq!(seen, [one]);
    assert_eq!(known(&db).await, (1, 2, 2));
    assert_eq!(before(100).await.unwrap(), one);
    assert_eq!(known(&db).await, (0, 1, 1));
    assert_eq!(names(&db).await, ["server-3"]);
}

#[tokio::test]
async fn where_there_is_no_database_nothing_is_forgotten_and_none_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("nova.sqlite");
    assert_eq!(Db::purge(&path, at(0), |_| {}).await.unwrap(), Purged::default());
    assert!(!path.exists());
}
