//! The documents that say what an image is made of: Docker's `manifest.json`, and those of an OCI layout.

use serde::{Deserialize, Serialize};
use serde_json::json;
use serde_json::value::RawValue;

use super::Error;

/// What `manifest.json` says of one image.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Manifest {
    pub(super) config: String,
    #[serde(default)]
    layers: Option<Vec<String>>,
}

impl Manifest {
    pub(super) fn layers(&self) -> &[String] {
        self.layers.as_deref().unwrap_or_default()
    }
}

/// How one document of an OCI layout names another. Annotations are left out, for names are among them.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Descriptor {
    #[serde(skip_serializing_if = "Option::is_none")]
    media_type: Option<String>,
    pub(super) digest: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    platform: Option<Platform>,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
struct Platform {
    architecture: String,
    os: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    variant: Option<String>,
}

impl Descriptor {
    /// Where the layout keeps what is meant.
    pub(super) fn blob(&self) -> Result<String, Error> {
        let pair = self.digest.split_once(':');
        let is_plain = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric());
        match pair.filter(|(algorithm, hex)| is_plain(algorithm) && is_plain(hex)) {
            Some((algorithm, hex)) => Ok(format!("blobs/{algorithm}/{hex}")),
            None => Err(Error::Malformed {
                file: "index.json".to_owned(),
                reason: format!("{} is no digest", self.digest.escape_debug()),
            }),
        }
    }
}

/// What a JSON file of an archive turned out to describe.
#[derive(Debug)]
pub(super) enum Description {
    Manifest {
        config: Descriptor,
        layers: Vec<Descriptor>,
    },
    Index(Vec<Descriptor>),
    /// An image, by what it runs on and its layers, uncompressed.
    Image {
        architecture: String,
        os: String,
        diff_ids: Vec<String>,
    },
    Other,
}

#[derive(Deserialize)]
struct Shape {
    rootfs: Option<RootFs>,
    architecture: Option<String>,
    os: Option<String>,
    manifests: Option<Vec<Descriptor>>,
    layers: Option<Vec<Descriptor>>,
    /// Of an image it is how to run it; of a manifest it names the image.
    config: Option<Box<RawValue>>,
}

#[derive(Deserialize)]
struct RootFs {
    #[serde(default)]
    diff_ids: Option<Vec<String>>,
}

impl Description {
    pub(super) fn of(json: &[u8]) -> Self {
        let Ok(shape) = serde_json::from_slice::<Shape>(json) else {
            return Self::Other;
        };
        let config = || serde_json::from_str::<Descriptor>(shape.config.as_ref()?.get()).ok();
        match (shape.rootfs, shape.manifests, shape.layers) {
            (Some(rootfs), ..) => Self::Image {
                architecture: shape.architecture.unwrap_or_default(),
                os: shape.os.unwrap_or_default(),
                diff_ids: rootfs.diff_ids.unwrap_or_default(),
            },
            (None, Some(manifests), _) => Self::Index(manifests),
            (None, None, Some(layers)) => match config() {
                Some(config) => Self::Manifest { config, layers },
                None => Self::Other,
            },
            (None, None, None) => Self::Other,
        }
    }
}

fn malformed(file: &str) -> impl FnOnce(serde_json::Error) -> Error {
    move |error| Error::Malformed {
        file: file.to_owned(),
        reason: error.to_string(),
    }
}

pub(super) fn read_manifest(json: &[u8]) -> Result<Vec<Manifest>, Error> {
    serde_json::from_slice(json).map_err(malformed("manifest.json"))
}

/// What `index.json` begins with.
pub(super) fn read_index(json: &[u8]) -> Result<Vec<Descriptor>, Error> {
    #[derive(Deserialize)]
    struct Index {
        #[serde(default)]
        manifests: Vec<Descriptor>,
    }
    let index: Index = serde_json::from_slice(json).map_err(malformed("index.json"))?;
    Ok(index.manifests)
}

/// `manifest.json` as the engine gets it: one image, without a name.
pub(super) fn write_manifest(config: &str, layers: &[String]) -> Vec<u8> {
    json!([{"Config": config, "RepoTags": null, "Layers": layers}])
        .to_string()
        .into_bytes()
}

/// `index.json` as the engine gets it.
pub(super) fn write_index(descriptor: &Descriptor) -> Vec<u8> {
    let kind = "application/vnd.oci.image.index.v1+json";
    json!({"schemaVersion": 2, "mediaType": kind, "manifests": [descriptor]})
        .to_string()
        .into_bytes()
}
