//! `[docker]`: where the engine is, and how servers become containers.

use std::path::PathBuf;

use crate::conf::oslo::option::section;
use crate::conf::oslo::value::{Lines, Ports};

section! {
    /// Where the engine is, and how servers become containers.
    pub struct Docker in "docker" {
        /// Docker's own directory; only its disk usage is looked at.
        root_directory: PathBuf = "/var/lib/docker",
        /// Where the engine listens: `unix:///path`, `tcp://host:port` or `https://host:port`.
        host_url: String = "unix:///var/run/docker.sock",
        /// Do not verify the engine's certificate.
        api_insecure: bool = "false",
        /// Authorities that may sign the engine's certificate, a PEM file.
        ca_file: Option<PathBuf>,
        /// The certificate shown to the engine, a PEM file.
        cert_file: Option<PathBuf>,
        /// The private key of `cert_file`, a PEM file.
        key_file: Option<PathBuf>,
        /// How containers reach their networks. The old name `novadocker.virt.docker.vifs.DockerGenericVIFDriver` means
        /// `generic`, which plugs each interface as its network service bound it; it becomes `docker` by itself when the
        /// engine is on another machine, or when this process may not touch network namespaces. Others: `bridge`, `ovs`,
        /// `macvlan`, `midonet`, `iovisor`, `contrail`, `command` (see `vif_plug_commands`), `none` (somebody else does it),
        /// and `docker`: the engine's own networks, without security groups and metadata service.
        vif_driver: String = "generic",
        /// The interface of the host that carries the VLANs of networks that do not name one.
        vlan_interface: Option<String> where also "DEFAULT.vlan_interface",
        /// The interface of the host that bridges and macvlans stand on, for networks that do not name one.
        flat_interface: Option<String> where also "DEFAULT.flat_interface",
        /// With the driver `command`: what is run to connect an interface, one command in each line. No shell is involved.
        /// Placeholders: `{tap}`, `{mac}`, `{port_id}`, `{network_id}`, `{network_name}`, `{bridge}`, `{ipv4}`, `{ipv6}`,
        /// `{instance_id}`, `{instance_name}`, `{project_id}`.
        vif_plug_commands: Lines,
        /// The same, to disconnect it.
        vif_unplug_commands: Lines,
        /// Seconds that a change of Open vSwitch may take.
        ovs_vsctl_timeout: u32 = "120" where also "DEFAULT.ovs_vsctl_timeout" and "os_vif_ovs.ovs_vsctl_timeout",
        /// Where Open vSwitch's database listens, such as `tcp:127.0.0.1:6640`; the machine's own socket when not set.
        ovsdb_connection: Option<String> where also "os_vif_ovs.ovsdb_connection",
        /// Room for images on their way to and from the engine. Read from older files and not needed: images are streamed.
        snapshots_directory: PathBuf = "$instances_path/snapshots",
        /// Put the key pair of a server into its container.
        inject_key: bool = "false",
        /// Do inside a server, once, after its first start, what its `user_data` says to cloud-init: `#!` scripts, and of
        /// `#cloud-config` what makes sense in a container. What images with a cloud-init of their own are left to do
        /// themselves.
        run_user_scripts: bool = "true",
        /// A directory with images of Glance, each a file that is named by the image's id: what is there is not downloaded.
        /// A file that is not what Glance recorded is passed over.
        shared_directory: Option<PathBuf>,
        /// Servers stand still while they are made an image of, so that its files fit together. Without it their users stop or
        /// pause them first if that matters.
        pause_on_snapshot: bool = "true",
        /// MiB that an image may be when nothing of it is compressed any more; 0 for no limit.
        max_image_size_mb: u64 = "102400",
        /// How many bytes each uploaded byte of a compressed image may become, after the first GiB; 0 for no limit.
        max_image_expansion: u64 = "100",
        /// Run every container privileged.
        privileged: bool = "false",
        /// Directories of the host that everybody may bind into servers, with all that is below them. The engine has to be
        /// on this host. Whoever can write there can move what is below: list no directory whose servers you would not
        /// trust with each other's files.
        allowed_bind_paths: Vec<String> = "",
        /// The ports of the host at which everybody may publish ports of servers.
        publishable_ports: Ports = "1024-65535",
        /// Speak this version of the engine's API instead of agreeing on one.
        docker_remote_api_version: Option<String>,
        /// Seconds that the engine has to answer.
        default_timeout: u64 = "120",
    }
}
