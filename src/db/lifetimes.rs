//! The table of deleted servers' lifetimes.

use async_trait::async_trait;
use jiff::Timestamp;

use super::{Db, Error};
use crate::objects::{Lifetime, ProjectId};

/// What is remembered of servers that are gone.
#[async_trait]
pub trait Lifetimes: Send + Sync {
    /// Written again, it replaces what was there: a delete that broke off ends later.
    async fn end_lifetime(&self, lifetime: &Lifetime, terminated_at: Timestamp) -> Result<(), Error>;
    /// Those of servers that ran at some time after `begin` and before `end`: of one project, or of all.
    async fn lifetimes(
        &self,
        begin: Timestamp,
        end: Timestamp,
        project: Option<&ProjectId>,
    ) -> Result<Vec<Lifetime>, Error>;
}

#[async_trait]
impl Lifetimes for Db {
    async fn end_lifetime(&self, lifetime: &Lifetime, terminated_at: Timestamp) -> Result<(), Error> {
        sqlx::query(
            "INSERT INTO lifetimes (instance_id, project_id, launched_at, terminated_at, record) VALUES (?, ?, ?, ?, ?) \
             ON CONFLICT (instance_id) DO UPDATE SET terminated_at = excluded.terminated_at, record = excluded.record",
        )
        .bind(lifetime.id.to_string())
        .bind(lifetime.project_id.as_str())
        .bind(lifetime.launched_at.as_microsecond())
        .bind(terminated_at.as_microsecond())
        .bind(serde_json::to_string(lifetime)?)
        .execute(&self.inner.pool)
        .await?;
        Ok(())
    }

    async fn lifetimes(
        &self,
        begin: Timestamp,
        end: Timestamp,
        project: Option<&ProjectId>,
    ) -> Result<Vec<Lifetime>, Error> {
        let records: Vec<String> = sqlx::query_scalar(
            "SELECT record FROM lifetimes WHERE terminated_at > ? AND launched_at < ? AND (? IS NULL OR project_id = ?)",
        )
        .bind(begin.as_microsecond())
        .bind(end.as_microsecond())
        .bind(project.map(ProjectId::as_str))
        .bind(project.map(ProjectId::as_str))
        .fetch_all(&self.inner.pool)
        .await?;
        records
            .iter()
            .map(|record| Ok(serde_json::from_str(record)?))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::objects::InstanceId;

    fn at(hour: i64) -> Timestamp {
        Timestamp::from_second(hour * 3600).unwrap()
    }

    fn lifetime(number: u128, project: &str, begin: i64, end: i64) -> Lifetime {
        Lifetime {
            id: InstanceId(Uuid::from_u128(number)),
            name: "web".to_owned(),
            project_id: project.into(),
            flavor: "m1.tiny".to_owned(),
            vcpus: 1,
            memory_mb: 512,
            local_gb: 1,
            launched_at: at(begin),
            terminated_at: Some(at(end)),
        }
    }

    #[tokio::test]
    async fn those_that_ran_in_the_period_are_found() {
        let db = Db::in_memory().await.unwrap();
        for (number, project, begin, end) in [(1, "a", 0, 2), (2, "a", 1, 9), (3, "b", 4, 5), (4, "a", 8, 9)]
        {
            let lifetime = lifetime(number, project, begin, end);
            db.end_lifetime(&lifetime, at(end)).await.unwrap();
        }
        let numbers = async |begin, end, project: Option<&str>| {
            let project = project.map(ProjectId::from);
            let found = db.lifetimes(at(begin), at(end), project.as_ref()).await.unwrap();
            let mut numbers: Vec<u128> = found.iter().map(|lifetime| lifetime.id.0.as_u128()).collect();
            numbers.sort_unstable();
            numbers
        };
        assert_eq!(numbers(0, 10, None).await, [1, 2, 3, 4]);
        assert_eq!(numbers(2, 8, None).await, [2, 3]);
        assert_eq!(numbers(2, 8, Some("a")).await, [2]);
    }

    #[tokio::test]
    async fn a_delete_that_ended_later_counts() {
        let db = Db::in_memory().await.unwrap();
        for end in [2, 3] {
            db.end_lifetime(&lifetime(1, "a", 0, end), at(end)).await.unwrap();
        }
        let found = db.lifetimes(at(0), at(9), None).await.unwrap();
        assert_eq!(found, [lifetime(1, "a", 0, 3)]);
    }
}
