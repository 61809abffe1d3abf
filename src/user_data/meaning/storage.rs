//! What is mounted into a container, and which devices it has.

use super::{Meaning, add, free, of, put, say};
use crate::user_data::class;
use crate::user_data::document::Node;
use crate::user_data::draft::{Draft, extend};
use crate::user_data::error::Mistake;
use crate::user_data::shapes::values::{comma_list, flag, text, texts};
use crate::user_data::shapes::{binds, devices, host_side, mounts};

pub(in crate::user_data) const VOLUMES: Meaning =
    free("``{\"/data\": {}}``", "Volumes", add!(volumes, binds::paths));

pub(in crate::user_data) const BINDS: Meaning = of(
    class::BINDS,
    "a list of ``source:path[:mode]``",
    "HostConfig.Binds",
    add!(binds, binds::binds),
);

pub(in crate::user_data) const PATHS_AND_BINDS: Meaning = of(
    class::BINDS,
    "a path, a list of paths or ``source:path[:mode]``, a mapping of source to path or ``{bind, mode}``",
    "Volumes, HostConfig.Binds",
    volumes,
);

pub(in crate::user_data) const MOUNTS: Meaning = of(
    class::MOUNTS,
    "a list of mounts, each the Engine's mapping or the arguments of docker-py's ``Mount``",
    "HostConfig.Mounts",
    put!(mounts, mounts::mounts),
);

pub(in crate::user_data) const VOLUMES_FROM: Meaning = of(
    class::VOLUMES_FROM,
    "names, with ``:ro`` or not; a list, or with commas",
    "HostConfig.VolumesFrom",
    add!(volumes_from, comma_list),
);

pub(in crate::user_data) const TMPFS: Meaning = free(
    "a mapping of paths to options, or a list of ``path[:options]``",
    "HostConfig.Tmpfs",
    put!(tmpfs, binds::tmpfs),
);

pub(in crate::user_data) const READONLY_ROOTFS: Meaning = free(
    "true or false",
    "HostConfig.ReadonlyRootfs",
    say!(readonly_rootfs, flag),
);

pub(in crate::user_data) const VOLUME_DRIVER: Meaning = of(
    class::VOLUME_DRIVER,
    "a name",
    "HostConfig.VolumeDriver",
    say!(volume_driver, text),
);

pub(in crate::user_data) const DEVICES: Meaning = of(
    class::DEVICES,
    "a list of ``host[:container[:rwm]]``, or of the Engine's mappings",
    "HostConfig.Devices",
    put!(devices, devices::devices),
);

pub(in crate::user_data) const DEVICE_REQUESTS: Meaning = of(
    class::DEVICE_REQUESTS,
    "a list of ``{driver, count, device_ids, capabilities, options}``",
    "HostConfig.DeviceRequests",
    put!(device_requests, host_side::device_requests),
);

pub(in crate::user_data) const DEVICE_CGROUP_RULES: Meaning = of(
    class::DEVICE_CGROUP_RULES,
    "a list such as ``c 10:229 rwm``",
    "HostConfig.DeviceCgroupRules",
    add!(device_cgroup_rules, texts),
);

/// A path alone is a volume of the container, a path with where it comes from is a bind.
fn volumes(draft: &mut Draft, node: &Node) -> Result<(), Mistake> {
    let mounts = binds::mounts(node)?;
    extend(&mut draft.options.volumes, Ok(mounts.volumes))?;
    extend(&mut draft.options.binds, Ok(mounts.binds))
}
