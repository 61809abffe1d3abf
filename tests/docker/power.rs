//! On, off, reboot, pause: what is then true.

use std::time::Duration;

use nova_docker::objects::PowerState;
use nova_docker::virt::{ComputeDriver, Error, NetworkInfo, RebootType};

use crate::stage::{Stage, instance};

/// Ends with 7 when asked to.
const POLITE: &str = "sh -c 'trap \"exit 7\" TERM; echo up; while true; do sleep 0.1; done'";
/// Has to be killed.
const STUBBORN: &str = "sh -c 'trap \"\" TERM; echo up; while true; do sleep 1; done'";

const PATIENCE: Duration = Duration::from_secs(10);

#[tokio::test]
async fn off_is_shutdown_with_the_exit_code_and_on_is_running() {
    let stage = Stage::set().await;
    let server = stage.running(POLITE).await;
    let id = server.id;
    stage.console_with(id, "up").await;
    let off = stage.driver.power_off(id, Duration::from_secs(30)).await.unwrap();
    assert_eq!((off.power_state, off.exit_code), (PowerState::Shutdown, Some(7)));
    let again = stage.driver.power_off(id, Duration::from_secs(30)).await.unwrap();
    assert_eq!(again.power_state, PowerState::Shutdown);
    let on = stage
        .driver
        .power_on(&server, &NetworkInfo::default())
        .await
        .unwrap();
    assert_eq!((on.power_state, on.exit_code), (PowerState::Running, None));
    let again = stage
        .driver
        .power_on(&server, &NetworkInfo::default())
        .await
        .unwrap();
    assert_eq!(again, on);
}

#[tokio::test]
async fn who_does_not_end_in_time_is_killed() {
    let stage = Stage::set().await;
    let id = stage.running(STUBBORN).await.id;
    stage.console_with(id, "up").await;
    let off = stage.driver.power_off(id, Duration::from_secs(1)).await.unwrap();
    assert_eq!(
        (off.power_state, off.exit_code),
        (PowerState::Shutdown, Some(137))
    );
}

#[tokio::test]
async fn a_paused_server_is_paused_and_can_be_paused_twice() {
    let stage = Stage::set().await;
    let server = stage.running("sleep 1000").await;
    let id = server.id;
    for _ in 0..2 {
        assert_eq!(
            stage.driver.pause(id).await.unwrap().power_state,
            PowerState::Paused
        );
    }
    assert_eq!(stage.inspect(id).await.unwrap().state.unwrap().paused, Some(true));
    for _ in 0..2 {
        assert_eq!(
            stage.driver.unpause(&server).await.unwrap().power_state,
            PowerState::Running
        );
    }
    assert_eq!(
        stage.inspect(id).await.unwrap().state.unwrap().paused,
        Some(false)
    );
}

#[tokio::test]
async fn a_paused_server_hears_that_it_should_end() {
    let stage = Stage::set().await;
    let id = stage.running(POLITE).await.id;
    stage.console_with(id, "up").await;
    stage.driver.pause(id).await.unwrap();
    let off = stage.driver.power_off(id, Duration::from_secs(30)).await.unwrap();
    assert_eq!((off.power_state, off.exit_code), (PowerState::Shutdown, Some(7)));
}

#[tokio::test]
async fn what_is_off_cannot_be_paused() {
    let stage = Stage::set().await;
    let id = stage.running("echo done").await.id;
    stage.ended(id).await;
    let error = stage.driver.pause(id).await.unwrap_err();
    assert!(
        matches!(&error, Error::Refused(reason) if reason.contains("is not running")),
        "{error}"
    );
}

#[tokio::test]
async fn a_soft_reboot_asks_and_a_hard_one_does_not() {
    let stage = Stage::set().await;
    let server = stage
        .running("sh -c 'trap \"echo asked; exit 0\" TERM; echo up; while true; do sleep 0.1; done'")
        .await;
    let (id, network) = (server.id, NetworkInfo::default());
    stage.console_with(id, "up").await;
    let started = |found: bollard::models::ContainerInspectResponse| found.state.unwrap().started_at.unwrap();
    let first = started(stage.inspect(id).await.unwrap());
    let hard = stage
        .driver
        .reboot(&server, &network, RebootType::Hard, PATIENCE)
        .await
        .unwrap();
    assert_eq!(hard.power_state, PowerState::Running);
    let second = started(stage.inspect(id).await.unwrap());
    assert_ne!(first, second);
    let written = stage.console_with(id, "up\nup").await;
    assert!(!written.contains("asked"), "{written}");
    let soft = stage
        .driver
        .reboot(&server, &network, RebootType::Soft, PATIENCE)
        .await
        .unwrap();
    assert_eq!(soft.power_state, PowerState::Running);
    assert_ne!(second, started(stage.inspect(id).await.unwrap()));
    stage.console_with(id, "asked\nup").await;
}

#[tokio::test]
async fn what_is_off_or_paused_reboots_too() {
    let stage = Stage::set().await;
    let server = stage.running("sleep 1000").await;
    let (id, network) = (server.id, NetworkInfo::default());
    stage.driver.power_off(id, Duration::from_secs(1)).await.unwrap();
    assert_eq!(
        stage
            .driver
            .reboot(&server, &network, RebootType::Hard, PATIENCE)
            .await
            .unwrap()
            .power_state,
        PowerState::Running
    );
    stage.driver.pause(id).await.unwrap();
    assert_eq!(
        stage
            .driver
            .reboot(&server, &network, RebootType::Hard, PATIENCE)
            .await
            .unwrap()
            .power_state,
        PowerState::Running
    );
}

#[tokio::test]
async fn verbs_on_a_server_that_is_not_there_say_so() {
    let stage = Stage::set().await;
    let server = instance("");
    let (id, network) = (server.id, NetworkInfo::default());
    let driver = &stage.driver;
    let answers = [
        driver.power_on(&server, &network).await,
        driver.power_off(id, Duration::ZERO).await,
        driver.reboot(&server, &network, RebootType::Soft, PATIENCE).await,
        driver.reboot(&server, &network, RebootType::Hard, PATIENCE).await,
        driver.pause(id).await,
        driver.unpause(&server).await,
    ];
    for answer in answers {
        assert_eq!(
            answer.unwrap_err().to_string(),
            format!("Instance {id} could not be found.")
        );
    }
    assert!(matches!(driver.console_output(id, None).await, Err(Error::NoSuchInstance(gone)) if gone == id));
}
