//! Archives that want more than to be an image.

use super::*;

/// A good image but for what comes before its manifest.
fn beside(add: impl FnOnce(Saved) -> Saved) -> Vec<u8> {
    add(Saved::new().image()).manifest(&manifest()).bytes()
}

/// A good image whose one layer is this.
fn of_layer(layer: &[u8]) -> Vec<u8> {
    packed_layer(layer, layer)
}

fn packed_layer(layer: &[u8], as_uploaded: &[u8]) -> Vec<u8> {
    Saved::new()
        .file("l1/layer.tar", as_uploaded)
        .file("cfg.json", &config(&[layer]))
        .manifest(&manifest())
        .bytes()
}

#[tokio::test]
async fn entries_that_lead_out_of_the_archive_are_refused_by_name() {
    for name in ["../evil", "l1/../../evil", "/etc/evil", "a/../b"] {
        let archive = beside(|saved| saved.entry(name, EntryType::Regular, ""));
        assert_eq!(
            refusal(&archive).await,
            Error::Escapes(name.to_owned()).to_string()
        );
        let said = beside(|saved| saved.pax(&[("path", name.as_bytes())]).file("harmless", b""));
        assert_eq!(refusal(&said).await, Error::Escapes(name.to_owned()).to_string());
    }
}

#[tokio::test]
async fn links_out_of_the_archive_are_refused_by_name() {
    for (kind, target) in [
        (EntryType::Symlink, "/etc/shadow"),
        (EntryType::Symlink, "../../etc/shadow"),
        (EntryType::Link, "/etc/shadow"),
        (EntryType::Link, "../etc/shadow"),
    ] {
        let archive = beside(|saved| saved.entry("l2/layer.tar", kind, target));
        let expected = Error::Link {
            entry: "l2/layer.tar".to_owned(),
            target: target.to_owned(),
        };
        assert_eq!(refusal(&archive).await, expected.to_string());
    }
    let through_a_link = beside(|saved| saved.link("l2/layer.tar", "../l1").file("l2/layer.tar/x", b""));
    assert_eq!(
        refusal(&through_a_link).await,
        Error::Strange("l2/layer.tar/x".to_owned()).to_string()
    );
}

#[tokio::test]
async fn devices_are_refused_by_name() {
    for kind in [EntryType::Char, EntryType::Block, EntryType::Fifo] {
        let archive = beside(|saved| saved.entry("dev/mem", kind, ""));
        assert_eq!(
            refusal(&archive).await,
            Error::Device("dev/mem".to_owned()).to_string()
        );
    }
}

#[tokio::test]
async fn no_document_comes_in_by_another_way() {
    let again = beside(|saved| saved.manifest(&manifest()));
    assert_eq!(
        refusal(&again).await,
        Error::Twice("manifest.json".to_owned()).to_string()
    );
    let dotted = beside(|saved| saved.file("./manifest.json", b"[]"));
    assert_eq!(
        refusal(&dotted).await,
        Error::Twice("manifest.json".to_owned()).to_string()
    );
    let said = beside(|saved| saved.pax(&[("path", b"manifest.json")]).file("harmless", b"[]"));
    assert_eq!(
        refusal(&said).await,
        Error::Twice("manifest.json".to_owned()).to_string()
    );
    let config_again = beside(|saved| saved.file("cfg.json", b"{}"));
    assert_eq!(
        refusal(&config_again).await,
        Error::Twice("cfg.json".to_owned()).to_string()
    );
    let deeper = beside(|saved| saved.file("l1/manifest.json", b"[]"));
    assert_eq!(
        refusal(&deeper).await,
        Error::Strange("l1/manifest.json".to_owned()).to_string()
    );
    let linked = Saved::new().image().link("manifest.json", "l1/json").bytes();
    assert_eq!(refusal(&linked).await, Error::RootFilesystem.to_string());
    let sparse = beside(|saved| {
        saved
            .pax(&[
                ("GNU.sparse.name", b"manifest.json"),
                ("GNU.sparse.realsize", b"9"),
            ])
            .file("harmless", b"[]")
    });
    assert_eq!(
        refusal(&sparse).await,
        Error::Strange("harmless".to_owned()).to_string()
    );
}

#[tokio::test]
async fn layers_that_the_configuration_does_not_name_are_refused_by_name() {
    let unnamed = |name: &str| Error::Unnamed(name.to_owned()).to_string();
    let beside_it = beside(|saved| saved.file("l2/layer.tar", &layer("two")));
    assert_eq!(refusal(&beside_it).await, unnamed("l2/layer.tar"));
    let another = Saved::new()
        .file("l1/layer.tar", &layer("two"))
        .file("cfg.json", &config(&[&layer("one")]))
        .manifest(&manifest())
        .bytes();
    assert_eq!(refusal(&another).await, unnamed("l1/layer.tar"));
    let more = json!([{"Config": "cfg.json", "Layers": ["l1/layer.tar", "l2/layer.tar"]}]);
    let more = Saved::new()
        .image()
        .file("l2/layer.tar", &layer("two"))
        .manifest(&more)
        .bytes();
    assert_eq!(refusal(&more).await, unnamed("l2/layer.tar"));
    let fewer = Saved::new()
        .file("l1/layer.tar", &layer("one"))
        .file("cfg.json", &config(&[&layer("one"), &layer("two")]))
        .manifest(&manifest())
        .bytes();
    let missing = format!("the layer {}", sha256(&layer("two")));
    assert_eq!(refusal(&fewer).await, Error::Missing(missing).to_string());
    let ballast = beside(|saved| saved.file("ballast", &vec![1; 5 << 20]));
    assert_eq!(refusal(&ballast).await, unnamed("ballast"));
}

#[tokio::test]
async fn what_a_layer_holds_is_refused_by_the_names_of_both() {
    let cases = [
        (EntryType::Regular, "../../etc/evil", "", "leads out of the image"),
        (
            EntryType::Link,
            "evil",
            "../etc/shadow",
            "is a link out of the image",
        ),
        (
            EntryType::Symlink,
            "usr/evil",
            "../../etc/shadow",
            "is a link out of the image",
        ),
        (EntryType::Block, "dev/sda", "", "is a block device"),
        (
            EntryType::Char,
            "dev/mem",
            "",
            "is a device that containers do not have",
        ),
    ];
    for (kind, entry, link, problem) in cases {
        let layer = Saved::new().entry(entry, kind, link).bytes();
        let expected = Error::InLayer {
            layer: "l1/layer.tar".to_owned(),
            entry: entry.to_owned(),
            problem,
        };
        for packed in [layer.clone(), gzip(&layer), xz(&layer), zstd(&layer)] {
            assert_eq!(
                refusal(&packed_layer(&layer, &packed)).await,
                expected.to_string()
            );
        }
    }
}

#[tokio::test]
async fn what_layers_of_real_images_hold_passes() {
    let layer = Saved::new()
        .entry("bin", EntryType::Symlink, "usr/bin")
        .entry("etc/mtab", EntryType::Symlink, "/proc/mounts")
        .entry("usr/share/x", EntryType::Symlink, "../../lib/x")
        .file("etc/.wh.gone", b"")
        .pax(&[("SCHILY.xattr.security.capability", b"\x01\n\0\x02=")])
        .file("bin/ping", b"ping")
        .entry("bin/ping6", EntryType::Link, "bin/ping")
        .entry("run/pipe", EntryType::Fifo, "")
        .bytes();
    let (out, verdict) = through(&of_layer(&layer), 100).await;
    verdict.unwrap();
    assert!(entries(&out.unwrap()).contains(&("l1/layer.tar".to_owned(), layer)));
}

/// The whole archive, and one of its layers.
#[tokio::test]
async fn bombs_are_stopped_wherever_they_are() {
    let few = Rules {
        free_bytes: 64 << 10,
        ..Rules::default()
    };
    let zeros = Saved::new().file("zeros", &vec![0; 4 << 20]).bytes();
    for pack in [gzip, xz, zstd] {
        let whole = refusal_under(few.clone(), &pack(&of_layer(&zeros))).await;
        assert!(whole.starts_with("the archive expands to more than"), "{whole}");
        let inner = refusal_under(few.clone(), &packed_layer(&zeros, &pack(&zeros))).await;
        assert!(
            inner.starts_with("its layer l1/layer.tar expands to more than"),
            "{inner}"
        );
    }
    let little = Rules {
        max_bytes: 1 << 20,
        ..Rules::default()
    };
    let big = refusal_under(little, &of_layer(&zeros)).await;
    assert!(
        big.starts_with("the archive makes the image bigger than images may be here: 1048576 bytes"),
        "{big}"
    );
}

/// A few bytes of a tar that unpack to terabytes of nothing.
#[tokio::test]
async fn holes_in_files_count_as_what_they_become() {
    let layer = Saved::new()
        .pax(&[
            ("GNU.sparse.major", b"1"),
            ("GNU.sparse.minor", b"0"),
            ("GNU.sparse.name", b"hole"),
            ("GNU.sparse.realsize", b"9000000000000"),
        ])
        .file("GNUSparseFile.0/hole", &[b"0\n".as_slice(), &[0; 510]].concat())
        .bytes();
    let told = refusal(&of_layer(&layer)).await;
    assert!(told.starts_with("its layer l1/layer.tar"), "{told}");
    let mut header = Header::new_gnu();
    header.set_path("hole").unwrap();
    header.set_entry_type(EntryType::GNUSparse);
    header.set_size(0);
    header.as_gnu_mut().unwrap().set_real_size(9_000_000_000_000);
    header.set_cksum();
    let mut old = Saved::new();
    old.0.append(&header, std::io::empty()).unwrap();
    let told = refusal(&of_layer(&old.bytes())).await;
    assert!(told.starts_with("its layer l1/layer.tar"), "{told}");
}

/// Whatever is changed in a good archive, it is refused or it is still that image, and the engine gets a tar of it.
#[test]
fn no_change_of_a_few_bytes_confuses_the_reader() {
    let mut state = 7_u64;
    let mut random = move |below: usize| {
        // Knuth's multiplier: any sequence will do, if it is the same each time.
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        usize::try_from(state >> 33).unwrap() % below
    };
    let good = whole();
    for _ in 0..3000 {
        let mut changed = good.clone();
        for _ in 0..=random(3) {
            let at = random(changed.len());
            changed[at] = u8::try_from(random(256)).unwrap();
        }
        let mut out = Vec::new();
        if let Ok(image) = at_once(&changed, 1 + random(2000), &mut out) {
            let found = entries(&out.concat());
            assert_eq!(found.last().unwrap().0, "manifest.json");
            let config = found.iter().find(|(_, data)| sha256(data) == image.id);
            assert!(config.is_some(), "the image is in what was passed on");
        }
    }
}

fn at_once(archive: &[u8], size: usize, out: &mut Vec<Bytes>) -> Result<ArchiveImage, Error> {
    let mut reader = Reader::new(Rules::default());
    for chunk in archive.chunks(size) {
        reader.feed(Bytes::copy_from_slice(chunk))?;
        while reader.advance(out)? {}
    }
    reader.end()?;
    while reader.advance(out)? {}
    reader.finish(out)
}
