//! A bounded number of threads that ask places and judge changes. They hold one change each and write nothing.
#![allow(clippy::disallowed_methods, reason = "the time an analysis takes is measured here")]

use std::cell::Cell;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::analysis::engine::Engine;
use crate::model::cancel::Cancel;
use crate::model::diff::Omission;
use crate::model::dossier::Link;
use crate::model::pull::PullState;
use crate::model::report::Report;
use crate::model::sweep::{Asked, Caught, Judgement};
use crate::runtime::judging;
use crate::runtime::kept::judged;
use crate::runtime::observer::Observer;
use crate::sources::source::SourceError;
use crate::sources::sweep::Field;
use crate::store::schema::sweep::answer::Answer;

/// Deep enough for the parsers of hostile input.
const STACK: usize = 16 * 1024 * 1024;
/// How often somebody who waits looks whether to wait on.
const PAUSE: Duration = Duration::from_millis(50);

/// Something to do.
pub(super) enum Task {
    /// Ask a place.
    List(Arc<dyn Field>),
    /// Read and judge a change.
    Judge(Box<Caught>, Arc<dyn Field>),
}

/// What came of it.
pub(super) enum Done {
    /// What the place answered, and how much of it could not be read.
    Listed(Arc<dyn Field>, Result<(Answer, usize), SourceError>),
    /// What was judged.
    Judged(Box<Caught>, Arc<dyn Field>, Result<Box<Judgement>, SourceError>),
}

/// The threads.
pub(super) struct Crew {
    shared: Arc<Shared>,
    results: Receiver<Done>,
    /// Tasks given out whose result was not taken yet.
    open: Cell<usize>,
}

#[derive(Default)]
struct Shared {
    tasks: Mutex<(VecDeque<Task>, bool)>,
    news: Condvar,
}

impl Shared {
    /// A panic elsewhere does not take the tasks away.
    fn tasks(&self) -> MutexGuard<'_, (VecDeque<Task>, bool)> {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next task; waits for one, and is `None` once nobody wants any more.
    fn next(&self) -> Option<Task> {
        let mut tasks = self.tasks();
        loop {
            if tasks.1 {
                return None;
            }
            if let Some(task) = tasks.0.pop_front() {
                return Some(task);
            }
            tasks = self.news.wait(tasks).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Crew {
    /// Starts `workers` threads.
    pub(super) fn start(workers: usize, asked: Asked, by: (&Arc<Engine>, &Observer), cancel: &Cancel) -> std::io::Result<Self> {
        let (sender, results) = channel();
        let crew = Self { shared: Arc::new(Shared::default()), results, open: Cell::new(0) };
        for number in 0..workers.max(1) {
            let (shared, sender, cancel) = (crew.shared.clone(), sender.clone(), cancel.clone());
            let (engine, observer) = (by.0.clone(), by.1.clone());
            let work = move || work(&shared, &sender, asked, (&engine, &observer), &cancel);
            std::thread::Builder::new().name(format!("sweep-{number}")).stack_size(STACK).spawn(work)?;
        }
        Ok(crew)
    }

    /// Gives out a task. Judging comes before asking, so that memory and answers stay few.
    pub(super) fn give(&self, task: Task) {
        self.open.set(self.open.get() + 1);
        let mut tasks = self.shared.tasks();
        match task {
            Task::Judge(..) => {
                let place = tasks.0.iter().position(|other| matches!(other, Task::List(_))).unwrap_or(tasks.0.len());
                tasks.0.insert(place, task);
            }
            Task::List(_) => tasks.0.push_back(task),
        }
        self.shared.news.notify_one();
    }

    /// The next result; `None` when everything given out has come back.
    pub(super) fn next(&self, cancel: &Cancel) -> Result<Option<Done>, SourceError> {
        if self.open.get() == 0 {
            return Ok(None);
        }
        loop {
            if cancel.is_cancelled() {
                return Err(SourceError::Cancelled);
            }
            match self.results.recv_timeout(PAUSE) {
                Ok(done) => {
                    self.open.set(self.open.get() - 1);
                    return Ok(Some(done));
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(SourceError::Unreadable("every thread of the sweep ended early; run it again to continue".to_owned()));
                }
            }
        }
    }

    /// Sends the threads home: each ends with what it has in its hands.
    pub(super) fn dismiss(&self) {
        self.shared.tasks().1 = true;
        self.shared.news.notify_all();
    }
}

fn work(shared: &Shared, sender: &Sender<Done>, asked: Asked, by: (&Engine, &Observer), cancel: &Cancel) {
    while let Some(task) = shared.next() {
        let done = match task {
            Task::List(field) => {
                let answered = guarded(|| list(&*field, &asked, cancel));
                Done::Listed(field, answered)
            }
            Task::Judge(caught, field) => {
                let judged = guarded(|| judge(&*field, &caught, by, cancel).map(Box::new));
                Done::Judged(caught, field, judged)
            }
        };
        if sender.send(done).is_err() {
            return;
        }
    }
}

/// One change that nobody foresaw does not end the sweep of all others.
fn guarded<T>(work: impl FnOnce() -> Result<T, SourceError>) -> Result<T, SourceError> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        Err(SourceError::Unreadable("lazaret itself failed on it, which is a mistake of lazaret; please report it".to_owned()))
    })
}

fn list(field: &dyn Field, asked: &Asked, cancel: &Cancel) -> Result<(Answer, usize), SourceError> {
    if cancel.is_cancelled() {
        return Err(SourceError::Cancelled);
    }
    let catch = field.list(asked, cancel)?;
    Ok((Answer { caught: catch.caught, omissions: catch.omissions, further: catch.further }, catch.unreadable))
}

fn judge(field: &dyn Field, caught: &Caught, (engine, observer): (&Engine, &Observer), cancel: &Cancel) -> Result<Judgement, SourceError> {
    if cancel.is_cancelled() {
        return Err(SourceError::Cancelled);
    }
    let change = field.change(caught, cancel)?;
    let began = Instant::now();
    let mut report = judging::caught(engine, field, &change, cancel)?;
    report.millis = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    observer.note(&change, &report, engine, field.folder().as_deref());
    let contained_in = shipped(field, caught, &mut report, cancel)?;
    Ok(judged(&change, report, contained_in))
}

/// What holds a merged change in which something hard was found; of the others nobody asks.
fn shipped(field: &dyn Field, caught: &Caught, report: &mut Report, cancel: &Cancel) -> Result<Vec<Link>, SourceError> {
    const KINDS: [&str; 3] = ["tag", "release", "deployment"];
    if caught.pull.state != PullState::Merged || report.hard().next().is_none() {
        return Ok(Vec::new());
    }
    match field.contained_in(caught, cancel) {
        Ok(links) => Ok(links.into_iter().filter(|link| KINDS.contains(&link.kind)).collect()),
        Err(SourceError::Cancelled) => Err(SourceError::Cancelled),
        Err(why) => {
            report.skipped.push(Omission { path: None, why: format!("which releases and deployments hold it is not known: {why}") });
            Ok(Vec::new())
        }
    }
}
