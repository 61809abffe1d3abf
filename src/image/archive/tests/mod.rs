mod hostile;
mod layouts;

use std::io::Write;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::{Value, json};
use tar::{Builder, EntryType, Header};

use super::*;
use crate::image::ByteStream;

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

    /// An entry without data, with any name: no library writes those that a test wants.
    fn entry(mut self, name: &str, kind: EntryType, link: &str) -> Self {
        let mut header = Header::new_gnu();
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.as_old_mut().linkname[..link.len()].copy_from_slice(link.as_bytes());
        header.set_entry_type(kind);
        header.set_size(0);
        if kind == EntryType::Char || kind == EntryType::Block {
            header.set_device_major(1).unwrap();
            header.set_device_minor(1).unwrap();
        }
        header.set_cksum();
        self.0.append(&header, std::io::empty()).unwrap();
        self
    }

    fn link(self, name: &str, target: &str) -> Self {
        self.entry(name, EntryType::Symlink, target)
    }

    /// Before the entry that comes next.
    fn pax(mut self, records: &[(&str, &[u8])]) -> Self {
        self.0.append_pax_extensions(records.iter().copied()).unwrap();
        self
    }

    fn image(self) -> Self {
        self.file("l1/VERSION", b"1.0")
            .file("l1/layer.tar", &layer("one"))
            .file("cfg.json", &config(&[&layer("one")]))
    }

    fn manifest(self, manifest: &Value) -> Self {
        self.file("manifest.json", manifest.to_string().as_bytes())
    }

    fn bytes(self) -> Vec<u8> {
        self.0.into_inner().unwrap()
    }
}

/// A layer with one file that says so.
fn layer(text: &str) -> Vec<u8> {
    Saved::new().file("etc/motd", text.as_bytes()).bytes()
}

/// Of an image with these layers.
fn config(layers: &[&[u8]]) -> Vec<u8> {
    config_for("amd64", layers)
}

fn config_for(architecture: &str, layers: &[&[u8]]) -> Vec<u8> {
    let diff_ids: Vec<String> = layers.iter().map(|layer| sha256(layer)).collect();
    json!({"architecture": architecture, "os": "linux", "config": {"Cmd": ["sh"]},
           "rootfs": {"type": "layers", "diff_ids": diff_ids}})
    .to_string()
    .into_bytes()
}

fn sha256(data: &[u8]) -> String {
    format!("sha256:{}", hex::encode(super::layer::sha256(data)))
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

fn image_of_whole() -> ArchiveImage {
    ArchiveImage {
        id: sha256(&config(&[&layer("one")])),
        manifest_digest: None,
    }
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
    through_under(Rules::default(), bytes, size).await
}

async fn through_under(
    rules: Rules,
    bytes: &[u8],
    size: usize,
) -> (std::io::Result<Vec<u8>>, Result<ArchiveImage, Error>) {
    let (out, verdict) = normalise(arriving(bytes, size), rules);
    let out = out.try_fold(Vec::new(), |mut all, chunk| async move {
        all.extend_from_slice(&chunk);
        Ok(all)
    });
    (out.await, verdict.wait().await)
}

/// What is wrong with an archive, and that none of it was ended as if it were good.
async fn refusal(bytes: &[u8]) -> String {
    refusal_under(Rules::default(), bytes).await
}

async fn refusal_under(rules: Rules, bytes: &[u8]) -> String {
    let (out, verdict) = through_under(rules, bytes, 1000).await;
    assert!(out.is_err(), "the stream must break off");
    verdict.unwrap_err().to_string()
}

pub(super) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub(super) fn xz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = liblzma::write::XzEncoder::new(Vec::new(), 1);
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub(super) fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 1).unwrap()
}

/// Every entry of what came out, with its data.
fn entries(archive: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = tar::Archive::new(archive);
    let read = |entry: std::io::Result<tar::Entry<'_, &[u8]>>| {
        let mut entry = entry.unwrap();
        let mut data = Vec::new();
        std::io::copy(&mut entry, &mut data).unwrap();
        (entry.path().unwrap().display().to_string(), data)
    };
    archive.entries().unwrap().map(read).collect()
}

#[tokio::test]
async fn an_archive_passes_without_its_names_in_pieces_of_any_size() {
    let without = json!([{ "Config": "cfg.json", "RepoTags": null, "Layers": ["l1/layer.tar"] }]);
    for size in [1, 511, 512, 513, 65_536] {
        let (out, verdict) = through(&whole(), size).await;
        assert_eq!(verdict.unwrap(), image_of_whole());
        let found = entries(&out.unwrap());
        let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["l1/VERSION", "l1/layer.tar", "cfg.json", "manifest.json"]);
        assert_eq!(found[1].1, layer("one"));
        assert_eq!(serde_json::from_slice::<Value>(&found[3].1).unwrap(), without);
    }
}

#[tokio::test]
async fn a_layer_of_any_size_passes_untouched() {
    let big = layer(&"much to say ".repeat(500_000));
    let archive = Saved::new()
        .manifest(&manifest())
        .file("cfg.json", &config(&[&big]))
        .file("l1/layer.tar", &big)
        .bytes();
    let (out, verdict) = through(&archive, 70_000).await;
    assert_eq!(verdict.unwrap().id, sha256(&config(&[&big])));
    let found = entries(&out.unwrap());
    assert!(found.contains(&("l1/layer.tar".to_owned(), big)));
}

#[tokio::test]
async fn compression_is_taken_off_on_the_way() {
    let (plain, _) = through(&whole(), 1000).await;
    let plain = plain.unwrap();
    for packed in [gzip(&whole()), xz(&whole()), zstd(&whole())] {
        let (out, verdict) = through(&packed, 7).await;
        assert_eq!(verdict.unwrap(), image_of_whole());
        assert_eq!(out.unwrap(), plain);
    }
}

#[tokio::test]
async fn long_names_pass_and_links_to_layers_are_followed() {
    let long = format!("{}/layer.tar", "d".repeat(150));
    let archive = Saved::new()
        .file("l1/layer.tar", &layer("one"))
        .file(&long, &layer("two"))
        .link("l3/layer.tar", "../l1/layer.tar")
        .file(
            "cfg.json",
            &config(&[&layer("two"), &layer("one"), &layer("one")]),
        )
        .manifest(&json!([{ "Config": "cfg.json", "Layers": [long, "l1/layer.tar", "l3/layer.tar"] }]))
        .bytes();
    let (out, verdict) = through(&archive, 300).await;
    verdict.unwrap();
    let found = entries(&out.unwrap());
    assert!(found.contains(&(long.clone(), layer("two"))));
    assert!(!found.iter().any(|(name, _)| name == "l3/layer.tar"));
    let manifest: Value = serde_json::from_slice(&found.last().unwrap().1).unwrap();
    assert_eq!(
        manifest[0]["Layers"],
        json!([long, "l1/layer.tar", "l1/layer.tar"])
    );
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
    for packed in [gzip(&whole), xz(&whole), zstd(&whole)] {
        assert_eq!(
            refusal(&packed[..packed.len() / 2]).await,
            Error::Truncated.to_string()
        );
    }
}

#[tokio::test]
async fn what_is_no_archive_of_one_image_is_refused_with_what_to_do() {
    let two = json!([manifest()[0], manifest()[0]]);
    let lost = json!([{ "Config": "other.json", "Layers": ["l1/layer.tar"] }]);
    let layerless = json!([{ "Config": "cfg.json", "Layers": ["l9/layer.tar"] }]);
    let bzip2 = Error::Compression {
        what: "the archive".to_owned(),
        by: "bzip2",
    };
    let cases: Vec<(Vec<u8>, Error)> = vec![
        (Vec::new(), Error::Empty),
        (b"#!/bin/sh\n".to_vec(), Error::NotTar),
        (vec![42; 4096], Error::NotTar),
        (b"BZh91AY&SY rest".to_vec(), bzip2),
        (b"QFI\xfb\0\0\0\x03 rest".to_vec(), Error::DiskImage("qcow2")),
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
    ];
    for (archive, expected) in cases {
        assert_eq!(refusal(&archive).await, expected.to_string());
    }
}

#[tokio::test]
async fn a_source_that_fails_is_not_the_archives_fault() {
    let broken = stream::iter([
        Ok(Bytes::from(whole()[..600].to_vec())),
        Err(std::io::Error::other("gone")),
    ]);
    let (out, verdict) = normalise(broken.boxed(), Rules::default());
    assert!(out.try_for_each(|_| async { Ok(()) }).await.is_err());
    assert!(matches!(verdict.wait().await, Err(Error::Read(_))));
}

#[tokio::test]
async fn dropping_the_stream_ends_it() {
    let (mut out, verdict) = normalise(arriving(&whole(), 100), Rules::default());
    out.next().await.unwrap().unwrap();
    drop(out);
    assert!(matches!(verdict.wait().await, Err(Error::Unfinished)));
}

/// An image of one file, made with docker import, as engine 20.10.24 saved it; the engine's own word for its id.
const SAVED: (&[u8], &str) = (
    include_bytes!("../testdata/engine-20.10.tar.gz"),
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
