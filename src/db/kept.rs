//! Which nouns the catalog keeps, under which kind and key, and how they are read and written.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Error, Records};
use crate::objects::{Aggregate, ComputeService, FlavorAccess, QuotaSet, ServerGroup};

/// Something that the catalog keeps whole.
pub trait Kept: Serialize + DeserializeOwned + Send + Sync {
    const KIND: &'static str;
    fn key(&self) -> String;
}

macro_rules! kept {
    ($($Kind:ty: $kind:literal by |$kept:ident| $key:expr;)+) => { $(
        impl Kept for $Kind {
            const KIND: &'static str = $kind;

            fn key(&self) -> String {
                let $kept = self;
                $key
            }
        }
    )+ };
}

kept! {
    Aggregate: "aggregate" by |aggregate| format!("{:020}", aggregate.id);
    ComputeService: "service" by |service| service.host.clone();
    FlavorAccess: "flavor_access" by |access| access.flavor.to_string();
    QuotaSet: "quota_set" by |quotas| quotas.owner.to_string();
    ServerGroup: "server_group" by |group| group.id.to_string();
}

impl dyn Records {
    /// All of them, by key.
    pub async fn all_kept<T: Kept>(&self) -> Result<Vec<T>, Error> {
        let records = self.catalog(T::KIND).await?;
        records
            .iter()
            .map(|record| Ok(serde_json::from_str(record)?))
            .collect()
    }

    pub async fn kept<T: Kept>(&self, key: &str) -> Result<Option<T>, Error> {
        let record = self.entry(T::KIND, key).await?;
        Ok(record.map(|record| serde_json::from_str(&record)).transpose()?)
    }

    pub async fn keep<T: Kept>(&self, kept: &T) -> Result<(), Error> {
        self.put_entry(T::KIND, &kept.key(), &serde_json::to_string(kept)?)
            .await
    }

    /// Whether it was there.
    pub async fn drop_kept<T: Kept>(&self, key: &str) -> Result<bool, Error> {
        self.delete_entry(T::KIND, key).await
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::db::Db;

    #[tokio::test]
    async fn what_is_kept_is_found_replaced_and_dropped() {
        let db = Db::in_memory().await.unwrap();
        let records: &dyn Records = &db;
        let mut access = FlavorAccess {
            flavor: "7".into(),
            projects: BTreeSet::new(),
        };
        records.keep(&access).await.unwrap();
        access.projects.insert("0d".into());
        records.keep(&access).await.unwrap();
        assert_eq!(records.kept("7").await.unwrap(), Some(access.clone()));
        assert_eq!(records.all_kept::<FlavorAccess>().await.unwrap(), [access]);
        assert!(records.drop_kept::<FlavorAccess>("7").await.unwrap());
        assert!(!records.drop_kept::<FlavorAccess>("7").await.unwrap());
        assert_eq!(records.kept::<FlavorAccess>("7").await.unwrap(), None);
    }
}
