//! A forge's kept answers, from the store to the client. What cannot be kept is read again: nothing here fails anybody.
#![allow(clippy::disallowed_methods, reason = "the age of kept answers is measured against the clock")]

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use crate::model::forge::Kept;
use crate::model::inert;
use crate::model::time::Timestamp;
use crate::sources::github::client::kept::AnswerStore;
use crate::store::cache::{Bounds, Cache};
use crate::store::error::StoreError;

/// The open file.
struct Answers(Mutex<Cache>);

/// Opens the kept answers at `path`; the sentence tells why there are none, or that they were begun anew.
#[must_use]
pub fn open(path: &Path) -> (Option<Arc<dyn AnswerStore>>, Option<String>) {
    match Cache::open(path, Bounds::default(), now()) {
        Ok((cache, says)) => (Some(Arc::new(Answers(Mutex::new(cache)))), says),
        Err(error) => (None, Some(format!("answers of GitHub are not kept for later: {error}"))),
    }
}

impl Answers {
    fn with<T: Default>(&self, work: impl FnOnce(&mut Cache) -> Result<T, StoreError>) -> T {
        let mut cache = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        work(&mut cache).unwrap_or_else(|error| {
            tracing::warn!("{}", inert::line(&error.to_string()));
            if matches!(error, StoreError::Damaged { .. })
                && let Err(error) = cache.restart(now())
            {
                tracing::warn!("{}", inert::line(&error.to_string()));
            }
            T::default()
        })
    }
}

impl AnswerStore for Answers {
    fn find(&self, key: &str) -> Option<Kept> {
        self.with(|cache| cache.find(key))
    }

    fn keep(&self, key: &str, kept: &Kept) {
        self.with(|cache| cache.keep(key, kept));
    }

    fn confirm(&self, key: &str, read: Timestamp) {
        self.with(|cache| cache.confirm(key, read));
    }
}

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}
