//! Containers that are not ours are never touched, whatever they are called.

use bollard::models::ContainerCreateBody;
use bollard::query_parameters::{CreateContainerOptionsBuilder, RemoveContainerOptionsBuilder};
use nova_docker::virt::{ComputeDriver, Error, NetworkInfo};

use crate::stage::{Stage, instance};

#[tokio::test]
async fn a_container_with_our_name_and_no_label_is_somebody_elses() {
    let stage = Stage::set().await;
    let server = instance("");
    let name = format!("nova-{}", server.id);
    let options = CreateContainerOptionsBuilder::default().name(&name).build();
    let body = ContainerCreateBody {
        image: Some(stage.reference.clone()),
        ..Default::default()
    };
    let api = stage.api().await;
    api.create_container(Some(options), body).await.unwrap();

    let boot = stage.boot(&server, &stage.local_image().await).await;
    let destroyed = stage.driver.destroy(server.id).await;
    let observed = stage.driver.observe(server.id).await;
    let started = stage.driver.power_on(&server, &NetworkInfo::default()).await;
    let still_there = stage.inspect(server.id).await.is_some();
    let options = RemoveContainerOptionsBuilder::default().force(true).build();
    api.remove_container(&name, Some(options)).await.unwrap();

    assert!(
        matches!(&boot, Err(Error::Refused(reason)) if reason.contains("already in use")),
        "{boot:?}"
    );
    assert!(destroyed.is_ok());
    assert_eq!(observed.unwrap(), None);
    assert!(matches!(started, Err(Error::NoSuchInstance(_))));
    assert!(still_there);
}

#[tokio::test]
async fn two_deployments_on_one_engine_do_not_see_each_other() {
    let (stage, other) = (Stage::set().await, Stage::set().await);
    let id = other.running("sleep 1000").await.id;
    assert_eq!(stage.driver.observe_all().await.unwrap(), []);
    assert_eq!(stage.driver.observe(id).await.unwrap(), None);
    stage.driver.destroy(id).await.unwrap();
    assert!(other.driver.observe(id).await.unwrap().is_some());
}
