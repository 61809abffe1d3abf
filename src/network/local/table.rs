//! Records by their keys, in memory; a copy costs nothing until one of the two is changed.

use std::collections::BTreeMap;
use std::fmt::{Debug, Display};
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::records::Standard;
use super::state::State;

/// What a table holds.
pub trait Record: Clone + PartialEq + Debug + Serialize + DeserializeOwned + Send + Sync + 'static {
    type Key: Ord + Clone + Debug + Display + Send + Sync + 'static;
    /// Its name in the database, never changed.
    const KIND: &'static str;
    fn key(&self) -> Self::Key;
    /// None for what has no times and revisions.
    fn standard_mut(&mut self) -> Option<&mut Standard>;
    fn table(state: &State) -> &Table<Self>;
    fn table_mut(state: &mut State) -> &mut Table<Self>;
}

#[derive(Debug)]
pub struct Table<T: Record>(Arc<BTreeMap<T::Key, Arc<T>>>);

impl<T: Record> Clone for Table<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T: Record> Default for Table<T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

/// How a record differs between two states of its table.
#[derive(Debug)]
pub(super) struct Difference<T> {
    pub(super) before: Option<Arc<T>>,
    pub(super) after: Option<Arc<T>>,
}

impl<T: Record> Table<T> {
    pub fn get(&self, key: &T::Key) -> Option<&Arc<T>> {
        self.0.get(key)
    }

    /// In the order of their keys.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &Arc<T>> {
        self.0.values()
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds a record, or replaces the one with its key.
    pub fn put(&mut self, record: T) {
        Arc::make_mut(&mut self.0).insert(record.key(), Arc::new(record));
    }

    pub fn get_mut(&mut self, key: &T::Key) -> Option<&mut T> {
        Arc::make_mut(&mut self.0).get_mut(key).map(Arc::make_mut)
    }

    pub fn remove(&mut self, key: &T::Key) -> Option<Arc<T>> {
        Arc::make_mut(&mut self.0).remove(key)
    }

    /// Neither has changed since one was copied from the other. Equal tables may say no.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// What became of the records of `before`; those that are equal are left out.
    pub(super) fn differences(&self, before: &Self) -> Vec<Difference<T>> {
        if self.is_same(before) {
            return Vec::new();
        }
        let gone = before.0.iter().filter(|(key, _)| !self.0.contains_key(key));
        let gone = gone.map(|(_, record)| Difference {
            before: Some(record.clone()),
            after: None,
        });
        let put = self.0.iter().filter_map(|(key, record)| {
            let before = before.0.get(key);
            let same = before.is_some_and(|before| Arc::ptr_eq(before, record) || before == record);
            (!same).then(|| Difference {
                before: before.cloned(),
                after: Some(record.clone()),
            })
        });
        gone.chain(put).collect()
    }
}
