//! The samples in `api-ref/samples`: each request is sent to a cloud, in the order of a story, and each answer has the shape
//! of what comes back, at every version where one of them changes.
//!
//! A file has one call: a list of what is sent and answered, each entry from its version on until the next one's. Ids in it are
//! the story's: what a cloud has made up instead is found where an answer first told it.

mod changes;
mod cloud;
mod file;
mod play;
mod servers;
mod shape;
mod step;

use std::collections::BTreeSet;

use nova_docker::api::{HISTORY, MAX, Microversion};
use serde_json::Value;

use self::changes::changes;
use self::file::{Entry, names, read, write};
use self::play::Play;
use self::step::Step;
use crate::contract::{DOCUMENT, operation};

/// Everything that is called, in an order in which each call finds what it needs.
fn story() -> Vec<Step> {
    [
        cloud::service(),
        cloud::flavors(),
        cloud::keypairs_and_groups(),
        servers::made(),
        servers::metadata_and_tags(),
        servers::interfaces(),
        cloud::hosts(),
        cloud::aggregates(),
        cloud::proxies(),
        cloud::floating_ips(),
        servers::actions(),
        cloud::quotas(),
        servers::ended(),
        cloud::without_servers(),
    ]
    .concat()
}

/// The versions at which some call of the story changes.
fn versions() -> Vec<Microversion> {
    let mut all = BTreeSet::from([HISTORY[0].0]);
    for step in story() {
        all.extend(changes(&step));
    }
    all.into_iter().collect()
}

/// Whether the samples are to be written rather than read: `NOVA_DOCKER_WRITE_API_REF=1 cargo nextest run -E 'test(samples)'`
/// asks for it, as for the pages that are written from code. What has kept its shape is left as it is.
fn is_writing() -> bool {
    std::env::var_os("NOVA_DOCKER_WRITE_API_REF").is_some()
}

/// One of four parts that run beside each other; what writes is in the first alone.
async fn play(part: usize) {
    let versions = versions().into_iter().enumerate();
    let own = |index: usize| match is_writing() {
        true => part == 0,
        false => index % 4 == part,
    };
    for (_, version) in versions.filter(|(index, _)| own(*index)) {
        Play::start(version).await.through(&story(), is_writing()).await;
    }
}

#[tokio::test]
async fn samples_are_what_is_sent_and_answered_1() {
    play(0).await;
}

#[tokio::test]
async fn samples_are_what_is_sent_and_answered_2() {
    play(1).await;
}

#[tokio::test]
async fn samples_are_what_is_sent_and_answered_3() {
    play(2).await;
}

#[tokio::test]
async fn samples_are_what_is_sent_and_answered_4() {
    play(3).await;
}

#[test]
fn samples_are_there_for_each_version_that_changes_a_call_and_no_other() {
    let mut wrong = Vec::new();
    for step in story() {
        let entries = read(step.sample);
        let found: Vec<&str> = entries.iter().map(|entry| entry.since.as_str()).collect();
        let expected: BTreeSet<Microversion> = story()
            .iter()
            .filter(|other| other.sample == step.sample)
            .flat_map(changes)
            .collect();
        let expected: Vec<String> = expected.iter().map(ToString::to_string).collect();
        if found != expected {
            wrong.push(format!("{}: {found:?} instead of {expected:?}", step.sample));
        }
    }
    let told: BTreeSet<String> = story().iter().map(|step| step.sample.to_owned()).collect();
    let stray: Vec<String> = names().into_iter().filter(|name| !told.contains(name)).collect();
    assert_eq!((wrong, stray), (Vec::<String>::new(), Vec::new()));
}

/// Calls that are granted by some cloud and not by the one in these tests: its driver tells no uptime and writes no dumps, its
/// only service and image stay, it has one host, what is shelved or deleted is gone at once, and a token of a console is part of
/// an address. Two kinds of consoles no cloud has.
const WITHOUT: &[&str] = &[
    "DELETE /v2.1/images/{id}",
    "DELETE /v2.1/os-services/{id}",
    "GET /v2.1/os-console-auth-tokens/{token}",
    "GET /v2.1/os-hypervisors/{id}/uptime",
    "POST /v2.1/servers/{id}/action evacuate",
    "POST /v2.1/servers/{id}/action migrate",
    "POST /v2.1/servers/{id}/action os-getRDPConsole",
    "POST /v2.1/servers/{id}/action os-getSPICEConsole",
    "POST /v2.1/servers/{id}/action os-migrateLive",
    "POST /v2.1/servers/{id}/action resetNetwork",
    "POST /v2.1/servers/{id}/action restore",
    "POST /v2.1/servers/{id}/action shelveOffload",
    "POST /v2.1/servers/{id}/action trigger_crash_dump",
];

#[test]
fn samples_are_there_for_every_call_that_can_be_granted() {
    let told: BTreeSet<String> = story()
        .iter()
        .filter_map(|step| {
            let path = step.path.split('?').next()?;
            let (template, operation) = operation(step.method, path)?;
            let key = step.body(MAX).and_then(|body| body.as_object()?.keys().next());
            Some(call(
                step.method,
                template,
                key.filter(|_| !actions(operation).is_empty()),
            ))
        })
        .collect();
    let mut without = Vec::new();
    for (path, item) in DOCUMENT["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let calls: Vec<String> = match actions(operation) {
                all if all.is_empty() => vec![call(method, path, None)],
                all => all
                    .iter()
                    .map(|action| call(method, path, Some(action)))
                    .collect(),
            };
            if is_granted(operation) && !is_the_same_elsewhere(path) {
                without.extend(calls.into_iter().filter(|call| !told.contains(call)));
            }
        }
    }
    without.sort_unstable();
    assert_eq!(without, WITHOUT);
}

fn call(method: &str, path: &str, action: Option<&String>) -> String {
    let action = action.map(|action| format!(" {action}")).unwrap_or_default();
    format!("{} {path}{action}", method.to_ascii_uppercase())
}

fn actions(operation: &Value) -> Vec<String> {
    let all = operation["requestBody"]["content"]["application/json"]["schema"]["oneOf"].as_array();
    let names = all
        .into_iter()
        .flatten()
        .map(|action| &action["x-openstack"]["action-name"]);
    names
        .filter_map(|name| name.as_str().map(str::to_owned))
        .collect()
}

fn is_granted(operation: &Value) -> bool {
    let mut answers = operation["responses"].as_object().into_iter().flatten();
    answers.any(|(status, _)| status.starts_with('2'))
}

/// Servers by their other name, the versions by theirs, and what is no resource.
fn is_the_same_elsewhere(path: &str) -> bool {
    let versions = [
        "/versions",
        "/versions/{id}",
        "/v2",
        "/v2.1",
        "/v2.1/versions/{id}",
    ];
    path.starts_with("/v2.1/os-volumes_boot")
        || versions.contains(&path)
        || ["/healthcheck", "/v2.1/openapi.json"].contains(&path)
}
