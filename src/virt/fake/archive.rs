//! Reads the command out of a docker save archive, and writes the smallest archive there is.

use std::io::{self, Read};

use aws_lc_rs::digest::{SHA256, digest};
use bollard::models::ImageConfig;
use bytes::Bytes;
use futures_util::TryStreamExt;
use serde::Deserialize;

use crate::image::archive::{self, Rules, normalise};
use crate::image::{ByteStream, Error as ImageError};
use crate::objects::ImageId;
use crate::virt::Error;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    config: String,
}

#[derive(Deserialize)]
struct Description {
    config: Option<ImageConfig>,
}

/// Takes the image in as the real driver does, and answers what it says of itself. The whole of it is held in memory.
pub(super) async fn read(id: ImageId, data: ByteStream) -> Result<ImageConfig, Error> {
    let (stream, verdict) = normalise(data, Rules::default());
    let read = stream.try_fold(Vec::new(), |mut all, chunk| async move {
        all.extend_from_slice(&chunk);
        Ok(all)
    });
    let read = read.await;
    match (verdict.wait().await, read) {
        (Err(archive::Error::Read(source)), _) => {
            Err(ImageError::Io(io::Error::new(source.kind(), source.clone())).into())
        }
        (Err(error), _) => Err(Error::ImageUnacceptable {
            id,
            reason: error.to_string(),
        }),
        (Ok(_), Ok(archive)) => Ok(config(&archive).unwrap_or_default()),
        (Ok(_), Err(error)) => Err(ImageError::Io(error).into()),
    }
}

fn config(archive: &[u8]) -> Option<ImageConfig> {
    let manifest = entry(archive, "manifest.json")?;
    let entries: Vec<Entry> = serde_json::from_slice(&manifest).ok()?;
    let description: Description = serde_json::from_slice(&entry(archive, &entries.first()?.config)?).ok()?;
    description.config
}

fn entry(archive: &[u8], name: &str) -> Option<Vec<u8>> {
    for entry in tar::Archive::new(archive).entries().ok()? {
        let mut entry = entry.ok()?;
        if entry.path().ok()?.to_str() == Some(name) {
            let mut content = Vec::new();
            entry.read_to_end(&mut content).ok()?;
            return Some(content);
        }
    }
    None
}

/// An image without layers, as docker save would write it.
pub(super) fn write(config: &ImageConfig) -> io::Result<Bytes> {
    let description = serde_json::json!({
        "architecture": "amd64", "os": "linux", "config": config, "rootfs": {"type": "layers", "diff_ids": []},
    });
    let description = serde_json::to_vec(&description)?;
    let name = format!("{}.json", hex::encode(digest(&SHA256, &description)));
    let manifest = serde_json::json!([{"Config": name, "RepoTags": null, "Layers": []}]);
    let mut archive = tar::Builder::new(Vec::new());
    append(&mut archive, &name, &description)?;
    append(&mut archive, "manifest.json", &serde_json::to_vec(&manifest)?)?;
    archive.into_inner().map(Bytes::from)
}

fn append(archive: &mut tar::Builder<Vec<u8>>, name: &str, content: &[u8]) -> io::Result<()> {
    let mut header = tar::Header::new_gnu();
    header.set_size(content.len() as u64);
    header.set_mode(0o644);
    archive.append_data(&mut header, name, content)
}
