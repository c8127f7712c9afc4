//! Effects become jobs: the one place where what verbs ask for is done.
#![allow(clippy::disallowed_methods, reason = "findings are sent at most so often")]

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use crate::analysis::behaviour::portrait::Asked;
use crate::analysis::check::FileOutcome;
use crate::analysis::engine::Engine;
use crate::analysis::lookups;
use crate::analysis::reader::Reader;
use crate::analysis::redact::shown;
use crate::analysis::wanted;
use crate::message::effect::{Effect, Thrift, Wish};
use crate::message::errand::Errand;
use crate::message::event::{Annotated, News, Page};
use crate::message::ticket::Kind;
use crate::model::behaviour::{By, Gallery};
use crate::model::cancel::Cancel;
use crate::model::change::{Change, History, TextRequest, Texts};
use crate::model::noise::Noise;
use crate::model::pull::PullRef;
use crate::model::report::{Report, Summary};
use crate::model::response::Plan;
use crate::model::review::Review;
use crate::model::sweeping::SweepWish;
use crate::runtime::agenda::{Agenda, spared};
use crate::runtime::desk::Desk;
use crate::runtime::jobs::{Focus, Jobs, Reporter, STACK};
use crate::runtime::rounds::{self, Rounds};
use crate::runtime::{search, tinting, whole};
use crate::sources::source::{self, SourceError};

/// How often findings are sent at most.
const BEAT: Duration = Duration::from_millis(60);
/// Pulls of the queue judged at the same time.
const JUDGES: usize = 4;

/// What only the event loop itself can do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Own {
    /// Give the terminal to the person's own editor.
    Edit(Errand),
    /// Put this on the clipboard.
    Copy(String),
    /// Draw everything anew.
    Redraw,
    /// Give the terminal to the shell for a while.
    Suspend,
    /// Leave.
    Quit,
}

/// Starts the job of `effect`, or says what the event loop has to do.
pub fn carry_out(effect: Effect, desk: &Desk, jobs: &mut Jobs) -> Option<Own> {
    let desk = desk.clone();
    match effect {
        Effect::List(ticket) => jobs.start(Kind::List, ticket, move |cancel, to| list(&desk, cancel, to)),
        Effect::Judge(ticket, pulls, thrift) => {
            let agenda = jobs.agenda().clone();
            agenda.set(pulls);
            jobs.start(Kind::Judge, ticket, move |cancel, to| judge(&desk, &agenda, thrift, cancel, to));
        }
        Effect::JudgeNext(pulls) => jobs.agenda().set(pulls),
        Effect::Load(ticket, at) => jobs.start(Kind::Load, ticket, move |cancel, to| load(&desk, &at, cancel, to)),
        Effect::LookAgain(ticket, at) => jobs.start(Kind::Look, ticket, move |cancel, to| look_again(&desk, &at, cancel, to)),
        Effect::ReadAhead(ticket, at) => jobs.start(Kind::Ahead, ticket, move |cancel, to| {
            desk.source.prefetch(&at, cancel);
            to.tell(News::Ahead);
        }),
        Effect::ReadDossier(ticket, at) => jobs.start(Kind::Dossier, ticket, move |cancel, to| around(&desk, &at, cancel, to)),
        Effect::Analyse(ticket, change) => {
            let focus = jobs.focus().clone();
            focus.set(0);
            jobs.start(Kind::Analyse, ticket, move |cancel, to| analyse(&desk, &change, &focus, cancel, to));
        }
        Effect::Focus(file) => jobs.focus().set(file),
        Effect::Tint(ticket, change, chunks) => {
            jobs.start(Kind::Tint, ticket, move |cancel, to| tinting::tell(&change, chunks, cancel, to));
        }
        Effect::Search(ticket, change, needle) => jobs.start(Kind::Search, ticket, move |cancel, to| {
            let (hits, more) = search::find(&change.patch, &needle, cancel);
            to.tell(News::Matched(hits, more));
        }),
        Effect::Plan(ticket, wish) => jobs.start(Kind::Plan, ticket, move |cancel, to| to.tell(News::Planned(plan(&desk, &wish, cancel)))),
        Effect::CarryOut(ticket, plan) => {
            jobs.start(Kind::CarryOut, ticket, move |_, to| to.tell(News::CarriedOut(desk.decisions.carry_out(&plan))));
        }
        Effect::ReadWaiting(ticket) => jobs.start(Kind::Waiting, ticket, move |_, to| to.tell(News::Waiting(desk.decisions.waiting()))),
        Effect::SendWaiting(ticket, case) => {
            jobs.start(Kind::CarryOut, ticket, move |_, to| to.tell(News::CarriedOut(desk.decisions.send(&case))));
        }
        Effect::DropWaiting(ticket, case) => jobs.start(Kind::Waiting, ticket, move |_, to| {
            to.tell(News::Waiting(desk.decisions.take_back(&case).and_then(|()| desk.decisions.waiting())));
        }),
        Effect::ReadWhole(ticket, change, wanted) => jobs.start(Kind::Whole, ticket, move |cancel, to| {
            to.tell(News::Whole(whole::sheet(&change, wanted, |asked| texts(&desk, &change, asked, cancel))));
        }),
        Effect::Edit(errand) => return Some(Own::Edit(errand)),
        Effect::ReadBans(ticket) => jobs.start(Kind::Bans, ticket, move |_, to| to.tell(News::Bans(desk.decisions.bans()))),
        Effect::ReadNoise(ticket) => jobs.start(Kind::Noise, ticket, move |_, to| to.tell(News::Noise(noise(&desk)))),
        Effect::Annotate(ticket, rule, on) => jobs.start(Kind::Annotate, ticket, move |_, to| {
            let done = desk.rules.annotate(rule, on).map_err(|error| error.to_string());
            to.tell(News::Annotated(done.map(|says| Annotated { rules: desk.rules.now().book().annotated().clone(), says })));
        }),
        Effect::ReadSweeps(ticket) => jobs.start(Kind::Sweeps, ticket, move |_, to| {
            to.tell(News::Sweeps(desk.sweeper.as_ref().map_or_else(|| Ok(Vec::new()), |sweeper| sweeper.earlier())));
        }),
        Effect::Sweep(ticket, wish) => jobs.start(Kind::Sweep, ticket, move |cancel, to| sweep(&desk, &wish, cancel, to)),
        Effect::SaveReport(ticket, sweep, name) => jobs.start(Kind::Save, ticket, move |_, to| {
            let none = || Err("there is nobody to write it".to_owned());
            to.tell(News::Saved(desk.sweeper.as_ref().map_or_else(none, |sweeper| sweeper.report(&sweep, &name))));
        }),
        Effect::ReadAgents(ticket, by) => jobs.start(Kind::Agents, ticket, move |_, to| to.tell(News::Agents(agents(&desk, by)))),
        Effect::Observe(ticket, change) => jobs.start(Kind::Observe, ticket, move |_, to| observe(&desk, &change, to)),
        Effect::ReadLedger(ticket) => jobs.start(Kind::Ledger, ticket, move |_, to| to.tell(News::Records(desk.decisions.records()))),
        Effect::LoadDraft(ticket, change) => jobs.start(Kind::Draft, ticket, move |_, to| to.tell(News::Drafted(draft(&desk, &change)))),
        Effect::SaveDraft(change, review) => jobs.start_quiet(move || desk.decisions.keep_draft(&change, &review).err()),
        Effect::Cancel(kind) => jobs.cancel(kind),
        Effect::Copy(text) => return Some(Own::Copy(text)),
        Effect::Redraw => return Some(Own::Redraw),
        Effect::Suspend => return Some(Own::Suspend),
        Effect::Quit => return Some(Own::Quit),
    }
    None
}

fn noise(desk: &Desk) -> Result<Box<Noise>, String> {
    let engine = desk.rules.now();
    let known = desk.noise.as_ref().map_or_else(|| Ok(Noise::default()), |noises| noises.known(engine.book()));
    Ok(Box::new(Noise { annotated: engine.book().annotated().clone(), ..known.map_err(|error| error.to_string())? }))
}

fn agents(desk: &Desk, by: By) -> Result<Arc<Gallery>, String> {
    let asked = Asked { by, ..Asked::default() };
    desk.observer.gallery(desk.rules.now().digest(), asked).map(Arc::new).map_err(|error| error.to_string())
}

fn observe(desk: &Desk, change: &Change, to: &Reporter) {
    let observed = desk.observer.observe(&change.pull, &desk.rules.now(), desk.source.repository().as_deref());
    to.tell(News::Observed(observed.map(Box::new)));
}

fn list(desk: &Desk, cancel: &Cancel, to: &Reporter) {
    let tell = |page: &source::Page<'_>| {
        let mut pulls = page.pulls.to_vec();
        // The whole list says what cannot be read.
        let _ = desk.records.mark(&mut pulls);
        let engine = desk.rules.now();
        let veil = desk.veil();
        let pulls = pulls.into_iter().map(|mut pull| {
            let kept = desk.kept.judgement(&pull, &engine);
            shown::pull(&mut pull, &veil);
            let kept = kept.map(|kept| {
                let summary = kept.summary();
                desk.company.note(&pull, summary.clone(), kept.report, kept.unreadable);
                summary
            });
            (pull, kept)
        });
        to.tell(News::Listing(Box::new(Page { read: page.read, of: page.of, pulls: pulls.collect() })));
    };
    let answer = desk.source.list_telling(&tell, cancel);
    let answer = answer.map_err(|error| error.to_string()).map(|mut listing| {
        // A queue without these marks is worth more than none.
        if let Err(trouble) = desk.records.mark(&mut listing.pulls) {
            to.tell(News::Complaint(trouble));
        }
        let veil = desk.veil();
        listing.pulls.iter_mut().for_each(|pull| shown::pull(pull, &veil));
        shown::omissions(&mut listing.omissions, &veil);
        desk.company.keep(&listing.pulls);
        desk.company.remember(desk.kept.earlier(&listing.pulls, desk.source.repository().as_deref()));
        (listing.pulls, listing.omissions)
    });
    to.tell(News::Listed(answer));
    tell_together(desk, to);
}

fn look_again(desk: &Desk, at: &PullRef, cancel: &Cancel, to: &Reporter) {
    let mut now = desk.source.pull(at, cancel).map_err(|error| error.to_string());
    if let Ok(Some(pull)) = &mut now {
        shown::pull(pull, &desk.veil());
    }
    to.tell(News::Stands(now));
}

fn load(desk: &Desk, at: &PullRef, cancel: &Cancel, to: &Reporter) {
    let answer = desk.source.change(at, cancel).map(|change| desk.unveiled.shown(change, &desk.veil()));
    if !cancel.is_cancelled() {
        to.tell(News::Loaded(answer.map_err(|error| error.to_string())));
    }
}

fn around(desk: &Desk, at: &PullRef, cancel: &Cancel, to: &Reporter) {
    let shown = |mut dossier| {
        shown::dossier(&mut dossier, &desk.veil());
        Arc::new(dossier)
    };
    let answer = desk.source.dossier(at, cancel).map(|dossier| dossier.map(shown));
    if !cancel.is_cancelled() {
        to.tell(News::Around(answer.map_err(|error| error.to_string())));
    }
}

/// Tells what the pulls that were judged so far come to together.
fn tell_together(desk: &Desk, to: &Reporter) {
    let told = desk.company.told(&desk.rules.now());
    if !told.is_empty() {
        to.tell(News::Together(told));
    }
}

/// Judges the pulls of the agenda, a few at the same time, until it is empty or too little is left to ask with.
fn judge(desk: &Desk, agenda: &Agenda, thrift: Thrift, cancel: &Cancel, to: &Reporter) {
    let reserve = if thrift == Thrift::Sparing { desk.settings.github.reserve } else { 0 };
    let stopped = OnceLock::new();
    let low = || desk.forge.as_ref().and_then(|forge| spared(&forge.budget(), reserve));
    let work = || {
        while stopped.get().is_none() {
            if let Some(left) = low() {
                let _ = stopped.set(left);
                return;
            }
            let Some(at) = agenda.next(cancel) else { return };
            let judged = judge_one(desk, &at, agenda, cancel);
            agenda.done(&at);
            // A limit that was met says nothing of the pull.
            let met = judged.as_ref().err().and_then(|_| low());
            match met {
                _ if cancel.is_cancelled() => return,
                Some(left) => drop(stopped.set(left)),
                None => to.tell(News::Judged(at, judged.map_err(|error| error.to_string()))),
            }
        }
    };
    let judges = std::thread::available_parallelism().map_or(1, usize::from).min(JUDGES);
    let started = std::thread::scope(|scope| {
        let judge = || std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work).is_ok();
        (0..judges).filter(|_| judge()).count()
    });
    if started == 0 {
        work();
    }
    tell_together(desk, to);
    to.tell(stopped.into_inner().map_or(News::JudgedAll, News::JudgedUpTo));
}

fn judge_one(desk: &Desk, at: &PullRef, agenda: &Agenda, cancel: &Cancel) -> Result<Summary, SourceError> {
    let change = desk.source.change(at, cancel)?;
    // Also in the middle of a large one: what the person opens meanwhile goes first.
    let texts = |wanted: &[TextRequest]| {
        agenda.give_way(cancel);
        texts(desk, &change, wanted, cancel)
    };
    let report = report(desk, &change, &texts, cancel)?;
    desk.kept.keep(&change, &report, &desk.rules.now());
    desk.observer.note(&change, &report, &desk.rules.now(), desk.source.repository().as_deref());
    let (summary, mut pull) = (Summary::of(&change, &report), change.pull);
    shown::pull(&mut pull, &desk.veil());
    desk.kept.remember(&pull, &report, desk.source.repository().as_deref());
    desk.company.note(&pull, summary.clone(), report, change.patch.unreadable);
    Ok(summary)
}

fn report(desk: &Desk, change: &Change, texts: &dyn Fn(&[TextRequest]) -> Texts, cancel: &Cancel) -> Result<Report, SourceError> {
    let report = desk.rules.now().analyse_whole(
        change,
        &Reader {
            texts,
            history: &|| history(desk, change, cancel),
            packages: &|take| desk.source.packages(change, take, cancel),
            mentions: &|words| desk.source.mentions(change, words, cancel),
            testimony: &|question| desk.source.testimony(change, question, cancel),
            talk: &|| desk.source.talk(change, cancel),
            cancel,
        },
    );
    report.ok_or(SourceError::Cancelled)
}

fn history(desk: &Desk, change: &Change, cancel: &Cancel) -> History {
    if cancel.is_cancelled() { History::default() } else { desk.source.history(change, cancel) }
}

fn texts(desk: &Desk, change: &Change, wanted: &[TextRequest], cancel: &Cancel) -> Texts {
    if wanted.is_empty() || cancel.is_cancelled() { Texts::default() } else { desk.source.texts(change, wanted, cancel) }
}

/// Analyses batch by batch, so that findings arrive while the reader reads: first what they look at.
fn analyse(desk: &Desk, change: &Arc<Change>, focus: &Focus, cancel: &Cancel, to: &Reporter) {
    let change = &desk.unveiled.whole(change);
    let (begun, engine) = (Instant::now(), desk.rules.now());
    let (files, mut told) = (&change.patch.files, Instant::now());
    let mut rounds = Rounds::of(files.len());
    let (mut outcomes, mut done, mut sent) = (vec![FileOutcome::default(); files.len()], 0, 0);
    while let Some(batch) = rounds.next(focus.get()) {
        let wanted = wanted::wanted(change, &batch);
        let texts = texts(desk, change, &wanted, cancel);
        let slots = outcomes.get_mut(batch.clone()).unwrap_or(&mut []);
        rounds::judge(slots, &batch, cancel, |index| engine.file_while(change, index, &texts, cancel));
        if cancel.is_cancelled() {
            return;
        }
        done += batch.len();
        if told.elapsed() > BEAT && !rounds.are_over() {
            let found: usize = outcomes.iter().map(|outcome| outcome.findings.len()).sum();
            if found != sent || told.elapsed() > BEAT * 4 {
                let findings = outcomes.iter().flat_map(|outcome| outcome.findings.iter().cloned()).collect();
                to.tell(News::Found(findings, done, files.len()));
                (told, sent) = (Instant::now(), found);
            }
        }
    }
    let reader = Reader {
        texts: &|wanted| texts(desk, change, wanted, cancel),
        history: &|| history(desk, change, cancel),
        packages: &|take| desk.source.packages(change, take, cancel),
        mentions: &|words| desk.source.mentions(change, words, cancel),
        testimony: &|question| desk.source.testimony(change, question, cancel),
        talk: &|| desk.source.talk(change, cancel),
        cancel,
    };
    let mut around = engine.around(change, &outcomes, &reader);
    if cancel.is_cancelled() {
        return;
    }
    let millis = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    let asks_forge = engine.asks_forge(change);
    if engine.asks() && lookups::has_rows(&outcomes) || asks_forge {
        // A network takes its time: who reads has everything else meanwhile.
        let report = Report { millis, ..engine.finish(change, outcomes.clone(), &around) };
        to.tell(News::Reporting(Arc::new(completed(desk, &engine, change, report))));
        engine.hear(change, &mut around, &reader);
        around.lookups = engine.look_up(change, &outcomes, &around, &reader);
        if cancel.is_cancelled() {
            return;
        }
    }
    let report = Report { millis, ..engine.finish(change, outcomes, &around) };
    desk.kept.keep(change, &report, &engine);
    desk.observer.note(change, &report, &engine, desk.source.repository().as_deref());
    to.tell(News::Reported(Arc::new(completed(desk, &engine, change, report))));
}

/// The report with what the change comes to together with others, which learn of it too.
fn completed(desk: &Desk, engine: &Engine, change: &Change, report: Report) -> Report {
    let (mut pull, unreadable) = (change.pull.clone(), change.patch.unreadable);
    shown::pull(&mut pull, &desk.veil());
    desk.kept.remember(&pull, &report, desk.source.repository().as_deref());
    desk.company.note(&pull, Summary::of(change, &report), report.clone(), unreadable);
    desk.company.complete(engine, &pull, report, unreadable)
}

/// Plans against the facts as they are now; what moved since it was read is not decided on.
fn plan(desk: &Desk, wish: &Wish, cancel: &Cancel) -> Result<Plan, String> {
    let now = desk.source.change(&wish.at, cancel).map_err(|error| error.to_string())?;
    if let Some(seen) = &wish.seen
        && (seen.pull.revision != now.pull.revision || seen.digest != now.digest)
    {
        return Err(format!("{} moved since it was opened; go back, open it again and look at what changed", wish.at));
    }
    let judged = |change: &Change| report(desk, change, &|wanted| texts(desk, change, wanted, cancel), cancel);
    let fresh;
    let report = match &wish.report {
        Some(report) => report.as_ref(),
        None => {
            fresh = judged(&now).map_err(|error| error.to_string())?;
            &fresh
        }
    };
    let others = if desk.decisions.reads_others(wish) { &[][..] } else { &wish.also };
    let others = others.iter().map(|at| {
        let change = desk.source.change(at, cancel).map_err(|error| format!("{at} cannot be read: {error}"))?;
        let judged = judged(&change).map_err(|error| format!("{at} cannot be judged: {error}"))?;
        Ok((change, judged))
    });
    desk.decisions.plan_with(wish, &now, report, &others.collect::<Result<Vec<_>, String>>()?)
}

/// Carries out a sweep; its changes can be opened and decided on before it is shown.
fn sweep(desk: &Desk, wish: &SweepWish, cancel: &Cancel, to: &Reporter) {
    let Some(sweeper) = &desk.sweeper else { return };
    let swept = sweeper.sweep(wish, cancel, &mut |progress| to.tell(News::Sweeping(Box::new(progress))));
    if cancel.is_cancelled() {
        return;
    }
    to.tell(News::Swept(swept.map(|swept| {
        let sweep = swept.sweep.clone();
        desk.annex.open(swept);
        sweep
    })));
}

fn draft(desk: &Desk, change: &Change) -> Result<(Review, Vec<bool>), String> {
    let review = desk.decisions.draft(change)?.unwrap_or_default();
    let none = review.viewed.is_empty();
    let viewed = change.patch.files.iter().map(|file| !none && review.viewed.contains(&file.mark())).collect();
    Ok((review, viewed))
}
