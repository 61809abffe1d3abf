//! What every key of `user_data` makes of the body of `/containers/create`, in each of its shapes.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::container::{EngineImage, Ground, create_body};
use super::joining::Joining;
use crate::objects::DeploymentId;
use crate::user_data::{FlavorOptions, Key, Parsed, Place, keys, parse_over};
use crate::virt::fixtures::{image, instance};

const SAMPLES: &str = include_str!("../../user_data/samples/keys.yaml");

#[derive(Debug, Clone, Deserialize)]
struct Sample {
    #[serde(default)]
    say: Value,
    #[serde(default)]
    with: Map<String, Value>,
    #[serde(default)]
    becomes: BTreeMap<String, Value>,
    #[serde(default)]
    warns: usize,
}

/// By each key's whole name.
fn samples() -> BTreeMap<String, Vec<Sample>> {
    let read: BTreeMap<String, Vec<Sample>> = serde_yaml::from_str(SAMPLES).unwrap();
    let mut all = BTreeMap::new();
    for (names, samples) in read {
        for name in names.split_whitespace() {
            let before = all.insert(name.to_owned(), samples.clone());
            assert!(before.is_none(), "{name} has samples twice");
        }
    }
    all
}

fn whole_name(key: &Key) -> String {
    match key.in_host {
        true => format!("{}.{}", key.vocabulary, key.name),
        false => key.name.to_owned(),
    }
}

/// A document that says what stands beside the sample, and the sample itself if it is to.
fn document(key: &Key, sample: &Sample, itself: bool) -> Value {
    let word = |name: &str| match (key.vocabulary, name) {
        ("HostConfig", name) => name.to_owned(),
        (_, "NetworkMode") => "network_mode".to_owned(),
        (_, "CpuQuota") => "cpu_quota".to_owned(),
        (_, "Memory") => "mem_limit".to_owned(),
        (_, other) => panic!("what does docker-py call {other}?"),
    };
    let beside = sample.with.iter();
    let mut host: Map<_, _> = beside.map(|(name, value)| (word(name), value.clone())).collect();
    let mut document = Map::new();
    match (itself, key.in_host) {
        (true, true) => drop(host.insert(key.name.to_owned(), sample.say.clone())),
        (true, false) => drop(document.insert(key.name.to_owned(), sample.say.clone())),
        (false, _) => {}
    }
    if !host.is_empty() {
        document.insert(key.vocabulary.to_owned(), host.into());
    }
    document.into()
}

/// The body, with `HostConfig.` before what is in there, and what is said beside it.
fn made_of(document: &Value) -> (BTreeMap<String, Value>, Vec<String>) {
    let server = instance(1);
    let flavor = FlavorOptions::with_figures(&server.flavor).unwrap();
    let parsed = parse_over(&flavor, document.to_string().as_bytes());
    let Parsed {
        options, warnings, ..
    } = parsed.unwrap_or_else(|error| panic!("{document}: {error}"));
    let ground = Ground {
        deployment: DeploymentId(Uuid::from_u128(9)),
        host: "rack-1",
        cpus: 8,
        privileged: false,
        limit_disk: false,
        binds: Vec::new(),
        joining: Joining::ours(&options, &[]),
    };
    let shell = EngineImage {
        id: "sha256:aa".to_owned(),
        config: serde_json::from_value(json!({"Cmd": ["sh"]})).unwrap(),
    };
    let body = create_body(&server, &image(2), &shell, &options, &ground).unwrap();
    let mut body: BTreeMap<String, Value> =
        serde_json::from_value(serde_json::to_value(body).unwrap()).unwrap();
    let host = body.remove("HostConfig").unwrap();
    let host = host.as_object().unwrap().clone();
    body.extend(
        host.into_iter()
            .map(|(name, value)| (format!("HostConfig.{name}"), value)),
    );
    body.extend(
        options
            .platform
            .map(|platform| ("platform".to_owned(), platform.into())),
    );
    (body, warnings)
}

/// What is there now and was not, or was otherwise; null for what is gone. Labels one by one.
fn difference(before: &BTreeMap<String, Value>, after: &BTreeMap<String, Value>) -> BTreeMap<String, Value> {
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let changed = names.into_iter().filter_map(|name| {
        let (old, new) = (before.get(name), after.get(name));
        let value = match (old, new) {
            _ if old == new => return None,
            (Some(Value::Object(old)), Some(Value::Object(new))) if name == "Labels" => {
                let new = new.iter().filter(|(label, value)| old.get(*label) != Some(value));
                Value::Object(new.map(|(label, value)| (label.clone(), value.clone())).collect())
            }
            (_, new) => new.cloned().unwrap_or_default(),
        };
        Some((name.clone(), value))
    });
    changed.collect()
}

#[test]
fn every_key_has_samples_and_there_are_no_others() {
    let known: BTreeSet<String> = keys().map(|key| whole_name(&key)).collect();
    let sampled: BTreeSet<String> = samples().into_keys().collect();
    assert_eq!(sampled, known);
}

#[test]
fn every_shape_of_every_key_becomes_what_its_sample_says() {
    let samples = samples();
    for key in keys() {
        for sample in &samples[&whole_name(&key)] {
            let document = document(&key, sample, true);
            let (before, _) = made_of(&self::document(&key, sample, false));
            let (after, warnings) = made_of(&document);
            assert_eq!(difference(&before, &after), sample.becomes, "{document}");
            assert_eq!(warnings.len(), sample.warns, "{document}: {warnings:?}");
        }
    }
}

#[test]
fn every_key_ends_up_where_the_reference_says() {
    let samples = samples();
    for key in keys() {
        let name = whole_name(&key);
        let those = &samples[&name];
        let changed: BTreeSet<String> = those
            .iter()
            .flat_map(|sample| {
                sample
                    .becomes
                    .keys()
                    .map(|path| reference_name(path, &sample.becomes))
            })
            .collect();
        match key.place {
            Place::At("") => assert!(changed.is_empty(), "{name}: {changed:?}"),
            Place::At(places) => {
                for place in places.split(", ") {
                    assert!(changed.contains(place), "{name}: {changed:?}");
                }
            }
            Place::Elsewhere(_) => assert!(changed.is_empty(), "{name}: {changed:?}"),
            Place::Nowhere(_) => assert!(those.iter().all(|sample| sample.warns == 1), "{name}"),
        }
    }
}

/// The endpoints of networks are told by their own name.
fn reference_name(path: &str, becomes: &BTreeMap<String, Value>) -> String {
    match path {
        "NetworkingConfig" => {
            let inner = becomes[path].as_object().unwrap().keys().next().unwrap();
            format!("{path}.{inner}")
        }
        path => path.to_owned(),
    }
}
