//! What this host has, and what its engine can do.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use bollard::models::SystemInfo;
use tokio::sync::OnceCell;

use super::DockerDriver;
use super::refusal::refused;
use crate::objects::HostResources;
use crate::virt::Error;

/// What was learnt about the engine and need not be asked for each server.
#[derive(Debug, Default)]
pub(super) struct Abilities {
    known: OnceCell<Known>,
    disk_limit_refused: AtomicBool,
}

#[derive(Debug, Clone)]
struct Known {
    cpus: u32,
    disk_limit: bool,
    architecture: String,
    zstd_layers: bool,
}

/// The first that unpacks layers that are compressed with zstd.
const ZSTD_SINCE: u32 = 23;

impl Abilities {
    pub(super) fn may_limit_disk(&self) -> bool {
        let hopeful = self.known.get().is_some_and(|known| known.disk_limit);
        hopeful && !self.disk_limit_refused.load(Ordering::Relaxed)
    }

    /// The storage driver looked able and is not: it is not asked again.
    pub(super) fn disk_limit_was_refused(&self) {
        self.disk_limit_refused.store(true, Ordering::Relaxed);
    }

    fn learn(&self, info: &SystemInfo) -> Known {
        let known = Known {
            cpus: cpus(info),
            disk_limit: can_limit_disk(info),
            architecture: info.architecture.clone().unwrap_or_default(),
            zstd_layers: major(info).is_none_or(|major| major >= ZSTD_SINCE),
        };
        // Whoever was first said the same.
        let _ = self.known.set(known.clone());
        known
    }
}

impl DockerDriver {
    /// How many CPUs the engine has: it refuses to give a container more. Also learns whether disks can be limited.
    pub(super) async fn host_cpus(&self) -> Result<u32, Error> {
        Ok(self.known().await?.cpus)
    }

    /// The architecture as the kernel says it, and whether layers may be compressed with zstd.
    pub(super) async fn image_abilities(&self) -> Result<(String, bool), Error> {
        let known = self.known().await?;
        Ok((known.architecture, known.zstd_layers))
    }

    async fn known(&self) -> Result<Known, Error> {
        if let Some(known) = self.abilities.known.get() {
            return Ok(known.clone());
        }
        let info = self.docker.api().await?.info().await.map_err(refused)?;
        Ok(self.abilities.learn(&info))
    }

    pub(super) async fn host_resources(&self) -> Result<HostResources, Error> {
        let info = self.docker.api().await?.info().await.map_err(refused)?;
        self.abilities.learn(&info);
        let (local_gb, free_disk_gb) = disk(&self.settings.root_directory);
        Ok(HostResources {
            hypervisor_type: "docker".to_owned(),
            hypervisor_hostname: self.settings.host.clone(),
            vcpus: cpus(&info),
            memory_mb: u64::try_from(info.mem_total.unwrap_or(0)).unwrap_or(0) >> 20,
            version: info.server_version.unwrap_or_default(),
            architecture: info.architecture.unwrap_or_default(),
            local_gb,
            free_disk_gb,
        })
    }
}

fn cpus(info: &SystemInfo) -> u32 {
    info.ncpu
        .and_then(|cpus| u32::try_from(cpus).ok())
        .unwrap_or(1)
        .max(1)
}

/// Of `20.10.24+dfsg1`: 20. None for what is not so numbered.
fn major(info: &SystemInfo) -> Option<u32> {
    let (major, _) = info.server_version.as_deref()?.split_once('.')?;
    major.parse().ok()
}

/// Which storage drivers take `size`. With overlay2 it depends on a mount option that the engine does not tell.
fn can_limit_disk(info: &SystemInfo) -> bool {
    match info.driver.as_deref() {
        Some("btrfs" | "zfs" | "devicemapper" | "windowsfilter") => true,
        Some("overlay2") => info.driver_status.iter().flatten().any(
            |row| matches!(row.as_slice(), [key, value] if key == "Backing Filesystem" && value == "xfs"),
        ),
        _ => false,
    }
}

/// Size and free space in GiB; of `/` when the directory is not there.
fn disk(path: &Path) -> (u64, u64) {
    let found = nix::sys::statvfs::statvfs(path).or_else(|_| nix::sys::statvfs::statvfs("/"));
    found.map_or((0, 0), |disk| {
        let gib = |blocks: u64| blocks.saturating_mul(disk.fragment_size()) >> 30;
        (gib(disk.blocks()), gib(disk.blocks_available()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn engine(driver: &str, backing: &str) -> SystemInfo {
        SystemInfo {
            driver: Some(driver.to_owned()),
            driver_status: Some(vec![vec!["Backing Filesystem".to_owned(), backing.to_owned()]]),
            ncpu: Some(4),
            ..SystemInfo::default()
        }
    }

    #[test]
    fn disks_are_limited_where_the_storage_driver_can() {
        assert!(can_limit_disk(&engine("btrfs", "")));
        assert!(can_limit_disk(&engine("zfs", "")));
        assert!(can_limit_disk(&engine("overlay2", "xfs")));
        assert!(!can_limit_disk(&engine("overlay2", "extfs")));
        assert!(!can_limit_disk(&engine("fuse-overlayfs", "xfs")));
    }

    #[test]
    fn engines_before_23_cannot_unpack_zstd() {
        let of = |version: &str| SystemInfo {
            server_version: Some(version.to_owned()),
            ..SystemInfo::default()
        };
        for (version, can) in [("20.10.24+dfsg1", false), ("23.0.1", true), ("dev", true)] {
            assert_eq!(
                Abilities::default().learn(&of(version)).zstd_layers,
                can,
                "{version}"
            );
        }
    }

    #[test]
    fn a_refusal_is_remembered() {
        let abilities = Abilities::default();
        assert!(!abilities.may_limit_disk());
        abilities.learn(&engine("overlay2", "xfs"));
        assert!(abilities.may_limit_disk());
        abilities.disk_limit_was_refused();
        assert!(!abilities.may_limit_disk());
    }
}
