//! How an image comes into the engine, and what is refused.

use nova_docker::image::ImageService;
use nova_docker::objects::PowerState;
use nova_docker::virt::{ComputeDriver, Error};

use crate::images::described;
use crate::stage::{Stage, context, instance};

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
