//! Both servers are found in lists, and then all is taken away.

use std::collections::BTreeSet;

use reqwest::Method;

use super::{Job, volume_of};
use crate::stage::engine::{self, container};
use crate::stage::until;

pub(super) async fn is_found_in_lists(job: &Job, first: &str, second: &str) {
    let listed = job
        .openstack
        .json(&format!("server list --name {} --long", job.stage.seed.mark))
        .await;
    let ids: BTreeSet<&str> = listed
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|server| server["ID"].as_str())
        .collect();
    assert_eq!(ids, BTreeSet::from([first, second]));
    for (query, expected) in [
        (format!("image={}", job.image), vec![first]),
        ("status=SHUTOFF".to_owned(), vec![]),
        (format!("status=ACTIVE&name={}", job.name("second")), vec![second]),
        (
            format!("sort_key=display_name&sort_dir=asc&limit=1&marker={first}"),
            vec![second],
        ),
        ("locked=true".to_owned(), vec![]),
    ] {
        let answer = job.session.get(&format!("/servers?{query}")).await.body;
        let found: Vec<&str> = answer["servers"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|server| server["id"].as_str())
            .collect();
        assert_eq!(found, expected, "{query}");
    }
}

pub(super) async fn is_taken_away(job: &Job, [first, second]: [&str; 2], snapshot: &str) {
    let volume = volume_of(first).await;
    job.openstack
        .run(&format!("server delete --wait {first} {second}"))
        .await;
    for server in [first, second] {
        assert_eq!(engine::find(server).await, None, "{}", container(server));
    }
    assert!(
        !engine::volume_exists(&volume).await,
        "volumes of the server go with it"
    );
    job.openstack
        .run(&format!("image delete {} {snapshot}", job.image))
        .await;
    job.openstack.run(&format!("keypair delete {}", job.key)).await;
    engine::clean_but_for(&job.stage.seed.mark, &BTreeSet::new()).await;
    until("the server's files are gone", async || {
        no_files(job).then_some(())
    })
    .await;
    let gone = job
        .session
        .ask(Method::GET, &format!("/os-keypairs/{}", job.key), None)
        .await
        .unwrap();
    assert_eq!(gone.status, 404);
}

fn no_files(job: &Job) -> bool {
    let folder = std::fs::read_dir(job.file("state/instances"));
    folder.map_or(true, |entries| entries.count() == 0)
}
