//! What both settings are built of, from the configuration to the rooms' own terms.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use tokio::sync::mpsc;

use super::wiring::Wiring;
use super::{State, consoles};
use crate::api::cors::Cors;
use crate::api::healthcheck::HealthSettings;
use crate::api::metrics::Metrics;
use crate::api::policy::Policy;
use crate::api::{self, RequestIds};
use crate::compute::{self, Compute};
use crate::conf::Conf;
use crate::db::{Db, Records};
use crate::docker::{Docker, Endpoint};
use crate::identity::Validate;
use crate::image::ImageService;
use crate::image::archive::Rules;
use crate::network::NetworkService;
use crate::network::guest::Guests;
use crate::network::vif::Plugging;
use crate::objects::World;
use crate::virt;

/// Everything that serves, ready to be listened with.
#[derive(Debug)]
pub(super) struct Cloud {
    pub(super) compute: Compute,
    pub(super) doors: Doors,
    /// Alone, where servers are on bridges of our own.
    pub(super) wiring: Option<Wiring>,
}

/// One router for each port; inside a cloud there is one port.
#[derive(Debug)]
pub(super) struct Doors {
    pub(super) compute: Router,
    pub(super) console: Option<Router>,
    pub(super) identity: Option<Router>,
    pub(super) image: Option<Router>,
    pub(super) network: Option<Router>,
    /// `[prometheus]`
    pub(super) metrics: Option<Router>,
}

impl Doors {
    /// Each with what surrounds all of them.
    pub(super) fn surrounded(self, conf: &Conf, compute: &Compute) -> anyhow::Result<Self> {
        let metrics = Metrics::default();
        let cors = &conf.cors;
        let cors = Cors {
            origins: cors.allowed_origin.clone(),
            credentials: cors.allow_credentials,
            expose_headers: cors.expose_headers.clone(),
            max_age: Duration::from_secs(cors.max_age),
            methods: cors.allow_methods.clone(),
            headers: cors.allow_headers.clone(),
        };
        let around = |name, router: Option<Router>| {
            let router = router.map(|router| cors.around(metrics.around(name, router)));
            router.transpose()
        };
        Ok(Self {
            compute: cors.around(metrics.around("compute", self.compute))?,
            // Which pages may open a console is said elsewhere.
            console: self.console.map(|router| metrics.around("console", router)),
            identity: around("identity", self.identity)?,
            image: around("image", self.image)?,
            network: around("network", self.network)?,
            metrics: Some(metrics.clone().router(compute.clone())),
        })
    }
}

pub(super) async fn database(conf: &Conf, state: &State) -> anyhow::Result<Db> {
    if state.ephemeral {
        return Db::in_memory().await.context("the database could not be opened");
    }
    let path = conf.database.sqlite_path(&state.path);
    Ok(Db::open(&path).await?)
}

pub(in crate::cmd) fn engine(conf: &Conf) -> anyhow::Result<Docker> {
    let docker = &conf.docker;
    Ok(Docker::new(Endpoint {
        url: docker.host_url.clone(),
        api_insecure: docker.api_insecure,
        ca_file: docker.ca_file.clone(),
        cert_file: docker.cert_file.clone(),
        key_file: docker.key_file.clone(),
        api_version: docker.docker_remote_api_version.clone(),
        timeout: Duration::from_secs(docker.default_timeout),
    })?)
}

/// How servers come to their networks.
#[derive(Debug)]
pub(super) struct Wires {
    pub(super) networks: Arc<dyn NetworkService>,
    pub(super) plugging: Plugging,
}

/// The core: records, driver and images under one façade.
pub(super) async fn core(
    conf: &Conf,
    state: &State,
    db: &Db,
    docker: Docker,
    images: Arc<dyn ImageService>,
    world: Arc<dyn World>,
    wires: Wires,
) -> anyhow::Result<Compute> {
    let (told, listeners) = mpsc::unbounded_channel();
    let directory = compute::Directory::new(Arc::new(db.clone()));
    let settings = virt::docker::Settings {
        deployment: db.deployment(),
        host: conf.default.host.clone(),
        instances_path: match state.ephemeral {
            true => state.path.join("instances"),
            false => conf.default.instances_path.clone(),
        },
        root_directory: conf.docker.root_directory.clone(),
        shared_directory: conf.docker.shared_directory.clone(),
        archives: archives(conf),
        pause_on_snapshot: conf.docker.pause_on_snapshot,
        inject_key: conf.docker.inject_key,
        privileged: conf.docker.privileged,
        allowed_bind_paths: conf.docker.allowed_bind_paths.iter().map(PathBuf::from).collect(),
        plugging: wires.plugging,
        guests: Some(Guests::new(Arc::new(directory), told)),
    };
    let driver = virt::driver(&conf.default.compute_driver, docker, images.clone(), settings)?;
    let parts = compute::Parts {
        records: Arc::new(db.clone()),
        driver,
        images,
        network: wires.networks,
        world,
        settings: compute_settings(conf, state),
    };
    let compute = Compute::open(parts).await?;
    tokio::spawn(api::metadata::serve(compute.clone(), listeners));
    Ok(compute)
}

/// What is asked of uploaded images.
pub(super) fn archives(conf: &Conf) -> Rules {
    Rules {
        max_bytes: conf.docker.max_image_size_mb.saturating_mul(1 << 20),
        max_ratio: conf.docker.max_image_expansion,
        ..Rules::default()
    }
}

fn compute_settings(conf: &Conf, state: &State) -> compute::Settings {
    let base = &conf.default;
    let limit = |number: i64| u64::try_from(number).ok();
    let waits = |seconds: u64| (seconds > 0).then(|| Duration::from_secs(seconds));
    compute::Settings {
        host: base.host.clone(),
        host_ip: base.my_ip.clone(),
        availability_zone: base.default_availability_zone.clone(),
        cpu_allocation_ratio: base.cpu_allocation_ratio,
        ram_allocation_ratio: base.ram_allocation_ratio,
        reserved_host_memory_mb: base.reserved_host_memory_mb,
        instance_name_template: base.instance_name_template.clone(),
        metadata_domain: conf.api.dhcp_domain.clone(),
        force_config_drive: base.force_config_drive,
        // Negative is never, and a century is as good.
        sync_interval: Duration::from_secs(
            limit(base.sync_power_state_interval).map_or_else(|| u32::MAX.into(), |s| s.max(1)),
        ),
        shutdown_timeout: Duration::from_secs(base.shutdown_timeout),
        image_cache_interval: match conf.image_cache.manager_interval {
            ..0 => None,
            0 => Some(compute::Settings::default().sync_interval),
            seconds => limit(seconds).map(Duration::from_secs),
        },
        image_cache_age: Duration::from_secs(
            limit(conf.image_cache.remove_unused_original_minimum_age_seconds).unwrap_or(86_400),
        ),
        vif_plugging_timeout: Duration::from_secs(base.vif_plugging_timeout),
        vif_plugging_is_fatal: base.vif_plugging_is_fatal,
        heal_interval: Duration::from_secs(
            limit(base.heal_instance_info_cache_interval)
                .filter(|seconds| *seconds > 0)
                .unwrap_or_else(|| u32::MAX.into()),
        ),
        confirm_resize_after: waits(base.resize_confirm_window),
        offload_after: limit(base.shelved_offload_time).map(Duration::from_secs),
        reclaim_after: waits(base.reclaim_instance_interval),
        console_token_ttl: Duration::from_secs(conf.consoleauth.token_ttl.into()),
        quotas: compute::Quotas {
            instances: limit(conf.quota.instances),
            cores: limit(conf.quota.cores),
            ram_mb: limit(conf.quota.ram),
            metadata_items: limit(conf.quota.metadata_items),
            key_pairs: limit(conf.quota.key_pairs),
            server_groups: limit(conf.quota.server_groups),
            server_group_members: limit(conf.quota.server_group_members),
        },
        publishable_ports: conf.docker.publishable_ports.0.clone(),
        run_user_scripts: conf.docker.run_user_scripts,
        ephemeral: state.ephemeral,
        ..compute::Settings::default()
    }
}

pub(super) fn compute_door(
    conf: &Conf,
    compute: Compute,
    identity: Arc<dyn Validate>,
    world: Arc<dyn World>,
) -> anyhow::Result<Router> {
    let whole = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    Ok(api::compute::router(api::compute::Parts {
        compute,
        identity,
        policy: policy(conf)?,
        world,
        links: api::LinkSettings {
            prefix: conf.api.compute_link_prefix.clone(),
            image_prefix: conf.api.glance_link_prefix.clone(),
            behind_proxy: conf.oslo_middleware.enable_proxy_headers_parsing,
        },
        consoles: consoles::settings(conf),
        max_limit: whole(conf.api.max_limit),
        max_body: whole(conf.oslo_middleware.max_request_body_size),
        health: HealthSettings {
            detailed: conf.healthcheck.detailed,
            disable_by_file_path: conf.healthcheck.disable_by_file_path.clone(),
        },
    }))
}

/// None where no consoles are given out.
pub(super) fn console_door(conf: &Conf, compute: Compute, ids: RequestIds) -> Option<Router> {
    consoles::are_served(conf).then(|| api::console::router(compute, consoles::settings(conf), ids))
}

fn policy(conf: &Conf) -> anyhow::Result<Arc<Policy>> {
    let policy = Policy::open(&conf.oslo_policy.policy_file)?;
    for warning in policy.warnings() {
        tracing::warn!("{warning}");
    }
    Ok(Arc::new(policy))
}
