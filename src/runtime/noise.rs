//! What is known of rules from their use: how often they fire on merged history, how their findings were judged. Read, never made.

use std::path::{Path, PathBuf};

use crate::analysis::rulebook::Rulebook;
use crate::model::noise::Noise;
use crate::sources::github::target;
use crate::sources::local::remote;
use crate::store::error::StoreError;
use crate::store::ledger::Ledger;
use crate::store::noise::NoiseStore;
use crate::store::paths::Paths;
use crate::store::precision;

/// The name that the repository at `folder` is known by: where it was cloned from on a GitHub host, else its folder.
#[must_use]
pub fn name_of(folder: &Path) -> String {
    let address = remote::origin(folder).and_then(|url| target::of_remote(&url));
    let folder = folder.display().to_string();
    address.map_or_else(|| folder.trim_end_matches('/').to_owned(), |address| format!("{}/{}", address.host, address.path()))
}

/// Where it is known, seen from one repository.
#[derive(Clone, Debug)]
pub struct Noises {
    paths: Paths,
    here: Option<PathBuf>,
}

impl Noises {
    /// What `paths` keep, seen from the repository at `here`.
    #[must_use]
    pub fn new(paths: Paths, here: Option<PathBuf>) -> Self {
        Self { paths, here }
    }

    /// What is known of the rules of `book`.
    ///
    /// # Errors
    /// When something is there and cannot be read.
    pub fn known(&self, book: &Rulebook) -> Result<Noise, StoreError> {
        let (rates, ledger) = (self.paths.noise(), self.paths.ledger());
        let digests = book.iter().filter_map(|rule| Some((rule.id, book.digest_of(rule.id)?))).collect();
        Ok(Noise {
            rates: if rates.exists() { NoiseStore::open(&rates)?.rates()? } else { Default::default() },
            judged: if ledger.exists() { precision::judged(&Ledger::open(&ledger)?)? } else { Default::default() },
            digests,
            here: self.here.as_deref().map(name_of),
            annotated: book.annotated().clone(),
        })
    }
}
