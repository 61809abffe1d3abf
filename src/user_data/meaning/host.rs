//! What separates a container from the host and from other containers.

use super::{Meaning, add, free, of, put, say};
use crate::user_data::class;
use crate::user_data::shapes::values::{flag, text, texts};
use crate::user_data::shapes::{env, host_side};

pub(in crate::user_data) const PRIVILEGED: Meaning = of(
    class::PRIVILEGED,
    "true or false",
    "HostConfig.Privileged",
    say!(privileged, flag),
);

pub(in crate::user_data) const CAP_ADD: Meaning =
    of(class::CAP_ADD, "names", "HostConfig.CapAdd", add!(cap_add, texts));

pub(in crate::user_data) const CAP_DROP: Meaning = free("names", "HostConfig.CapDrop", add!(cap_drop, texts));

pub(in crate::user_data) const SECURITY_OPT: Meaning = of(
    class::SECURITY_OPT,
    "texts",
    "HostConfig.SecurityOpt",
    add!(security_opt, texts),
);

pub(in crate::user_data) const PID_MODE: Meaning = of(
    class::PID_MODE,
    "``host``, ``container:<server>``",
    "HostConfig.PidMode",
    say!(pid_mode, host_side::pid_mode),
);

pub(in crate::user_data) const IPC_MODE: Meaning = of(
    class::IPC_MODE,
    "``none``, ``private``, ``shareable``, ``host``, ``container:<server>``",
    "HostConfig.IpcMode",
    say!(ipc_mode, host_side::ipc_mode),
);

pub(in crate::user_data) const UTS_MODE: Meaning = of(
    class::UTS_MODE,
    "``private``, ``host``",
    "HostConfig.UTSMode",
    say!(uts_mode, host_side::own_or_host),
);

pub(in crate::user_data) const USERNS_MODE: Meaning = of(
    class::USERNS_MODE,
    "``private``, ``host``",
    "HostConfig.UsernsMode",
    say!(userns_mode, host_side::own_or_host),
);

pub(in crate::user_data) const CGROUPNS_MODE: Meaning = of(
    class::CGROUPNS,
    "``private``, ``host``",
    "HostConfig.CgroupnsMode",
    say!(cgroupns_mode, host_side::own_or_host),
);

pub(in crate::user_data) const RUNTIME: Meaning = of(
    class::RUNTIME,
    "a name",
    "HostConfig.Runtime",
    say!(runtime, text),
);

pub(in crate::user_data) const CGROUP_PARENT: Meaning = of(
    class::CGROUP_PARENT,
    "a path",
    "HostConfig.CgroupParent",
    say!(cgroup_parent, text),
);

pub(in crate::user_data) const SYSCTLS: Meaning = of(
    class::SYSCTLS,
    "a mapping, or a list of ``name=value``",
    "HostConfig.Sysctls",
    put!(sysctls, env::labels),
);

pub(in crate::user_data) const GROUP_ADD: Meaning =
    free("names or numbers", "HostConfig.GroupAdd", add!(group_add, texts));

pub(in crate::user_data) const ANNOTATIONS: Meaning = of(
    class::ANNOTATIONS,
    "a mapping, or a list of ``name=value``",
    "HostConfig.Annotations",
    put!(annotations, env::labels),
);

pub(in crate::user_data) const MASKED_PATHS: Meaning = of(
    class::MASKED_PATHS,
    "a list of all of them",
    "HostConfig.MaskedPaths",
    say!(masked_paths, host_side::all_paths),
);

pub(in crate::user_data) const READONLY_PATHS: Meaning = of(
    class::READONLY_PATHS,
    "a list of all of them",
    "HostConfig.ReadonlyPaths",
    say!(readonly_paths, host_side::all_paths),
);
