//! `[database]`: where the records are kept.

use crate::conf::oslo::option::section;

section! {
    /// Where the records are kept.
    pub struct Database in "database" {
        /// The database, such as `sqlite:////var/lib/nova-docker/nova.sqlite` (four slashes before an absolute path). When
        /// unset, a file in `state_path`.
        connection: Option<String> [secret] where also "DEFAULT.sql_connection",
    }
}

impl Database {
    /// Why this database cannot be used.
    pub(super) fn objection(&self) -> Option<&'static str> {
        let connection = self.connection.as_deref()?;
        (!connection.starts_with("sqlite:"))
            .then_some("only SQLite databases are supported so far: write sqlite:////path/of/the/file")
    }
}
