//! One image in every form that it is handed around in, made of what this engine saved of it.

use std::collections::BTreeMap;
use std::io::{Read, Write};

use aws_lc_rs::digest::{SHA256, digest};
use serde_json::{Value, json};

/// What an engine saved, taken apart.
#[derive(Clone)]
pub(crate) struct Parts {
    /// The image's configuration, and its layers from the lowest on.
    pub(crate) config: Vec<u8>,
    pub(crate) layers: Vec<Vec<u8>>,
}

impl Parts {
    pub(crate) fn of(saved: &[u8]) -> Self {
        let mut files = BTreeMap::new();
        for entry in tar::Archive::new(saved).entries().unwrap() {
            let mut entry = entry.unwrap();
            let mut data = Vec::new();
            entry.read_to_end(&mut data).unwrap();
            files.insert(entry.path().unwrap().display().to_string(), data);
        }
        let manifest: Value = serde_json::from_slice(&files["manifest.json"]).unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let layers = manifest[0]["Layers"].as_array().unwrap();
        Self {
            config: files[&text(&manifest[0]["Config"])].clone(),
            layers: layers.iter().map(|layer| files[&text(layer)].clone()).collect(),
        }
    }

    /// As docker save wrote it up to Docker 24.
    pub(crate) fn saved(&self) -> Vec<u8> {
        self.saved_with(|_| {})
    }

    /// With more in it, before its manifest.
    pub(crate) fn saved_with(&self, add: impl FnOnce(&mut tar::Builder<Vec<u8>>)) -> Vec<u8> {
        let mut archive = tar::Builder::new(Vec::new());
        let mut names = Vec::new();
        for (number, layer) in self.layers.iter().enumerate() {
            names.push(format!("l{number}/layer.tar"));
            file(&mut archive, &names[number], layer);
        }
        file(&mut archive, "config.json", &self.config);
        add(&mut archive);
        let manifest = json!([{"Config": "config.json", "RepoTags": ["busybox:latest"], "Layers": names}]);
        file(&mut archive, "manifest.json", manifest.to_string().as_bytes());
        archive.into_inner().unwrap()
    }

    /// As skopeo and buildah write it, with layers compressed by `pack` and `index.json` at the end.
    pub(crate) fn layout(&self, pack: fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
        let mut archive = tar::Builder::new(Vec::new());
        let layers: Vec<Value> = self
            .layers
            .iter()
            .map(|layer| blob(&mut archive, "image.layer.v1.tar", &pack(layer)))
            .collect();
        let config = blob(&mut archive, "image.config.v1+json", &self.config);
        let manifest = json!({"schemaVersion": 2, "config": config, "layers": layers});
        let mut manifest = blob(
            &mut archive,
            "image.manifest.v1+json",
            manifest.to_string().as_bytes(),
        );
        manifest["annotations"] = json!({"org.opencontainers.image.ref.name": "busybox:latest"});
        file(&mut archive, "oci-layout", br#"{"imageLayoutVersion":"1.0.0"}"#);
        let index = json!({"schemaVersion": 2, "manifests": [manifest]});
        file(&mut archive, "index.json", index.to_string().as_bytes());
        archive.into_inner().unwrap()
    }

    /// The same image with another lowest layer, which its configuration names.
    pub(crate) fn with_layer(&self, layer: Vec<u8>) -> Self {
        let mut config: Value = serde_json::from_slice(&self.config).unwrap();
        config["rootfs"]["diff_ids"][0] = json!(sha256(&layer));
        let mut layers = self.layers.clone();
        layers[0] = layer;
        Self {
            config: config.to_string().into_bytes(),
            layers,
        }
    }
}

/// A blob of a layout, and how it is named by others.
fn blob(archive: &mut tar::Builder<Vec<u8>>, kind: &str, data: &[u8]) -> Value {
    let digest = sha256(data);
    file(archive, &format!("blobs/{}", digest.replace(':', "/")), data);
    json!({"mediaType": format!("application/vnd.oci.{kind}"), "digest": digest, "size": data.len()})
}

fn sha256(data: &[u8]) -> String {
    format!("sha256:{}", hex::encode(digest(&SHA256, data)))
}

pub(crate) fn file(archive: &mut tar::Builder<Vec<u8>>, name: &str, data: &[u8]) {
    let mut header = tar::Header::new_gnu();
    header.set_size(data.len() as u64);
    header.set_mode(0o644);
    archive.append_data(&mut header, name, data).unwrap();
}

/// An entry without data, whose name and target no library would write.
pub(crate) fn entry(archive: &mut tar::Builder<Vec<u8>>, name: &str, kind: tar::EntryType, link: &str) {
    let mut header = tar::Header::new_gnu();
    header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
    header.as_old_mut().linkname[..link.len()].copy_from_slice(link.as_bytes());
    header.set_entry_type(kind);
    header.set_size(0);
    header.set_device_major(8).unwrap();
    header.set_device_minor(0).unwrap();
    header.set_cksum();
    archive.append(&header, std::io::empty()).unwrap();
}

pub(crate) fn plain(data: &[u8]) -> Vec<u8> {
    data.to_vec()
}

pub(crate) fn gzip(data: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn xz(data: &[u8]) -> Vec<u8> {
    let mut encoder = liblzma::write::XzEncoder::new(Vec::new(), 1);
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn zstd(data: &[u8]) -> Vec<u8> {
    zstd::encode_all(data, 1).unwrap()
}
