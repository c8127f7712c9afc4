//! Change in, report out: runs every check over every file, then over the whole, and puts the report together.
//!
//! File by file where findings should arrive early, or all at once. Nothing here loads a text: it says which it wants.

mod hearing;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;
use sha2::{Digest as _, Sha256};

pub use super::reader::Reader;
pub use super::selection::Selection;

use super::alike;
use super::check::{ChangeView, Check, FileOutcome, Sink};
use super::checks::registry::CHECKS;
use super::coverage;
use super::effort::spend;
use super::filtering::Filtering;
use super::foreign::merge::{Asked, Imports};
use super::formats::secrets::{ignore, same, trace::Mark};
use super::imports;
use super::links;
use super::lookups;
use super::manifests;
use super::redact::shown;
use super::risk;
use super::rule_set::{RuleSet, SetSink};
use super::rulebook::Rulebook;
use super::screen::Screening;
use super::story::{self, facts};
use super::sums;
use super::threads::{self, mentions};
use super::told::ToldRows;
use super::unused;
use super::view::FileView;
use super::wanted;
use crate::model::asking::LookUp;
use crate::model::cancel::Cancel;
use crate::model::change::{Around, Change, History, Texts};
use crate::model::dependency::DependencyChange;
use crate::model::finding::Finding;
use crate::model::hex::hex;
use crate::model::lookup::Lookups;
use crate::model::noise::Measured;
use crate::model::report::Report;
use crate::model::rule::{Rule, RuleId, RuleOrigin, Severity};
use crate::model::time::Timestamp;

/// Every check that runs, with its rule, and every set with a rule that runs.
pub struct Engine {
    book: Arc<Rulebook>,
    checks: Vec<Chosen>,
    /// Each with its position in the book.
    sets: Vec<(usize, Arc<dyn RuleSet>)>,
    chosen: BTreeMap<RuleId, RuleOrigin>,
    selection: Selection,
    imports: Arc<Imports>,
    digest: String,
    filtering: Filtering,
    /// What tells which of the checks and sets can find anything in a file.
    screening: Arc<Screening>,
    asked: Option<Arc<dyn LookUp>>,
    task: Option<Arc<str>>,
    now: Option<Timestamp>,
}

/// A check that runs, with its rule and its position among all checks.
#[derive(Clone)]
struct Chosen {
    check: &'static dyn Check,
    rule: Rule,
    index: usize,
}

impl Engine {
    /// An engine with the rules of this program that `selection` wants.
    #[must_use]
    pub fn new(selection: &Selection) -> Self {
        Self::of(Rulebook::embedded(), selection)
    }

    /// An engine with the rules of `book` that `selection` wants.
    #[must_use]
    pub fn of(book: &Arc<Rulebook>, selection: &Selection) -> Self {
        let wanted = book.iter().filter(|rule| selection.wants(rule.id.0));
        let chosen: BTreeMap<RuleId, RuleOrigin> = wanted.map(|rule| (rule.id, rule.origin.clone())).collect();
        let checks = CHECKS.iter().enumerate().filter(|(_, check)| chosen.contains_key(&check.rule()));
        let checks: Vec<Chosen> =
            checks.filter_map(|(index, check)| Some(Chosen { check: *check, rule: book.get(check.rule().0)?.clone(), index })).collect();
        let screening = if checks.len() == CHECKS.len() {
            Arc::clone(book.screening())
        } else {
            Arc::new(Screening::only(checks.iter().map(|chosen| chosen.index).collect()))
        };
        let runs = |rule: &Rule| chosen.get(&rule.id) == Some(&rule.origin);
        let mut sets: Vec<_> = book.sets().iter().cloned().enumerate().filter(|(_, set)| set.rules().iter().any(runs)).collect();
        // What they find is hidden in what the others say.
        sets.sort_by_key(|(_, set)| set.secrets().is_none());
        let (selection, imports, digest) = (selection.clone(), Arc::default(), book.digest.clone());
        Self {
            book: Arc::clone(book),
            checks,
            sets,
            chosen,
            selection,
            imports,
            digest,
            filtering: Filtering::WhereItPays,
            screening,
            asked: None,
            task: None,
            now: None,
        }
    }

    /// The same engine that asks every check about every file, to compare with.
    #[must_use]
    pub fn asking_all(self) -> Self {
        Self { filtering: Filtering::Never, ..self }
    }

    /// The same engine that asks a check only where its words stand, also where that saves no time.
    #[must_use]
    pub fn asking_few(self) -> Self {
        Self { filtering: Filtering::Always, ..self }
    }

    /// The same, knowing the time, by which dates are from the future.
    #[must_use]
    pub fn at(self, now: Timestamp) -> Self {
        Self { now: Some(now), ..self }
    }

    /// The same, with what other tools found: it changes the judgement, so it is part of the digest.
    #[must_use]
    pub fn importing(self, imports: Arc<Imports>) -> Self {
        let with = Self { imports, ..self };
        Self { digest: with.digest_with(&with.book.digest), ..with }
    }

    /// The same, with who is asked about the packages that a change brings: what they say changes the judgement, so whom it may ask is
    /// part of the digest.
    #[must_use]
    pub fn asking(self, asked: Arc<dyn LookUp>) -> Self {
        let asking = Self { asked: Some(asked), ..self };
        Self { digest: asking.digest_with(&asking.book.digest), ..asking }
    }

    /// The same that asks nobody.
    #[must_use]
    pub fn asking_nobody(&self) -> Self {
        let book = Arc::clone(&self.book);
        Self { digest: self.imports.digest_with(&book.digest), asked: None, ..self.of_book(book) }
    }

    /// Whether it asks somebody about packages.
    #[must_use]
    pub fn asks(&self) -> bool {
        self.asked.is_some()
    }

    /// Whether it would reach somebody out there about packages now.
    #[must_use]
    pub fn can_ask(&self) -> bool {
        self.asked.as_ref().is_some_and(|asked| asked.can_ask())
    }

    /// The same, with the task that the changes were made for: it changes the judgement, so it is part of the digest.
    #[must_use]
    pub fn given(self, task: Arc<str>) -> Self {
        let with = Self { task: Some(task), ..self };
        Self { digest: with.digest_with(&with.book.digest), ..with }
    }

    fn digest_with(&self, book: &str) -> String {
        let mut digest = self.imports.digest_with(book);
        if let Some(task) = &self.task {
            digest = hex(&Sha256::new().chain_update(digest).chain_update(task.as_bytes()).finalize());
        }
        let Some(asked) = &self.asked else { return digest };
        hex(&Sha256::new().chain_update(digest).chain_update(asked.name()).finalize())
    }

    /// The same rules, of which those called `names` only annotate.
    #[must_use]
    pub fn annotating(&self, names: &BTreeSet<String>) -> Self {
        self.of_book(Arc::new(self.book.annotating(names)))
    }

    fn of_book(&self, book: Arc<Rulebook>) -> Self {
        let (checks, sets, chosen) = (self.checks.clone(), self.sets.clone(), self.chosen.clone());
        let (selection, imports, asked) = (self.selection.clone(), Arc::clone(&self.imports), self.asked.clone());
        let (digest, screening, task) = (self.digest_with(&book.digest), Arc::clone(&self.screening), self.task.clone());
        Self { book, checks, sets, chosen, selection, imports, digest, filtering: self.filtering, screening, asked, task, now: self.now }
    }

    /// The names of the rules that run.
    pub fn rules(&self) -> impl Iterator<Item = RuleId> {
        self.chosen.keys().copied()
    }

    /// The rules that run, as their noise is measured.
    #[must_use]
    pub fn measured(&self) -> Vec<Measured> {
        let one = |id: &RuleId| {
            let (rule, digest) = (self.book.get(id.0)?, self.book.digest_of(*id)?);
            Some(Measured { rule: *id, digest, severity: rule.severity, annotated: self.book.annotated().contains(id) })
        };
        self.chosen.keys().filter_map(one).collect()
    }

    /// All rules that could run, with their words.
    #[must_use]
    pub fn book(&self) -> &Arc<Rulebook> {
        &self.book
    }

    /// SHA-256 of rules, imported files and version, as reports and decisions carry it.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// Judges the file at `index` of the patch.
    #[must_use]
    pub fn file(&self, change: &Change, index: usize, texts: &Texts) -> FileOutcome {
        self.file_while(change, index, texts, &Cancel::default())
    }

    /// The same for as long as somebody waits for it; what it comes to then is to be thrown away.
    #[must_use]
    pub fn file_while(&self, change: &Change, index: usize, texts: &Texts, cancel: &Cancel) -> FileOutcome {
        let mut outcome = FileOutcome { veil: self.book.veil(), ..FileOutcome::default() };
        let Some(diff) = change.patch.files.get(index) else { return outcome };
        let file = FileView::new(change, diff, texts);
        outcome.skipped = wanted::unseen(&file);
        if wanted::is_partly(&file) {
            outcome.counts.insert(coverage::PARTLY, 1);
        }
        let manifests::Changes { rows, inventory, skipped, as_before } = manifests::changes(&file);
        (outcome.dependencies, outcome.inventory) = (rows, inventory);
        outcome.counts.extend((as_before > 0).then(|| (coverage::AS_BEFORE, i64::try_from(as_before).unwrap_or(i64::MAX))));
        outcome.skipped.extend(skipped);
        outcome.sums = sums::of(&file);
        outcome.imports = imports::of(&file);
        let screen = self.filtering.screen(&self.screening, self.book.sets(), change, diff);
        let seen = screen.and_then(|screen| Some((screen, screen.look(&file)?)));
        for (at, set) in &self.sets {
            if cancel.is_cancelled() {
                return outcome;
            }
            let part = seen.and_then(|(screen, seen)| screen.part(seen, *at));
            set.file(&file, &mut SetSink::new(&self.chosen, &mut outcome).seeing(part));
        }
        for Chosen { check, rule, index } in &self.checks {
            if cancel.is_cancelled() {
                return outcome;
            }
            if seen.is_none_or(|(_, seen)| seen.suffices(*index) || check.looks_anyway(&file)) {
                spend(|effort| effort.asked += 1);
                file.tell();
                check.file(&file, &mut Sink::new(rule, &mut outcome));
            }
        }
        outcome.code_line = facts::first_code(&file);
        mentions::note(&file, &mut outcome);
        outcome.veil.forget();
        self.annotate(&mut outcome.findings);
        outcome
    }

    /// Makes notes of the findings of rules that only annotate: the one place where that setting takes effect.
    fn annotate(&self, findings: &mut [Finding]) {
        let set = self.book.annotated();
        findings.iter_mut().filter(|finding| set.contains(&finding.rule)).for_each(|finding| finding.severity = Severity::Info);
    }

    /// Reads what the rules over the whole change need beside the net diff. After the files, because little of it is needed when they
    /// say nothing.
    #[must_use]
    pub fn around(&self, change: &Change, outcomes: &[FileOutcome], reader: &Reader<'_>) -> Around {
        // Events of commits tell the files of each; secrets are looked for in what each of them did.
        let several = (change.commits.len() > 1 && !self.sets.is_empty()) || wanted::habits(change, |rule| self.chosen.contains_key(&rule));
        let history = if several { (reader.history)() } else { History::default() };
        let finds_secrets = self.sets.iter().any(|(_, set)| set.secrets().is_some());
        let is_needed = self.imports.may_be_accepted()
            || finds_secrets && (!history.steps.is_empty() || outcomes.iter().any(|outcome| !outcome.marks.is_empty()));
        let compared = self.chosen.contains_key(&RuleId("dataset-hash-mismatch"));
        let declared = self.chosen.contains_key(&RuleId("import-undeclared"));
        let mut wanted = if compared { sums::beside(change, outcomes.iter().map(|outcome| &outcome.sums)) } else { Vec::new() };
        if declared {
            wanted.extend(imports::beside(change, outcomes.iter().map(|outcome| outcome.imports.as_slice())));
        }
        if self.chosen.contains_key(&RuleId("dependency-lock-mismatch")) {
            wanted.extend(manifests::asking::beside(change));
        }
        wanted.extend(is_needed.then(ignore::request));
        if self.asks() {
            wanted.extend(lookups::elsewhere::wanted(outcomes));
        }
        let texts = if wanted.is_empty() { Texts::default() } else { (reader.texts)(&wanted) };
        let words = if self.chosen.contains_key(&RuleId("dependency-unused")) { unused::words(outcomes) } else { Vec::new() };
        let mentions = if words.is_empty() { None } else { (reader.mentions)(&words) };
        Around { texts, history, mentions, task: self.task.clone(), judged: self.now, ..Around::default() }
    }

    /// Asks about the packages that the change brings, where somebody may be asked. It may take a while: a reader who waits for the
    /// first findings asks afterwards, and finishes twice.
    #[must_use]
    pub fn look_up(&self, change: &Change, outcomes: &[FileOutcome], around: &Around, reader: &Reader<'_>) -> Lookups {
        match &self.asked {
            Some(asked) if lookups::has_rows(outcomes) && !reader.cancel.is_cancelled() => {
                asked.look_up(change, &lookups::packages(outcomes, &around.texts), reader.packages, reader.cancel)
            }
            _ => Lookups::default(),
        }
    }

    /// Puts the report together from one outcome for each file, in the patch's order.
    #[must_use]
    pub fn finish(&self, change: &Change, mut outcomes: Vec<FileOutcome>, around: &Around) -> Report {
        let mut whole = FileOutcome { veil: self.book.veil(), skipped: around.history.omissions.clone(), ..FileOutcome::default() };
        let told = ToldRows::default();
        let view = ChangeView { change, outcomes: &outcomes, around, told: &told };
        for (_, set) in &self.sets {
            set.change(&view, &mut SetSink::new(&self.chosen, &mut whole));
        }
        let says = |Chosen { check, rule, .. }: &Chosen| {
            let mut part = FileOutcome { veil: whole.veil.clone(), ..FileOutcome::default() };
            check.change(&view, &mut Sink::new(rule, &mut part));
            part
        };
        let parts: Vec<FileOutcome> = self.checks.par_iter().map(says).collect();
        parts.into_iter().for_each(|part| whole.take_in(part));
        manifests::relate::relate(&mut outcomes);
        manifests::relate::say_once(&mut outcomes);
        manifests::relate::name(&mut outcomes);
        lookups::notes::add(&mut outcomes, around);
        let all = outcomes.iter_mut().chain([&mut whole]);
        let mut findings: Vec<Finding> = all.flat_map(|outcome| std::mem::take(&mut outcome.findings)).collect();
        let marks: Vec<Mark> = outcomes.iter().chain([&whole]).flat_map(|outcome| outcome.marks.iter().cloned()).collect();
        whole.skipped.extend(ignore::apply(&around.texts, &marks, &mut findings));
        same::tie(&marks, &mut findings);
        let rows: Vec<&DependencyChange> = outcomes.iter().flat_map(|outcome| &outcome.dependencies).collect();
        let (chosen, accepted) = (|name: &str| self.selection.wants(name), ignore::accepted(&around.texts));
        let asked = Asked { chosen: &chosen, accepted: &accepted, rows: &rows };
        let imports = self.imports.merge(change, &asked, &mut findings, &mut whole.skipped);
        self.annotate(&mut findings);
        let threads = threads::of(change, &mut outcomes, &findings, &self.book.veil());
        links::link(change, &threads, &mut findings);
        alike::group(change, &mut findings);
        findings.sort_by(most_serious_first);
        let veil = self.book.veil();
        let mut story = story::tell(change, &outcomes, &findings, around);
        shown::story(&mut story, &veil);
        let risk = risk::assess(&findings, &story, &[], change.patch.unreadable);
        let mut coverage = coverage::of(&self.book, self.chosen.len(), change, &outcomes, around);
        shown::sentences(&mut coverage.unchecked, &veil);
        let (mut dependencies, mut skipped) = (Vec::new(), change.patch.omissions.clone());
        let firings = std::mem::take(&mut whole.firings);
        for outcome in outcomes.into_iter().chain([whole]) {
            dependencies.extend(outcome.dependencies);
            skipped.extend(outcome.skipped);
        }
        shown::dependencies(&mut dependencies, &veil);
        shown::omissions(&mut skipped, &veil);
        let annotated = self.book.annotated().iter().copied().collect();
        let rules_digest = self.digest.clone();
        Report {
            findings,
            dependencies,
            story,
            risk,
            skipped,
            firings,
            together: Vec::new(),
            unusual: Vec::new(),
            outside: Vec::new(),
            threads,
            activated: Vec::new(),
            imports,
            annotated,
            coverage,
            rules_digest,
            millis: 0,
        }
    }
}

/// The order of findings in a report.
pub(super) fn most_serious_first(a: &Finding, b: &Finding) -> std::cmp::Ordering {
    b.severity
        .cmp(&a.severity)
        .then_with(|| b.confidence.cmp(&a.confidence))
        .then_with(|| a.at.cmp(&b.at))
        .then_with(|| a.rule.cmp(&b.rule))
}
