//! The two small documents that name an image, read and written back without the names.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::Error;

/// Where an index says what an image is called.
const NAMES: [&str; 3] = [
    "io.containerd.image.name",
    "org.opencontainers.image.ref.name",
    "containerd.io/distribution.source",
];

/// What `manifest.json` says of the one image.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Manifest {
    pub(super) config: String,
    #[serde(default)]
    pub(super) layers: Option<Vec<String>>,
}

/// The image of `manifest.json`, and the document without its tags.
pub(super) fn without_tags(json: &[u8]) -> Result<(Manifest, Vec<u8>), Error> {
    let malformed = |error: serde_json::Error| Error::Malformed {
        file: "manifest.json",
        reason: error.to_string(),
    };
    let mut images: Vec<Map<String, Value>> = serde_json::from_slice(json).map_err(malformed)?;
    let [image] = images.as_mut_slice() else {
        return Err(Error::Images(images.len()));
    };
    image.insert("RepoTags".to_owned(), Value::Null);
    let manifest = Manifest::deserialize(Value::Object(image.clone())).map_err(malformed)?;
    let json = serde_json::to_vec(&images).map_err(malformed)?;
    Ok((manifest, json))
}

/// The digest of the only manifest in `index.json` (none if there are several), and the document without names.
pub(super) fn without_names(json: &[u8]) -> Result<(Option<String>, Vec<u8>), Error> {
    let malformed = |error: serde_json::Error| Error::Malformed {
        file: "index.json",
        reason: error.to_string(),
    };
    let mut index: Value = serde_json::from_slice(json).map_err(malformed)?;
    let mut digests = Vec::new();
    for manifest in index
        .get_mut("manifests")
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
    {
        if let Some(annotations) = manifest.get_mut("annotations").and_then(Value::as_object_mut) {
            annotations.retain(|key, _| !NAMES.iter().any(|name| key.starts_with(name)));
        }
        digests.extend(manifest.get("digest").and_then(Value::as_str).map(str::to_owned));
    }
    digests.dedup();
    let only = if digests.len() == 1 { digests.pop() } else { None };
    let json = serde_json::to_vec(&index).map_err(malformed)?;
    Ok((only, json))
}
