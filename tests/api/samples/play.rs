//! The story told at one version, to a cloud of its own.

use std::collections::BTreeMap;
use std::time::Duration;

use nova_docker::api::Microversion;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::shape::differences;
use super::{Entry, Step, changes, read, write};
use crate::cloud::{Answer, Cloud};
use crate::contract::{at_version, operation};

pub(crate) struct Play {
    version: Microversion,
    cloud: Cloud,
    /// What the story's names stand for in this cloud.
    names: BTreeMap<&'static str, String>,
}

impl Play {
    pub(crate) async fn start(version: Microversion) -> Self {
        let cloud = Cloud::start().await;
        cloud.network.add_security_group("0d", "web");
        let range = "203.0.113.0/29".parse().unwrap();
        let public = cloud.network.add_network("0a", "public", &[range]);
        cloud
            .network
            .change_network(public, |network| network.external = true);
        let names = BTreeMap::from([
            ("image", cloud.image.clone()),
            ("network", cloud.private.to_string()),
        ]);
        Self {
            version,
            cloud,
            names,
        }
    }

    /// Each call as its sample has it; or as the story has it, and then the samples are written.
    pub(crate) async fn through(mut self, story: &[Step], is_writing: bool) {
        for step in story {
            if self.is_there(step) {
                self.take(step, is_writing).await;
            }
        }
    }

    fn is_there(&self, step: &Step) -> bool {
        let first = changes(step).first().copied();
        step.is_taken_at(self.version)
            && first.is_some_and(|first| first <= self.version)
            && at_version(self.version, step.method, step.path, step.body(self.version))
    }

    async fn take(&mut self, step: &Step, is_writing: bool) {
        let entries = read(step.sample);
        let is_in_force = |entry: &&Entry| entry.since.parse::<Microversion>().unwrap() <= self.version;
        let kept = entries.iter().rfind(is_in_force).cloned();
        let told = self.told(step);
        let entry = match (&kept, is_writing) {
            (_, true) => told.clone(),
            (Some(kept), false) => kept.clone(),
            (None, false) => panic!("{} has no sample at {}", step.sample, self.version),
        };
        let answer = self.send(step, &entry).await;
        self.keep(step, &answer);
        if is_writing {
            self.write(step, entries, told, &answer);
        } else {
            let name = format!("{} at {}", step.sample, self.version);
            assert_eq!(answer.status.as_u16(), entry.status, "{name}: {}", answer.body);
            let found = differences(&entry.answer, &answer.body);
            assert!(found.is_empty(), "{name}: {found:#?}\n{}", answer.body);
        }
        match step.until {
            Some("DELETED") => self.until_it_is_gone().await,
            Some(status) => drop(self.cloud.until(&self.names["server"], status).await),
            None => {}
        }
    }

    async fn until_it_is_gone(&self) {
        let path = format!("/v2.1/servers/{}", self.names["server"]);
        while self.cloud.get("2.1", &path).await.status != 404 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// The request as the story has it, with the keys of this version.
    fn told(&self, step: &Step) -> Entry {
        let body = step.body(self.version).cloned();
        let body = body.map(|body| trimmed(self.version, step, body));
        Entry {
            since: self.version.to_string(),
            request: format!("{} {}", step.method, as_sample(step.path)),
            body: body.map(|body| serde_json::from_str(&as_sample(&body.to_string())).unwrap()),
            status: 0,
            answer: Value::Null,
        }
    }

    async fn send(&self, step: &Step, entry: &Entry) -> Answer {
        let (method, path) = entry.request.split_once(' ').unwrap();
        let body = entry.body.as_ref();
        let body = body.map(|body| serde_json::from_str(&self.as_here(&body.to_string())).unwrap());
        let path = self.as_here(path).replace(' ', "%20");
        let version = self.version.to_string();
        self.cloud.call(step.who, &version, method, &path, body).await
    }

    fn keep(&mut self, step: &Step, answer: &Answer) {
        for (name, pointer) in &step.keeps {
            let value = answer.body.pointer(pointer);
            let value = value.unwrap_or_else(|| panic!("{}: {}", step.sample, answer.body));
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            self.names.insert(name, text);
        }
    }

    fn write(&self, step: &Step, mut entries: Vec<Entry>, told: Entry, answer: &Answer) {
        let name = format!("{} at {}", step.sample, self.version);
        assert!(answer.status.is_success(), "{name}: {}", answer.body);
        if !changes(step).contains(&self.version) {
            return;
        }
        let text = serde_json::to_string(&answer.body).unwrap();
        let new = Entry {
            status: answer.status.as_u16(),
            answer: serde_json::from_str(&self.as_told(&text)).unwrap(),
            ..told
        };
        let same = |entry: &Entry| {
            (&entry.request, &entry.body, entry.status) == (&new.request, &new.body, new.status)
                && differences(&entry.answer, &new.answer).is_empty()
        };
        match entries.iter().position(|entry| entry.since == new.since) {
            Some(index) if same(&entries[index]) => return,
            Some(index) => entries[index] = new,
            None => entries.push(new),
        }
        write(step.sample, entries);
    }

    /// A sample's text with this cloud's ids in it.
    fn as_here(&self, text: &str) -> String {
        let names = self.names.iter();
        names.fold(text.to_owned(), |text, (name, id)| {
            text.replace(&sample_id(name), id)
        })
    }

    /// This cloud's text with a sample's ids in it; short numbers stand in too many places.
    fn as_told(&self, text: &str) -> String {
        let names = self.names.iter().filter(|(_, id)| id.len() > 4);
        names.fold(text.to_owned(), |text, (name, id)| {
            text.replace(id, &sample_id(name))
        })
    }
}

/// What a name of the story stands for in the samples.
fn sample_id(name: &str) -> String {
    let uuid = Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes());
    match name {
        "request" => format!("req-{uuid}"),
        _ => uuid.to_string(),
    }
}

/// The story's text with a sample's ids in it.
fn as_sample(text: &str) -> String {
    let mut text = text.to_owned();
    for name in [
        "server",
        "image",
        "network",
        "group",
        "port",
        "request",
        "hypervisor",
        "service",
        "aggregate",
        "security_group",
        "rule",
        "floating_ip",
    ] {
        text = text.replace(&format!("{{{name}}}"), &sample_id(name));
    }
    text
}

/// Without the keys that the document does not have at the version.
fn trimmed(version: Microversion, step: &Step, body: Value) -> Value {
    let (_, operation) = operation(step.method, step.path.split('?').next().unwrap()).unwrap();
    let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
    let schema = match schema["oneOf"].as_array() {
        Some(actions) => {
            let key = body.as_object().unwrap().keys().next().cloned().unwrap();
            let own = |action: &&Value| action["x-openstack"]["action-name"] == key.as_str();
            actions.iter().find(own).unwrap()
        }
        None => schema,
    };
    cut(&crate::contract::resolved(version, schema), body)
}

/// `schema` has no references.
fn cut(schema: &Value, value: Value) -> Value {
    let choices = schema["anyOf"].as_array();
    if let Some(choice) = choices.and_then(|choices| choices.iter().find(|choice| is_for(choice, &value))) {
        return cut(choice, value);
    }
    match (value, &schema["properties"], &schema["items"]) {
        (Value::Object(map), Value::Object(properties), _) => {
            let known = map
                .into_iter()
                .filter_map(|(key, value)| Some((key.clone(), cut(properties.get(&key)?, value))));
            Value::Object(known.collect::<Map<_, _>>())
        }
        (Value::Array(list), _, items) => list.into_iter().map(|item| cut(items, item)).collect(),
        (value, _, _) => value,
    }
}

/// Whether the schema describes the insides of the value.
fn is_for(schema: &Value, value: &Value) -> bool {
    let mut choices = schema["anyOf"].as_array().into_iter().flatten();
    let own = match value {
        Value::Object(_) => schema["properties"].is_object(),
        Value::Array(_) => schema["items"].is_object(),
        _ => false,
    };
    own || choices.any(|choice| is_for(choice, value))
}
