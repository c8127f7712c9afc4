//! A sweep carried out: asks every place, judges what it caught on a bounded number of threads, keeps each piece at once, and
//! joins all of it. What an earlier run kept is neither asked nor judged again.

mod crew;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use self::crew::{Crew, Done, Task};
use crate::analysis::across::{self, Together};
use crate::analysis::engine::Engine;
use crate::analysis::rule_set::Tells;
use crate::analysis::{campaign, conduct, redact};
use crate::model::cancel::Cancel;
use crate::model::diff::Omission;
use crate::model::filter::Filter;
use crate::model::forge::Budget;
use crate::model::pull::{Pull, PullRef};
use crate::model::report::Report;
use crate::model::sweep::{Asked, Caught, Conduct, Gap, Judgement, Member, Observation, Sweep};
use crate::model::thread::Earlier;
use crate::model::time::Timestamp;
use crate::runtime::kept::{self, holds, keep_unless_better, name};
use crate::runtime::observer::Observer;
use crate::sources::source::SourceError;
use crate::sources::sweep::Field;
use crate::store::error::StoreError;
use crate::store::schema::sweep::answer::Answer;
use crate::store::sweeps::Sweeps;

/// What a sweep goes over and how.
pub struct Job<'a> {
    /// Its name.
    pub id: &'a str,
    /// What was asked for, in the words of the command line.
    pub targets: Vec<String>,
    /// The places.
    pub fields: Vec<Arc<dyn Field>>,
    /// What is asked of each.
    pub asked: Asked,
    /// The rules.
    pub engine: Arc<Engine>,
    /// Only lists, no diffs.
    pub shallow: bool,
    /// Which members stay.
    pub filter: &'a Filter,
    /// Threads that ask and judge.
    pub workers: usize,
    /// Who remembers what is judged.
    pub observer: Observer,
}

/// How far a sweep has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Places that answered.
    pub listed: usize,
    /// Places known so far.
    pub places: usize,
    /// Changes that were judged or kept.
    pub judged: usize,
    /// Changes known so far.
    pub changes: usize,
    /// What was worked on last; outside text.
    pub current: String,
    /// What a forge has left.
    pub budget: Option<Budget>,
}

/// Why a sweep ended early. What it kept until then is there for the next one.
#[derive(Debug, thiserror::Error)]
pub enum SweepError {
    /// Nobody waits any more.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The memory of sweeps cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No thread could be started.
    #[error("no thread could be started: {0}")]
    Threads(String),
}

/// Carries out `job`; `watch` is told of every piece.
///
/// # Errors
/// When nobody waits any more, or the memory of sweeps cannot be written. A place or change that cannot be read is a gap.
pub fn run(job: &Job<'_>, store: &Sweeps, cancel: &Cancel, watch: &mut dyn FnMut(&Progress)) -> Result<Sweep, SweepError> {
    let crew = Crew::start(job.workers, job.asked, (&job.engine, &job.observer), cancel).map_err(|e| SweepError::Threads(e.to_string()))?;
    let mut course = Course {
        job,
        store,
        crew: &crew,
        progress: Progress::default(),
        sweep: begun(job),
        seen: HashSet::new(),
        folders: BTreeMap::new(),
    };
    let fields = job.fields.clone();
    let done = fields.into_iter().try_for_each(|field| course.place(field)).and_then(|()| course.go(cancel, watch));
    crew.dismiss();
    done?;
    let (mut sweep, folders) = (course.sweep, course.folders);
    sweep.tally.requests = job.fields.iter().filter_map(|field| field.budget()).map(|budget| budget.sent).sum();
    let places = Places::of(&sweep, &folders);
    let earlier = places.earlier(&sweep, store)?;
    // Before anything is joined: what is remembered of a change is what it brings in by itself.
    places.remember(&sweep, store, job.asked.now)?;
    unusual(&mut sweep, job, &folders);
    finished(&mut sweep, job, &earlier);
    Ok(sweep)
}

fn begun(job: &Job<'_>) -> Sweep {
    Sweep { id: job.id.to_owned(), targets: job.targets.clone(), asked: job.asked, ..Sweep::default() }
}

/// What the members of a sweep are remembered under.
struct Places<'f> {
    folders: &'f BTreeMap<String, PathBuf>,
    /// Each place with the name that its changes have here.
    known: BTreeSet<(String, String)>,
}

impl<'f> Places<'f> {
    fn of(sweep: &Sweep, folders: &'f BTreeMap<String, PathBuf>) -> Self {
        let place = |member: &Member| {
            let pull = member.pull();
            Some((kept::place_of(pull, folders.get(&pull.at.repo).map(PathBuf::as_path))?, pull.at.repo.clone()))
        };
        Self { folders, known: sweep.members.iter().filter_map(place).collect() }
    }

    /// What changes of these places brought in that are not in the sweep.
    fn earlier(&self, sweep: &Sweep, store: &Sweeps) -> Result<Vec<Earlier>, StoreError> {
        let here: HashSet<String> = sweep.members.iter().map(|member| member.pull().address().to_string()).collect();
        let mut all = Vec::new();
        for (place, repo) in &self.known {
            for mut earlier in store.threads(place)? {
                kept::shown_in(&mut earlier, repo);
                if earlier.repo == *repo && !here.contains(&earlier.name) {
                    all.push(earlier);
                }
            }
        }
        Ok(all)
    }

    /// Remembers what each member brings in: a later one may use it.
    fn remember(&self, sweep: &Sweep, store: &Sweeps, now: Timestamp) -> Result<(), StoreError> {
        for member in &sweep.members {
            let pull = member.pull();
            let report = member.judgement.as_ref().map(|judgement| &judgement.report);
            let Some(report) = report.filter(|report| !report.threads.introduced.is_empty()) else { continue };
            if let Some(place) = kept::place_of(pull, self.folders.get(&pull.at.repo).map(PathBuf::as_path)) {
                store.keep_threads(&place, &kept::earlier_of(pull, report), now)?;
            }
        }
        Ok(())
    }
}

/// Adds to the members that were judged what is unusual in them, seen from what their agents did before.
fn unusual(sweep: &mut Sweep, job: &Job<'_>, folders: &BTreeMap<String, PathBuf>) {
    let place = |member: &Member| folders.get(&member.pull().at.repo).cloned();
    let places: Vec<Option<PathBuf>> = sweep.members.iter().map(place).collect();
    let pulls: Vec<(&Pull, Option<&Path>)> = sweep.members.iter().map(Member::pull).zip(places.iter().map(Option::as_deref)).collect();
    let told = job.observer.observe_all(&pulls, &job.engine);
    let judged = sweep.members.iter_mut().zip(told).filter(|(member, _)| member.judgement.is_some());
    for (member, observations) in judged {
        let found = observations.into_iter().flat_map(|observations| observations.found);
        member.observations.extend(found.map(|found| Observation { conduct: Conduct::Unusual, says: found.says() }));
    }
}

/// Sorts and groups what was gathered.
fn finished(sweep: &mut Sweep, job: &Job<'_>, earlier: &[Earlier]) {
    let now = job.asked.now;
    let veil = job.engine.book().veil();
    let judged = sweep.members.iter_mut().filter_map(|member| {
        let (pull, judgement) = (&member.caught.pull, member.judgement.as_mut()?);
        let name = redact::through(&pull.at.to_string(), &veil);
        let (opened, author, unreadable) = (pull.opened, pull.vouched(), judgement.unreadable);
        Some(Together { at: &pull.at, name, opened, author, unreadable, report: &mut judgement.report })
    });
    let mut gone: Vec<(PullRef, &Earlier, Report)> = earlier.iter().map(kept::before).collect();
    let gone = gone.iter_mut().map(|(at, earlier, report)| kept::long_ago(at, earlier, report));
    let mut together: Vec<Together<'_>> = judged.chain(gone).collect();
    across::join(&job.engine, &mut together, Tells::Each);
    sweep.members.retain(|member| job.filter.matches(member.pull(), member.summary().as_ref(), now));
    sweep.members.sort_by(|a, b| {
        let weight = |member: &Member| (member.score(), member.observations.len(), member.happened());
        weight(b).cmp(&weight(a)).then_with(|| a.pull().at.cmp(&b.pull().at))
    });
    sweep.gaps.sort_by(|a, b| (!a.failed, &a.place).cmp(&(!b.failed, &b.place)));
    sweep.campaigns = campaign::group(&sweep.members);
}

/// A sweep while it runs.
struct Course<'a, 'j> {
    job: &'a Job<'j>,
    store: &'a Sweeps,
    crew: &'a Crew,
    progress: Progress,
    sweep: Sweep,
    /// Places and changes that were met already: two questions may find the same.
    seen: HashSet<String>,
    /// The folders of repositories on this machine, by the name their changes have here.
    folders: BTreeMap<String, PathBuf>,
}

impl Course<'_, '_> {
    /// Takes results until nothing is left to do.
    fn go(&mut self, cancel: &Cancel, watch: &mut dyn FnMut(&Progress)) -> Result<(), SweepError> {
        watch(&self.progress);
        while let Some(done) = self.crew.next(cancel)? {
            match done {
                Done::Listed(field, answered) => self.listed(&field, answered)?,
                Done::Judged(caught, field, judged) => self.judged(*caught, &field, judged.map(|judged| *judged))?,
            }
            watch(&self.progress);
        }
        Ok(())
    }

    /// Asks a place, unless what it answered is known.
    fn place(&mut self, field: Arc<dyn Field>) -> Result<(), SweepError> {
        if !self.seen.insert(format!("place {}", field.name())) {
            return Ok(());
        }
        self.progress.places += 1;
        match self.store.answer(self.job.id, &field.name())? {
            Some(answer) => self.take(&field, answer, 0),
            None => {
                self.crew.give(Task::List(field));
                Ok(())
            }
        }
    }

    fn listed(&mut self, field: &Arc<dyn Field>, answered: Result<(Answer, usize), SourceError>) -> Result<(), SweepError> {
        let name = field.name();
        self.progress.budget = field.budget().or(self.progress.budget.take());
        match answered {
            Err(SourceError::Cancelled) => return Err(SourceError::Cancelled.into()),
            Err(why) => {
                self.progress.listed += 1;
                let omission = Omission { path: None, why: why.to_string() };
                self.sweep.gaps.push(Gap { place: name.clone(), omission, failed: true });
            }
            Ok((answer, unreadable)) => {
                // What was not whole is asked again by the next run.
                if unreadable == 0 {
                    self.store.keep_answer(self.job.id, &name, &answer)?;
                }
                self.take(field, answer, unreadable)?;
            }
        }
        self.progress.current = name;
        Ok(())
    }

    /// Takes over what a place answered, and gives out what follows from it.
    fn take(&mut self, field: &Arc<dyn Field>, answer: Answer, unreadable: usize) -> Result<(), SweepError> {
        let place = field.name();
        self.progress.listed += 1;
        self.sweep.tally.repositories += usize::from(answer.further.is_empty());
        for omission in answer.omissions {
            self.sweep.gaps.push(Gap { place: place.clone(), omission, failed: unreadable > 0 });
        }
        for caught in answer.caught {
            self.caught(field, caught)?;
        }
        for name in answer.further {
            match field.reach(&name) {
                Some(further) => self.place(further)?,
                None => {
                    let why = format!("{name} could not be opened");
                    self.sweep.gaps.push(Gap { place: place.clone(), omission: Omission { path: None, why }, failed: true });
                }
            }
        }
        Ok(())
    }

    fn caught(&mut self, field: &Arc<dyn Field>, caught: Caught) -> Result<(), SweepError> {
        if !self.seen.insert(format!("change {} {}", caught.pull.at, caught.pull.at.origin.word())) {
            return Ok(());
        }
        self.progress.changes += 1;
        if let Some(folder) = field.folder() {
            self.folders.insert(caught.pull.at.repo.clone(), folder);
        }
        if self.job.shallow {
            self.progress.judged += 1;
            self.add(caught, None);
            return Ok(());
        }
        let known = self.store.judgement(&name(&caught.pull, &self.job.engine), self.job.asked.now)?;
        match known.filter(|kept| holds(kept, &self.job.engine)) {
            Some(judgement) => {
                self.sweep.tally.kept += 1;
                self.progress.judged += 1;
                self.add(caught, Some(judgement));
            }
            None => self.crew.give(Task::Judge(Box::new(caught), field.clone())),
        }
        Ok(())
    }

    fn judged(&mut self, caught: Caught, field: &Arc<dyn Field>, judged: Result<Judgement, SourceError>) -> Result<(), SweepError> {
        self.progress.judged += 1;
        self.progress.current = caught.pull.at.to_string();
        self.progress.budget = field.budget().or(self.progress.budget.take());
        match judged {
            Err(SourceError::Cancelled) => return Err(SourceError::Cancelled.into()),
            Err(why) => {
                let why = format!("{} could not be judged: {why}", caught.pull.at);
                self.sweep.gaps.push(Gap { place: caught.pull.at.repo.clone(), omission: Omission { path: None, why }, failed: true });
                self.add(caught, None);
            }
            Ok(judgement) => {
                self.sweep.tally.judged += 1;
                if judgement.unreadable > 0 {
                    let why = format!("{} could not be read whole, so it could not be judged whole", caught.pull.at);
                    self.sweep.gaps.push(Gap { place: caught.pull.at.repo.clone(), omission: Omission { path: None, why }, failed: true });
                } else if !judgement.report.story.open {
                    keep_unless_better(self.store, &name(&caught.pull, &self.job.engine), self.job.asked.now, &judgement)?;
                }
                self.add(caught, Some(judgement));
            }
        }
        Ok(())
    }

    fn add(&mut self, caught: Caught, judgement: Option<Judgement>) {
        let unreached = judgement.as_ref().map_or(0, |judgement| judgement.report.coverage.unreached);
        if unreached > 0 {
            let what = if unreached == 1 { "1 package".to_owned() } else { format!("{unreached} packages") };
            let why = format!("{what} of {} could not be looked up; a sweep that can asks again", caught.pull.at);
            self.sweep.gaps.push(Gap { place: caught.pull.at.repo.clone(), omission: Omission { path: None, why }, failed: false });
        }
        let observations = conduct::observe(&caught);
        self.sweep.members.push(Member { caught, observations, judgement });
    }
}

/// What a new sweep is called.
#[must_use]
pub fn name_of(question: &str, at: Timestamp) -> String {
    let digest = Sha256::digest(format!("{question}\n{}", at.0));
    let digest: String = digest.iter().take(3).map(|byte| format!("{byte:02x}")).collect();
    let day = chrono::DateTime::from_timestamp(at.0, 0).map(|time| time.format("%Y%m%d").to_string()).unwrap_or_default();
    format!("S-{day}-{digest}")
}
