//! What strangers send is read by three parsers: of `user_data`, of MIME documents in it, of image archives. No bytes make
//! one of them panic, and how bytes arrive does not change what is read.

#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

use std::io::Write;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use futures_util::{StreamExt, stream};
use nova_docker::image::archive::{ArchiveImage, Error, Rules, normalise};
use nova_docker::user_data::{Key, keys, parse};
use proptest::collection::vec;
use proptest::prelude::{
    Just, ProptestConfig, Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest,
};
use proptest::sample::{Index, select};
use serde_json::{Map, Value, json};

/// Nobody reads more of an error; a value that is quoted is cut.
const LONGEST_ERROR: usize = 2_000;

/// Values that somebody could write for an option, and some that nobody should.
fn value() -> impl Strategy<Value = Value> {
    let plain = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        (-1_i64..1_000).prop_map(Value::from),
        "[ -~]{0,20}".prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "(/[a-z.]{0,5}){1,3}(:(/[a-z]{0,5}|[a-z,]{0,5})){0,3}".prop_map(Value::from),
        "[0-9]{1,20}[bkmgtBKMGTx]{0,2}".prop_map(Value::from),
        "[0-9]{1,5}(-[0-9]{1,5})?(/(tcp|udp|x))?".prop_map(Value::from),
    ];
    plain.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Value::from),
            vec((word(), inner), 0..6).prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
}

/// A word of the mappings within options, or any.
fn word() -> impl Strategy<Value = String> {
    const WORDS: &[&str] = &[
        "Type",
        "Source",
        "Target",
        "BindOptions",
        "VolumeOptions",
        "TmpfsOptions",
        "Propagation",
        "type",
        "source",
        "target",
        "Name",
        "MaximumRetryCount",
        "name",
        "soft",
        "hard",
        "Path",
        "Rate",
        "Weight",
        "Test",
        "Interval",
        "test",
        "HostPort",
        "HostIp",
        "PathOnHost",
        "bind",
        "mode",
        "ro",
        "Config",
        "Key",
        "Value",
        "lxc.utsname",
        "22/tcp",
        "80",
        "Driver",
        "Count",
    ];
    prop_oneof![
        select(WORDS).prop_map(str::to_owned),
        "[ -~]{0,8}",
        any::<String>()
    ]
}

/// Keys of both vocabularies with values for them.
fn document() -> impl Strategy<Value = Value> {
    let all: Vec<Key> = keys().collect();
    let entries = vec((select(all), value()), 1..12);
    (entries, any::<bool>()).prop_map(|(entries, one_vocabulary)| {
        let first = entries[0].0.vocabulary;
        let mut document = Map::new();
        for (key, value) in entries {
            if one_vocabulary && key.vocabulary != first {
                continue;
            }
            if !key.in_host {
                document.insert(key.name.to_owned(), value);
                continue;
            }
            let host = document.entry(key.vocabulary).or_insert_with(|| json!({}));
            if let Value::Object(host) = host {
                host.insert(key.name.to_owned(), value);
            }
        }
        document.into()
    })
}

/// Pieces of mails: some of them fit together.
fn mail() -> impl Strategy<Value = Vec<u8>> {
    const PIECES: &[&str] = &[
        "Content-Type: multipart/mixed; boundary=\"b\"\n",
        "MIME-Version: 1.0\r\n",
        "From x\n",
        "Content-Type: multipart/mixed;\n boundary=b",
        "\n",
        "\r\n",
        "--b\n",
        "--b--\n",
        "--b--",
        "--",
        "Content-Disposition: attachment; filename=\"cfn-userdata\"\n",
        "Content-Disposition: attachment; filename=cfn-userdata",
        "Content-Transfer-Encoding: base64\n",
        "Content-Transfer-Encoding: quoted-printable\n",
        "dHR5OiB0cnVlCg==",
        "=C3=A4=\n",
        "=",
        "tty: true\n",
        ";",
        "\"",
        "=\"",
        "boundary=",
        ": ",
        "#cloud-config\n",
        "#!/bin/sh\n",
        "\u{feff}",
        "ä",
        "\0",
    ];
    let piece = prop_oneof![
        9 => select(PIECES).prop_map(|piece| piece.as_bytes().to_vec()),
        1 => vec(any::<u8>(), 0..8),
    ];
    vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

/// An archive with some of what images have in it, then perhaps broken somewhere.
fn archive() -> impl Strategy<Value = Vec<u8>> {
    const NAMES: &[&str] = &[
        "manifest.json",
        "index.json",
        "oci-layout",
        "repositories",
        "c0ffee.json",
        "layer.tar",
        "blobs/sha256/00",
        "../../etc/passwd",
        "/etc/passwd",
        "a/../b",
        "",
        "a/layer.tar",
        "./manifest.json",
    ];
    const CONTENTS: &[&str] = &[
        "[{\"Config\":\"c0ffee.json\",\"RepoTags\":[\"a:b\"],\"Layers\":[\"layer.tar\"]}]",
        "[]",
        "{}",
        "[[[[",
        "{\"layers\":null}",
        "",
        "[{\"Config\":\"../c0ffee.json\",\"Layers\":[]}]",
        "{\"schemaVersion\":2,\"manifests\":[{\"digest\":\"sha256:00\"}]}",
        "{\"config\":{\"Cmd\":[\"sh\"]},\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[]}}",
    ];
    let entry = (select(NAMES), select(CONTENTS), 0_u8..8);
    let flips = vec((any::<Index>(), any::<u8>()), 0..6);
    (vec(entry, 0..8), flips, any::<Option<Index>>(), any::<bool>()).prop_map(
        |(entries, flips, cut, gzip)| {
            let mut bytes = written(&entries);
            for (at, byte) in flips {
                if !bytes.is_empty() {
                    let at = at.index(bytes.len());
                    bytes[at] = byte;
                }
            }
            if let Some(cut) = cut {
                bytes.truncate(cut.index(bytes.len() + 1));
            }
            if gzip {
                let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
                encoder.write_all(&bytes).unwrap();
                bytes = encoder.finish().unwrap();
            }
            bytes
        },
    )
}

fn written(entries: &[(&str, &str, u8)]) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    for (name, content, kind) in entries {
        let mut header = tar::Header::new_gnu();
        // The library refuses names that an archive may well have.
        let field = &mut header.as_old_mut().name;
        field[..name.len()].copy_from_slice(name.as_bytes());
        header.set_entry_type(match kind {
            1 => tar::EntryType::Symlink,
            2 => tar::EntryType::Directory,
            3 => tar::EntryType::XHeader,
            4 => tar::EntryType::GNULongName,
            5 => tar::EntryType::Char,
            _ => tar::EntryType::Regular,
        });
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        tar.append(&header, content.as_bytes()).unwrap();
    }
    tar.into_inner().unwrap()
}

/// What comes out, and what is said of it.
fn read(bytes: &[u8], piece: usize) -> (Vec<u8>, Result<ArchiveImage, Error>) {
    let pieces: Vec<_> = bytes
        .chunks(piece)
        .map(|piece| Ok(Bytes::copy_from_slice(piece)))
        .collect();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let (mut out, verdict) = normalise(stream::iter(pieces).boxed(), Rules::default());
        let mut read = Vec::new();
        while let Some(Ok(bytes)) = out.next().await {
            read.extend_from_slice(&bytes);
        }
        drop(out);
        (read, verdict.wait().await)
    })
}

fn assert_read(bytes: &[u8]) -> Result<(), proptest::test_runner::TestCaseError> {
    let first = parse(bytes);
    if let Err(error) = &first {
        let words = error.to_string();
        prop_assert!(!words.is_empty() && words.len() < LONGEST_ERROR, "{}", words);
    }
    prop_assert_eq!(first, parse(bytes));
    Ok(())
}

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config(512))]

    #[test]
    fn any_bytes_are_read_or_refused_as_user_data(bytes in vec(any::<u8>(), 0..600)) {
        assert_read(&bytes)?;
    }

    #[test]
    fn any_text_is_read_or_refused_as_user_data(text in "[ -~\n\t\u{feff}ä]{0,400}") {
        assert_read(text.as_bytes())?;
    }

    #[test]
    fn any_value_of_any_option_is_read_or_refused(document in document()) {
        assert_read(document.to_string().as_bytes())?;
    }

    /// What JSON says YAML says too.
    #[test]
    fn a_document_means_the_same_as_yaml(document in document()) {
        let yaml = serde_yaml::to_string(&document).unwrap();
        assert_read(yaml.as_bytes())?;
        let as_json = parse(document.to_string().as_bytes());
        if let (Ok(as_json), Ok(as_yaml)) = (as_json, parse(yaml.as_bytes())) {
            prop_assert_eq!(as_json, as_yaml);
        }
    }

    #[test]
    fn any_mail_is_read_or_refused(bytes in mail()) {
        assert_read(&bytes)?;
    }

    #[test]
    fn an_archive_is_what_it_is_however_it_arrives(bytes in archive(), piece in 1_usize..700) {
        let whole = read(&bytes, bytes.len().max(1));
        let pieces = read(&bytes, piece);
        prop_assert_eq!(whole.1.is_ok(), pieces.1.is_ok());
        if let (Ok(one), Ok(other)) = (whole.1, pieces.1) {
            prop_assert_eq!((whole.0, one), (pieces.0, other));
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused_as_an_archive(bytes in vec(any::<u8>(), 0..2_000), piece in 1_usize..700) {
        prop_assert!(read(&bytes, piece).1.is_err());
    }
}
