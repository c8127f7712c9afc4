//! What was judged over time: every door that judges a change notes it here, and asks here what somebody did before. Nothing here fails
//! anybody: what cannot be kept is judged all the same.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::analysis::behaviour::past::Past;
use crate::analysis::behaviour::portrait::{self, Asked};
use crate::analysis::behaviour::record;
use crate::analysis::behaviour::unusual::Index;
use crate::analysis::engine::Engine;
use crate::model::behaviour::{Gallery, Observations};
use crate::model::change::Change;
use crate::model::inert;
use crate::model::observed::{Fate, Observed};
use crate::model::pull::{Origin, Pull};
use crate::model::report::Report;
use crate::model::time::Timestamp;
use crate::runtime::noise;
use crate::store::error::StoreError;
use crate::store::fates;
use crate::store::ledger::Ledger;
use crate::store::observations::{self, Bounds};
use crate::store::paths::Paths;

/// The memory. It is opened when it is there, and made when there is something to keep.
#[derive(Clone, Default)]
pub struct Observer(Option<Arc<Memory>>);

struct Memory {
    path: PathBuf,
    ledger: PathBuf,
    clock: fn() -> Timestamp,
    store: Mutex<Option<observations::Observations>>,
    /// The names of repositories by folder.
    names: Mutex<BTreeMap<PathBuf, String>>,
    /// That a damaged file was put aside.
    said: Mutex<Option<String>>,
}

impl Observer {
    /// The memory among `paths`.
    #[must_use]
    pub fn at(paths: &Paths, clock: fn() -> Timestamp) -> Self {
        let (path, ledger) = (paths.observations(), paths.ledger());
        Self(Some(Arc::new(Memory { path, ledger, clock, store: Mutex::default(), names: Mutex::default(), said: Mutex::default() })))
    }

    /// Remembers what `engine` said of `change` of the repository in `folder`, when all its rules were asked.
    pub fn note(&self, change: &Change, report: &Report, engine: &Engine, folder: Option<&Path>) {
        let Some(memory) = self.0.as_ref().filter(|_| engine.rules().count() == engine.book().iter().count()) else { return };
        let Some(repo) = memory.repository(&change.pull, folder) else { return };
        let at = (memory.clock)();
        if let Some(observed) = record::of(change, report, &repo, &engine.book().veil(), at) {
            memory.with(at, |store| store.keep(&observed));
        }
    }

    /// What is unusual in `pull`, which was noted, among what its agent, or its author where none is seen, did in the same repository;
    /// `None` where nothing can be said.
    #[must_use]
    pub fn observe(&self, pull: &Pull, engine: &Engine, folder: Option<&Path>) -> Option<Observations> {
        let memory = self.0.as_ref().filter(|memory| memory.path.exists())?;
        let repo = memory.repository(pull, folder)?;
        let head = pull.revision.head.as_ref()?.as_str();
        let mut records = memory.with((memory.clock)(), |store| match &pull.provenance.agent {
            Some(agent) => store.of(&repo, agent),
            None => match store.at(&repo, head)?.filter(|known| !known.author.is_empty()) {
                Some(known) => store.by(&repo, &known.author),
                None => Ok(Vec::new()),
            },
        })?;
        let patch = records.iter().find(|known| known.head == head).and_then(|known| known.patch.clone());
        let alike = patch.and_then(|patch| memory.with((memory.clock)(), |store| store.alike(&patch)));
        records.extend(alike.unwrap_or_default());
        let fates = memory.fates().map_err(|why| warn(&why)).unwrap_or_default();
        let past = Past::of(records, &fates, engine.digest());
        Index::of(&past).observe(&repo, head)
    }

    /// The same for many pulls, each with the folder of its repository.
    #[must_use]
    pub fn observe_all(&self, pulls: &[(&Pull, Option<&Path>)], engine: &Engine) -> Vec<Option<Observations>> {
        let past = self.past(engine.digest()).map_err(|why| warn(&why)).unwrap_or_default();
        let index = Index::of(&past);
        let one = |(pull, folder): &(&Pull, Option<&Path>)| {
            index.observe(&self.repository(pull, *folder)?, pull.revision.head.as_ref()?.as_str())
        };
        pulls.iter().map(one).collect()
    }

    /// Everything that is known, joined with what was decided.
    ///
    /// # Errors
    /// When the memory or the ledger is there and cannot be read.
    pub fn past(&self, digest: &str) -> Result<Past, StoreError> {
        let Some(memory) = self.0.as_ref().filter(|memory| memory.path.exists()) else { return Ok(Past::default()) };
        Ok(Past::of(memory.read()?, &memory.fates()?, digest))
    }

    /// Everybody's portrait.
    ///
    /// # Errors
    /// As [`Self::past`].
    pub fn gallery(&self, digest: &str, asked: Asked<'_>) -> Result<Gallery, StoreError> {
        Ok(portrait::gallery(&self.past(digest)?, asked))
    }

    /// That a damaged file was put aside, if one was.
    #[must_use]
    pub fn said(&self) -> Option<String> {
        self.0.as_ref()?.said.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What the repository of `pull` in `folder` is called here.
    #[must_use]
    pub fn repository(&self, pull: &Pull, folder: Option<&Path>) -> Option<String> {
        self.0.as_ref()?.repository(pull, folder)
    }
}

/// What the repository in `folder` is called in the memory: as its forge calls it where it was cloned from one.
#[must_use]
pub fn name_of(folder: &Path) -> String {
    plain(noise::name_of(folder))
}

/// The host that everybody means needs no name.
fn plain(name: String) -> String {
    name.strip_prefix("github.com/").map(str::to_owned).unwrap_or(name)
}

impl Memory {
    fn repository(&self, pull: &Pull, folder: Option<&Path>) -> Option<String> {
        match pull.at.origin {
            Origin::Github => Some(plain(pull.at.repo.clone())),
            Origin::Demo => Some("demo".to_owned()),
            Origin::Local => {
                let folder = folder?;
                let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
                Some(names.entry(folder.to_owned()).or_insert_with(|| name_of(folder)).clone())
            }
            Origin::Patch | Origin::Tree => None,
        }
    }

    fn fates(&self) -> Result<BTreeMap<String, Fate>, StoreError> {
        if self.ledger.exists() { fates::of(&Ledger::open(&self.ledger)?) } else { Ok(BTreeMap::new()) }
    }

    /// All of it, where failing is worth a word.
    fn read(&self) -> Result<Vec<Observed>, StoreError> {
        let mut store = self.store.lock().unwrap_or_else(PoisonError::into_inner);
        if store.is_none() {
            *store = Some(self.open((self.clock)())?);
        }
        store.as_ref().map_or_else(|| Ok(Vec::new()), observations::Observations::all)
    }

    fn open(&self, at: Timestamp) -> Result<observations::Observations, StoreError> {
        let (open, says) = observations::Observations::open(&self.path, Bounds::default(), at)?;
        says.into_iter().for_each(|says| self.say(says));
        Ok(open)
    }

    fn say(&self, says: String) {
        tracing::warn!("{}", inert::line(&says));
        *self.said.lock().unwrap_or_else(PoisonError::into_inner) = Some(says);
    }

    fn with<T>(&self, at: Timestamp, work: impl FnOnce(&mut observations::Observations) -> Result<T, StoreError>) -> Option<T> {
        let mut store = self.store.lock().unwrap_or_else(PoisonError::into_inner);
        if store.is_none() {
            *store = self.open(at).map_err(|why| warn(&why)).ok();
        }
        let open = store.as_mut()?;
        let done = work(open);
        // Damage may show only in use.
        if matches!(done, Err(StoreError::Damaged { .. })) {
            match open.restart(at) {
                Ok(says) => self.say(says),
                Err(why) => warn(&why),
            }
        }
        done.map_err(|why| warn(&why)).ok()
    }
}

fn warn(error: &StoreError) {
    tracing::warn!("{}", inert::line(&error.to_string()));
}
