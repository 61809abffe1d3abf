//! OCI layouts, as docker save writes them today and as skopeo and buildah do.

use super::*;

/// A layout under construction: blobs in the order they were put there, `index.json` wherever a test puts it.
struct Layout(Saved);

impl Layout {
    fn new() -> Self {
        Self(Saved::new().file("oci-layout", br#"{"imageLayoutVersion":"1.0.0"}"#))
    }

    fn blob(self, data: &[u8]) -> Self {
        Self(self.0.file(&path(data), data))
    }

    fn index(self, manifests: &[&[u8]]) -> Self {
        let index = index_of(
            manifests,
            &json!({"org.opencontainers.image.ref.name": "busybox:latest"}),
        );
        Self(self.0.file("index.json", &index))
    }

    fn bytes(self) -> Vec<u8> {
        self.0.bytes()
    }
}

fn path(data: &[u8]) -> String {
    format!("blobs/{}", sha256(data).replace(':', "/"))
}

fn descriptor(data: &[u8]) -> Value {
    json!({"mediaType": "application/whatever", "digest": sha256(data), "size": data.len()})
}

fn index_of(manifests: &[&[u8]], annotations: &Value) -> Vec<u8> {
    let manifests: Vec<Value> = manifests
        .iter()
        .map(|manifest| {
            let mut line = descriptor(manifest);
            line["annotations"] = annotations.clone();
            line
        })
        .collect();
    json!({"schemaVersion": 2, "manifests": manifests})
        .to_string()
        .into_bytes()
}

fn manifest_of(config: &[u8], layers: &[&[u8]]) -> Vec<u8> {
    let layers: Vec<Value> = layers.iter().map(|layer| descriptor(layer)).collect();
    json!({"schemaVersion": 2, "config": descriptor(config), "layers": layers})
        .to_string()
        .into_bytes()
}

fn on(architecture: &str) -> Rules {
    Rules {
        architecture: architecture.to_owned(),
        ..Rules::default()
    }
}

#[tokio::test]
async fn a_layout_gets_the_manifest_that_docker_loads_in_whatever_order_it_comes() {
    let (plain, second) = (layer("one"), layer("two"));
    for packed in [gzip(&second), xz(&second), zstd(&second), second.clone()] {
        let config = config(&[&plain, &second]);
        let manifest = manifest_of(&config, &[&plain, &packed]);
        let first = Layout::new()
            .index(&[&manifest])
            .blob(&manifest)
            .blob(&config)
            .blob(&plain)
            .blob(&packed);
        let last = Layout::new()
            .blob(&packed)
            .blob(&plain)
            .blob(&config)
            .blob(&manifest)
            .index(&[&manifest]);
        for layout in [first, last] {
            let (out, verdict) = through(&layout.bytes(), 300).await;
            let expected = ArchiveImage {
                id: sha256(&config),
                manifest_digest: Some(sha256(&manifest)),
            };
            assert_eq!(verdict.unwrap(), expected);
            let found = entries(&out.unwrap());
            assert!(found.contains(&(path(&packed), packed.clone())), "as it came");
            let (name, docker) = found.last().unwrap();
            assert_eq!(name, "manifest.json");
            assert_eq!(
                serde_json::from_slice::<Value>(docker).unwrap(),
                json!([{"Config": path(&config), "RepoTags": null, "Layers": [path(&plain), path(&packed)]}])
            );
            let index = &found.iter().find(|(name, _)| name == "index.json").unwrap().1;
            let index: Value = serde_json::from_slice(index).unwrap();
            assert_eq!(
                index["manifests"],
                json!([descriptor(&manifest)]),
                "without names"
            );
        }
    }
}

#[tokio::test]
async fn what_docker_save_writes_today_is_known_by_both_of_its_names() {
    let config = config(&[&layer("one")]);
    let manifest = manifest_of(&config, &[&layer("one")]);
    let docker = json!([{"Config": path(&config), "RepoTags": ["a:b"], "Layers": [path(&layer("one"))]}]);
    let layout = Layout::new()
        .blob(&config)
        .blob(&layer("one"))
        .blob(&manifest)
        .index(&[&manifest]);
    let (out, verdict) = through(&layout.0.manifest(&docker).bytes(), 4096).await;
    let expected = ArchiveImage {
        id: sha256(&config),
        manifest_digest: Some(sha256(&manifest)),
    };
    assert_eq!(verdict.unwrap(), expected);
    let out = String::from_utf8_lossy(&out.unwrap()).into_owned();
    assert!(!out.contains("busybox") && !out.contains("a:b"));
}

#[tokio::test]
async fn of_several_platforms_the_hosts_own_is_taken() {
    let (amd, arm) = (
        config_for("amd64", &[&layer("one")]),
        config_for("arm64", &[&layer("two")]),
    );
    let (for_amd, for_arm) = (
        manifest_of(&amd, &[&layer("one")]),
        manifest_of(&arm, &[&layer("two")]),
    );
    let both = index_of(&[&for_amd, &for_arm], &json!({}));
    let attested = manifest_of(br#"{"what":"an attestation"}"#, &[b"{}"]);
    let top = index_of(&[&both, &attested], &json!({}));
    let layout = Layout::new()
        .blob(&amd)
        .blob(&arm)
        .blob(&layer("one"))
        .blob(&layer("two"))
        .blob(&for_amd)
        .blob(&for_arm)
        .blob(&attested)
        .blob(br#"{"what":"an attestation"}"#)
        .blob(&both)
        .blob(&top)
        .index(&[&top])
        .bytes();
    for (host, config) in [("x86_64", &amd), ("aarch64", &arm)] {
        let (_, verdict) = through_under(on(host), &layout, 4096).await;
        assert_eq!(verdict.unwrap().id, sha256(config), "{host}");
    }
    assert_eq!(
        refusal_under(on("s390x"), &layout).await,
        "the archive holds images for linux/arm64, linux/amd64 and none for this host, which is linux/s390x"
    );
    // Where it is kept only, any of them will do.
    through(&layout, 4096).await.1.unwrap();
}

#[tokio::test]
async fn a_layout_that_is_not_whole_or_not_true_is_refused() {
    let (config, manifest) = {
        let config = config(&[&layer("one")]);
        let manifest = manifest_of(&config, &[&layer("one")]);
        (config, manifest)
    };
    let without_config = Layout::new()
        .blob(&manifest)
        .blob(&layer("one"))
        .index(&[&manifest]);
    let without_layer = Layout::new().blob(&manifest).blob(&config).index(&[&manifest]);
    let another = Layout(
        Layout::new()
            .0
            .file(&path(&manifest), &manifest_of(&config, &[&layer("two")])),
    )
    .blob(&config)
    .blob(&layer("two"))
    .index(&[&manifest]);
    let second = config_for("amd64", &[&layer("two")]);
    let of_second = manifest_of(&second, &[&layer("two")]);
    let two = Layout::new()
        .blob(&manifest)
        .blob(&of_second)
        .blob(&config)
        .blob(&second)
        .blob(&layer("one"))
        .blob(&layer("two"))
        .index(&[&manifest, &of_second]);
    let not_true = Error::Malformed {
        file: path(&manifest),
        reason: "it is not what its name says".to_owned(),
    };
    let nothing = Error::Malformed {
        file: "index.json".to_owned(),
        reason: "it names no image".to_owned(),
    };
    for (layout, expected) in [
        (without_config, Error::Missing(path(&config))),
        (without_layer, Error::Missing(path(&layer("one")))),
        (another, not_true),
        (two, Error::Images(2)),
        (Layout::new().index(&[]), nothing),
    ] {
        assert_eq!(refusal(&layout.bytes()).await, expected.to_string());
    }
}

#[tokio::test]
async fn zstd_layers_are_refused_where_the_engine_cannot_unpack_them() {
    let packed = zstd(&layer("one"));
    let config = config(&[&layer("one")]);
    let manifest = manifest_of(&config, &[&packed]);
    let layout = Layout::new()
        .blob(&config)
        .blob(&packed)
        .blob(&manifest)
        .index(&[&manifest])
        .bytes();
    through(&layout, 4096).await.1.unwrap();
    let old = Rules {
        zstd_layers: false,
        ..Rules::default()
    };
    assert_eq!(
        refusal_under(old, &layout).await,
        Error::ZstdLayer(path(&packed)).to_string()
    );
}
