//! The embedded demo: a small port's booking software with 75 pulls, of which fourteen are worth a second look.
//!
//! It is built as a real bare repository, the same commits every time, in a folder of its own; nothing outside is touched.

pub mod data;
pub mod edit;
pub mod folder;
pub mod npm;
pub mod timeline;
pub mod tree;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::model::cancel::Cancel;
use crate::model::change::{Change, History, TextRequest, Texts};
use crate::model::commit_id::CommitId;
use crate::model::diff::Omission;
use crate::model::policy::PolicyText;
use crate::model::pull::{Author, Origin, Pull, PullRef, PullState};
use crate::model::time::Timestamp;
use crate::sources::local::{Facts, LocalSource, Selection, Setup};
use crate::sources::source::{Listing, Recognise, Source, SourceError};
use data::{PullScript, Script};

/// When the demo plays (2026-11-20T16:00:00Z): its ages look right seen from here.
pub const NOW: Timestamp = Timestamp(1_795_190_400);

/// The demo as a source. Its open and quarantined pulls are branches like any other; what is merged is remembered here.
pub struct DemoSource {
    local: LocalSource,
    pulls: BTreeMap<u32, PullScript>,
    recognise: Recognise,
}

impl DemoSource {
    /// The demo in `folder`, which is built there unless it is one already. Whoever calls keeps the folder, or removes it.
    ///
    /// # Errors
    /// In one sentence, when `folder` holds something else or the demo of another version, or cannot be written.
    pub fn open(folder: &Path, recognise: Recognise) -> Result<Self, SourceError> {
        let script = Script::embedded().map_err(|why| SourceError::Unreadable(format!("the demo's data cannot be read: {why}")))?;
        let repository = folder::repository(folder, &script)?;
        let facts = script.pulls.iter().flat_map(|(number, pull)| facts(&script, *number, pull)).collect();
        let setup = Setup {
            repo: "demo".to_owned(),
            origin: Origin::Demo,
            recognise: recognise.clone(),
            selection: Selection::AgentBranches,
            facts,
        };
        Ok(Self { local: LocalSource::open(&repository, setup)?, pulls: script.pulls, recognise })
    }

    /// The address of pull `number`, if there is one.
    #[must_use]
    pub fn at(&self, number: u32) -> Option<PullRef> {
        self.pulls.contains_key(&number).then(|| self.local.at(&format!("#{number}")))
    }

    /// A pull whose branch is gone or merged, as it was.
    fn past(&self, number: u32, pull: &PullScript, cancel: &Cancel) -> Result<Change, SourceError> {
        let head = head(number);
        let before = if pull.merged.is_some() { format!("refs/pull/{number}/merge^1") } else { format!("{head}~{}", pull.commit.len()) };
        let mut change = self.local.change(&self.local.at(&format!("{before}..{head}")), cancel)?;
        let merged = pull.merged.is_some() || self.local.change(&self.local.at(&format!("main..{head}")), cancel)?.commits.is_empty();
        change.pull.at.name = format!("#{number}");
        change.pull.branch.clone_from(&pull.branch);
        change.pull.target = "main".to_owned();
        change.pull.state = if merged { PullState::Merged } else { PullState::Closed };
        change.pull.provenance = (self.recognise)(&change.pull, &change.commits);
        self.date(&mut change.pull);
        Ok(change)
    }

    /// A pull moved when it was opened or merged, not only when something was committed.
    fn date(&self, pull: &mut Pull) {
        let known = number(&pull.at).and_then(|number| self.pulls.get(&number));
        pull.updated = pull.updated.max(known.map_or(pull.updated, |known| Timestamp(timeline::updated(known))));
    }
}

impl Source for DemoSource {
    fn title(&self) -> String {
        "demo".to_owned()
    }

    fn repository(&self) -> Option<PathBuf> {
        self.local.repository()
    }

    fn list(&self, cancel: &Cancel) -> Result<Listing, SourceError> {
        let mut listing = self.local.list(cancel)?;
        let listed: BTreeSet<u32> = listing.pulls.iter().filter_map(|pull| number(&pull.at)).collect();
        for (number, pull) in self.pulls.iter().filter(|(number, _)| !listed.contains(number)) {
            match self.past(*number, pull, cancel) {
                Ok(change) => listing.pulls.push(change.pull),
                Err(SourceError::Cancelled) => return Err(SourceError::Cancelled),
                Err(why) => {
                    listing.unreadable += 1;
                    listing.omissions.push(Omission { path: None, why: format!("pull #{number} is not listed: {why}") });
                }
            }
        }
        listing.pulls.iter_mut().for_each(|pull| self.date(pull));
        listing.pulls.sort_by(|a, b| b.updated.cmp(&a.updated).then_with(|| a.at.cmp(&b.at)));
        Ok(listing)
    }

    fn change(&self, at: &PullRef, cancel: &Cancel) -> Result<Change, SourceError> {
        let Some((number, pull)) = number(at).and_then(|number| self.pulls.get_key_value(&number)) else {
            return self.local.change(at, cancel);
        };
        if pull.merged.is_some() {
            return self.past(*number, pull, cancel);
        }
        match self.local.change(at, cancel) {
            Ok(mut change) if !change.commits.is_empty() => {
                self.date(&mut change.pull);
                Ok(change)
            }
            Ok(_) | Err(SourceError::NotFound(_)) => self.past(*number, pull, cancel),
            Err(why) => Err(why),
        }
    }

    fn policies(&self, at: &PullRef, base: Option<&CommitId>, cancel: &Cancel) -> Result<Vec<PolicyText>, SourceError> {
        self.local.policies(at, base, cancel)
    }

    fn owners(&self, at: &PullRef, base: Option<&CommitId>, cancel: &Cancel) -> Result<Option<PolicyText>, SourceError> {
        self.local.owners(at, base, cancel)
    }

    fn history(&self, change: &Change, cancel: &Cancel) -> History {
        self.local.history(change, cancel)
    }

    fn texts(&self, change: &Change, wanted: &[TextRequest], cancel: &Cancel) -> Texts {
        self.local.texts(change, wanted, cancel)
    }
}

/// The number in a name such as `#7`.
fn number(at: &PullRef) -> Option<u32> {
    at.name.strip_prefix('#')?.parse().ok()
}

fn head(number: u32) -> String {
    format!("refs/pull/{number}/head")
}

/// What the forge of the demo says of a pull, by its branch where it is open, and by the ref that stays.
fn facts(script: &Script, number: u32, pull: &PullScript) -> Vec<(String, Facts)> {
    let author = script.people.get(&pull.by).map(|by| Author { name: by.name.clone(), email: by.email.clone() });
    let known = Facts {
        title: Some(pull.title.clone()),
        body: pull.body.clone(),
        author,
        opened: Some(Timestamp(pull.opened.seconds)),
        ..Facts::default()
    };
    let open = pull.merged.is_none().then(|| (pull.branch.clone(), Facts { name: Some(format!("#{number}")), ..known.clone() }));
    open.into_iter().chain([(head(number), known)]).collect()
}
