//! `[healthcheck]`: what `GET /healthcheck` says.

use std::path::PathBuf;

use crate::conf::oslo::option::section;

section! {
    /// What `GET /healthcheck` says.
    pub struct Healthcheck in "healthcheck" {
        /// Say in JSON what was looked at and why it is not well. Whoever can reach the port reads it.
        detailed: bool = "false",
        /// While this file is there the services say that they are not well: load balancers leave them alone.
        disable_by_file_path: Option<PathBuf>,
    }
}
