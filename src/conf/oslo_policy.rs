//! `[oslo_policy]`: who may do what.

use std::path::PathBuf;

use crate::conf::oslo::option::section;

section! {
    /// Who may do what: Nova's defaults, unless the policy file says something else.
    pub struct OsloPolicy in "oslo_policy" {
        /// Rules that differ from the defaults, in the language of oslo.policy (`nova-docker config policy-sample` writes all of
        /// them). A relative path is looked for beside the configuration file. Read again when it changes.
        policy_file: PathBuf = "policy.yaml",
        /// Refuse tokens of a scope that an operation is not meant for: every operation is meant for a project, and other tokens
        /// are always refused.
        enforce_scope: bool = "true",
        /// Use the defaults that know the reader and manager roles; there are no older ones here.
        enforce_new_defaults: bool = "true",
    }
}
