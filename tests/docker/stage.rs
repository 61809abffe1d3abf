//! Where one test plays: a deployment of its own on the engine, cleared away when the test ends, however it ends.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bollard::models::{ContainerInspectResponse, ImageInspect};
use bollard::query_parameters::{
    CreateImageOptionsBuilder, InspectContainerOptions, ListContainersOptionsBuilder,
    ListImagesOptionsBuilder, ListNetworksOptionsBuilder, ListVolumesOptionsBuilder,
    RemoveContainerOptionsBuilder, RemoveImageOptionsBuilder, RemoveVolumeOptions,
};
use bytes::Bytes;
use futures_util::TryStreamExt;
use nix::sched::{CloneFlags, unshare};
use nova_docker::docker::{Docker, Endpoint};
use nova_docker::network::vif::{self, Kernel, Namespace, OvsSwitch, Plugging};
use nova_docker::objects::{
    DeploymentId, Detour, Flavor, FlavorId, Image, ImageId, Instance, InstanceId, NetworkChoice, ProjectId,
    RequestContext, RequestId, SchedulerHints, SystemWorld, TaskState, UserData, UserId, VmState, Wiring,
    World,
};
use nova_docker::virt::docker::{DockerDriver, Settings};
use nova_docker::virt::{ComputeDriver, Error, Observed, Progress, Supplies};

use crate::images::{Images, described};

pub(crate) struct Stage {
    pub(crate) deployment: DeploymentId,
    pub(crate) docker: Docker,
    pub(crate) images: Arc<Images>,
    pub(crate) driver: DockerDriver,
    settings: Settings,
    pub(crate) files: tempfile::TempDir,
    /// The namespace of this test's bridges.
    pub(crate) home: Namespace,
    pub(crate) plugging: Plugging,
    /// The reference of the image made for this test: busybox, whose command is a shell.
    pub(crate) reference: String,
}

impl Stage {
    pub(crate) async fn set() -> Self {
        Self::set_with(|_| {}).await
    }

    pub(crate) async fn set_with(change: impl FnOnce(&mut Settings)) -> Self {
        let docker = docker();
        let deployment = DeploymentId(SystemWorld.uuid());
        let files = tempfile::tempdir().unwrap();
        let images = Arc::new(Images::default());
        let home = namespace();
        let kernel = Kernel::new(home.clone(), OvsSwitch::default());
        let mut settings = Settings {
            deployment,
            host: "docker-tests".to_owned(),
            instances_path: files.path().join("instances"),
            root_directory: "/var/lib/docker".into(),
            shared_directory: None,
            archives: Default::default(),
            pause_on_snapshot: true,
            inject_key: false,
            privileged: false,
            allowed_bind_paths: Vec::new(),
            plugging: vif::choose("generic", &vif::Settings::default(), Arc::new(kernel)).unwrap(),
            guests: None,
        };
        change(&mut settings);
        let plugging = settings.plugging.clone();
        let stage = Self {
            driver: DockerDriver::new(docker.clone(), images.clone(), settings.clone()),
            settings,
            reference: format!("nova-docker-test/{deployment}:busybox"),
            deployment,
            docker,
            images,
            files,
            home,
            plugging,
        };
        stage.import(&stage.reference, r#"CMD ["sh"]"#).await;
        stage
    }

    /// As after a restart of nova-docker: it remembers nothing.
    pub(crate) fn another_driver(&self) -> DockerDriver {
        DockerDriver::new(self.docker.clone(), self.images.clone(), self.settings.clone())
    }

    pub(crate) async fn api(&self) -> bollard::Docker {
        self.docker.api().await.expect("these tests need a Docker engine")
    }

    /// Makes an image of busybox with one line of a Dockerfile.
    pub(crate) async fn import(&self, reference: &str, change: &str) {
        self.import_root(reference, change, busybox()).await;
    }

    /// Makes an image of a root file system, a tar that may be in gzip.
    pub(crate) async fn import_root(&self, reference: &str, change: &str, root: Bytes) {
        let (repo, tag) = reference.rsplit_once(':').unwrap();
        let options = CreateImageOptionsBuilder::default()
            .from_src("-")
            .repo(repo)
            .tag(tag);
        let options = if change.is_empty() {
            options
        } else {
            options.changes(vec![change.to_owned()])
        };
        let body = bollard::body_full(root);
        let answers = self
            .api()
            .await
            .create_image(Some(options.build()), Some(body), None);
        answers
            .try_collect::<Vec<_>>()
            .await
            .expect("busybox becomes an image");
    }

    /// What `docker save` writes of this test's image, which then is gone from the engine.
    pub(crate) async fn saved(&self) -> Bytes {
        let saved = self.save(&self.reference).await;
        self.remove_image(&self.reference).await;
        saved
    }

    pub(crate) async fn save(&self, reference: &str) -> Bytes {
        let chunks: Vec<Bytes> = self
            .api()
            .await
            .export_image(reference)
            .try_collect()
            .await
            .unwrap();
        chunks.concat().into()
    }

    pub(crate) async fn remove_image(&self, reference: &str) {
        let options = RemoveImageOptionsBuilder::default().force(true).build();
        self.api()
            .await
            .remove_image(reference, Some(options), None)
            .await
            .unwrap();
    }

    /// This test's image as one that the engine has already.
    pub(crate) async fn local_image(&self) -> Image {
        self.local(&self.reference).await
    }

    pub(crate) async fn local(&self, reference: &str) -> Image {
        let engine_id = self.inspect_image(reference).await.unwrap().id;
        Image {
            engine_id,
            ..described(None)
        }
    }

    pub(crate) async fn inspect_image(&self, reference: &str) -> Option<ImageInspect> {
        self.api().await.inspect_image(reference).await.ok()
    }

    pub(crate) async fn boot(&self, instance: &Instance, image: &Image) -> Result<Observed, Error> {
        self.driver
            .spawn(
                &context(),
                instance,
                image,
                &Supplies::default(),
                &Steps::default(),
            )
            .await
    }

    /// A server of this test's image that runs `command`.
    pub(crate) async fn running(&self, command: &str) -> Instance {
        let instance = instance(&format!("command: {command:?}"));
        self.boot(&instance, &self.local_image().await)
            .await
            .expect("the server boots");
        instance
    }

    pub(crate) async fn inspect(&self, id: InstanceId) -> Option<ContainerInspectResponse> {
        let name = format!("nova-{id}");
        self.api()
            .await
            .inspect_container(&name, None::<InspectContainerOptions>)
            .await
            .ok()
    }

    /// What the server wrote, once it wrote `words`.
    pub(crate) async fn console_with(&self, id: InstanceId, words: &str) -> String {
        for _ in 0..100 {
            let written = self.driver.console_output(id, None).await.unwrap();
            if written.contains(words) {
                return written;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("the server never wrote {words:?}");
    }

    /// Until the server's process has ended.
    pub(crate) async fn ended(&self, id: InstanceId) -> Observed {
        for _ in 0..100 {
            let observed = self.driver.observe(id).await.unwrap().unwrap();
            if observed.exit_code.is_some() {
                return observed;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("the server never ended");
    }

    /// The containers of this deployment, by name.
    pub(crate) async fn containers(&self) -> Vec<String> {
        containers(&self.api().await, self.deployment).await
    }

    pub(crate) fn cache_reference(&self, id: ImageId) -> String {
        format!("nova-docker/{}:{id}", self.deployment)
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        let deployment = self.deployment;
        let cleaning = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(clear(deployment));
        });
        cleaning.join().ok();
    }
}

async fn clear(deployment: DeploymentId) {
    let Ok(api) = docker().api().await else {
        return;
    };
    for name in containers(&api, deployment).await {
        let options = RemoveContainerOptionsBuilder::default()
            .force(true)
            .v(true)
            .build();
        api.remove_container(&name, Some(options)).await.ok();
    }
    let label = format!("org.openstack.nova.deployment={deployment}");
    let filters = HashMap::from([("label", vec![label])]);
    let options = ListVolumesOptionsBuilder::default().filters(&filters).build();
    let volumes = api.list_volumes(Some(options)).await.unwrap_or_default().volumes;
    for volume in volumes.unwrap_or_default() {
        api.remove_volume(&volume.name, None::<RemoveVolumeOptions>)
            .await
            .ok();
    }
    let options = ListNetworksOptionsBuilder::default().filters(&filters).build();
    for network in api.list_networks(Some(options)).await.unwrap_or_default() {
        api.remove_network(&network.name.unwrap_or_default()).await.ok();
    }
    for repository in ["nova-docker", "nova-docker-test"] {
        let filters = HashMap::from([("reference", vec![format!("{repository}/{deployment}")])]);
        let options = ListImagesOptionsBuilder::default().filters(&filters).build();
        for tag in api
            .list_images(Some(options))
            .await
            .unwrap_or_default()
            .into_iter()
            .flat_map(|i| i.repo_tags)
        {
            let options = RemoveImageOptionsBuilder::default().force(true).build();
            api.remove_image(&tag, Some(options), None).await.ok();
        }
    }
}

async fn containers(api: &bollard::Docker, deployment: DeploymentId) -> Vec<String> {
    let label = format!("org.openstack.nova.deployment={deployment}");
    let options = ListContainersOptionsBuilder::default()
        .all(true)
        .filters(&HashMap::from([("label", vec![label])]))
        .build();
    let found = api.list_containers(Some(options)).await.unwrap_or_default();
    let names = found
        .into_iter()
        .flat_map(|container| container.names.unwrap_or_default());
    names
        .map(|name| name.trim_start_matches('/').to_owned())
        .collect()
}

/// A new one, which ends when nobody holds it any more.
fn namespace() -> Namespace {
    let made = std::thread::spawn(|| {
        unshare(CloneFlags::CLONE_NEWNET).expect("these tests need root");
        Namespace::current().unwrap()
    });
    made.join().unwrap()
}

pub(crate) fn docker() -> Docker {
    let mut endpoint = Endpoint::default();
    if let Ok(url) = std::env::var("NOVA_DOCKER_TEST_HOST") {
        endpoint.url = url;
    }
    Docker::new(endpoint).unwrap()
}

/// A root file system: busybox, and links for what the tests call.
fn busybox() -> Bytes {
    let program = std::fs::read("/bin/busybox").expect("these tests need Debian's busybox-static");
    let mut archive = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(program.len() as u64);
    header.set_mode(0o755);
    archive
        .append_data(&mut header, "bin/busybox", program.as_slice())
        .unwrap();
    for name in [
        "sh", "sleep", "cat", "echo", "env", "printf", "seq", "ls", "hostname", "ping", "ip", "nslookup",
        "wget", "nc", "touch",
    ] {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(tar::EntryType::Symlink);
        header.set_size(0);
        archive
            .append_link(&mut header, format!("bin/{name}"), "busybox")
            .unwrap();
    }
    archive.into_inner().unwrap().into()
}

pub(crate) fn context() -> RequestContext {
    RequestContext {
        judge: None,
        request_id: RequestId::from("req-docker-tests"),
        global_request_id: None,
        user_id: UserId::from("the-user"),
        project_id: ProjectId::from("the-project"),
        roles: vec!["member".to_owned()],
        token: None,
    }
}

pub(crate) fn instance(user_data: &str) -> Instance {
    let now = SystemWorld.now();
    Instance {
        id: InstanceId(SystemWorld.uuid()),
        number: 1,
        reservation_id: "r-00000001".to_owned(),
        launch_index: 0,
        project_id: ProjectId::from("the-project"),
        user_id: UserId::from("the-user"),
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
        user_data: Some(UserData::new(STANDARD.encode(user_data)).unwrap()),
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
        power_state: nova_docker::objects::PowerState::NoState,
        exit_code: None,
        snapshot_image: None,
        detour: Detour::default(),
        licence: Default::default(),
        unprovisioned: false,
        password_data: None,
        progress: 0,
        lock: None,
        fault: None,
        created_at: now,
        updated_at: now,
        launched_at: None,
        terminated_at: None,
    }
}

fn flavor() -> Flavor {
    Flavor {
        id: FlavorId::from("1"),
        name: "m1.test".to_owned(),
        description: None,
        vcpus: 1,
        memory_mb: 64,
        root_gb: 1,
        ephemeral_gb: 0,
        swap_mb: 32,
        rxtx_factor: 1.0,
        is_public: true,
        disabled: false,
        extra_specs: [].into(),
        created_at: SystemWorld.now(),
    }
}

/// Remembers the task states it was told.
#[derive(Debug, Default)]
pub(crate) struct Steps(pub(crate) Mutex<Vec<TaskState>>);

#[async_trait]
impl Progress for Steps {
    async fn task_state(&self, state: TaskState) {
        self.0.lock().unwrap().push(state);
    }
}
