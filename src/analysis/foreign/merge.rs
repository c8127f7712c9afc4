//! Results of other tools and the findings of a change -> one list: what lies on lines of the change becomes a finding, what says the
//! same as another is told there, and the rest is counted and named.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest as _, Sha256};

use super::same;
use super::touch::Touch;
use super::{Catch, Fate, Foreign, Spot, Spotted};
use crate::analysis::check::{Draft, FileOutcome, Sink};
use crate::analysis::foreign::tally::{Rest, Tally};
use crate::analysis::foreign::told;
use crate::analysis::role::Role;
use crate::model::change::Change;
use crate::model::commit_id::CommitId;
use crate::model::dependency::DependencyChange;
use crate::model::diff::{Omission, Place, Side};
use crate::model::finding::Finding;
use crate::model::inert;
use crate::model::pack::{NoteKind, RuleNote};
use crate::model::path::RepoPath;
use crate::model::rule::{Confidence, Rule, RuleOrigin, Severity};
use crate::model::tool::{Import, Sighting, UnreadFile};

/// Sightings told on one finding.
const MOST_SIGHTINGS: usize = 20;

/// The files of results that belong to this run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imports {
    catches: Vec<Catch>,
    names: BTreeSet<String>,
}

/// New sides of what a change touches, by path.
type Touched<'c> = BTreeMap<&'c RepoPath, Touch<'c>>;

/// What is known of a change besides its diff, when results are put on it.
pub struct Asked<'a> {
    /// Which rules run.
    pub chosen: &'a dyn Fn(&str) -> bool,
    /// The names that `.gitleaksignore` of the base revision accepts.
    pub accepted: &'a BTreeSet<&'a str>,
    /// The packages that the change adds, removes or moves.
    pub rows: &'a [&'a DependencyChange],
}

/// Where a result belongs to a change.
enum Landing {
    /// On these lines; the first of them is touched.
    Lines(RepoPath, (u32, u32), Spot),
    /// On a file as a whole, which the change brings or touches.
    File(RepoPath),
    /// In a commit whose text the change as a whole does not have any more.
    Commit(CommitId),
    /// Nowhere.
    Nowhere(Rest),
}

impl Imports {
    /// Imports of these files.
    #[must_use]
    pub fn new(catches: Vec<Catch>) -> Self {
        let names = catches.iter().flat_map(|catch| &catch.results).map(Foreign::name).collect();
        Self { catches, names }
    }

    /// Whether nothing was imported.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.catches.is_empty()
    }

    /// The files of which nothing could be read.
    pub fn unread(&self) -> impl Iterator<Item = &UnreadFile> {
        self.catches.iter().filter_map(|catch| catch.unread.as_ref())
    }

    /// What of the files is left out, for who wants to know whether they are whole: a file, or results that lie outside of the repository.
    #[must_use]
    pub fn notes(&self) -> Vec<RuleNote> {
        self.catches.iter().flat_map(notes).collect()
    }

    /// Whether a result is of the rule called `name`.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// `digest` of the rules, and that of every file with its tools: lower-case hexadecimal SHA-256.
    #[must_use]
    pub fn digest_with(&self, digest: &str) -> String {
        if self.is_empty() {
            return digest.to_owned();
        }
        let mut hash = Sha256::new();
        hash.update(digest);
        for catch in &self.catches {
            let tools: Vec<String> = catch.tools.iter().map(ToString::to_string).collect();
            for part in [&catch.digest, &tools.join(", ")] {
                hash.update(format!("{}:{part}\n", part.len()));
            }
        }
        hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Whether some result is one that `.gitleaksignore` may accept.
    #[must_use]
    pub fn may_be_accepted(&self) -> bool {
        self.catches.iter().flat_map(|catch| &catch.results).any(Foreign::is_of_gitleaks)
    }

    /// The rules that the results are of, with the words of the first of each, by name.
    #[must_use]
    pub fn rules(&self) -> Vec<Rule> {
        let mut rules: BTreeMap<String, Rule> = BTreeMap::new();
        for (catch, foreign) in self.catches.iter().flat_map(|catch| catch.results.iter().map(move |one| (catch, one))) {
            let rule = rules.entry(foreign.name()).or_insert_with(|| {
                let origin = RuleOrigin::Tool { tool: foreign.tool.to_string(), file: catch.file.clone() };
                let mut rule = Rule { origin, ..told::rule(foreign) };
                [&mut rule.title, &mut rule.why, &mut rule.fix].into_iter().for_each(|text| *text = inert::line(text).into_owned());
                rule
            });
            rule.severity = rule.severity.max(foreign.severity);
        }
        rules.into_values().collect()
    }

    /// Puts what belongs to `change` into `findings`, as `asked`; says what became of everything.
    pub fn merge(&self, change: &Change, asked: &Asked<'_>, findings: &mut Vec<Finding>, skipped: &mut Vec<Omission>) -> Vec<Import> {
        if self.is_empty() {
            return Vec::new();
        }
        let touched = touched(change);
        let mut all: Vec<(usize, &Foreign)> =
            self.catches.iter().enumerate().flat_map(|(at, catch)| catch.results.iter().map(move |one| (at, one))).collect();
        // Of several that say the same, the most serious one is the finding.
        all.sort_by_key(|(_, foreign)| std::cmp::Reverse((foreign.severity, foreign.confidence)));
        let mut tallies: Vec<Tally> = self.catches.iter().map(|_| Tally::default()).collect();
        let mut merger = Merger::new(findings);
        for (at, foreign) in all {
            let Some(tally) = tallies.get_mut(at) else { continue };
            if !(asked.chosen)(&foreign.name()) {
                tally.count(Rest::NotAsked, &foreign.name());
                continue;
            }
            if foreign.fingerprints().any(|name| asked.accepted.contains(name.as_str())) {
                tally.count(Rest::Accepted, &shown(foreign));
                continue;
            }
            if foreign.own.as_ref().is_some_and(|name| merger.named.contains(name)) {
                tally.folded += 1;
                continue;
            }
            match landed(foreign, change, &touched) {
                Landing::Nowhere(rest) => tally.count(rest, &shown(foreign)),
                landing => merger.take(foreign, &landing, (change, asked.rows), &touched, tally),
            }
        }
        skipped.extend(merger.outcomes.into_values().flat_map(|outcome| outcome.skipped));
        skipped.extend(self.unread().map(|unread| Omission { path: None, why: format!("imported results: {unread}") }));
        self.catches.iter().zip(&tallies).map(|(catch, tally)| import(catch, tally)).collect()
    }
}

fn notes(catch: &Catch) -> Vec<RuleNote> {
    let note = |line, kind, text| RuleNote { pack: String::new(), path: catch.file.clone(), line, rule: None, kind, text };
    if let Some(unread) = &catch.unread {
        return vec![note(unread.line, NoteKind::LeftOut, unread.why.clone())];
    }
    let mut notes: Vec<RuleNote> = catch.notes.iter().map(|text| note(None, NoteKind::Advice, text.clone())).collect();
    let is_out = |spot: &Spot| matches!(spot.file, Spotted::Outside(_));
    let mut outside = catch.results.iter().filter(|one| !one.spots.is_empty() && one.spots.iter().all(is_out));
    if let Some(first) = outside.next() {
        let (count, first) = (1 + outside.count(), shown(first));
        let text = format!("{count} of {} results lie outside of the repository here, and no change has them: {first}", catch.total);
        notes.push(note(None, NoteKind::LeftOut, text));
    }
    notes
}

fn import(catch: &Catch, tally: &Tally) -> Import {
    let mut others = tally.sentences();
    others.extend(catch.notes.iter().cloned());
    Import {
        file: catch.file.clone(),
        digest: catch.digest.clone(),
        tools: catch.tools.clone(),
        results: catch.total,
        taken: tally.taken,
        folded: tally.folded,
        others,
    }
}

fn touched(change: &Change) -> Touched<'_> {
    change.patch.files.iter().filter_map(|file| Some((file.path_on(Side::New)?, Touch::of(file)))).collect()
}

fn shown(foreign: &Foreign) -> String {
    let place = foreign.spots.first().map_or_else(|| "no place".to_owned(), told::spot);
    format!("{place} {}", foreign.name())
}

fn landed(foreign: &Foreign, change: &Change, touched: &Touched<'_>) -> Landing {
    match foreign.fate {
        Fate::Suppressed => return Landing::Nowhere(Rest::Suppressed),
        Fate::Known => return Landing::Nowhere(Rest::Known),
        Fate::Gone => return Landing::Nowhere(Rest::Gone),
        Fate::Counts | Fate::Hushed => {}
    }
    if let Some(commit) =
        foreign.commit.as_deref().and_then(CommitId::parse).filter(|commit| change.pull.revision.head.as_ref() != Some(commit))
    {
        if !change.commits.iter().any(|known| known.id.as_ref() == Some(&commit)) && change.commits.iter().any(|known| known.id.is_some()) {
            return Landing::Nowhere(Rest::OtherCommit);
        }
        return in_commit(foreign, commit, touched);
    }
    let mut nearest = Rest::Placeless;
    for spot in foreign.spots.iter().chain(&foreign.flow) {
        match on_lines(foreign, spot, touched) {
            Landing::Nowhere(rest) => nearest = nearest.max(rest),
            landing => return landing,
        }
    }
    Landing::Nowhere(nearest)
}

fn on_lines(foreign: &Foreign, spot: &Spot, touched: &Touched<'_>) -> Landing {
    let path = match &spot.file {
        Spotted::Inside(path) => path,
        Spotted::Outside(_) => return Landing::Nowhere(Rest::Outside),
    };
    let Some(touch) = touched.get(path) else { return Landing::Nowhere(Rest::Elsewhere) };
    let Some((first, last)) = spot.lines.filter(|lines| !is_stopgap(foreign, path, *lines)) else {
        return Landing::File(path.clone());
    };
    let Some(line) = touch.meets(first, last) else { return Landing::Nowhere(Rest::Untouched) };
    let seen = foreign.snippet.as_deref().filter(|_| foreign.spots.first() == Some(spot));
    if seen.and_then(|seen| touch.reads(first, last, seen)) == Some(false) {
        return Landing::Nowhere(Rest::Differs);
    }
    Landing::Lines(path.clone(), (line, last), spot.clone())
}

/// Scanners of packages name the first line of a lock file when they know none.
fn is_stopgap(foreign: &Foreign, path: &RepoPath, lines: (u32, u32)) -> bool {
    let of_packages = ["trivy", "osv", "grype", "snyk"].iter().any(|name| foreign.tool.name.starts_with(name));
    of_packages && lines == (1, 1) && matches!(Role::of(&path.text()), Role::Lock | Role::Manifest)
}

/// A result about one commit names lines as they were there: what it saw is looked for in what the change adds.
fn in_commit(foreign: &Foreign, commit: CommitId, touched: &Touched<'_>) -> Landing {
    let found = foreign.spots.iter().zip(foreign.snippet.as_deref()).find_map(|(spot, snippet)| match &spot.file {
        Spotted::Inside(path) => {
            let line = touched.get(path)?.find(snippet)?;
            Some(Landing::Lines(path.clone(), (line, line), Spot { lines: Some((line, line)), ..spot.clone() }))
        }
        Spotted::Outside(_) => None,
    });
    found.unwrap_or(Landing::Commit(commit))
}

/// Findings as they come together.
struct Merger<'f> {
    findings: &'f mut Vec<Finding>,
    /// Which findings are about which file.
    about: BTreeMap<RepoPath, Vec<usize>>,
    /// The names of the findings that are this program's.
    named: BTreeSet<String>,
    outcomes: BTreeMap<Option<RepoPath>, FileOutcome>,
}

impl<'f> Merger<'f> {
    fn new(findings: &'f mut Vec<Finding>) -> Self {
        let mut about: BTreeMap<RepoPath, Vec<usize>> = BTreeMap::new();
        for (at, finding) in findings.iter().enumerate() {
            finding.at.path().into_iter().for_each(|path| about.entry(path.clone()).or_default().push(at));
        }
        let named = findings.iter().map(|finding| finding.id.0.clone()).collect();
        Self { findings, about, named, outcomes: BTreeMap::new() }
    }

    fn take(
        &mut self,
        foreign: &Foreign,
        landing: &Landing,
        (change, rows): (&Change, &[&DependencyChange]),
        touched: &Touched<'_>,
        tally: &mut Tally,
    ) {
        let (path, lines) = match landing {
            Landing::Lines(path, _, spot) => (Some(path), spot.lines),
            Landing::File(path) => (Some(path), None),
            Landing::Commit(_) | Landing::Nowhere(_) => (None, None),
        };
        if self.fold(foreign, path, lines) {
            tally.folded += 1;
            return;
        }
        let place = match landing {
            Landing::Lines(path, (line, _), _) => Some(Place { path: path.clone(), side: Side::New, line: *line }),
            _ => None,
        };
        let touch = path.and_then(|path| touched.get(path));
        let mut rule = told::rule(foreign);
        if told::is_shaky(foreign, change, touch, lines) {
            (rule.severity, rule.confidence) = (rule.severity.min(Severity::Low), Confidence::Low);
            tally.shaky.clone_from(&foreign.revision);
        }
        if let Landing::File(path) = landing
            && touch.is_some_and(|touch| !touch.is_new())
            && !told::is_about_package(foreign, path, rows)
        {
            // Nothing tells whether the change brought it.
            (rule.severity, rule.confidence) = (Severity::Info, Confidence::Low);
            rule.why = format!("The tool names no line of this file, so that it may have been there before. {}", rule.why);
        }
        let draft = match landing {
            Landing::Lines(path, (first, last), _) => {
                let line = touch.and_then(|touch| touch.line(*first));
                Draft::span(path, (*first, *last), &told::evidence(foreign, line))
            }
            Landing::File(path) => Draft::whole(path, &told::evidence(foreign, None)),
            Landing::Commit(id) => Draft::commit(id, &shown(foreign)),
            Landing::Nowhere(_) => return,
        };
        let outcome = self.outcomes.entry(path.cloned()).or_default();
        let before = (outcome.findings.len(), outcome.skipped.len());
        Sink::new(&rule, outcome).report(draft);
        match outcome.findings.get(before.0) {
            Some(finding) => {
                path.into_iter().for_each(|path| self.about.entry(path.clone()).or_default().push(self.findings.len()));
                self.findings.push(Finding { tool: Some(foreign.tool.clone()), ..finding.clone() });
                tally.taken += 1;
            }
            None if outcome.findings.iter().any(|known| known.rule == rule.id && known.at.place() == place.as_ref()) => tally.folded += 1,
            None => tally.count(Rest::TooMany, &shown(foreign)),
        }
    }

    /// Tells `foreign` on a finding that says the same, when there is one; ours before those of other tools.
    fn fold(&mut self, foreign: &Foreign, path: Option<&RepoPath>, lines: Option<(u32, u32)>) -> bool {
        let about = path.and_then(|path| self.about.get(path)).into_iter().flatten().copied();
        let mut alike = about.filter(|at| self.findings.get(*at).is_some_and(|finding| same::says(finding, foreign, path, lines)));
        let is_own = |at: &usize| self.findings.get(*at).is_some_and(|finding| finding.tool.is_none());
        let found = alike.next().map(|first| if is_own(&first) { first } else { alike.find(is_own).unwrap_or(first) });
        let Some(finding) = found.and_then(|at| self.findings.get_mut(at)) else { return false };
        let seen = Sighting { tool: foreign.tool.clone(), rule: foreign.rule.clone(), severity: foreign.severity };
        if finding.rule.0 != foreign.name() && finding.also.len() < MOST_SIGHTINGS && !finding.also.contains(&seen) {
            finding.also.push(seen);
        }
        // What one tool takes seriously must not vanish behind a note of another.
        finding.severity = finding.severity.max(foreign.severity);
        true
    }
}
