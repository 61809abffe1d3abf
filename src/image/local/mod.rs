//! The image store of a cloud of one machine: what it knows in the database, the data as files beside it.

mod describe;
mod edit;
mod engine;
mod files;
mod leftovers;
mod progress;
mod query;
mod rights;
mod service;
mod sums;
#[cfg(test)]
pub(crate) mod tests;
mod upload;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

pub use edit::{CONTAINER_FORMATS, DISK_FORMATS, Edit, is_own_field};
pub use engine::{EngineImage, EngineImages};
pub use query::{Direction, Filter, Page, Query, Scope, SortKey, Test};

use self::files::Files;
use super::Error;
use super::archive::Rules;
use crate::db;
use crate::objects::{ImageId, World};

/// Told the id of every image that is gone, so that copies of it can go too. It must not wait.
pub type OnDelete = Arc<dyn Fn(ImageId) + Send + Sync>;

/// Where it is looked for.
const ADDRESS: &str = "http://127.0.0.1:9292";

/// Our own Glance. Clones are the same store.
#[derive(Clone)]
pub struct LocalImages {
    records: db::Images,
    files: Files,
    engine: Option<Arc<dyn EngineImages>>,
    world: Arc<dyn World>,
    address: String,
    on_delete: Option<OnDelete>,
    archives: Rules,
}

impl fmt::Debug for LocalImages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalImages")
            .field("files", &self.files)
            .finish_non_exhaustive()
    }
}

impl LocalImages {
    /// Opens the store whose data is in `folder` (made if it is not there). What a kill left unfinished is put in
    /// order first: uploads that did not end are `queued` again, and their data is gone.
    pub async fn open(records: db::Images, folder: PathBuf, world: Arc<dyn World>) -> Result<Self, Error> {
        let files = Files::open(folder).await?;
        leftovers::put_in_order(&records, &files).await?;
        Ok(Self {
            records,
            files,
            engine: None,
            world,
            address: ADDRESS.to_owned(),
            on_delete: None,
            archives: Rules::default(),
        })
    }

    /// Shows the images of this engine too.
    pub fn with_engine(mut self, engine: Arc<dyn EngineImages>) -> Self {
        self.engine = Some(engine);
        self
    }

    /// Says where clients find it.
    pub fn at(mut self, address: String) -> Self {
        self.address = address;
        self
    }

    /// What archives have to be; an image service has no host that they must run on.
    pub fn with_rules(mut self, archives: Rules) -> Self {
        self.archives = archives;
        self
    }

    pub fn with_on_delete(mut self, on_delete: OnDelete) -> Self {
        self.on_delete = Some(on_delete);
        self
    }
}
