//! Opens a database: the lock that keeps it ours, the settings, the migrations.

use std::cmp::Ordering;
use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sqlx::SqlitePool;
use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use super::instances::Instances;
use super::{Db, Error, Inner, deployment};
use crate::objects::SystemWorld;

static MIGRATIONS: Migrator = sqlx::migrate!("src/db/migrations");

/// Longer than any other reader of the file (a backup, `sqlite3`) should hold it.
pub(super) const BUSY: Duration = Duration::from_secs(10);

/// How long to wait for the lock: one who restarts us may not have seen the old process off.
const TRIES: u32 = 25;
const PAUSE: Duration = Duration::from_millis(20);

/// How a database file fits this program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fit {
    Missing,
    Current,
    /// The next start changes its tables.
    Older,
    /// A newer program made it, and this one does not know its tables.
    Newer,
}

impl Db {
    /// Looks at a database file without changing it, even while a service uses it.
    pub async fn look(path: &Path) -> Result<Fit, Error> {
        if !path.exists() {
            return Ok(Fit::Missing);
        }
        let (made, known) = Self::versions(path).await?;
        Ok(match made.cmp(&known) {
            Ordering::Less => Fit::Older,
            Ordering::Equal => Fit::Current,
            Ordering::Greater => Fit::Newer,
        })
    }

    /// The number of the tables' form in a database file, and of the form that this program gives them.
    pub async fn versions(path: &Path) -> Result<(Option<i64>, Option<i64>), Error> {
        let known = MIGRATIONS.iter().map(|migration| migration.version).max();
        if !path.exists() {
            return Ok((None, known));
        }
        let options = SqliteConnectOptions::new().filename(path).read_only(true);
        let pool = connect(options.busy_timeout(BUSY)).await?;
        let made = sqlx::query_scalar("SELECT MAX(version) FROM _sqlx_migrations")
            .fetch_one(&pool)
            .await?;
        Ok((made, known))
    }

    /// Opens the database file `path`, or makes it, and holds `lock` beside it until the last clone is gone.
    pub async fn open(path: &Path) -> Result<Self, Error> {
        let lock = lock(path).await?;
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal);
        Self::start(options, Some(lock))
            .await
            .map_err(|error| Error::Open(format!("{}: {}", path.display(), reason(error))))
    }

    /// A database that is gone with its last clone.
    pub async fn in_memory() -> Result<Self, Error> {
        let options = SqliteConnectOptions::new().in_memory(true);
        Self::start(options, None).await
    }

    async fn start(options: SqliteConnectOptions, lock: Option<File>) -> Result<Self, Error> {
        let pool = connect(options.busy_timeout(BUSY).foreign_keys(true)).await?;
        MIGRATIONS
            .run(&pool)
            .await
            .map_err(|error| Error::Open(error.to_string()))?;
        let deployment = deployment::find_or_found(&pool, &SystemWorld).await?;
        let instances = Instances::load(&pool).await?;
        Ok(Self {
            inner: Arc::new(Inner {
                pool,
                deployment,
                instances,
                _lock: lock,
            }),
        })
    }
}

/// For whoever reads the log: here the words of SQL help.
fn reason(error: Error) -> String {
    match error {
        Error::Open(reason) => reason,
        Error::Sql(source) => source.to_string(),
        other => other.to_string(),
    }
}

/// One connection, kept for good: there can be one writer anyway, and a database in memory lives in its connection.
pub(super) async fn connect(options: SqliteConnectOptions) -> Result<SqlitePool, sqlx::Error> {
    SqlitePoolOptions::new()
        .max_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .connect_with(options)
        .await
}

async fn lock(database: &Path) -> Result<File, Error> {
    let failed = |error: io::Error| Error::Open(format!("{}: {error}", database.display()));
    if let Some(folder) = database.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .map_err(failed)?;
    }
    let path = database.with_file_name("lock");
    let mut file = private(&path).map_err(failed)?;
    let mut tries = 0;
    while let Err(error) = file.try_lock() {
        match error {
            TryLockError::WouldBlock if tries < TRIES => tokio::time::sleep(PAUSE).await,
            TryLockError::WouldBlock => return Err(Error::Open(taken(database, &path))),
            TryLockError::Error(error) => return Err(failed(error)),
        }
        tries += 1;
    }
    file.set_len(0).map_err(failed)?;
    writeln!(file, "{}", std::process::id()).map_err(failed)?;
    // SQLite gives the files beside the database the mode of the database.
    private(database).map_err(failed)?;
    Ok(file)
}

fn private(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)
}

fn taken(database: &Path, lock: &Path) -> String {
    let mut holder = String::new();
    let read = fs::File::open(lock).and_then(|mut file| file.read_to_string(&mut holder));
    let folder = database.parent().unwrap_or(database).display();
    match (read, holder.trim()) {
        (Ok(_), pid) if !pid.is_empty() => {
            format!(
                "{folder} is in use by another nova-docker (process {pid}); stop it, or set another state_path"
            )
        }
        _ => format!("{folder} is in use by another nova-docker; stop it, or set another state_path"),
    }
}
