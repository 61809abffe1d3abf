//! How an image comes into the engine, and what is refused.

use std::sync::atomic::Ordering;

use aws_lc_rs::digest::{SHA512, digest};
use nova_docker::image::ImageService;
use nova_docker::objects::{Image, PowerState};
use nova_docker::virt::{ComputeDriver, Error, Supplies};

use crate::archives::{Parts, gzip, plain, xz, zstd};
use crate::images::described;
use crate::stage::{Stage, Steps, context, instance};

#[tokio::test]
async fn two_boots_of_one_image_load_it_once_and_move_no_name() {
    let stage = Stage::set().await;
    let id = stage.local_image().await.engine_id;
    let image = stage.images.put(stage.saved().await);
    let (first, second) = (instance(""), instance(""));
    let (one, two) = tokio::join!(stage.boot(&first, &image), stage.boot(&second, &image));
    assert_eq!(one.unwrap().power_state, PowerState::Running);
    assert_eq!(two.unwrap().power_state, PowerState::Running);
    assert_eq!(stage.images.downloads(), 1);
    assert_eq!(stage.inspect(first.id).await.unwrap().image, id);
    assert_eq!(stage.driver.cached_images().await.unwrap(), [image.id]);
    // The name inside the archive did not come back with it.
    assert!(stage.inspect_image(&stage.reference).await.is_none());
    let loaded = stage
        .inspect_image(&stage.cache_reference(image.id))
        .await
        .unwrap();
    assert_eq!(loaded.repo_tags.unwrap(), [stage.cache_reference(image.id)]);
}

/// What the engine keeps under the image's id is known by its digest, also after nova-docker was started anew.
#[tokio::test]
async fn an_image_that_is_present_is_not_downloaded() {
    let stage = Stage::set().await;
    let image = stage.images.put(stage.saved().await);
    let first = instance("");
    stage.boot(&first, &image).await.unwrap();
    let id = stage.inspect(first.id).await.unwrap().image;
    stage.driver.destroy(first.id).await.unwrap();
    stage.images.delete(&context(), image.id).await.unwrap();
    let second = instance("");
    stage
        .another_driver()
        .spawn(
            &context(),
            &second,
            &image,
            &Supplies::default(),
            &Steps::default(),
        )
        .await
        .unwrap();
    assert_eq!(stage.inspect(second.id).await.unwrap().image, id);
    assert_eq!(stage.images.downloads(), 1);
}

#[tokio::test]
async fn an_image_is_forgotten_when_no_server_needs_it() {
    let stage = Stage::set().await;
    let image = stage.images.put(stage.saved().await);
    let server = instance("");
    stage.boot(&server, &image).await.unwrap();
    stage.driver.forget_image(image.id).await.unwrap();
    assert_eq!(stage.driver.cached_images().await.unwrap(), [image.id]);
    stage.driver.destroy(server.id).await.unwrap();
    stage.driver.forget_image(image.id).await.unwrap();
    assert_eq!(stage.driver.cached_images().await.unwrap(), []);
    assert!(
        stage
            .inspect_image(&stage.cache_reference(image.id))
            .await
            .is_none()
    );
    stage.driver.forget_image(image.id).await.unwrap();
}

#[tokio::test]
async fn data_that_is_no_whole_archive_is_refused_and_leaves_nothing() {
    let stage = Stage::set().await;
    let saved = stage.saved().await;
    let truncated = stage.images.put(saved.slice(..saved.len() / 2));
    let text = stage.images.put("just some text, and not very long".into());
    let empty = stage.images.put(bytes::Bytes::new());
    for (image, words) in [
        (truncated, "truncated"),
        (text, "not a docker save archive"),
        (empty, "is empty"),
    ] {
        let error = stage.boot(&instance(""), &image).await.unwrap_err();
        assert!(
            matches!(&error, Error::ImageUnacceptable { id, reason } if *id == image.id && reason.contains(words)),
            "{error}"
        );
    }
    assert_eq!(stage.driver.cached_images().await.unwrap(), []);
    assert_eq!(stage.containers().await, [""; 0]);
}

#[tokio::test]
async fn another_container_format_is_refused_with_the_command_that_works() {
    let stage = Stage::set().await;
    let image = described(Some("ova"));
    let error = stage.boot(&instance(""), &image).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "Image {} is unacceptable: its container format is ova, a server needs docker: upload it with `docker save \
             NAME | openstack image create NAME --container-format docker --disk-format raw`",
            image.id
        )
    );
    assert_eq!(stage.images.downloads(), 0);
}

#[tokio::test]
async fn a_docker_archive_called_bare_boots() {
    let stage = Stage::set().await;
    let mut image = stage.images.put(stage.saved().await);
    image.container_format = Some("bare".to_owned());
    let observed = stage.boot(&instance(""), &image).await.unwrap();
    assert_eq!(observed.power_state, PowerState::Running);
}

#[tokio::test]
async fn another_disk_format_is_refused_too() {
    let stage = Stage::set().await;
    let image = Image {
        disk_format: Some("qcow2".to_owned()),
        ..described(Some("bare"))
    };
    let error = stage.boot(&instance(""), &image).await.unwrap_err();
    assert!(
        error
            .to_string()
            .contains("its disk format is qcow2, a server needs raw"),
        "{error}"
    );
    let disguised = stage.images.put(b"QFI\xfb and much more"[..].into());
    let error = stage.boot(&instance(""), &disguised).await.unwrap_err();
    assert!(
        error.to_string().contains("it is a disk image (qcow2)"),
        "{error}"
    );
}

#[tokio::test]
async fn an_image_boots_in_every_form_that_it_is_handed_around_in() {
    let stage = Stage::set().await;
    let saved = stage.saved().await;
    let parts = Parts::of(&saved);
    let mut forms = vec![gzip(&saved), xz(&saved), zstd(&saved)];
    forms.extend([
        parts.layout(plain),
        parts.layout(gzip),
        parts.layout(xz),
        zstd(&parts.layout(gzip)),
    ]);
    for (number, form) in forms.into_iter().enumerate() {
        let image = stage.images.put(form.into());
        let server = instance("");
        let observed = stage.boot(&server, &image).await;
        assert_eq!(
            observed.unwrap().power_state,
            PowerState::Running,
            "form {number}"
        );
        assert_eq!(stage.driver.cached_images().await.unwrap(), [image.id]);
        // The name inside did not come along.
        assert!(stage.inspect_image("busybox:latest").await.is_none());
        stage.driver.destroy(server.id).await.unwrap();
        stage.driver.forget_image(image.id).await.unwrap();
    }
}

/// This engine's version decides.
#[tokio::test]
async fn a_layer_that_the_engine_cannot_unpack_is_refused_before_it_tries() {
    let stage = Stage::set().await;
    let parts = Parts::of(&stage.saved().await);
    let image = stage.images.put(parts.layout(zstd).into());
    let booted = stage.boot(&instance(""), &image).await;
    let version = stage.driver.resources().await.unwrap().version;
    let major: u32 = version.split('.').next().unwrap().parse().unwrap();
    match booted {
        Ok(observed) => assert!(major >= 23 && observed.power_state == PowerState::Running),
        Err(error) => assert!(
            major < 23
                && error
                    .to_string()
                    .contains("is compressed with zstd, which the Docker engine"),
            "{error}"
        ),
    }
}

#[tokio::test]
async fn damaged_data_does_not_boot_and_a_second_try_starts_clean() {
    let stage = Stage::set().await;
    let saved = stage.saved().await;
    let mut image = stage.images.put(saved.clone());
    image.hash_algo = Some("sha512".to_owned());
    image.hash_value = Some(hex::encode(digest(&SHA512, &saved)));
    let mut damaged = saved.to_vec();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 1;
    stage.images.replace(image.id, damaged.into());
    let error = stage.boot(&instance(""), &image).await.unwrap_err();
    assert!(
        matches!(&error, Error::ImageUnacceptable { reason, .. } if reason.starts_with("its data has the sha512 ")),
        "{error}"
    );
    assert_eq!(stage.driver.cached_images().await.unwrap(), []);
    assert_eq!(stage.containers().await, [""; 0]);
    stage.images.replace(image.id, saved);
    let observed = stage.boot(&instance(""), &image).await.unwrap();
    assert_eq!(observed.power_state, PowerState::Running);
}

#[tokio::test]
async fn a_transfer_that_is_cut_does_not_boot_and_a_second_try_starts_clean() {
    let stage = Stage::set().await;
    let saved = stage.saved().await;
    let mut image = stage.images.put(saved.clone());
    image.size = Some(saved.len() as u64);
    stage.images.cut_after.store(saved.len() / 2, Ordering::SeqCst);
    let error = stage.boot(&instance(""), &image).await.unwrap_err();
    let words = format!("the image service stopped sending image {} after ", image.id);
    assert!(error.to_string().starts_with(&words), "{error}");
    assert_eq!(stage.driver.cached_images().await.unwrap(), []);
    assert_eq!(stage.containers().await, [""; 0]);
    stage.images.cut_after.store(0, Ordering::SeqCst);
    let observed = stage.boot(&instance(""), &image).await.unwrap();
    assert_eq!(observed.power_state, PowerState::Running);
    assert_eq!(stage.images.downloads(), 2);

    let mut short = stage.images.put(saved.slice(..saved.len() - 512));
    short.size = image.size;
    let error = stage.boot(&instance(""), &short).await.unwrap_err();
    assert!(error.to_string().contains("its data ended after"), "{error}");
}

#[tokio::test]
async fn an_image_that_the_service_does_not_have_is_its_error() {
    let stage = Stage::set().await;
    let image = described(Some("docker"));
    let error = stage.boot(&instance(""), &image).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("Image {} could not be found.", image.id)
    );
}

#[tokio::test]
async fn the_shared_directory_is_asked_first_and_may_be_wrong() {
    let shared = tempfile::tempdir().unwrap();
    let path = shared.path().to_owned();
    let stage = Stage::set_with(|settings| settings.shared_directory = Some(path)).await;
    let saved = stage.saved().await;
    let good = stage.images.put(saved.clone());
    std::fs::write(shared.path().join(good.id.to_string()), &saved).unwrap();
    stage.images.delete(&context(), good.id).await.unwrap();
    let server = instance("");
    stage.boot(&server, &good).await.unwrap();
    assert_eq!(stage.images.downloads(), 0);
    stage.driver.destroy(server.id).await.unwrap();
    stage.driver.forget_image(good.id).await.unwrap();

    let bad = stage.images.put(saved);
    std::fs::write(shared.path().join(bad.id.to_string()), "nonsense").unwrap();
    stage.boot(&instance(""), &bad).await.unwrap();
    assert_eq!(stage.images.downloads(), 1);
}
