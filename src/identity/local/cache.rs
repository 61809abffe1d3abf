//! Tokens as they were last read, so that a request need not ask the database who its caller is.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use super::Token;

/// More tokens than are in use at a time on one machine; beyond it the cache starts anew.
const MOST: usize = 10_000;

/// Right for as long as every change to users, projects, roles or tokens is followed by `forget`.
#[derive(Debug, Default)]
pub(super) struct Cache {
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    age: Age,
    tokens: HashMap<String, Arc<Token>>,
}

/// How often everything was forgotten.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Age(u64);

impl Cache {
    pub(super) fn get(&self, hash: &str, now: Timestamp) -> Option<Arc<Token>> {
        self.known()
            .tokens
            .get(hash)
            .filter(|token| now < token.valid.expires_at)
            .cloned()
    }

    /// To be taken before the database is read for `put`.
    pub(super) fn age(&self) -> Age {
        self.known().age
    }

    /// Does nothing when `forget` was called since `age`: what was read then may be wrong by now.
    pub(super) fn put(&self, age: Age, hash: String, token: Arc<Token>) {
        let mut known = self.known();
        if known.age != age {
            return;
        }
        if known.tokens.len() >= MOST {
            known.tokens.clear();
        }
        known.tokens.insert(hash, token);
    }

    pub(super) fn forget(&self) {
        let mut known = self.known();
        known.age = Age(known.age.0 + 1);
        known.tokens.clear();
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
