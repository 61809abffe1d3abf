//! `[oslo_policy]`: who may do what.

use std::path::PathBuf;

use crate::conf::oslo::option::section;

section! {
    /// Who may do what. Not used yet: the defaults of Nova's reader, member and admin roles hold.
    pub struct OsloPolicy in "oslo_policy" {
        /// Rules that differ from the defaults; a relative path is looked for beside the configuration file.
        policy_file: PathBuf = "policy.yaml",
        /// Refuse tokens of a scope that an operation is not meant for.
        enforce_scope: bool = "true",
        /// Use the defaults that know the reader and manager roles, not the older ones.
        enforce_new_defaults: bool = "true",
    }
}
