//! `[database]`: where the records are kept.

use std::path::{Path, PathBuf};

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
    /// The file of the database: `nova.sqlite` in the state path, unless `connection` names another.
    pub fn sqlite_path(&self, state_path: &Path) -> PathBuf {
        let own = || state_path.join("nova.sqlite");
        let path = self
            .connection
            .as_deref()
            .and_then(|url| url.strip_prefix("sqlite:///"));
        let path = path.and_then(|path| path.split('?').next());
        path.filter(|path| !path.is_empty())
            .map_or_else(own, PathBuf::from)
    }

    /// Why this database cannot be used.
    pub(super) fn objection(&self) -> Option<&'static str> {
        let connection = self.connection.as_deref()?;
        (!connection.starts_with("sqlite:"))
            .then_some("only SQLite databases are supported so far: write sqlite:////path/of/the/file")
    }
}
