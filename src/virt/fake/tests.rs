use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bollard::models::ImageConfig;
use bytes::Bytes;
use futures_util::{FutureExt, StreamExt};
use uuid::Uuid;

use super::{FakeDriver, Verb, archive};
use crate::objects::{DeploymentId, Image, ImageId, InstanceId, PowerState, TaskState, Vif};
use crate::virt::fixtures::{Images, Steps, context, image, instance, vif};
use crate::virt::{ComputeDriver, Error, Event, NetworkInfo, Observed, RebootType, Supplies};

const PATIENCE: Duration = Duration::from_secs(10);

struct Setting {
    images: Arc<Images>,
    driver: FakeDriver,
}

impl Setting {
    fn new() -> Self {
        let images = Arc::<Images>::default();
        let driver = FakeDriver::new("fake-host", DeploymentId(Uuid::from_u128(9)), images.clone());
        Self { images, driver }
    }

    fn image(&self, command: Option<&str>) -> Image {
        let config = ImageConfig {
            cmd: command.map(|command| vec![command.to_owned()]),
            ..ImageConfig::default()
        };
        self.put(archive::write(&config).unwrap())
    }

    fn put(&self, data: Bytes) -> Image {
        let image = image(50);
        self.images.data.lock().unwrap().insert(image.id, data);
        image
    }

    async fn boot(&self, number: u128, image: &Image) -> Result<Observed, Error> {
        let steps = Steps::default();
        self.driver
            .spawn(&context(), &instance(number), image, &Supplies::default(), &steps)
            .await
    }

    async fn server(&self) -> InstanceId {
        self.boot(1, &self.image(Some("sh"))).await.unwrap();
        instance(1).id
    }
}

#[tokio::test]
async fn a_server_lives_as_a_real_one_does() {
    let setting = Setting::new();
    let id = setting.server().await;
    let driver = &setting.driver;
    let brief = |observed: Observed| (observed.power_state, observed.exit_code);
    assert_eq!(brief(driver.pause(id).await.unwrap()), (PowerState::Paused, None));
    assert_eq!(
        brief(driver.unpause(&instance(1)).await.unwrap()),
        (PowerState::Running, None)
    );
    assert_eq!(
        brief(driver.power_off(id, PATIENCE).await.unwrap()),
        (PowerState::Shutdown, Some(143))
    );
    assert!(matches!(driver.pause(id).await, Err(Error::Refused(_))));
    assert_eq!(
        brief(
            driver
                .power_on(&instance(1), &NetworkInfo::default())
                .await
                .unwrap()
        ),
        (PowerState::Running, None)
    );
    assert_eq!(
        brief(
            driver
                .reboot(&instance(1), &NetworkInfo::default(), RebootType::Hard, PATIENCE)
                .await
                .unwrap()
        ),
        (PowerState::Running, None)
    );
    assert_eq!(
        driver.console_output(id, Some(2)).await.unwrap(),
        "My Server ended with 137\nMy Server is up\n"
    );
    driver.destroy(id).await.unwrap();
    driver.destroy(id).await.unwrap();
    assert_eq!(driver.observe(id).await.unwrap(), None);
    assert!(
        matches!(driver.power_on(&instance(1), &NetworkInfo::default()).await, Err(Error::NoSuchInstance(gone)) if gone == id)
    );
}

#[tokio::test]
async fn what_the_real_one_refuses_is_refused() {
    let setting = Setting::new();
    let refused = |outcome: Result<Observed, Error>| outcome.unwrap_err().to_string();
    let mute = setting.image(None);
    assert!(refused(setting.boot(1, &mute).await).contains("neither a command nor an entrypoint"));
    let setting = Setting::new();
    let text = setting.put("no archive at all".into());
    assert!(refused(setting.boot(1, &text).await).contains("not a docker save archive"));
    let ova = Image {
        container_format: Some("ova".to_owned()),
        ..image(51)
    };
    assert!(refused(setting.boot(1, &ova).await).contains("its container format is ova"));
    assert_eq!(
        refused(setting.boot(1, &image(52)).await),
        format!("Image {} could not be found.", image(52).id)
    );
    assert_eq!(setting.driver.observe_all().await.unwrap(), []);
    assert_eq!(setting.driver.cached_images().await.unwrap(), []);
}

#[tokio::test]
async fn an_image_is_fetched_once_for_a_thousand_servers() {
    let setting = Setting::new();
    let image = setting.image(Some("sh"));
    for number in 1..=1000 {
        setting.boot(number, &image).await.unwrap();
    }
    let seen = setting.driver.observe_all().await.unwrap();
    assert_eq!(seen.len(), 1000);
    assert_eq!(setting.images.downloads.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_snapshot_is_an_image_that_boots() {
    let setting = Setting::new();
    setting.server().await;
    let steps = Steps::default();
    let taken = Image {
        id: ImageId(Uuid::from_u128(60)),
        ..image(60)
    };
    setting
        .driver
        .snapshot(&context(), &instance(1), taken.id, &steps)
        .await
        .unwrap();
    assert_eq!(
        *steps.0.lock().unwrap(),
        [TaskState::ImagePendingUpload, TaskState::ImageUploading]
    );
    setting.driver.forget_image(taken.id).await.unwrap();
    let observed = setting.boot(2, &taken).await.unwrap();
    assert_eq!(observed.power_state, PowerState::Running);
}

#[tokio::test]
async fn faults_come_when_they_are_told_to() {
    let setting = Setting::new();
    let id = setting.server().await;
    let faults = setting.driver.faults();
    faults.fail_next(Verb::Reboot, "no");
    let first = setting
        .driver
        .reboot(&instance(1), &NetworkInfo::default(), RebootType::Soft, PATIENCE)
        .await;
    assert!(matches!(first, Err(Error::Refused(reason)) if reason == "no"));
    assert!(
        setting
            .driver
            .reboot(&instance(1), &NetworkInfo::default(), RebootType::Soft, PATIENCE)
            .await
            .is_ok()
    );

    let held = faults.hold(Verb::Pause).await;
    assert!(setting.driver.pause(id).now_or_never().is_none());
    drop(held);
    assert!(setting.driver.pause(id).await.is_ok());
}

#[tokio::test]
async fn what_happens_behind_our_back_is_told_until_the_engine_goes() {
    let setting = Setting::new();
    let id = setting.server().await;
    let faults = setting.driver.faults();
    let mut events = setting.driver.events().await.unwrap();
    faults.end_process(id, 9);
    assert_eq!(events.next().await, Some(Event { instance: id }));
    let observed = setting.driver.observe(id).await.unwrap().unwrap();
    assert_eq!(
        (observed.power_state, observed.exit_code),
        (PowerState::Shutdown, Some(9))
    );
    faults.lose(id);
    assert_eq!(events.next().await, Some(Event { instance: id }));
    faults.engine_down(true);
    assert_eq!(events.next().await, None);
    assert!(matches!(
        setting.driver.observe_all().await,
        Err(Error::Engine(_))
    ));
    faults.engine_down(false);
    assert_eq!(setting.driver.observe_all().await.unwrap(), []);
}

#[tokio::test]
async fn interfaces_are_where_a_real_server_has_them() {
    let setting = Setting::new();
    let (driver, faults) = (&setting.driver, setting.driver.faults());
    let server = instance(1);
    let wired = |vifs: &[Vif]| NetworkInfo {
        vifs: vifs.to_vec(),
        guards: Vec::new(),
    };
    let second = Vif {
        position: 1,
        ..vif(6)
    };
    for lonely in [
        driver.plug_vifs(&server, &wired(&[vif(5)])).await,
        driver.guard(&server, &wired(&[vif(5)])).await,
        driver.detach_vif(&server, &vif(5)).await,
    ] {
        assert!(matches!(lonely, Err(Error::NoSuchInstance(id)) if id == server.id));
    }
    setting.server().await;
    let twice = driver.plug_vifs(&server, &wired(&[vif(5), vif(6)])).await;
    assert_eq!(
        twice.unwrap_err().to_string(),
        "there is another interface 'eth0' in the server's network namespace"
    );
    assert_eq!(faults.network(server.id), Some(NetworkInfo::default()));
    driver
        .plug_vifs(&server, &wired(&[vif(5), second.clone()]))
        .await
        .unwrap();
    for _ in 0..2 {
        driver.detach_vif(&server, &vif(5)).await.unwrap();
        assert_eq!(
            faults.network(server.id),
            Some(wired(std::slice::from_ref(&second)))
        );
    }
    driver.power_off(server.id, PATIENCE).await.unwrap();
    driver.plug_vifs(&server, &wired(&[vif(5)])).await.unwrap();
    assert_eq!(faults.network(server.id), Some(NetworkInfo::default()));
    driver.power_on(&server, &wired(&[vif(5)])).await.unwrap();
    assert_eq!(faults.network(server.id), Some(wired(&[vif(5)])));
    driver.unplug_vifs(&server, &[vif(5)]).await.unwrap();
    assert_eq!(faults.network(server.id), Some(NetworkInfo::default()));
}
