//! Merged history as changes, judged on all cores: what `calibrate` and `rules diff` go over. What could not be read is kept apart.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use clap::Args;

use crate::analysis::across::{self, Together};
use crate::analysis::engine::Engine;
use crate::analysis::provenance;
use crate::analysis::reader::Reader;
use crate::analysis::rule_set::Tells;
use crate::cli::output::Output;
use crate::model::cancel::Cancel;
use crate::model::change::{Change, TextRequest};
use crate::model::commit_id::CommitId;
use crate::model::diff::Omission;
use crate::model::finding::Finding;
use crate::model::noise::{Hit, Witness};
use crate::model::pull::{Origin, Pull, PullRef};
use crate::model::report::Report;
use crate::model::talk::Talk;
use crate::model::testimony::Testimony;
use crate::model::time::Timestamp;
use crate::sources::local::merged::Merged;
use crate::sources::local::{LocalSource, Selection, Setup};
use crate::sources::source::{Source, SourceError};

/// Commits that are looked at when nobody says how many.
const USUAL: usize = 500;

/// Which history.
#[derive(Clone, Debug, Args)]
pub struct Place {
    /// A range A..B, or the branch or commit whose history it is; a merge counts as one change [default: the default branch]
    #[arg(value_name = "RANGE")]
    range: Option<String>,
    /// The repository
    #[arg(long, default_value = ".", value_name = "DIR")]
    pub repo: PathBuf,
    /// Look at the latest N commits [default: 500; all of a range A..B]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    commits: Option<u32>,
}

impl Place {
    fn wanted(&self) -> Merged {
        let whole = self.range.as_ref().is_some_and(|range| range.contains(".."));
        let said = self.commits.map(|most| usize::try_from(most).unwrap_or(usize::MAX));
        Merged { range: self.range.clone(), most: said.or(if whole { None } else { Some(USUAL) }) }
    }
}

/// Merged history that was listed.
pub struct History {
    source: LocalSource,
    /// Its changes, latest first.
    pub pulls: Vec<Pull>,
    /// What could not even be listed.
    pub unread: Vec<Omission>,
    /// What it is, in words.
    pub range: String,
}

/// What came of going over it.
pub struct Seen<T> {
    /// What was made of each change, latest first.
    pub made: Vec<T>,
    /// Changes that could not be read.
    pub unread: Vec<Omission>,
    /// Changes that were not come to, because somebody asked to stop.
    pub left: usize,
}

impl History {
    /// Lists what `place` names.
    ///
    /// # Errors
    /// When there is no such repository or range, or nobody waits any more.
    pub fn open(place: &Place, cancel: &Cancel) -> Result<Self, SourceError> {
        let setup = Setup {
            repo: place.repo.display().to_string(),
            origin: Origin::Local,
            recognise: Arc::new(provenance::of),
            selection: Selection::Merged(place.wanted()),
            facts: BTreeMap::new(),
        };
        let source = LocalSource::open(&place.repo, setup)?;
        let listing = source.list(cancel)?;
        let range = place.range.clone().unwrap_or_else(|| "the default branch".to_owned());
        Ok(Self { source, pulls: listing.pulls, unread: listing.omissions, range })
    }

    /// The folder of the repository.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        self.source.repository().unwrap_or_else(|| Path::new(".").to_owned())
    }

    /// What the rules of `engine` see in `change`, which is that of `pull`, and what of it could not be read.
    ///
    /// # Errors
    /// When nobody waits any more.
    pub fn witness(&self, engine: &Engine, pull: &Pull, change: &Change, cancel: &Cancel) -> Result<(Witness, Vec<Omission>), SourceError> {
        let texts = |wanted: &[TextRequest]| self.source.texts(change, wanted, cancel);
        let report = engine.analyse_whole(
            change,
            &Reader {
                texts: &texts,
                history: &|| self.source.history(change, cancel),
                packages: &|take| self.source.packages(change, take, cancel),
                mentions: &|words| self.source.mentions(change, words, cancel),
                testimony: &|_| Testimony::default(),
                talk: &|| Talk::default(),
                cancel,
            },
        );
        let report = report.ok_or(SourceError::Cancelled)?;
        let commit = pull.revision.head.clone().ok_or_else(|| SourceError::Unreadable("it has no commit".to_owned()))?;
        let added = u64::try_from(change.patch.added()).unwrap_or(u64::MAX);
        let unread = if change.patch.unreadable == 0 { Vec::new() } else { vec![partly(&commit, change.patch.unreadable)] };
        let hits = report.findings.iter().map(hit).collect();
        Ok((Witness { commit, agent: pull.provenance.agent.is_some(), added, hits, firings: report.firings }, unread))
    }

    /// Does `work` on every change, on all cores and latest first, until all are done or `cancel` is raised.
    pub fn each<T: Send>(
        &self,
        out: &mut Output,
        cancel: &Cancel,
        work: impl Fn(&Pull, &dyn Fn() -> Result<Change, SourceError>) -> Result<T, SourceError> + Sync,
    ) -> Seen<T> {
        let (next, all) = (AtomicUsize::new(0), self.pulls.len());
        let board = Mutex::new(Board { out, done: Vec::with_capacity(all), unread: Vec::new() });
        let busy = |_: rayon::BroadcastContext<'_>| {
            while !cancel.is_cancelled() {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let Some(pull) = self.pulls.get(at) else { return };
                let outcome = work(pull, &|| self.source.change(&pull.at, cancel));
                if cancel.is_cancelled() && outcome.is_err() {
                    return;
                }
                board.lock().unwrap_or_else(PoisonError::into_inner).take(at, &pull.at.name, outcome, all);
            }
        };
        rayon::broadcast(busy);
        let Board { out, mut done, unread } = board.into_inner().unwrap_or_else(PoisonError::into_inner);
        out.clear();
        done.sort_by_key(|(at, _)| *at);
        let left = all - done.len() - unread.len();
        Seen { made: done.into_iter().map(|(_, made)| made).collect(), unread, left }
    }
}

/// Where the workers put what they made.
struct Board<'a, T> {
    out: &'a mut Output,
    done: Vec<(usize, T)>,
    unread: Vec<Omission>,
}

impl<T> Board<'_, T> {
    fn take(&mut self, at: usize, name: &str, outcome: Result<T, SourceError>, all: usize) {
        match outcome {
            Ok(made) => self.done.push((at, made)),
            Err(why) => self.unread.push(Omission { path: None, why: format!("commit {name} cannot be read: {why}") }),
        }
        self.out.progress(self.done.len() + self.unread.len(), all);
    }
}

/// Adds to `witnesses` what their commits come to together by the rules of `engine`: the commit that fills a window has the finding.
pub fn join(engine: &Engine, witnesses: &mut [Witness]) {
    let report = |witness: &Witness| Report { firings: witness.firings.clone(), ..Report::default() };
    let mut reports: Vec<Report> = witnesses.iter().map(report).collect();
    let at = PullRef { origin: Origin::Local, repo: String::new(), name: String::new() };
    let together = witnesses.iter().zip(&mut reports).map(|(witness, report)| Together {
        at: &at,
        name: witness.commit.short().to_owned(),
        opened: Timestamp::default(),
        author: None,
        report,
        unreadable: 0,
    });
    across::join(engine, &mut together.collect::<Vec<_>>(), Tells::Last);
    for (witness, report) in witnesses.iter_mut().zip(reports) {
        for hit in report.findings.iter().map(hit) {
            // The wider window stands for the one within it.
            if !witness.hits.iter().any(|known| known.rule == hit.rule && known.at == hit.at) {
                witness.hits.push(hit);
            }
        }
    }
}

fn hit(finding: &Finding) -> Hit {
    Hit {
        rule: finding.rule,
        severity: finding.severity,
        at: finding.at.to_string(),
        path: finding.at.path().map(|path| path.text().into_owned()),
        line: finding.at.place().map(|place| place.line),
    }
}

fn partly(commit: &CommitId, parts: usize) -> Omission {
    let parts = if parts == 1 { "1 part".to_owned() } else { format!("{parts} parts") };
    Omission { path: None, why: format!("commit {commit}: {parts} of it cannot be read; `lazaret scan {}` says which", commit.short()) }
}
