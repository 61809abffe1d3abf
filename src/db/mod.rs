//! What is remembered: the records of servers, keys, flavors, images and users, in SQL.

mod images;
mod open;
mod records;

use std::fs::File;
use std::sync::Arc;

use sqlx::SqlitePool;

pub use images::Images;
pub use records::{Change, Error, Records};

/// An open database; clones are the same one. This process alone has it: memory may stand for what the tables say.
#[derive(Debug, Clone)]
pub struct Db {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    pool: SqlitePool,
    /// Held for as long as the database is open; in memory there is nothing to guard.
    _lock: Option<File>,
}

impl Db {
    /// The records of the image store.
    pub fn images(&self) -> Images {
        Images::new(self.inner.pool.clone())
    }
}
