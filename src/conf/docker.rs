//! `[docker]`: where the engine is, and how servers become containers.

use std::path::PathBuf;

use crate::conf::oslo::option::section;

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
        /// `generic`. Not used yet: servers are on the engine's default network, or on none.
        vif_driver: String = "generic",
        /// Room for images on their way to and from the engine. Read from older files and not needed: images are streamed.
        snapshots_directory: PathBuf = "$instances_path/snapshots",
        /// Put the key pair of a server into its container.
        inject_key: bool = "false",
        /// A directory of the host that every container sees, read-only.
        shared_directory: Option<PathBuf>,
        /// Run every container privileged.
        privileged: bool = "false",
        /// Speak this version of the engine's API instead of agreeing on one.
        docker_remote_api_version: Option<String>,
        /// Seconds that the engine has to answer.
        default_timeout: u64 = "120",
    }
}
