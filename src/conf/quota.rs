//! `[quota]`: how much one project may have.

use crate::conf::oslo::option::section;

section! {
    /// How much one project may have; -1 is without limit.
    pub struct Quota in "quota" {
        /// Servers of a project.
        instances: i64 = "-1",
        /// Virtual CPUs of a project's servers together.
        cores: i64 = "-1",
        /// Memory of a project's servers together, in MiB.
        ram: i64 = "-1",
        /// Metadata items of one server.
        metadata_items: i64 = "128",
        /// Key pairs of one user.
        key_pairs: i64 = "100",
        /// Server groups of a project.
        server_groups: i64 = "10",
        /// Servers of one server group.
        server_group_members: i64 = "10",
    }
}
