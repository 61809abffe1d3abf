//! Documents that reach for the host.

/// A document, the status that answers it, and how the words begin that follow `NEEDED`, or for a status other than 403 all
/// of them.
pub(super) type Way = (&'static str, u16, &'static str);

pub(super) const WAYS: &[Way] = &[
    ("host_config: {privileged: true}", 403, "`host_config.privileged`"),
    (
        r#"{"HostConfig": {"Privileged": true}}"#,
        403,
        "`HostConfig.Privileged`",
    ),
    ("host_config: {Privileged: true}", 403, "`host_config.Privileged`"),
    // An alias, and text in place of a flag.
    (
        "host_config: &all\n  privileged: true",
        403,
        "`host_config.privileged`",
    ),
    (
        "host_config: {privileged: 'true'}",
        400,
        "`host_config.privileged` (line 1): expected true or false",
    ),
    (
        "host_config: {privileged: false, privileged: true}",
        400,
        "user_data cannot be read: ",
    ),
    (
        "host_config: {<<: {privileged: true}}",
        400,
        "`host_config.<<` (line 1): there is no such option",
    ),
    // Paths of the host.
    (
        "volumes: {/var/run/docker.sock: /var/run/docker.sock}",
        403,
        "`volumes` asks for /var/run/docker.sock, which is not below [docker] allowed_bind_paths",
    ),
    ("volumes: ['/:/host']", 403, "`volumes` asks for /, "),
    (
        r#"{"HostConfig": {"Binds": ["/etc:/etc:ro"]}}"#,
        403,
        "`HostConfig.Binds` asks for /etc, ",
    ),
    (
        "host_config: {binds: {/root: {bind: /mnt, mode: ro}}}",
        403,
        "`host_config.binds` asks for /root, ",
    ),
    (
        "volumes: ['/srv/../etc:/mnt']",
        403,
        "`volumes` asks for /srv/../etc, ",
    ),
    (
        "volumes: ['/proc/1/root:/mnt']",
        403,
        "`volumes` asks for /proc/1/root, ",
    ),
    ("volumes: ['/srv:/mnt:rshared']", 403, "`volumes` asks for /srv, "),
    ("working_dir: /proc/self/fd/8", 403, "`working_dir` needs it"),
    (
        r#"{"WorkingDir": "/tmp/..//proc/self/fd/8"}"#,
        403,
        "`WorkingDir` needs it",
    ),
    // What the engine knows by names.
    (
        "volumes: ['backups:/mnt']",
        403,
        "`volumes` asks for 'backups' of the engine, which has no owner",
    ),
    (
        "volumes: ['nova-00000000-0000-0000-0000-000000000001-rescue:/mnt']",
        403,
        "`volumes`: 'nova-00000000-0000-0000-0000-000000000001-rescue' belongs to nova-docker",
    ),
    (
        "host_config: {volume_driver: sshfs}",
        403,
        "`host_config.volume_driver` needs it",
    ),
    (
        "volumes_from: registry",
        400,
        "`volumes_from`: there is no server 'registry' in the project.",
    ),
    (
        "volumes_from: theirs",
        400,
        "`volumes_from`: there is no server 'theirs' in the project.",
    ),
    (
        "volumes_from: THEIR-ID",
        400,
        "`volumes_from`: there is no server '",
    ),
    ("volumes_from: nova-THEIR-ID", 403, "`volumes_from`: 'nova-"),
    (
        "host_config: {links: {theirs: db}}",
        400,
        "`host_config.links`: there is no server 'theirs' in the project.",
    ),
    (
        "host_config: {network_mode: 'container:theirs'}",
        400,
        "`host_config.network_mode`: there is no server 'theirs'",
    ),
    (
        "host_config: {network_mode: 'container:nova-THEIR-ID'}",
        403,
        "`host_config.network_mode`: 'nova-",
    ),
    (
        "host_config: {network_mode: monitoring}",
        403,
        "`host_config.network_mode` asks for 'monitoring' of the engine",
    ),
    (
        "host_config: {network_mode: nova-net}",
        403,
        "`host_config.network_mode`: 'nova-net' belongs to nova-docker",
    ),
    (
        "host_config: {pid_mode: 'container:theirs'}",
        400,
        "`host_config.pid_mode`: there is no server 'theirs'",
    ),
    (
        "host_config: {ipc_mode: 'container:theirs'}",
        400,
        "`host_config.ipc_mode`: there is no server 'theirs'",
    ),
    // Namespaces of the host.
    (
        "host_config: {network_mode: host}",
        403,
        "`host_config.network_mode` needs it",
    ),
    (
        "host_config: {pid_mode: host}",
        403,
        "`host_config.pid_mode` needs it",
    ),
    (
        r#"{"HostConfig": {"IpcMode": "host"}}"#,
        403,
        "`HostConfig.IpcMode` needs it",
    ),
    (
        r#"{"HostConfig": {"UTSMode": "host"}}"#,
        403,
        "`HostConfig.UTSMode` needs it",
    ),
    (
        r#"{"HostConfig": {"UsernsMode": "host"}}"#,
        403,
        "`HostConfig.UsernsMode` needs it",
    ),
    (
        r#"{"HostConfig": {"CgroupnsMode": "host"}}"#,
        403,
        "`HostConfig.CgroupnsMode` needs it",
    ),
    (
        r#"{"HostConfig": {"CgroupParent": "/"}}"#,
        403,
        "`HostConfig.CgroupParent` needs it",
    ),
    // Powers and devices.
    (
        "host_config: {cap_add: [SYS_ADMIN]}",
        403,
        "`host_config.cap_add` needs it",
    ),
    (
        "host_config: {cap_add: [chown, cap_sys_module]}",
        403,
        "`host_config.cap_add` needs it",
    ),
    (
        r#"{"HostConfig": {"CapAdd": ["ALL"]}}"#,
        403,
        "`HostConfig.CapAdd` needs it",
    ),
    (
        "host_config: {devices: [/dev/sda]}",
        403,
        "`host_config.devices` needs it",
    ),
    (
        "host_config: {device_cgroup_rules: ['a *:* rwm']}",
        403,
        "`host_config.device_cgroup_rules` needs it",
    ),
    (
        "host_config: {device_requests: [{Count: -1}]}",
        403,
        "`host_config.device_requests` needs it",
    ),
    (
        "host_config: {security_opt: ['seccomp=unconfined']}",
        403,
        "`host_config.security_opt` needs it",
    ),
    (
        r#"{"SecurityOpts": ["apparmor=unconfined"]}"#,
        403,
        "`SecurityOpts` needs it",
    ),
    (
        "host_config: {runtime: other}",
        403,
        "`host_config.runtime` needs it",
    ),
    (
        "host_config: {sysctls: {kernel.core_pattern: '|/x'}}",
        403,
        "`host_config.sysctls` needs it",
    ),
    (
        "host_config: {sysctls: {kernel/core_pattern: '|/x'}}",
        403,
        "`host_config.sysctls` needs it",
    ),
    (
        "host_config: {ulimits: [{name: rtprio, soft: 99}]}",
        403,
        "`host_config.ulimits` needs it",
    ),
    (
        "host_config: {oom_score_adj: -1000}",
        403,
        "`host_config.oom_score_adj` needs it",
    ),
    (
        "host_config: {oom_kill_disable: true}",
        403,
        "`host_config.oom_kill_disable` needs it",
    ),
    (
        "host_config: {log_config: {type: syslog}}",
        403,
        "`host_config.log_config` needs it",
    ),
    // Ports that are the host's own.
    (
        r#"{"HostConfig": {"PortBindings": {"22/tcp": [{"HostPort": "22"}]}}}"#,
        403,
        "`HostConfig.PortBindings` asks for port 22, which is not in [docker] publishable_ports",
    ),
    (
        "host_config: {port_bindings: {53/udp: 53}}",
        403,
        "`host_config.port_bindings` asks for port 53",
    ),
    (
        r#"{"HostConfig": {"PortBindings": {"80/tcp": [{"HostPort": "1000-1100"}]}}}"#,
        403,
        "`HostConfig.PortBindings` asks for ports that are not all in",
    ),
    // The same things in the engine's newer form.
    (
        r#"{"HostConfig": {"Mounts": [{"Type": "bind", "Source": "/etc", "Target": "/mnt"}]}}"#,
        403,
        "`HostConfig.Mounts` asks for /etc, ",
    ),
    (
        "host_config: {mounts: [{type: bind, source: /, target: /mnt, read_only: true}]}",
        403,
        "`host_config.mounts` asks for /, ",
    ),
    (
        "host_config: {mounts: ['/var/run/docker.sock:/mnt']}",
        403,
        "`host_config.mounts` asks for /var/run/docker.sock, ",
    ),
    (
        "host_config: {mounts: [{source: backups, target: /mnt}]}",
        403,
        "`host_config.mounts` asks for 'backups' of the engine",
    ),
    (
        "host_config: {mounts: [{source: nova-1-rescue, target: /mnt}]}",
        403,
        "`host_config.mounts`: 'nova-1-rescue' belongs to nova-docker",
    ),
    (
        "host_config: {mounts: [{target: /mnt, driver_config: {Name: local, Options: {type: none, o: bind, device: /}}}]}",
        403,
        "`host_config.mounts` needs it",
    ),
    (
        r#"{"HostConfig": {"Mounts": [{"Type": "volume", "Target": "/mnt", "VolumeOptions": {"DriverConfig": {"Options": {"device": "/"}}}}]}}"#,
        403,
        "`HostConfig.Mounts` needs it",
    ),
    (
        r#"{"HostConfig": {"Mounts": [{"Type": "image", "Source": "secret:1", "Target": "/mnt"}]}}"#,
        403,
        "`HostConfig.Mounts` asks for 'secret:1' of the engine",
    ),
    // What hides the kernel from a container, and what weighs it against others.
    (
        r#"{"HostConfig": {"MaskedPaths": []}}"#,
        403,
        "`HostConfig.MaskedPaths` needs it",
    ),
    (
        r#"{"HostConfig": {"ReadonlyPaths": []}}"#,
        403,
        "`HostConfig.ReadonlyPaths` needs it",
    ),
    (
        r#"{"HostConfig": {"Annotations": {"a": "b"}}}"#,
        403,
        "`HostConfig.Annotations` needs it",
    ),
    (
        "host_config: {device_write_bps: [{Path: /dev/sda, Rate: 1}]}",
        403,
        "`host_config.device_write_bps` needs it",
    ),
    (
        "host_config: {blkio_weight: 1000}",
        403,
        "`host_config.blkio_weight` needs it",
    ),
    (
        "host_config: {cpu_rt_runtime: 950000}",
        403,
        "`host_config.cpu_rt_runtime` needs it",
    ),
    (r#"{"Privileged": true}"#, 403, "`Privileged` needs it"),
    ("runtime: other", 403, "`runtime` needs it"),
    (
        r#"{"VolumesFrom": "theirs"}"#,
        400,
        "`VolumesFrom`: there is no server 'theirs'",
    ),
    // More than the flavor has.
    (
        "host_config: {mem_limit: 1g}",
        400,
        "`host_config.mem_limit` (line 1): expected no more than flavor m1.nano has: 67108864 bytes, its memory",
    ),
    (
        r#"{"HostConfig": {"NanoCpus": 64000000000}}"#,
        400,
        "`HostConfig.NanoCpus` (line 1): expected no more than flavor m1.nano has: 1000000000 billionths",
    ),
    (
        "cpu_shares: 2048",
        400,
        "`cpu_shares` (line 1): expected no more than flavor m1.nano has: 1024 shares",
    ),
    // Keys that are not read are no way round those that are.
    (
        r#"{"HostConfig": {"Mount": []}}"#,
        400,
        "`HostConfig.Mount` (line 1): there is no such option",
    ),
    (
        r#"{"Cmd": "sh", "host_config": {"privileged": true}}"#,
        400,
        "`Cmd` (line 1) and `host_config` are of two vocabularies",
    ),
];
