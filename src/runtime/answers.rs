//! Kept answers of a forge or of registries, from the store to the client. What cannot be kept is read again: nothing here fails anybody.
#![allow(clippy::disallowed_methods, reason = "the age of kept answers is measured against the clock")]

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use crate::model::forge::Kept;
use crate::model::inert;
use crate::model::time::Timestamp;
use crate::sources::github::client::kept::AnswerStore;
use crate::store::cache::{Bounds, Cache};
use crate::store::error::StoreError;

/// The file, once it is open. It is made when there is something to keep: looking makes no file.
struct Answers {
    path: PathBuf,
    cache: Mutex<Option<Cache>>,
}

/// Opens the kept answers of `whose` servers at `path`; the sentence tells why there are none, or that they were begun anew.
#[must_use]
pub fn open(path: &Path, whose: &str) -> (Option<Arc<dyn AnswerStore>>, Option<String>) {
    let (cache, says) = if path.exists() {
        match Cache::open(path, Bounds::default(), now()) {
            Ok((cache, says)) => (Some(cache), says),
            Err(error) => return (None, Some(format!("answers of {whose} are not kept for later: {error}"))),
        }
    } else {
        (None, None)
    };
    (Some(Arc::new(Answers { path: path.to_owned(), cache: Mutex::new(cache) })), says)
}

impl Answers {
    fn with<T: Default>(&self, work: impl FnOnce(&mut Cache) -> Result<T, StoreError>) -> T {
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(cache) = cache.as_mut() else { return T::default() };
        work(cache).unwrap_or_else(|error| {
            warn(&error);
            if matches!(error, StoreError::Damaged { .. })
                && let Err(error) = cache.restart(now())
            {
                warn(&error);
            }
            T::default()
        })
    }

    fn make(&self) {
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        if cache.is_none() {
            match Cache::open(&self.path, Bounds::default(), now()) {
                Ok((made, _)) => *cache = Some(made),
                Err(error) => warn(&error),
            }
        }
    }
}

fn warn(error: &StoreError) {
    tracing::warn!("{}", inert::line(&error.to_string()));
}

impl AnswerStore for Answers {
    fn find(&self, key: &str) -> Option<Kept> {
        self.with(|cache| cache.find(key))
    }

    fn keep(&self, key: &str, kept: &Kept) {
        self.make();
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
