//! What the pulls of a queue come to together: correlations over all that were judged, told by each pull that counts in a window.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::analysis::across::{self, Together};
use crate::analysis::engine::Engine;
use crate::analysis::rule_set::Tells;
use crate::model::pull::{Pull, PullRef, Revision};
use crate::model::report::{Report, Summary};
use crate::model::thread::Earlier;
use crate::model::time::Timestamp;
use crate::runtime::kept;

/// The pulls that were judged and hold something that correlations count.
#[derive(Clone, Default)]
pub struct Company {
    here: Arc<Mutex<BTreeMap<PullRef, Judged>>>,
    /// What pulls brought in that are not in the queue any more.
    earlier: Arc<Mutex<Vec<Earlier>>>,
}

/// One of them.
#[derive(Clone)]
struct Judged {
    /// Its address as it is shown.
    name: String,
    revision: Revision,
    opened: Timestamp,
    author: Option<String>,
    summary: Summary,
    /// Its own report, without what others add to it.
    report: Report,
    unreadable: usize,
}

impl Company {
    fn judged(&self) -> MutexGuard<'_, BTreeMap<PullRef, Judged>> {
        self.here.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes over what was judged at other times.
    pub fn remember(&self, earlier: Vec<Earlier>) {
        *self.earlier.lock().unwrap_or_else(PoisonError::into_inner) = earlier;
    }

    /// Joins `all` with each other and with those of earlier times.
    fn join<'j>(&self, engine: &Engine, all: impl Iterator<Item = (&'j PullRef, &'j mut Judged)>) {
        let earlier = self.earlier.lock().unwrap_or_else(PoisonError::into_inner);
        let mut gone: Vec<(PullRef, &Earlier, Report)> = earlier.iter().map(kept::before).collect();
        let here = all.map(|(at, judged)| Together {
            at,
            name: judged.name.clone(),
            opened: judged.opened,
            author: judged.author.clone(),
            unreadable: judged.unreadable,
            report: &mut judged.report,
        });
        let gone = gone.iter_mut().map(|(at, earlier, report)| kept::long_ago(at, earlier, report));
        across::join(engine, &mut here.chain(gone).collect::<Vec<_>>(), Tells::Each);
    }

    /// Takes over the judgement of `pull`, which says what is shown of it.
    pub fn note(&self, pull: &Pull, summary: Summary, report: Report, unreadable: usize) {
        if is_alone(&report) {
            self.judged().remove(&pull.at);
            return;
        }
        let (name, revision, opened, author) = (pull.address().to_string(), pull.revision.clone(), pull.opened, pull.vouched());
        // Nothing else of a report changes in company.
        let report = Report { dependencies: Vec::new(), imports: Vec::new(), ..report };
        self.judged().insert(pull.at.clone(), Judged { name, revision, opened, author, summary, report, unreadable });
    }

    /// Only these are in the queue still.
    pub fn keep(&self, pulls: &[Pull]) {
        let here: BTreeSet<&PullRef> = pulls.iter().map(|pull| &pull.at).collect();
        self.judged().retain(|at, _| here.contains(at));
    }

    /// What is to be said anew of those that come to something together.
    #[must_use]
    pub fn told(&self, engine: &Engine) -> Vec<(PullRef, Summary)> {
        let mut all = self.judged().clone();
        self.join(engine, all.iter_mut());
        let told = all.into_iter().map(|(at, judged)| (at, judged.summary.retold(&judged.report), judged.summary));
        told.filter(|(_, now, before)| now != before).map(|(at, now, _)| (at, now)).collect()
    }

    /// `report` of `pull` with what it comes to among the others.
    #[must_use]
    pub fn complete(&self, engine: &Engine, pull: &Pull, report: Report, unreadable: usize) -> Report {
        if is_alone(&report) {
            return report;
        }
        let mut others = self.judged().clone();
        others.remove(&pull.at);
        // The same commit of a stack counts for the pull that is looked at.
        others.retain(|_, other| other.revision.head.is_none() || other.revision != pull.revision);
        let (name, revision, opened, author) = (pull.address().to_string(), pull.revision.clone(), pull.opened, pull.vouched());
        let mut own = Judged { name, revision, opened, author, summary: Summary::default(), report, unreadable };
        self.join(engine, std::iter::once((&pull.at, &mut own)).chain(others.iter_mut()));
        own.report
    }
}

/// Whether nothing of it has to do with other changes.
fn is_alone(report: &Report) -> bool {
    report.firings.is_empty() && report.threads.introduced.is_empty() && report.threads.mentions.is_empty()
}
