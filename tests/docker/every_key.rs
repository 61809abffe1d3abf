//! Every key of `user_data` through a real engine, and back from what the engine says of the container.

use std::collections::BTreeMap;

use nova_docker::user_data::{Key, keys};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::stage::{Stage, instance};

const SAMPLES: &str = include_str!("../../src/user_data/samples/keys.yaml");

/// The first sample of a key.
#[derive(Debug, Clone, Deserialize)]
struct Sample {
    #[serde(default)]
    say: Value,
    #[serde(default)]
    with: Map<String, Value>,
    #[serde(default)]
    becomes: BTreeMap<String, Value>,
    #[serde(default)]
    apart: bool,
    unseen: Option<String>,
}

/// Those that the engine shows, with all their names.
fn shown() -> Vec<(Vec<String>, Sample)> {
    let read: Vec<(String, Vec<Sample>)> = serde_yaml::from_str::<serde_yaml::Mapping>(SAMPLES)
        .unwrap()
        .into_iter()
        .map(|(names, samples)| {
            let names = serde_yaml::from_value(names).unwrap();
            (names, serde_yaml::from_value(samples).unwrap())
        })
        .collect();
    read.into_iter()
        .map(|(names, samples)| {
            let names = names.split_whitespace().map(str::to_owned).collect();
            (names, samples.into_iter().next().unwrap())
        })
        .filter(|(_, sample)| sample.unseen.is_none())
        .collect()
}

fn key(whole_name: &str) -> Key {
    let (vocabulary, name) = match whole_name.split_once('.') {
        Some((vocabulary, name)) => (Some(vocabulary), name),
        None => (None, whole_name),
    };
    keys()
        .find(|key| match vocabulary {
            Some(vocabulary) => key.in_host && (key.vocabulary, key.name) == (vocabulary, name),
            None => !key.in_host && key.name == name,
        })
        .unwrap_or_else(|| panic!("there is no key {whole_name}"))
}

/// Says a sample with the key, and what it needs beside it.
fn say(document: &mut Map<String, Value>, key: &Key, sample: &Sample) {
    let docker_pys = key.vocabulary == "host_config";
    let mut host: Map<String, Value> = Map::new();
    for (name, value) in &sample.with {
        let name = match (docker_pys, name.as_str()) {
            (true, "NetworkMode") => "network_mode",
            (true, "CpuQuota") => "cpu_quota",
            (true, other) => panic!("what does docker-py call {other}?"),
            (false, name) => name,
        };
        host.insert(name.to_owned(), value.clone());
    }
    match key.in_host {
        true => drop(host.insert(key.name.to_owned(), sample.say.clone())),
        false if key.name == key.vocabulary => {}
        false => drop(document.insert(key.name.to_owned(), sample.say.clone())),
    }
    let part = document.entry(key.vocabulary).or_insert_with(|| json!({}));
    part.as_object_mut().unwrap().extend(host);
}

/// Makes a container of a document and finds everything in it that the samples say.
async fn try_out(stage: &Stage, mut document: Map<String, Value>, camel: bool, samples: &[&Sample]) {
    let command = if camel { "Cmd" } else { "command" };
    document
        .entry(command)
        .or_insert_with(|| json!(["sleep", "1000"]));
    let document = Value::Object(document).to_string();
    let mut server = instance(&document);
    server.licence.operator = true;
    let booted = stage.boot(&server, &stage.local_image().await).await;
    booted.unwrap_or_else(|error| panic!("{document}: {error}"));
    let found = stage.inspect(server.id).await.unwrap();
    let found = serde_json::to_value(found).unwrap();
    for sample in samples {
        for (path, expected) in sample.becomes.iter().filter(|(_, expected)| !expected.is_null()) {
            let here = match path.split_once('.') {
                Some((_, name)) => &found["HostConfig"][name],
                None => &found["Config"][path],
            };
            assert!(
                holds(here, expected),
                "{path}: {here} for {expected} of {sample:?}"
            );
        }
    }
    nova_docker::virt::ComputeDriver::destroy(&stage.driver, server.id)
        .await
        .unwrap();
}

/// Lists and mappings may hold more: other samples, and what every server has.
fn holds(found: &Value, expected: &Value) -> bool {
    match (found, expected) {
        (Value::Object(found), Value::Object(expected)) => expected
            .iter()
            .all(|(name, expected)| found.get(name).is_some_and(|found| holds(found, expected))),
        (Value::Array(found), Value::Array(expected)) => expected
            .iter()
            .all(|expected| found.iter().any(|found| holds(found, expected))),
        (found, expected) => found == expected,
    }
}

#[tokio::test]
async fn every_key_that_can_be_said_beside_others_is_in_the_container() {
    let stage = Stage::set().await;
    let shown = shown();
    for vocabulary in ["HostConfig", "host_config"] {
        let mut document = Map::new();
        let mut samples = Vec::new();
        for (names, sample) in shown.iter().filter(|(_, sample)| !sample.apart) {
            for key in names
                .iter()
                .map(|name| key(name))
                .filter(|key| key.vocabulary == vocabulary)
            {
                say(&mut document, &key, sample);
                samples.push(sample);
            }
        }
        assert!(samples.len() > 50, "{}", samples.len());
        try_out(&stage, document, vocabulary == "HostConfig", &samples).await;
    }
}

#[tokio::test]
async fn every_key_that_stands_for_itself_is_in_its_container() {
    let stage = Stage::set().await;
    for (names, sample) in shown().iter().filter(|(_, sample)| sample.apart) {
        let key = key(&names[0]);
        let mut document = Map::new();
        say(&mut document, &key, sample);
        try_out(&stage, document, key.vocabulary == "HostConfig", &[sample]).await;
    }
}
