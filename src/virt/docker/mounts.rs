//! Mounts in the engine client's types.

use bollard::models::{
    Mount as EngineMount, MountBindOptions, MountBindOptionsPropagationEnum as Propagation,
    MountImageOptions, MountTmpfsOptions, MountType, MountVolumeOptions, MountVolumeOptionsDriverConfig,
};

use super::dialect::pairs;
use crate::user_data::{BindOptions, Mount, MountKind, TmpfsOptions, VolumeDriver, VolumeOptions};

pub(super) fn mounts(mounts: &[Mount]) -> Option<Vec<EngineMount>> {
    (!mounts.is_empty()).then(|| mounts.iter().map(mount).collect())
}

fn mount(mount: &Mount) -> EngineMount {
    let is = |kind| mount.kind == kind;
    EngineMount {
        target: Some(mount.target.clone()),
        source: mount.source.clone(),
        typ: Some(match mount.kind {
            MountKind::Bind => MountType::BIND,
            MountKind::Volume => MountType::VOLUME,
            MountKind::Tmpfs => MountType::TMPFS,
            MountKind::Image => MountType::IMAGE,
        }),
        read_only: mount.read_only,
        consistency: mount.consistency.clone(),
        bind_options: said(&mount.bind, bind_options),
        volume_options: said(&mount.volume, volume_options).filter(|_| is(MountKind::Volume)),
        image_options: said(&mount.volume, image_options).filter(|_| is(MountKind::Image)),
        tmpfs_options: said(&mount.tmpfs, tmpfs_options),
    }
}

fn said<T: Default + PartialEq, E>(options: &T, engine: fn(&T) -> E) -> Option<E> {
    (*options != T::default()).then(|| engine(options))
}

fn bind_options(options: &BindOptions) -> MountBindOptions {
    MountBindOptions {
        propagation: options.propagation.as_deref().map(propagation),
        non_recursive: options.non_recursive,
        create_mountpoint: options.create_mountpoint,
        read_only_non_recursive: options.read_only_non_recursive,
        read_only_force_recursive: options.read_only_force_recursive,
    }
}

fn propagation(word: &str) -> Propagation {
    match word {
        "private" => Propagation::PRIVATE,
        "shared" => Propagation::SHARED,
        "rshared" => Propagation::RSHARED,
        "slave" => Propagation::SLAVE,
        "rslave" => Propagation::RSLAVE,
        _ => Propagation::RPRIVATE,
    }
}

fn volume_options(options: &VolumeOptions) -> MountVolumeOptions {
    MountVolumeOptions {
        no_copy: options.no_copy,
        labels: pairs(&options.labels),
        driver_config: options.driver.as_ref().map(driver),
        subpath: options.subpath.clone(),
    }
}

fn driver(driver: &VolumeDriver) -> MountVolumeOptionsDriverConfig {
    MountVolumeOptionsDriverConfig {
        name: driver.name.clone(),
        options: pairs(&driver.options),
    }
}

fn image_options(options: &VolumeOptions) -> MountImageOptions {
    MountImageOptions {
        subpath: options.subpath.clone(),
    }
}

fn tmpfs_options(options: &TmpfsOptions) -> MountTmpfsOptions {
    MountTmpfsOptions {
        size_bytes: options.size,
        mode: options.mode,
        options: (!options.options.is_empty()).then(|| options.options.clone()),
    }
}
