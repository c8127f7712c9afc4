//! Judgements of pulls kept between runs, in the memory that sweeps use: what one judged, the other need not. Nothing here fails
//! anybody: what cannot be kept is judged again.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest as _, Sha256};

use crate::analysis::across::Together;
use crate::analysis::campaign::marks;
use crate::analysis::engine::Engine;
use crate::model::change::Change;
use crate::model::diff::Patch;
use crate::model::dossier::Link;
use crate::model::inert;
use crate::model::pull::{Origin, Pull, PullRef, PullState};
use crate::model::report::Report;
use crate::model::sweep::Judgement;
use crate::model::thread::{Earlier, Threads};
use crate::model::time::Timestamp;
use crate::store::error::StoreError;
use crate::store::sweeps::Sweeps;

/// The memory. It is opened when it is there, and made when there is something to keep.
#[derive(Clone, Default)]
pub struct Kept(Option<Arc<Memory>>);

struct Memory {
    path: PathBuf,
    clock: fn() -> Timestamp,
    store: Mutex<Option<Sweeps>>,
}

impl Kept {
    /// The memory in the file at `path`.
    #[must_use]
    pub fn at(path: &Path, clock: fn() -> Timestamp) -> Self {
        Self(Some(Arc::new(Memory { path: path.to_owned(), clock, store: Mutex::new(None) })))
    }

    /// What was kept of exactly these commits, words and rules.
    #[must_use]
    pub fn judgement(&self, pull: &Pull, engine: &Engine) -> Option<Judgement> {
        let memory = self.0.as_ref().filter(|memory| pull.at.origin == Origin::Github && memory.path.exists())?;
        let name = name(&listed(pull), engine);
        memory.with(|store, at| store.judgement(&name, at)).flatten().filter(|kept| holds(kept, engine))
    }

    /// Keeps what was judged of a forge's `change`, when all of it was read.
    pub fn keep(&self, change: &Change, report: &Report, engine: &Engine) {
        let Some(memory) = self.0.as_ref().filter(|_| change.pull.at.origin == Origin::Github) else { return };
        // A sweep asks of those what holds them, and must not miss it because a queue judged them first.
        let shipped = change.pull.state == PullState::Merged && report.hard().next().is_some();
        let stale = change.pull.standing.as_ref().is_some_and(|standing| standing.stale);
        // What may soon be answered otherwise is asked again.
        let open = report.story.open || engine.question(change) != engine.question(&bare(&change.pull));
        if change.patch.unreadable == 0 && !shipped && !stale && !open {
            let name = name(&listed(&change.pull), engine);
            memory.with(|store, at| keep_unless_better(store, &name, at, &judged(change, report.clone(), Vec::new())));
        }
    }
}

impl Kept {
    /// Remembers what the change of `pull`, as it is shown, brings in: a later one may use it. `folder` is the repository it is of.
    pub fn remember(&self, pull: &Pull, report: &Report, folder: Option<&Path>) {
        let Some((memory, place)) = self.0.as_ref().zip(place_of(pull, folder)).filter(|_| !report.threads.introduced.is_empty()) else {
            return;
        };
        let change = earlier_of(pull, report);
        memory.with(|store, at| store.keep_threads(&place, &change, at));
    }

    /// What changes beside those of `pulls` brought in that were judged here before.
    #[must_use]
    pub fn earlier(&self, pulls: &[Pull], folder: Option<&Path>) -> Vec<Earlier> {
        let Some(memory) = self.0.as_ref().filter(|memory| memory.path.exists()) else { return Vec::new() };
        let places: BTreeSet<String> = pulls.iter().filter_map(|pull| place_of(pull, folder)).collect();
        let mut known: Vec<Earlier> = places.iter().filter_map(|place| memory.with(|store, _| store.threads(place))).flatten().collect();
        let local = pulls.iter().find(|pull| pull.at.origin == Origin::Local).map(|pull| pull.at.repo.clone());
        for earlier in &mut known {
            shown_in(earlier, local.as_deref().unwrap_or_default());
        }
        let here: BTreeSet<String> = pulls.iter().map(|pull| pull.address().to_string()).collect();
        let repos: BTreeSet<&str> = pulls.iter().map(|pull| pull.at.repo.as_str()).collect();
        known.retain(|earlier| !here.contains(&earlier.name) && repos.contains(earlier.repo.as_str()));
        known
    }
}

/// What of a judged change a later one may use. A folder is told by its place, however it was named: its changes have only their own names.
#[must_use]
pub fn earlier_of(pull: &Pull, report: &Report) -> Earlier {
    let mut at = pull.address().into_owned();
    if at.origin == Origin::Local {
        at.repo = String::new();
    }
    let introduced = report.threads.introduced.clone();
    Earlier { repo: at.repo.clone(), name: at.to_string(), opened: pull.opened, author: pull.vouched(), introduced }
}

/// Names what was remembered of a folder as the pulls of `repo` are named that are of the same folder.
pub fn shown_in(earlier: &mut Earlier, repo: &str) {
    if earlier.repo.is_empty() {
        let name = std::mem::take(&mut earlier.name);
        earlier.name = PullRef { origin: Origin::Local, repo: repo.to_owned(), name }.to_string();
        repo.clone_into(&mut earlier.repo);
    }
}

/// An earlier change as a report that holds nothing but what it brought in.
#[must_use]
pub fn before(earlier: &Earlier) -> (PullRef, &Earlier, Report) {
    let threads = Threads { introduced: earlier.introduced.clone(), mentions: Vec::new() };
    let at = PullRef { origin: Origin::Local, repo: earlier.repo.clone(), name: earlier.name.clone() };
    (at, earlier, Report { threads, ..Report::default() })
}

/// That change as one of several.
#[must_use]
pub fn long_ago<'r>(at: &'r PullRef, earlier: &Earlier, report: &'r mut Report) -> Together<'r> {
    Together { at, name: earlier.name.clone(), opened: earlier.opened, author: earlier.author.clone(), unreadable: 0, report }
}

impl Memory {
    fn with<T>(&self, work: impl FnOnce(&Sweeps, Timestamp) -> Result<T, StoreError>) -> Option<T> {
        let mut store = self.store.lock().unwrap_or_else(PoisonError::into_inner);
        let at = (self.clock)();
        if store.is_none() {
            *store = Sweeps::open(&self.path).and_then(|store| store.forget(at).map(|()| store)).map_err(|why| warn(&why)).ok();
        }
        work(store.as_ref()?, at).map_err(|why| warn(&why)).ok()
    }
}

fn warn(error: &StoreError) {
    tracing::warn!("{}", inert::line(&error.to_string()));
}

/// What tells places apart in which pulls are called alike: the folder of a repository, or the word for forges, where a repository has its
/// host in its name.
#[must_use]
pub fn place_of(pull: &Pull, folder: Option<&Path>) -> Option<String> {
    match pull.at.origin {
        Origin::Github => Some("github".to_owned()),
        Origin::Local => folder.map(|folder| folder.display().to_string()),
        Origin::Patch | Origin::Tree | Origin::Demo => None,
    }
}

/// A pull as a list shows it: a list knows no merge-base.
fn listed(pull: &Pull) -> Pull {
    let mut pull = pull.clone();
    pull.revision.merge_base = None;
    pull
}

/// All of a change that a list of pulls tells: its title and description, and how it stands.
fn bare(pull: &Pull) -> Change {
    Change { pull: pull.clone(), commits: Vec::new(), patch: Patch::default(), digest: String::new() }
}

/// What is kept of a change that was read and judged.
#[must_use]
pub fn judged(change: &Change, report: Report, contained_in: Vec<Link>) -> Judgement {
    Judgement {
        marks: marks::of(change, &report),
        files: change.patch.files.len(),
        added: change.patch.added(),
        removed: change.patch.removed(),
        unreadable: change.patch.unreadable,
        contained_in,
        report,
    }
}

/// Whether `kept` is all that `engine` could say now: packages that nobody could be asked about are asked about again.
#[must_use]
pub fn holds(kept: &Judgement, engine: &Engine) -> bool {
    kept.report.coverage.unreached == 0 || !engine.can_ask()
}

/// Keeps `judgement` under `name`, unless more is known there already: whoever did not answer today may have answered before.
///
/// # Errors
/// When the memory cannot be read or written.
pub fn keep_unless_better(store: &Sweeps, name: &str, at: Timestamp, judgement: &Judgement) -> Result<(), StoreError> {
    let unreached = judgement.report.coverage.unreached;
    if unreached > 0 && store.judgement(name, at)?.is_some_and(|kept| kept.report.coverage.unreached < unreached) {
        return Ok(());
    }
    store.keep_judgement(name, at, judgement)
}

/// Under what the judgement of `pull` is kept: the exact commits, its words, what else its forge said of it, and the rules.
#[must_use]
pub fn name(pull: &Pull, engine: &Engine) -> String {
    let (at, revision) = (&pull.at, &pull.revision);
    let id = |id: &Option<crate::model::commit_id::CommitId>| id.as_ref().map(|id| id.as_str().to_owned()).unwrap_or_default();
    let mut hash = Sha256::new();
    let merge_base = if revision.merge_base.is_some() { id(&revision.merge_base) } else { id(&revision.base) };
    for part in [at.origin.word(), &at.repo, &at.name, &id(&revision.head), &merge_base, engine.digest(), env!("CARGO_PKG_VERSION")] {
        hash.update(format!("{}:{part}\n", part.len()));
    }
    // Titles and descriptions are judged too, and change without a new head.
    for part in [&pull.title, &pull.body] {
        hash.update(format!("{}:{part}\n", part.len()));
    }
    // So do checks, and what is said about a pull: that moves when it was last touched.
    let subject = bare(pull);
    let checks = pull.standing.as_ref().filter(|_| engine.question(&subject).checks).map(|standing| standing.checks);
    let told = pull.standing.as_ref().filter(|_| engine.listens(&subject)).map(|standing| (standing.said, pull.updated));
    hash.update(format!("{checks:?} {told:?}\n"));
    engine.rules().for_each(|rule| hash.update(rule.0));
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
