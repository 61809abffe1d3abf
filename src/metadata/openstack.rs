//! The layout of OpenStack: a handful of documents below each date.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::facts::Facts;
use super::network_data::network_data;

/// A date names what documents hold: older ones hold less. Oldest first, and the texts sort so.
pub(super) const VERSIONS: [&str; 10] = [
    "2012-08-10",
    GRIZZLY,
    HAVANA,
    LIBERTY,
    NEWTON_ONE,
    NEWTON_TWO,
    "2017-02-22",
    ROCKY,
    VICTORIA,
    NEWEST,
];
const GRIZZLY: &str = "2013-04-04";
const HAVANA: &str = "2013-10-17";
const LIBERTY: &str = "2015-10-15";
const NEWTON_ONE: &str = "2016-06-30";
const NEWTON_TWO: &str = "2016-10-06";
const ROCKY: &str = "2018-08-27";
const VICTORIA: &str = "2020-10-14";
const NEWEST: &str = "2025-04-04";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Document {
    MetaData,
    UserData,
    Password,
    VendorData,
    NetworkData,
    VendorData2,
}

/// In the order of a listing, each with the first version that lists it.
const DOCUMENTS: [(Document, &str, &str); 6] = [
    (Document::MetaData, "meta_data.json", ""),
    (Document::UserData, "user_data", ""),
    (Document::Password, "password", GRIZZLY),
    (Document::VendorData, "vendor_data.json", HAVANA),
    (Document::NetworkData, "network_data.json", LIBERTY),
    (Document::VendorData2, "vendor_data2.json", NEWTON_TWO),
];

/// The date that is meant, if it is one.
pub(super) fn version(asked: &str) -> Option<&'static str> {
    match asked {
        "latest" => Some(NEWEST),
        dated => VERSIONS.into_iter().find(|known| *known == dated),
    }
}

/// The documents that a version lists, with their names.
pub(super) fn documents(
    facts: &Facts,
    version: &'static str,
) -> impl Iterator<Item = (Document, &'static str)> {
    let has_user_data = facts.instance.user_data.is_some();
    DOCUMENTS
        .into_iter()
        .filter(move |(_, _, since)| version >= *since)
        .filter(move |(document, ..)| has_user_data || *document != Document::UserData)
        .map(|(document, name, _)| (document, name))
}

/// A version answers some documents that it does not list, as it does in Nova.
pub(super) fn document(version: &str, name: &str) -> Option<Document> {
    let (document, _, since) = DOCUMENTS.into_iter().find(|(_, known, _)| *known == name)?;
    (version >= since || document == Document::NetworkData).then_some(document)
}

/// What is in it; the password is no document but a box to put something in.
pub(super) fn content(facts: &Facts, version: &str, document: Document) -> Option<Vec<u8>> {
    Some(match document {
        Document::MetaData => Value::Object(meta_data(facts, version)).to_string().into_bytes(),
        Document::UserData => facts.user_data()?,
        Document::Password => return None,
        Document::VendorData => b"{}".to_vec(),
        Document::NetworkData => network_data(facts).to_string().into_bytes(),
        Document::VendorData2 => json!({"static": {}}).to_string().into_bytes(),
    })
}

fn meta_data(facts: &Facts, version: &str) -> Map<String, Value> {
    let instance = &facts.instance;
    let mut data = Map::new();
    let mut say = |key: &str, value: Value| drop(data.insert(key.to_owned(), value));
    say("uuid", json!(instance.id));
    if !instance.metadata.is_empty() {
        say("meta", json!(instance.metadata));
    }
    if let Some((name, key)) = facts.key() {
        say("public_keys", json!({ name: key }));
        say("keys", json!([{"name": name, "type": kind(key), "data": key}]));
    }
    say("hostname", facts.hostname().into());
    say("name", instance.name.as_str().into());
    say("launch_index", instance.launch_index.into());
    say("availability_zone", json!(instance.availability_zone));
    if version >= GRIZZLY {
        say("random_seed", STANDARD.encode(&facts.random_seed).into());
    }
    if version >= LIBERTY {
        say("project_id", json!(instance.project_id));
    }
    if version >= NEWTON_ONE {
        say("devices", devices(facts, version));
    }
    if version >= VICTORIA {
        say("dedicated_cpus", json!([]));
    }
    data
}

fn kind(key: &str) -> &'static str {
    match key.starts_with("-----BEGIN CERTIFICATE") {
        true => "x509",
        false => "ssh",
    }
}

/// The interfaces that the user gave a word to.
fn devices(facts: &Facts, version: &str) -> Value {
    let tagged = facts.instance.vifs.iter().filter_map(|vif| {
        let tag = vif.tag.as_ref()?;
        let mut device = Map::new();
        if version >= ROCKY {
            device.insert("vf_trusted".to_owned(), false.into());
        }
        device.insert("type".to_owned(), "nic".into());
        device.insert("mac".to_owned(), json!(vif.mac));
        // It is on no bus.
        device.insert("bus".to_owned(), "none".into());
        device.insert("address".to_owned(), "none".into());
        device.insert("tags".to_owned(), json!([tag]));
        Some(Value::Object(device))
    });
    tagged.collect()
}
