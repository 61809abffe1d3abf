//! A small cloud for tests: real records, the fake driver, and a shelf of images.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use uuid::Uuid;

use crate::compute::{Boot, Compute, Error, Parts, Settings};
use crate::db::{Db, Records};
use crate::network::fake::FakeNetwork;
use crate::objects::*;
use crate::virt::fake::{FakeDriver, FakeFaults};

pub(super) use super::shelf::Shelf;

pub(super) const FLAVOR: &str = "tiny";
pub(super) const IMAGE: ImageId = ImageId(Uuid::from_u128(0x1111));

#[derive(Debug)]
pub(super) struct Stage {
    pub(super) db: Db,
    pub(super) driver: FakeDriver,
    pub(super) images: Arc<Shelf>,
    pub(super) network: FakeNetwork,
    pub(super) settings: Settings,
}

impl Stage {
    pub(super) async fn new() -> Self {
        let db = Db::in_memory().await.unwrap();
        let images = Arc::new(Shelf::default());
        images.put(engine_image(IMAGE));
        db.create_flavor(&flavor()).await.unwrap();
        let driver = FakeDriver::new("edge-1", db.deployment(), images.clone());
        let settings = Settings {
            host: "edge-1".to_owned(),
            ..Settings::default()
        };
        Self {
            db,
            driver,
            images,
            network: FakeNetwork::default(),
            settings,
        }
    }

    pub(super) fn faults(&self) -> FakeFaults {
        self.driver.faults()
    }

    /// Another life on the same records and the same engine; it has looked at everything when this returns.
    pub(super) async fn open(&self) -> Compute {
        let compute = self.open_at_once().await;
        eventually(|| async { compute.is_ready().await.then_some(()) }).await;
        compute
    }

    pub(super) async fn open_at_once(&self) -> Compute {
        let parts = Parts {
            records: Arc::new(self.db.clone()),
            driver: Arc::new(self.driver.clone()),
            images: self.images.clone(),
            network: Arc::new(self.network.clone()),
            world: Arc::new(SystemWorld),
            settings: self.settings.clone(),
        };
        Compute::open(parts).await.unwrap()
    }

    /// The record, once it is as wanted.
    pub(super) async fn until(&self, id: InstanceId, wanted: impl Fn(&Instance) -> bool) -> Arc<Instance> {
        let looked = tokio::time::timeout(Duration::from_secs(20), async {
            loop {
                let instance = self.db.instance(id).await.unwrap();
                if wanted(&instance) {
                    return instance;
                }
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        });
        match looked.await {
            Ok(instance) => instance,
            Err(_) => panic!("it never came to be: {:#?}", self.db.instance(id).await),
        }
    }

    pub(super) async fn db_instance(&self, id: InstanceId) -> Arc<Instance> {
        self.db.instance(id).await.unwrap()
    }

    pub(super) async fn until_gone(&self, id: InstanceId) {
        eventually(|| async { self.db.instance(id).await.is_err().then_some(()) }).await;
    }

    /// An ACTIVE server with nothing going on.
    pub(super) async fn active(&self, compute: &Compute) -> InstanceId {
        let id = compute.boot(&user(), boot("web")).await.unwrap().instances[0].id;
        self.until(id, |i| is(i, VmState::Active)).await;
        id
    }

    /// A network of the user's own with room for 253 servers.
    pub(super) fn network(&self, name: &str) -> Uuid {
        let third = self.network.networks().len();
        let cidr = format!("10.0.{third}.0/24").parse().unwrap();
        self.network.add_network("demo", name, &[cidr])
    }

    /// Ports that some server has.
    pub(super) fn bound_ports(&self) -> Vec<Uuid> {
        let ports = self.network.ports().into_iter();
        ports
            .filter(|port| port.device_id.is_some())
            .map(|port| port.id)
            .collect()
    }

    /// Neither a container nor a port nor an end on the host.
    pub(super) async fn assert_nothing_left(&self, id: InstanceId) {
        assert_eq!(self.containers().await, BTreeSet::new());
        assert_eq!(self.bound_ports().len(), 0);
        assert_eq!(self.faults().host_ends(id), BTreeSet::new());
    }

    pub(super) async fn containers(&self) -> BTreeSet<InstanceId> {
        use crate::virt::ComputeDriver;
        self.driver
            .observe_all()
            .await
            .unwrap()
            .into_iter()
            .map(|(id, _)| id)
            .collect()
    }
}

pub(super) fn is(instance: &Instance, vm_state: VmState) -> bool {
    instance.vm_state == vm_state && instance.task_state.is_none()
}

pub(super) async fn eventually<T, F: Future<Output = Option<T>>>(mut ask: impl FnMut() -> F) -> T {
    let asked = tokio::time::timeout(Duration::from_secs(20), async {
        loop {
            if let Some(answer) = ask().await {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    });
    asked.await.expect("it never came to be")
}

pub(super) fn user() -> RequestContext {
    RequestContext {
        judge: None,
        request_id: RequestId(format!("req-{}", SystemWorld.uuid())),
        global_request_id: None,
        user_id: "alice".into(),
        project_id: "demo".into(),
        roles: vec!["member".to_owned()],
        token: Some(Secret::new("secret")),
    }
}

pub(super) fn admin() -> RequestContext {
    let (user_id, project_id) = ("root".into(), "admin".into());
    RequestContext {
        judge: None,
        user_id,
        project_id,
        roles: vec!["admin".to_owned()],
        ..user()
    }
}

pub(super) fn stranger() -> RequestContext {
    RequestContext {
        judge: None,
        user_id: "mallory".into(),
        project_id: "other".into(),
        ..user()
    }
}

pub(super) fn flavor() -> Flavor {
    Flavor {
        id: FLAVOR.into(),
        name: "test.tiny".to_owned(),
        description: None,
        vcpus: 1,
        memory_mb: 512,
        root_gb: 1,
        ephemeral_gb: 0,
        swap_mb: 0,
        rxtx_factor: 1.0,
        is_public: true,
        disabled: false,
        extra_specs: BTreeMap::new(),
        created_at: Timestamp::UNIX_EPOCH,
    }
}

/// An image that the engine has already.
pub(super) fn engine_image(id: ImageId) -> Image {
    Image {
        id,
        name: Some("busybox".to_owned()),
        status: ImageStatus::Active,
        visibility: Visibility::Public,
        owner: None,
        container_format: Some("docker".to_owned()),
        disk_format: Some("raw".to_owned()),
        size: Some(1 << 20),
        virtual_size: None,
        checksum: None,
        hash_algo: None,
        hash_value: None,
        min_disk: 0,
        min_ram: 64,
        protected: false,
        hidden: false,
        tags: Vec::new(),
        properties: [("os_distro", "busybox"), ("img_signature", "x")]
            .map(|(k, v)| (k.to_owned(), v.to_owned()))
            .into(),
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
        engine_id: Some("sha256:b0".to_owned()),
    }
}

pub(super) fn boot(name: &str) -> Boot {
    Boot {
        name: name.to_owned(),
        description: None,
        hostname: None,
        flavor: FLAVOR.into(),
        image: IMAGE,
        min_count: 1,
        max_count: 1,
        metadata: BTreeMap::new(),
        tags: BTreeSet::new(),
        key_name: None,
        user_data: None,
        admin_pass: None,
        availability_zone: None,
        host: None,
        network: NetworkChoice::Unspecified,
        security_groups: Vec::new(),
        config_drive: false,
        disk_config_auto: true,
        access_ip_v4: None,
        access_ip_v6: None,
        scheduler_hints: SchedulerHints::default(),
        trusted_image_certificates: None,
    }
}

pub(super) fn boot_on(networks: &[Uuid]) -> Boot {
    let wanted = |network: &Uuid| WantedNetwork {
        network: Some(*network),
        ..WantedNetwork::default()
    };
    Boot {
        network: NetworkChoice::These(networks.iter().map(wanted).collect()),
        ..boot("web")
    }
}

pub(super) fn boot_with_port(port: Uuid) -> Boot {
    Boot {
        network: NetworkChoice::These(vec![WantedNetwork {
            port: Some(port),
            ..WantedNetwork::default()
        }]),
        ..boot("web")
    }
}

pub(super) fn words<T: std::fmt::Debug>(outcome: Result<T, Error>) -> String {
    outcome.unwrap_err().to_string()
}

/// A record for tests of pure functions.
pub(in crate::compute) fn record() -> Instance {
    Instance {
        id: InstanceId(Uuid::from_u128(0xabc)),
        number: 1,
        reservation_id: "r-00000000".to_owned(),
        launch_index: 0,
        project_id: "demo".into(),
        user_id: "alice".into(),
        name: "web".to_owned(),
        description: None,
        hostname: "web".to_owned(),
        image: Some(IMAGE),
        image_properties: BTreeMap::new(),
        flavor: flavor(),
        key_name: None,
        key_data: None,
        metadata: BTreeMap::new(),
        tags: BTreeSet::new(),
        user_data: None,
        config_drive: false,
        disk_config_auto: true,
        access_ip_v4: None,
        access_ip_v6: None,
        security_groups: Vec::new(),
        scheduler_hints: SchedulerHints::default(),
        trusted_image_certificates: None,
        host: Some("edge-1".to_owned()),
        availability_zone: Some("nova".to_owned()),
        pinned_availability_zone: None,
        network: NetworkChoice::Unspecified,
        vifs: Vec::new(),
        wiring: Wiring::default(),
        vm_state: VmState::Active,
        task_state: None,
        power_state: PowerState::Running,
        exit_code: None,
        progress: 100,
        lock: None,
        fault: None,
        snapshot_image: None,
        detour: Detour::default(),
        licence: Default::default(),
        unprovisioned: false,
        password_data: None,
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
        launched_at: None,
        terminated_at: None,
    }
}

/// A VIF for tests of pure functions.
pub(in crate::compute) fn vif(id: Uuid) -> Vif {
    Vif {
        id,
        mac: Mac([0xfa, 0x16, 0x3e, 0, 0, 1]),
        position: 0,
        preserve_on_delete: false,
        active: true,
        tag: None,
        floating_ips: Vec::new(),
        vif_type: Some("bridge".to_owned()),
        details: vif::Details::default(),
        ovs_interface_id: None,
        network: vif::Network {
            id: Uuid::from_u128(0x7e7),
            label: "private".to_owned(),
            project: None,
            bridge: None,
            mtu: None,
            should_create_vlan: false,
            vlan: None,
            bridge_interface: None,
            subnets: vec![vif::Subnet {
                id: None,
                cidr: "10.0.0.0/24".parse().unwrap(),
                gateway: None,
                ips: vec!["10.0.0.2".parse().unwrap()],
                routes: Vec::new(),
                dns: Vec::new(),
            }],
        },
    }
}
