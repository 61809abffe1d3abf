use std::io::Write;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::{Value, json};
use tar::{Builder, EntryType, Header};

use super::*;
use crate::image::ByteStream;

const CONFIG: &[u8] = br#"{"config":{"Cmd":["sh"]}}"#;

/// A docker save archive under construction, in the order of engine 20.10 unless a test says otherwise.
struct Saved(Builder<Vec<u8>>);

impl Saved {
    fn new() -> Self {
        Self(Builder::new(Vec::new()))
    }

    fn file(mut self, name: &str, data: &[u8]) -> Self {
        let mut header = Header::new_ustar();
        header.set_size(data.len() as u64);
        header.set_mode(0o644);
        self.0.append_data(&mut header, name, data).unwrap();
        self
    }

    fn link(mut self, name: &str, target: &str) -> Self {
        let mut header = Header::new_ustar();
        header.set_entry_type(EntryType::Symlink);
        header.set_size(0);
        self.0.append_link(&mut header, name, target).unwrap();
        self
    }

    fn image(self) -> Self {
        self.file("l1/VERSION", b"1.0")
            .file("l1/layer.tar", &[7; 10_000])
            .file("cfg.json", CONFIG)
    }

    fn manifest(self, manifest: &Value) -> Self {
        self.file("manifest.json", manifest.to_string().as_bytes())
    }

    fn bytes(self) -> Vec<u8> {
        self.0.into_inner().unwrap()
    }
}

fn manifest() -> Value {
    json!([{ "Config": "cfg.json", "RepoTags": ["busybox:latest"], "Layers": ["l1/layer.tar"] }])
}

fn whole() -> Vec<u8> {
    let repositories = br#"{"busybox":{"latest":"l1"}}"#;
    Saved::new()
        .image()
        .manifest(&manifest())
        .file("repositories", repositories)
        .bytes()
}

fn config_id() -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, CONFIG);
    format!("sha256:{}", hex::encode(digest))
}

/// In pieces of `size`, as a network would deliver it.
fn arriving(bytes: &[u8], size: usize) -> ByteStream {
    let chunks: Vec<_> = bytes
        .chunks(size)
        .map(|chunk| Ok(Bytes::copy_from_slice(chunk)))
        .collect();
    stream::iter(chunks).boxed()
}

async fn through(bytes: &[u8], size: usize) -> (std::io::Result<Vec<u8>>, Result<ArchiveImage, Error>) {
    let (out, verdict) = normalise(arriving(bytes, size));
    let out = out.try_fold(Vec::new(), |mut all, chunk| async move {
        all.extend_from_slice(&chunk);
        Ok(all)
    });
    (out.await, verdict.wait().await)
}

/// What is wrong with an archive, and that none of it was ended as if it were good.
async fn refusal(bytes: &[u8]) -> String {
    let (out, verdict) = through(bytes, 1000).await;
    assert!(out.is_err(), "the stream must break off");
    verdict.unwrap_err().to_string()
}

pub(super) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn an_archive_passes_without_its_names_in_pieces_of_any_size() {
    let without = json!([{ "Config": "cfg.json", "RepoTags": null, "Layers": ["l1/layer.tar"] }]);
    for size in [1, 511, 512, 513, 65_536] {
        let (out, verdict) = through(&whole(), size).await;
        assert_eq!(
            verdict.unwrap(),
            ArchiveImage {
                id: config_id(),
                manifest_digest: None
            }
        );
        let mut archive = tar::Archive::new(std::io::Cursor::new(out.unwrap()));
        let mut names = Vec::new();
        for entry in archive.entries().unwrap() {
            let mut entry = entry.unwrap();
            let name = entry.path().unwrap().display().to_string();
            let mut data = Vec::new();
            std::io::copy(&mut entry, &mut data).unwrap();
            match name.as_str() {
                "manifest.json" => assert_eq!(serde_json::from_slice::<Value>(&data).unwrap(), without),
                "l1/layer.tar" => assert_eq!(data, [7; 10_000]),
                _ => {}
            }
            names.push(name);
        }
        assert_eq!(names, ["l1/VERSION", "l1/layer.tar", "cfg.json", "manifest.json"]);
    }
}

#[tokio::test]
async fn gzip_is_taken_off_on_the_way() {
    let (plain, _) = through(&whole(), 1000).await;
    let (out, verdict) = through(&gzip(&whole()), 7).await;
    assert_eq!(verdict.unwrap().id, config_id());
    assert_eq!(out.unwrap(), plain.unwrap());
}

#[tokio::test]
async fn an_oci_layout_with_a_manifest_loses_its_annotations() {
    let index = json!({ "schemaVersion": 2, "manifests": [{
        "digest": "sha256:aa",
        "annotations": { "io.containerd.image.name": "docker.io/library/busybox:latest",
                         "org.opencontainers.image.ref.name": "latest", "kept": "yes" },
    }] });
    let archive = Saved::new()
        .file("blobs/sha256/cc", CONFIG)
        .file("blobs/sha256/bb", &[1; 5000])
        .file("index.json", index.to_string().as_bytes())
        .manifest(
            &json!([{ "Config": "blobs/sha256/cc", "RepoTags": ["a:b"], "Layers": ["blobs/sha256/bb"] }]),
        )
        .file("oci-layout", b"{}")
        .bytes();
    let (out, verdict) = through(&archive, 4096).await;
    let expected = ArchiveImage {
        id: config_id(),
        manifest_digest: Some("sha256:aa".to_owned()),
    };
    assert_eq!(verdict.unwrap(), expected);
    let out = String::from_utf8_lossy(&out.unwrap()).into_owned();
    assert!(out.contains(r#""annotations":{"kept":"yes"}"#));
    assert!(!out.contains("busybox") && !out.contains("a:b"));
}

#[tokio::test]
async fn long_names_and_links_to_layers_pass_as_they_came() {
    let long = format!("{}/layer.tar", "d".repeat(150));
    let archive = Saved::new()
        .image()
        .file(&long, b"layer")
        .link("l2/layer.tar", "../l1/layer.tar")
        .manifest(&json!([{ "Config": "cfg.json", "Layers": [long, "l2/layer.tar"] }]))
        .bytes();
    let (out, verdict) = through(&archive, 300).await;
    assert_eq!(verdict.unwrap().id, config_id());
    let out = out.unwrap();
    let mut archive = tar::Archive::new(out.as_slice());
    let names: Vec<_> = archive
        .entries()
        .unwrap()
        .map(|entry| entry.unwrap().path().unwrap().into_owned())
        .collect();
    assert!(names.iter().any(|name| name.to_string_lossy() == long));
}

#[tokio::test]
async fn an_archive_cut_anywhere_is_refused() {
    let whole = whole();
    // Up to the end of the manifest: what follows it is names and the end.
    for length in (513..whole.len() - 4096).step_by(509) {
        assert_eq!(
            refusal(&whole[..length]).await,
            Error::Truncated.to_string(),
            "cut at {length}"
        );
    }
    let zipped = gzip(&whole);
    assert_eq!(
        refusal(&zipped[..zipped.len() / 2]).await,
        Error::Truncated.to_string()
    );
}

#[tokio::test]
async fn what_is_no_archive_of_one_image_is_refused_with_what_to_do() {
    let two = json!([manifest()[0], manifest()[0]]);
    let lost = json!([{ "Config": "other.json", "Layers": ["l1/layer.tar"] }]);
    let layerless = json!([{ "Config": "cfg.json", "Layers": ["l9/layer.tar"] }]);
    let cases: Vec<(Vec<u8>, Error)> = vec![
        (Vec::new(), Error::Empty),
        (b"#!/bin/sh\n".to_vec(), Error::NotTar),
        (vec![42; 4096], Error::NotTar),
        (b"BZh91AY&SY rest".to_vec(), Error::Compression("bzip2")),
        (b"\xfd7zXZ\0 rest".to_vec(), Error::Compression("xz")),
        (b"\x28\xb5\x2f\xfd rest".to_vec(), Error::Compression("zstd")),
        (Saved::new().image().bytes(), Error::NoManifest),
        (Saved::new().image().manifest(&two).bytes(), Error::Images(2)),
        (
            Saved::new().image().manifest(&json!([])).bytes(),
            Error::Images(0),
        ),
        (
            Saved::new().image().manifest(&lost).bytes(),
            Error::Missing("other.json".to_owned()),
        ),
        (
            Saved::new().image().manifest(&layerless).bytes(),
            Error::Missing("l9/layer.tar".to_owned()),
        ),
        (
            Saved::new().file("etc/passwd", b"root").bytes(),
            Error::RootFilesystem,
        ),
        (
            Saved::new().file(".dockerenv", b"").bytes(),
            Error::RootFilesystem,
        ),
        (
            Saved::new().link("bin/sh", "busybox").bytes(),
            Error::RootFilesystem,
        ),
        (
            Saved::new()
                .file("oci-layout", b"{}")
                .file("index.json", b"{}")
                .bytes(),
            Error::OciLayout,
        ),
    ];
    for (archive, expected) in cases {
        assert_eq!(refusal(&archive).await, expected.to_string());
    }
}

#[tokio::test]
async fn no_document_comes_in_by_another_way() {
    let again = Saved::new()
        .image()
        .manifest(&manifest())
        .manifest(&manifest())
        .bytes();
    let deeper = Saved::new().image().file("l1/manifest.json", b"[]").bytes();
    let linked = Saved::new().image().link("manifest.json", "l1/json").bytes();
    for archive in [again, deeper] {
        assert!(
            refusal(&archive)
                .await
                .starts_with("not a docker save archive: it has an entry")
        );
    }
    assert_eq!(refusal(&linked).await, Error::RootFilesystem.to_string());
}

#[tokio::test]
async fn a_source_that_fails_is_not_the_archives_fault() {
    let broken = stream::iter([
        Ok(Bytes::from(whole()[..600].to_vec())),
        Err(std::io::Error::other("gone")),
    ]);
    let (out, verdict) = normalise(broken.boxed());
    assert!(out.try_for_each(|_| async { Ok(()) }).await.is_err());
    assert!(matches!(verdict.wait().await, Err(Error::Read(_))));
}

#[tokio::test]
async fn dropping_the_stream_ends_it() {
    let (mut out, verdict) = normalise(arriving(&whole(), 100));
    out.next().await.unwrap().unwrap();
    drop(out);
    assert!(matches!(verdict.wait().await, Err(Error::Unfinished)));
}

/// An image of one file, made with docker import, as engine 20.10.24 saved it; the engine's own word for its id.
const SAVED: (&[u8], &str) = (
    include_bytes!("testdata/engine-20.10.tar.gz"),
    "sha256:bb18092d14a53c577c928a0f6bab85295a177c85d0c1e180ea2fde613d10f53a",
);

#[tokio::test]
async fn what_an_engine_saved_has_the_id_that_the_engine_gave_it() {
    let (out, verdict) = through(SAVED.0, 4096).await;
    let expected = ArchiveImage {
        id: SAVED.1.to_owned(),
        manifest_digest: None,
    };
    assert_eq!(verdict.unwrap(), expected);
    let (again, verdict) = through(&out.unwrap(), 4096).await;
    assert_eq!(verdict.unwrap(), expected);
    assert!(!String::from_utf8_lossy(&again.unwrap()).contains("img-room-tiny"));
}
