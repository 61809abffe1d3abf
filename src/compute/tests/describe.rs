//! Descriptions, metadata, tags, key pairs, lists and limits.

use std::collections::{BTreeMap, BTreeSet};

use super::stage::*;
use crate::compute::{Boot, Compute, Error, NewKeypair, Quotas, ServerFilter, SortKey, SortOrder, Update};
use crate::objects::*;

fn map(items: &[(&str, &str)]) -> BTreeMap<String, String> {
    items
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

#[tokio::test]
async fn metadata_is_replaced_merged_and_removed() {
    let stage = Stage::new().await;
    let compute = stage.open().await;
    let id = stage.active(&compute).await;
    let metadata = async || compute.get(&user(), id).await.unwrap().metadata.clone();
    compute
        .replace_metadata(&user(), id, map(&[("a", "1"), ("b", "2")]))
        .await
        .unwrap();
    compute
        .update_metadata(&user(), id, map(&[("b", "3"), ("c", "4")]))
        .await
        .unwrap();
    assert_eq!(metadata().await, map(&[("a", "1"), ("b", "3"), ("c", "4")]));
    compute.delete_metadata(&user(), id, "a").await.unwrap();
    assert_eq!(
        words(compute.delete_metadata(&user(), id, "a").await),
        "Metadata item was not found"
    );
    let many = (0..127).map(|n| (n.to_string(), String::new())).collect();
    let refused = compute.update_metadata(&user(), id, many).await;
    assert_eq!(words(refused), "Maximum number of metadata items exceeds 128");
    assert_eq!(metadata().await, map(&[("b", "3"), ("c", "4")]));
    compute.lock(&user(), id, None).await.unwrap();
    let refused = compute.replace_metadata(&user(), id, map(&[])).await;
    assert_eq!(words(refused), format!("Instance {id} is locked"));
}

#[tokio::test]
async fn tags_are_a_set_of_at_most_fifty() {
    let stage = Stage::new().await;
    let compute = stage.open().await;
    let id = stage.active(&compute).await;
    assert!(compute.add_tag(&user(), id, "blue".to_owned()).await.unwrap());
    assert!(!compute.add_tag(&user(), id, "blue".to_owned()).await.unwrap());
    let refused = compute.delete_tag(&user(), id, "red").await;
    assert_eq!(words(refused), format!("Instance {id} has no tag 'red'"));
    let fifty: BTreeSet<String> = (0..50).map(|n| n.to_string()).collect();
    compute.replace_tags(&user(), id, fifty).await.unwrap();
    let refused = compute.add_tag(&user(), id, "one more".to_owned()).await;
    assert_eq!(
        words(refused),
        "The number of tags exceeded the per-server limit 50"
    );
    compute.delete_tags(&user(), id).await.unwrap();
    assert!(compute.get(&user(), id).await.unwrap().tags.is_empty());
}

#[tokio::test]
async fn an_update_changes_what_it_names_and_leaves_the_rest() {
    let stage = Stage::new().await;
    let compute = stage.open().await;
    let id = stage.active(&compute).await;
    let before = compute.get(&user(), id).await.unwrap();
    let update = Update {
        description: Some(Some("mine".to_owned())),
        ..Update::default()
    };
    let after = compute.update(&user(), id, update).await.unwrap();
    let expected = Instance {
        description: Some("mine".to_owned()),
        updated_at: after.updated_at,
        ..Instance::clone(&before)
    };
    assert_eq!(*after, expected);
}

#[tokio::test]
async fn a_key_pair_is_made_imported_used_and_deleted() {
    let mut stage = Stage::new().await;
    stage.settings.quotas = Quotas {
        key_pairs: Some(2),
        ..Quotas::default()
    };
    let compute = stage.open().await;
    let new = |name: &str, public_key: Option<&str>| NewKeypair {
        name: name.to_owned(),
        kind: "ssh".to_owned(),
        public_key: public_key.map(ToOwned::to_owned),
        user: None,
    };
    let (made, private) = compute.create_keypair(&user(), new("made", None)).await.unwrap();
    assert!(
        private
            .unwrap()
            .expose()
            .starts_with("-----BEGIN RSA PRIVATE KEY-----\n")
    );
    let refused = compute.create_keypair(&user(), new("made", None)).await;
    assert_eq!(words(refused), "Key pair 'made' already exists.");
    let (imported, private) = compute
        .create_keypair(&user(), new("theirs", Some(&made.public_key)))
        .await
        .unwrap();
    assert_eq!((imported.fingerprint, private), (made.fingerprint.clone(), None));
    let refused = compute.create_keypair(&user(), new("third", None)).await;
    assert_eq!(words(refused), "Quota exceeded, too many key pairs.");
    assert!(matches!(
        compute.get_keypair(&stranger(), &"alice".into(), "made").await,
        Err(Error::Forbidden(_))
    ));
    let booted = compute
        .boot(
            &user(),
            Boot {
                key_name: Some("made".to_owned()),
                ..boot("web")
            },
        )
        .await
        .unwrap();
    assert_eq!(booted.instances[0].key_data.as_ref(), Some(&made.public_key));
    compute
        .delete_keypair(&user(), &"alice".into(), "made")
        .await
        .unwrap();
    let refused = compute.get_keypair(&user(), &"alice".into(), "made").await;
    assert_eq!(words(refused), "Keypair made not found for user alice");
}

/// Three servers of ours, oldest first, and one of somebody else's.
async fn listed() -> (Stage, Compute) {
    let stage = Stage::new().await;
    let compute = stage.open().await;
    for (name, tags) in [("web-b", ["x", "y"]), ("db", ["y", "z"]), ("web-a", ["x", "z"])] {
        let request = Boot {
            tags: tags.map(ToOwned::to_owned).into(),
            ..boot(name)
        };
        let id = compute.boot(&user(), request).await.unwrap().instances[0].id;
        stage.until(id, |i| is(i, VmState::Active)).await;
    }
    compute.boot(&stranger(), boot("theirs")).await.unwrap();
    (stage, compute)
}

async fn names(compute: &Compute, context: &RequestContext, filter: &ServerFilter) -> Vec<String> {
    let listed = compute.list(context, filter).await.unwrap();
    listed.iter().map(|i| i.name.clone()).collect()
}

#[tokio::test]
async fn a_list_has_what_was_asked_for_in_the_order_asked_for() {
    let (_stage, compute) = listed().await;
    let filter = |fill: fn(&mut ServerFilter)| {
        let mut filter = ServerFilter::default();
        fill(&mut filter);
        filter
    };
    let table: [(ServerFilter, &[&str]); 7] = [
        (filter(|_| {}), &["web-a", "db", "web-b"]),
        (
            filter(|f| f.sort = vec![(SortKey::Name, SortOrder::Ascending)]),
            &["db", "web-a", "web-b"],
        ),
        (filter(|f| f.name = Some("^web".to_owned())), &["web-a", "web-b"]),
        (
            filter(|f| f.tags = vec!["x".to_owned(), "z".to_owned()]),
            &["web-a"],
        ),
        (
            filter(|f| f.not_tags = vec!["x".to_owned(), "y".to_owned()]),
            &["web-a", "db"],
        ),
        (filter(|f| f.not_tags_any = vec!["x".to_owned()]), &["db"]),
        (filter(|f| f.vm_states = vec![VmState::Error]), &[]),
    ];
    for (filter, expected) in table {
        assert_eq!(names(&compute, &user(), &filter).await, expected, "{filter:?}");
    }
    let bad = filter(|f| f.name = Some("(".to_owned()));
    assert_eq!(
        words(compute.list(&user(), &bad).await),
        "'(' is not a regular expression"
    );
}

#[tokio::test]
async fn servers_of_others_are_listed_when_the_filter_says_so() {
    let (_stage, compute) = listed().await;
    let all = ServerFilter {
        all_projects: true,
        ..ServerFilter::default()
    };
    let theirs = ServerFilter {
        project: Some("other".to_owned()),
        ..all.clone()
    };
    let every = ["theirs", "web-a", "db", "web-b"];
    assert_eq!(names(&compute, &admin(), &all).await, every);
    assert_eq!(names(&compute, &user(), &all).await, every);
    let own = ServerFilter::default();
    assert_eq!(names(&compute, &user(), &own).await, ["web-a", "db", "web-b"]);
    assert_eq!(names(&compute, &admin(), &theirs).await, ["theirs"]);
}

#[tokio::test]
async fn limits_say_what_a_project_has() {
    let mut stage = Stage::new().await;
    stage.settings.quotas = Quotas {
        instances: Some(10),
        ..Quotas::default()
    };
    let compute = stage.open().await;
    stage.active(&compute).await;
    let limits = compute.limits(&user(), &"demo".into()).await.unwrap();
    let seen = |resource| (limits[&resource].limit, limits[&resource].in_use);
    assert_eq!(seen(QuotaResource::Instances), (10, 1));
    assert_eq!(seen(QuotaResource::Cores), (-1, 1));
    assert_eq!(seen(QuotaResource::Ram), (-1, 512));
    assert_eq!(seen(QuotaResource::MetadataItems), (128, 0));
    assert!(matches!(
        compute.limits(&stranger(), &"demo".into()).await,
        Err(Error::Forbidden(_))
    ));
}
