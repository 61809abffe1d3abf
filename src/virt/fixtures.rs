//! An instance, an image and an image service for the tests of this room.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use uuid::Uuid;

use super::Progress;
use crate::image::{ByteStream, Download, Error, ImageService, NewImage};
use crate::objects::vif::{Details, Network, Subnet};
use crate::objects::{
    Cidr, Detour, Flavor, FlavorId, Image, ImageId, ImageStatus, Instance, InstanceId, Mac, NetworkChoice,
    PowerState, ProjectId, RequestContext, RequestId, SchedulerHints, TaskState, UserId, Vif, Visibility,
    VmState, Wiring,
};

pub(super) fn instance(number: u128) -> Instance {
    Instance {
        id: InstanceId(Uuid::from_u128(number)),
        number: 1,
        reservation_id: "r-00000001".to_owned(),
        launch_index: 0,
        project_id: ProjectId::from("project"),
        user_id: UserId::from("user"),
        name: "My Server".to_owned(),
        description: None,
        hostname: "my-server".to_owned(),
        image: None,
        image_properties: [].into(),
        flavor: flavor(),
        key_name: None,
        key_data: None,
        metadata: [].into(),
        tags: [].into(),
        user_data: None,
        config_drive: false,
        disk_config_auto: false,
        access_ip_v4: None,
        access_ip_v6: None,
        security_groups: Vec::new(),
        scheduler_hints: SchedulerHints::default(),
        trusted_image_certificates: None,
        host: None,
        availability_zone: None,
        pinned_availability_zone: None,
        network: NetworkChoice::Unspecified,
        vifs: Vec::new(),
        wiring: Wiring::default(),
        vm_state: VmState::Building,
        task_state: None,
        power_state: PowerState::NoState,
        exit_code: None,
        progress: 0,
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

fn flavor() -> Flavor {
    Flavor {
        id: FlavorId::from("1"),
        name: "m1.test".to_owned(),
        description: None,
        vcpus: 2,
        memory_mb: 64,
        root_gb: 5,
        ephemeral_gb: 0,
        swap_mb: 32,
        rxtx_factor: 1.0,
        is_public: true,
        disabled: false,
        extra_specs: [].into(),
        created_at: Timestamp::UNIX_EPOCH,
    }
}

/// Number `n` of a network: `10.0.0.n` on the bridge `br0`, as `eth0`.
pub(super) fn vif(n: u8) -> Vif {
    Vif {
        id: Uuid::from_u128(u128::from(n) << 96),
        mac: Mac([0xfa, 0x16, 0x3e, 0, 0, n]),
        position: 0,
        preserve_on_delete: false,
        active: true,
        tag: None,
        floating_ips: Vec::new(),
        vif_type: Some("bridge".to_owned()),
        details: Details::default(),
        ovs_interface_id: None,
        network: Network {
            id: Uuid::from_u128(7),
            label: "private".to_owned(),
            project: None,
            bridge: Some("br0".to_owned()),
            mtu: Some(1400),
            should_create_vlan: false,
            vlan: None,
            bridge_interface: None,
            subnets: vec![Subnet {
                id: None,
                cidr: Cidr {
                    address: [10, 0, 0, 0].into(),
                    prefix: 24,
                },
                gateway: Some([10, 0, 0, 254].into()),
                ips: vec![[10, 0, 0, n].into()],
                routes: Vec::new(),
                dns: Vec::new(),
            }],
        },
    }
}

pub(super) fn image(number: u128) -> Image {
    Image {
        id: ImageId(Uuid::from_u128(number)),
        name: None,
        status: ImageStatus::Active,
        visibility: Visibility::Private,
        owner: None,
        container_format: Some("docker".to_owned()),
        disk_format: Some("raw".to_owned()),
        size: None,
        virtual_size: None,
        checksum: None,
        hash_algo: None,
        hash_value: None,
        min_disk: 0,
        min_ram: 0,
        protected: false,
        hidden: false,
        tags: Vec::new(),
        properties: [].into(),
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
        engine_id: None,
    }
}

pub(super) fn context() -> RequestContext {
    RequestContext {
        judge: None,
        request_id: RequestId::from("req-virt"),
        global_request_id: None,
        user_id: UserId::from("user"),
        project_id: ProjectId::from("project"),
        roles: Vec::new(),
        token: None,
    }
}

#[derive(Debug, Default)]
pub(super) struct Steps(pub(super) Mutex<Vec<TaskState>>);

#[async_trait]
impl Progress for Steps {
    async fn task_state(&self, state: TaskState) {
        self.0.lock().unwrap().push(state);
    }
}

/// Data by image, and how often it was asked for.
#[derive(Debug, Default)]
pub(super) struct Images {
    pub(super) data: Mutex<HashMap<ImageId, Bytes>>,
    pub(super) downloads: AtomicUsize,
}

#[async_trait]
impl ImageService for Images {
    async fn address(&self) -> Result<String, Error> {
        Ok("http://images:9292".to_owned())
    }

    async fn show(&self, _: &RequestContext, id: ImageId) -> Result<Image, Error> {
        Err(Error::NotFound(id.to_string()))
    }

    async fn download(&self, _: &RequestContext, id: ImageId) -> Result<Download, Error> {
        self.downloads.fetch_add(1, Ordering::SeqCst);
        let found = self.data.lock().unwrap().get(&id).cloned();
        let data = found.ok_or_else(|| Error::NotFound(id.to_string()))?;
        Ok(Download {
            size: None,
            stream: stream::iter([Ok(data)]).boxed(),
        })
    }

    async fn create(&self, _: &RequestContext, _: NewImage) -> Result<Image, Error> {
        Err(Error::Invalid("nobody describes an image here".to_owned()))
    }

    async fn upload(&self, _: &RequestContext, id: ImageId, data: ByteStream) -> Result<(), Error> {
        let chunks: Vec<Bytes> = data.try_collect().await?;
        self.data.lock().unwrap().insert(id, chunks.concat().into());
        Ok(())
    }

    async fn delete(&self, _: &RequestContext, id: ImageId) -> Result<(), Error> {
        self.data.lock().unwrap().remove(&id);
        Ok(())
    }

    async fn with_properties(&self, _: &RequestContext, _: &[(&str, &str)]) -> Result<Vec<Image>, Error> {
        Ok(Vec::new())
    }
}
