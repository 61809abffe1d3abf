//! Archives that want more than to be an image, booted: each is refused by name, and the engine has nothing of it.

use std::collections::BTreeSet;

use bollard::query_parameters::ListImagesOptionsBuilder;
use nova_docker::image::archive::Rules;
use nova_docker::virt::Error;
use tar::EntryType;

use crate::archives::{Parts, entry, file, gzip, xz, zstd};
use crate::stage::{Stage, instance};

/// A stage whose own image is out of the engine, and what that was made of.
async fn set(change: impl FnOnce(&mut Rules)) -> (Stage, Parts) {
    let stage = Stage::set_with(|settings| change(&mut settings.archives)).await;
    let saved = stage.saved().await;
    (stage, Parts::of(&saved))
}

/// Why it did not boot; nothing of it is left.
async fn refusal(stage: &Stage, archive: Vec<u8>) -> String {
    let image = stage.images.put(archive.into());
    match stage.boot(&instance(""), &image).await.unwrap_err() {
        Error::ImageUnacceptable { id, reason } if id == image.id => {
            assert!(
                stage
                    .inspect_image(&stage.cache_reference(image.id))
                    .await
                    .is_none()
            );
            assert_eq!(stage.containers().await, [""; 0]);
            reason
        }
        other => panic!("{other}"),
    }
}

/// Other tests make images of their own meanwhile, but none without a name that stays.
async fn nameless(stage: &Stage) -> BTreeSet<String> {
    let options = ListImagesOptionsBuilder::default().build();
    let images = stage.api().await.list_images(Some(options)).await.unwrap();
    let nameless = images.into_iter().filter(|image| image.repo_tags.is_empty());
    nameless.map(|image| image.id).collect()
}

#[tokio::test]
async fn what_leads_out_of_an_archive_does_not_boot() {
    let (stage, parts) = set(|_| {}).await;
    let cases = [
        ("../../../../etc/evil", EntryType::Regular, ""),
        ("/etc/evil", EntryType::Regular, ""),
        ("l9/layer.tar", EntryType::Symlink, "/etc/shadow"),
        ("l9/layer.tar", EntryType::Symlink, "../../../etc/shadow"),
        ("l9/layer.tar", EntryType::Link, "/etc/shadow"),
        ("sda", EntryType::Block, ""),
        ("mem", EntryType::Char, ""),
    ];
    for (name, kind, link) in cases {
        let archive = parts.saved_with(|archive| entry(archive, name, kind, link));
        let reason = refusal(&stage, archive).await;
        assert!(reason.contains(name) && reason.contains(link), "{reason}");
    }
    assert!(!std::path::Path::new("/etc/evil").exists());
}

#[tokio::test]
async fn a_second_manifest_or_a_layer_too_many_does_not_boot() {
    let (stage, parts) = set(|_| {}).await;
    let twice = parts.saved_with(|archive| file(archive, "manifest.json", b"[]"));
    assert_eq!(
        refusal(&stage, twice).await,
        "the archive has an entry twice: manifest.json"
    );
    let more = parts.saved_with(|archive| file(archive, "more/layer.tar", &parts.layers[0]));
    assert_eq!(
        refusal(&stage, more).await,
        "the archive has a layer that the image's configuration does not name: more/layer.tar"
    );
    let another = Parts {
        config: parts.with_layer(vec![0; 1024]).config,
        ..parts
    };
    assert_eq!(
        refusal(&stage, another.saved()).await,
        "the archive has a layer that the image's configuration does not name: l0/layer.tar"
    );
}

/// The engine itself would refuse some of them, in its own words.
#[tokio::test]
async fn what_leads_out_of_a_layer_does_not_boot() {
    let (stage, parts) = set(|_| {}).await;
    let before = nameless(&stage).await;
    let cases = [
        ("../../../../../../../etc/evil", EntryType::Regular, ""),
        ("evil", EntryType::Link, "../../../../../etc/shadow"),
        ("evil", EntryType::Symlink, "../../etc/shadow"),
        ("dev/sda", EntryType::Block, ""),
    ];
    for (name, kind, link) in cases {
        let mut layer = tar::Builder::new(Vec::new());
        entry(&mut layer, name, kind, link);
        let evil = parts.with_layer(layer.into_inner().unwrap());
        for archive in [evil.saved(), evil.layout(gzip)] {
            let reason = refusal(&stage, archive).await;
            let expected = format!(": {name}");
            assert!(
                reason.starts_with("its layer ") && reason.ends_with(&expected),
                "{reason}"
            );
        }
    }
    assert!(!std::path::Path::new("/etc/evil").exists());
    let left: Vec<String> = nameless(&stage).await.difference(&before).cloned().collect();
    for id in left {
        let found = stage.inspect_image(&id).await;
        let names = found.and_then(|image| image.repo_tags).unwrap_or_default();
        assert_ne!(names, [""; 0], "{id} was left behind");
    }
}

#[tokio::test]
async fn bombs_do_not_reach_the_disk() {
    let (stage, parts) = set(|rules| rules.free_bytes = 4 << 20).await;
    let mut layer = tar::Builder::new(Vec::new());
    file(&mut layer, "zeros", &vec![0; 24 << 20]);
    let bomb = parts.with_layer(layer.into_inner().unwrap());
    for pack in [gzip, xz, zstd] {
        let whole = refusal(&stage, pack(&bomb.saved())).await;
        assert!(whole.starts_with("the archive expands to more than"), "{whole}");
        let inner = refusal(&stage, bomb.layout(pack)).await;
        assert!(inner.starts_with("its layer blobs/sha256/"), "{inner}");
        assert!(inner.contains("expands to more than"), "{inner}");
    }
    let (stage, parts) = set(|rules| rules.max_bytes = 1 << 20).await;
    let big = refusal(&stage, parts.saved()).await;
    assert!(
        big.contains("bigger than images may be here: 1048576 bytes"),
        "{big}"
    );
}
