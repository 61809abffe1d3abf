//! Lists of instances: a walk through those that are there, and what is known of those that are gone.

use std::ops::ControlFlow;

use super::*;

#[tokio::test]
async fn what_ended_is_among_the_deleted_and_nowhere_else() {
    let folder = tempfile::tempdir().unwrap();
    let db = open(folder.path()).await;
    let mut ids = Vec::new();
    for (number, project) in [(1, "a"), (2, "b"), (3, "a"), (4, "a")] {
        let made = Instance {
            project_id: project.into(),
            ..instance(number, i64::try_from(number).unwrap())
        };
        ids.push(db.create_instance(made).await.unwrap().id);
    }
    let at = |second| Timestamp::from_second(second).unwrap();
    for (id, second) in [(ids[0], 10), (ids[1], 20), (ids[2], 30)] {
        let change = |instance: &mut Instance| {
            instance.vm_state = VmState::Deleted;
            true
        };
        db.end_instance(id, at(second), Box::new(change)).await.unwrap();
    }
    let again = db.end_instance(ids[0], at(40), Box::new(|_| true)).await;
    assert!(matches!(again, Err(Error::NoSuch { kind: "instance", .. })));
    drop(db);

    let db = open(folder.path()).await;
    assert!(db.instances().await.unwrap().iter().map(|i| i.id).eq([ids[3]]));
    let gone = async |since: Option<i64>, project: Option<&str>| {
        let project = project.map(ProjectId::from);
        let gone = db.deleted_instances(since.map(at), project.as_ref()).await;
        let gone = gone.unwrap();
        assert!(gone.iter().all(|instance| instance.vm_state == VmState::Deleted));
        gone.iter().map(|instance| instance.id).collect::<Vec<_>>()
    };
    assert_eq!(gone(None, None).await, [ids[2], ids[1], ids[0]]);
    assert_eq!(gone(Some(20), None).await, [ids[2], ids[1]]);
    assert_eq!(gone(Some(10), Some("a")).await, [ids[2], ids[0]]);
}

#[tokio::test]
async fn a_walk_goes_on_behind_what_was_seen_until_it_is_told_to_end() {
    let db = Db::in_memory().await.unwrap();
    let mut ids = Vec::new();
    for (number, project) in [(1, "a"), (2, "b"), (3, "a"), (4, "a")] {
        let made = Instance {
            project_id: project.into(),
            ..instance(number, i64::try_from(number).unwrap())
        };
        ids.push(db.create_instance(made).await.unwrap().id);
    }
    let walked = async |project: Option<&str>, after: Option<InstanceId>, many: usize| {
        let (project, mut seen) = (project.map(ProjectId::from), Vec::new());
        let mut see = |instance: &Arc<Instance>| {
            seen.push(instance.id);
            match seen.len() == many {
                true => ControlFlow::Break(()),
                false => ControlFlow::Continue(()),
            }
        };
        db.walk_instances(project.as_ref(), after, &mut see).await?;
        Ok::<_, Error>(seen)
    };
    assert_eq!(
        walked(None, None, 9).await.unwrap(),
        [ids[3], ids[2], ids[1], ids[0]]
    );
    assert_eq!(walked(Some("a"), None, 2).await.unwrap(), [ids[3], ids[2]]);
    assert_eq!(walked(Some("a"), Some(ids[2]), 9).await.unwrap(), [ids[0]]);
    assert_eq!(walked(Some("c"), None, 9).await.unwrap(), []);
    let elsewhere = walked(Some("a"), Some(ids[1]), 9).await;
    assert!(matches!(elsewhere, Err(Error::NoSuch { kind: "instance", .. })));
    db.delete_instance(ids[2]).await.unwrap();
    assert_eq!(walked(Some("a"), None, 9).await.unwrap(), [ids[3], ids[0]]);
}
