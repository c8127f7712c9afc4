//! The changes that are open with a secret in their words: as they are, for the rules; what the console holds has it replaced.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::analysis::formats::secrets::veil::Veil;
use crate::analysis::redact::shown;
use crate::model::change::Change;
use crate::model::pull::PullRef;

/// Remembers them; empty as long as nothing was hidden.
#[derive(Clone, Default)]
pub struct Unveiled(Arc<Mutex<BTreeMap<PullRef, Arc<Change>>>>);

impl Unveiled {
    /// `change` as it is shown.
    #[must_use]
    pub fn shown(&self, change: Change, veil: &Veil) -> Arc<Change> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match shown::change(&change, veil) {
            None => {
                known.remove(&change.pull.at);
                Arc::new(change)
            }
            Some(shown) => {
                known.insert(change.pull.at.clone(), Arc::new(change));
                Arc::new(shown)
            }
        }
    }

    /// What `shown` was made of.
    #[must_use]
    pub fn whole(&self, shown: &Arc<Change>) -> Arc<Change> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let same = |change: &&Arc<Change>| change.pull.revision == shown.pull.revision && change.digest == shown.digest;
        known.get(&shown.pull.at).filter(same).unwrap_or(shown).clone()
    }
}
