//! The table of instances, and all of them in memory, so that a list of a thousand asks no database.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;
use std::sync::{Arc, PoisonError, RwLock};

use jiff::Timestamp;
use sqlx::{Connection, SqliteConnection, SqlitePool};
use tokio::sync::Mutex;

use super::{Change, Error, See, deleted, deployment};
use crate::objects::{Instance, InstanceId, ProjectId};

/// The highest number an instance ever had: a number is not given twice, even when its instance is gone.
const LAST_NUMBER: &str = "last_instance_number";

/// A server is not to be forgotten in a power cut: its container would be removed as nobody's.
const TO_THE_DISK: &str = "PRAGMA synchronous = FULL";
/// Everything else is found out again from the engine.
const TO_THE_SYSTEM: &str = "PRAGMA synchronous = NORMAL";

/// The table is written first and the memory after it, so what was read is what a restart would read.
#[derive(Debug)]
pub(super) struct Instances {
    memory: Arc<RwLock<Memory>>,
    /// Held by whoever writes, from reading a record to having it in memory again.
    writer: Arc<Mutex<LastNumber>>,
}

#[derive(Debug)]
struct LastNumber(i64);

/// Where an instance stands in the list: newest first.
type Age = (Reverse<Timestamp>, Reverse<i64>);

type Aged = BTreeMap<Age, Arc<Instance>>;

#[derive(Debug, Default)]
struct Memory {
    all: Aged,
    of_projects: HashMap<ProjectId, Aged>,
    ages: HashMap<InstanceId, Age>,
}

impl Instances {
    pub(super) async fn load(pool: &SqlitePool) -> Result<Self, Error> {
        let records: Vec<(String, String)> = sqlx::query_as("SELECT id, record FROM instances")
            .fetch_all(pool)
            .await?;
        let mut memory = Memory::default();
        for (id, record) in records {
            let instance = serde_json::from_str(&record)
                .map_err(|error| Error::Open(format!("the record of instance {id}: {error}")))?;
            memory.put(Arc::new(instance));
        }
        let last = deployment::get(pool, LAST_NUMBER)
            .await?
            .and_then(|number| number.parse().ok());
        Ok(Self {
            memory: Arc::new(RwLock::new(memory)),
            writer: Arc::new(Mutex::new(LastNumber(last.unwrap_or(0)))),
        })
    }

    pub(super) fn list(&self) -> Vec<Arc<Instance>> {
        let memory = self.memory.read().unwrap_or_else(PoisonError::into_inner);
        memory.all.values().cloned().collect()
    }

    pub(super) fn walk(
        &self,
        project: Option<&ProjectId>,
        after: Option<InstanceId>,
        see: See<'_>,
    ) -> Result<(), Error> {
        let nothing = Aged::new();
        let memory = self.memory.read().unwrap_or_else(PoisonError::into_inner);
        let instances = match project {
            None => &memory.all,
            Some(project) => memory.of_projects.get(project).unwrap_or(&nothing),
        };
        let begin = match after {
            None => Bound::Unbounded,
            Some(id) => {
                let age = memory.ages.get(&id).filter(|age| instances.contains_key(age));
                Bound::Excluded(*age.ok_or_else(|| Error::no_such("instance", id))?)
            }
        };
        for instance in instances
            .range((begin, Bound::Unbounded))
            .map(|(_, instance)| instance)
        {
            if see(instance).is_break() {
                break;
            }
        }
        Ok(())
    }

    pub(super) fn get(&self, id: InstanceId) -> Result<Arc<Instance>, Error> {
        let memory = self.memory.read().unwrap_or_else(PoisonError::into_inner);
        memory
            .get(id)
            .cloned()
            .ok_or_else(|| Error::no_such("instance", id))
    }

    pub(super) async fn create(
        &self,
        pool: &SqlitePool,
        mut instance: Instance,
    ) -> Result<Arc<Instance>, Error> {
        let mut last = self.writer.clone().lock_owned().await;
        let (pool, memory) = (pool.clone(), self.memory.clone());
        to_the_end(async move {
            instance.number = last.0 + 1;
            let instance = Arc::new(instance);
            let mut connection = pool.acquire().await?;
            sqlx::query(TO_THE_DISK).execute(&mut *connection).await?;
            let mut transaction = connection.begin().await?;
            insert(&mut transaction, &instance).await?;
            deployment::set(&mut transaction, LAST_NUMBER, &instance.number.to_string()).await?;
            transaction.commit().await?;
            sqlx::query(TO_THE_SYSTEM).execute(&mut *connection).await?;
            last.0 = instance.number;
            memory
                .write()
                .unwrap_or_else(PoisonError::into_inner)
                .put(instance.clone());
            Ok(instance)
        })
        .await
    }

    pub(super) async fn change(
        &self,
        pool: &SqlitePool,
        id: InstanceId,
        change: Change<'_>,
    ) -> Result<Arc<Instance>, Error> {
        let writing = self.writer.clone().lock_owned().await;
        let before = self.get(id)?;
        let mut after = Instance::clone(&before);
        if !change(&mut after) {
            return Ok(before);
        }
        let (pool, memory, after) = (pool.clone(), self.memory.clone(), Arc::new(after));
        to_the_end(async move {
            let _writing = writing;
            update(&pool, id, &after).await?;
            let mut memory = memory.write().unwrap_or_else(PoisonError::into_inner);
            memory.remove(id);
            memory.put(after.clone());
            Ok(after)
        })
        .await
    }

    pub(super) async fn end(
        &self,
        pool: &SqlitePool,
        id: InstanceId,
        at: Timestamp,
        change: Change<'_>,
    ) -> Result<(), Error> {
        let writing = self.writer.clone().lock_owned().await;
        let mut ended = Instance::clone(&*self.get(id)?);
        change(&mut ended);
        let (pool, memory) = (pool.clone(), self.memory.clone());
        to_the_end(async move {
            let _writing = writing;
            let mut transaction = pool.begin().await?;
            deleted::insert(&mut transaction, &ended, at).await?;
            remove(&mut transaction, id).await?;
            transaction.commit().await?;
            memory.write().unwrap_or_else(PoisonError::into_inner).remove(id);
            Ok(())
        })
        .await
    }

    pub(super) async fn delete(&self, pool: &SqlitePool, id: InstanceId) -> Result<(), Error> {
        let writing = self.writer.clone().lock_owned().await;
        let (pool, memory) = (pool.clone(), self.memory.clone());
        to_the_end(async move {
            let _writing = writing;
            remove(&mut *pool.acquire().await?, id).await?;
            memory.write().unwrap_or_else(PoisonError::into_inner).remove(id);
            Ok(())
        })
        .await
    }
}

/// Runs a write to its end even when the request that asked for it is dropped: else table and memory could differ.
async fn to_the_end<T: Send + 'static>(
    write: impl Future<Output = Result<T, Error>> + Send + 'static,
) -> Result<T, Error> {
    tokio::spawn(write)
        .await
        .map_err(|_| Error::Sql(sqlx::Error::WorkerCrashed))?
}

async fn insert(connection: &mut SqliteConnection, instance: &Instance) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO instances (id, number, project_id, vm_state, created_at, record) VALUES (?, ?, ?, ?, ?, ?)",
    )
    .bind(instance.id.to_string())
    .bind(instance.number)
    .bind(instance.project_id.as_str())
    .bind(instance.vm_state.as_str())
    .bind(instance.created_at.as_microsecond())
    .bind(serde_json::to_string(instance)?)
    .execute(connection)
    .await
    .map_err(|error| Error::unless_taken(error, "instance", instance.id))?;
    Ok(())
}

async fn update(pool: &SqlitePool, id: InstanceId, instance: &Instance) -> Result<(), Error> {
    let done = sqlx::query("UPDATE instances SET project_id = ?, vm_state = ?, record = ? WHERE id = ?")
        .bind(instance.project_id.as_str())
        .bind(instance.vm_state.as_str())
        .bind(serde_json::to_string(instance)?)
        .bind(id.to_string())
        .execute(pool)
        .await?;
    Error::unless_found(done.rows_affected(), "instance", id)
}

async fn remove(connection: &mut SqliteConnection, id: InstanceId) -> Result<(), Error> {
    let gone = sqlx::query("DELETE FROM instances WHERE id = ?")
        .bind(id.to_string())
        .execute(connection)
        .await?;
    Error::unless_found(gone.rows_affected(), "instance", id)
}

impl Memory {
    fn get(&self, id: InstanceId) -> Option<&Arc<Instance>> {
        self.all.get(self.ages.get(&id)?)
    }

    fn put(&mut self, instance: Arc<Instance>) {
        let age = (Reverse(instance.created_at), Reverse(instance.number));
        self.ages.insert(instance.id, age);
        let project = self.of_projects.entry(instance.project_id.clone()).or_default();
        project.insert(age, instance.clone());
        self.all.insert(age, instance);
    }

    fn remove(&mut self, id: InstanceId) {
        let Some(age) = self.ages.remove(&id) else { return };
        let Some(instance) = self.all.remove(&age) else {
            return;
        };
        if let Some(project) = self.of_projects.get_mut(&instance.project_id) {
            project.remove(&age);
            if project.is_empty() {
                self.of_projects.remove(&instance.project_id);
            }
        }
    }
}
