//! What an operator decides about servers, in compute's own terms.

use std::ops::RangeInclusive;
use std::time::Duration;

#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The name this host goes by (`host`).
    pub host: String,
    /// The address that this host is known by (`my_ip`).
    pub host_ip: String,
    pub availability_zone: String,
    pub cpu_allocation_ratio: f64,
    pub ram_allocation_ratio: f64,
    /// Memory that no server may have.
    pub reserved_host_memory_mb: u64,
    /// `instance-%08x`: what a server's number becomes in `OS-EXT-SRV-ATTR:instance_name`.
    pub instance_name_template: String,
    /// What host names are completed with in metadata (`dhcp_domain`); empty for nothing.
    pub metadata_domain: String,
    /// Every new server gets a config drive.
    pub force_config_drive: bool,
    /// How often the records and the engine are compared when no event asks for it.
    pub sync_interval: Duration,
    /// How long a server is given to end by itself.
    pub shutdown_timeout: Duration,
    /// How often the engine's images are looked through for those that no server uses; `None` for never.
    pub image_cache_interval: Option<Duration>,
    /// How long an image stays in the engine after the last server that used it.
    pub image_cache_age: Duration,
    pub max_concurrent_builds: usize,
    /// How long a server waits for its ports to work before it starts; zero waits for nothing.
    pub vif_plugging_timeout: Duration,
    /// A port that does not work in time fails the server.
    pub vif_plugging_is_fatal: bool,
    /// How often the network service is asked for everything when nothing it tells asks for it.
    pub heal_interval: Duration,
    /// How long a resized server waits for its user before the resize is confirmed by itself; `None` waits for ever.
    pub confirm_resize_after: Option<Duration>,
    /// How long a shelved server keeps its container; `None` keeps it for ever.
    pub offload_after: Option<Duration>,
    /// How long a deleted server can be restored; `None` deletes at once.
    pub reclaim_after: Option<Duration>,
    /// How long a console may wait to be opened.
    pub console_token_ttl: Duration,
    pub quotas: Quotas,
    /// The ports of the host at which everybody's servers may be reached.
    pub publishable_ports: Vec<RangeInclusive<u16>>,
    /// What a `user_data` says to cloud-init is done inside its server.
    pub run_user_scripts: bool,
    /// Nothing outlives the process: servers go when it goes.
    pub ephemeral: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            host: "nova-docker".to_owned(),
            host_ip: "127.0.0.1".to_owned(),
            availability_zone: "nova".to_owned(),
            cpu_allocation_ratio: 16.0,
            ram_allocation_ratio: 1.5,
            reserved_host_memory_mb: 512,
            instance_name_template: "instance-%08x".to_owned(),
            metadata_domain: "novalocal".to_owned(),
            force_config_drive: false,
            sync_interval: Duration::from_secs(60),
            shutdown_timeout: Duration::from_secs(60),
            image_cache_interval: Some(Duration::from_secs(40 * 60)),
            image_cache_age: Duration::from_secs(24 * 60 * 60),
            max_concurrent_builds: 10,
            vif_plugging_timeout: Duration::from_secs(300),
            vif_plugging_is_fatal: true,
            heal_interval: Duration::from_secs(60),
            confirm_resize_after: None,
            offload_after: Some(Duration::ZERO),
            reclaim_after: None,
            console_token_ttl: Duration::from_secs(600),
            quotas: Quotas::default(),
            publishable_ports: vec![1024..=u16::MAX],
            run_user_scripts: true,
            ephemeral: false,
        }
    }
}

/// How much each project (for key pairs: each user) may have; `None` is no limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quotas {
    pub instances: Option<u64>,
    pub cores: Option<u64>,
    pub ram_mb: Option<u64>,
    pub metadata_items: Option<u64>,
    pub key_pairs: Option<u64>,
    pub server_groups: Option<u64>,
    pub server_group_members: Option<u64>,
}

impl Default for Quotas {
    /// The machine is the limit for servers; the rest is as Nova has it.
    fn default() -> Self {
        Self {
            instances: None,
            cores: None,
            ram_mb: None,
            metadata_items: Some(128),
            key_pairs: Some(100),
            server_groups: Some(10),
            server_group_members: Some(10),
        }
    }
}
