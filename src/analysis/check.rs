//! What a check is and how it speaks: the trait, the draft of a finding, and the sink that completes it.
//!
//! A check cannot fail, cannot raise its rule's severity, and cannot put a whole secret into its evidence.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use super::formats::secrets::trace::Mark;
use super::formats::secrets::veil::Veil;
use super::hints::Needs;
use super::imports::Import;
use super::manifests::Inventory;
use super::redact;
use super::sums::Sums;
use super::told::ToldRows;
use super::view::{FileView, SideView};
use crate::model::change::{Around, Change};
use crate::model::commit_id::CommitId;
use crate::model::dependency::DependencyChange;
use crate::model::diff::{Omission, Place, Side};
use crate::model::finding::{Finding, Fingerprint, Where};
use crate::model::firing::Firing;
use crate::model::path::RepoPath;
use crate::model::rule::{Confidence, Rule, RuleId, Severity};
use crate::model::thread::Mention;

/// More findings of one rule in one file than this are counted, not listed: nobody reads them, and a hostile file may hold a million.
const MOST_FINDINGS: usize = 25;
/// Evidence is cut here, in characters.
const EVIDENCE_LIMIT: usize = 300;

/// One code rule. It overrides the level it needs.
pub trait Check: Sync {
    /// The rule whose words it uses; also its file's name.
    fn rule(&self) -> RuleId;

    /// What a file must hold for [`Self::file`] to find anything. Only saves time, so it must never be too much.
    fn needs(&self) -> Needs {
        Needs::nothing()
    }

    /// Whether `file` is looked at whatever it holds.
    fn looks_anyway(&self, _file: &FileView<'_>) -> bool {
        false
    }

    /// Looks at one changed file.
    fn file(&self, _file: &FileView<'_>, _sink: &mut Sink<'_>) {}

    /// Looks at the change as a whole: names, messages, dependencies, what the files' checks counted.
    fn change(&self, _change: &ChangeView<'_>, _sink: &mut Sink<'_>) {}
}

/// What the per-file pass made of one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileOutcome {
    /// Findings of the file.
    pub findings: Vec<Finding>,
    /// Dependency changes, when it is a manifest or lock file.
    pub dependencies: Vec<DependencyChange>,
    /// What that file says besides, for checks over the whole change.
    pub inventory: Option<Inventory>,
    /// The first changed line that is code, from 1; `None` when only comments, texts or data change.
    pub code_line: Option<u32>,
    /// What checks counted, by the name they gave it.
    pub counts: BTreeMap<&'static str, i64>,
    /// What fired and only counts.
    pub firings: Vec<Firing>,
    /// Hashes that it claims or has.
    pub sums: Sums,
    /// Packages that its added lines load.
    pub imports: Vec<Import>,
    /// What its findings name.
    pub mentions: Vec<Mention>,
    /// What could not be looked at.
    pub skipped: Vec<Omission>,
    /// Secrets that were found, without their values.
    pub marks: Vec<Mark>,
    /// What hides secrets while the file is judged.
    pub veil: Veil,
}

impl FileOutcome {
    /// Adds what one check over the whole change said, which read no file.
    pub(super) fn take_in(&mut self, part: Self) {
        self.findings.extend(part.findings);
        self.skipped.extend(part.skipped);
        part.counts.into_iter().for_each(|(name, amount)| *self.counts.entry(name).or_default() += amount);
    }
}

/// The whole change as a check sees it.
#[derive(Clone, Copy)]
pub struct ChangeView<'a> {
    /// The change.
    pub change: &'a Change,
    /// One outcome for each file of the patch, in its order.
    pub outcomes: &'a [FileOutcome],
    /// What was read beside its net diff.
    pub around: &'a Around,
    /// The rows of which somebody was asked, once a rule wanted to know.
    pub told: &'a ToldRows,
}

impl ChangeView<'_> {
    /// The sum of what checks counted as `name` over all files.
    #[must_use]
    pub fn count(&self, name: &str) -> i64 {
        self.outcomes.iter().filter_map(|outcome| outcome.counts.get(name)).sum()
    }

    /// All dependency changes.
    pub fn dependencies(&self) -> impl Iterator<Item = &DependencyChange> {
        self.outcomes.iter().flat_map(|outcome| &outcome.dependencies)
    }
}

/// A finding in the making. What it leaves open, the rule fills in.
#[derive(Debug)]
#[must_use = "a draft is nothing until it is reported"]
pub struct Draft {
    at: Where,
    evidence: String,
    title: Option<String>,
    why: Option<String>,
    fix: Option<String>,
    severity: Option<Severity>,
    confidence: Option<Confidence>,
}

impl Draft {
    /// At the line `index` of `side`, with that line as evidence.
    pub fn line(file: &FileView<'_>, side: &SideView<'_>, index: usize) -> Self {
        Self::lines(file, side, index, index)
    }

    /// At the lines `first..=last` of `side`, with the first line as evidence.
    pub fn lines(file: &FileView<'_>, side: &SideView<'_>, first: usize, last: usize) -> Self {
        let path = file.diff.path_on(side.side).unwrap_or_else(|| file.repo_path()).clone();
        let place = Place { path, side: side.side, line: side.number(first) };
        let end_line = side.number(last.max(first)).max(place.line);
        Self::at(Where::Line { place, end_line }, side.line(first).text.trim())
    }

    /// At the line `number`, from 1, of the file at `path`.
    pub fn numbered(path: &RepoPath, side: Side, number: u32, evidence: &str) -> Self {
        Self::at(Where::Line { place: Place { path: path.clone(), side, line: number.max(1) }, end_line: number.max(1) }, evidence)
    }

    /// At the lines `first..=last` of the new side of the file at `path`.
    pub fn span(path: &RepoPath, (first, last): (u32, u32), evidence: &str) -> Self {
        let first = first.max(1);
        Self::at(Where::Line { place: Place { path: path.clone(), side: Side::New, line: first }, end_line: last.max(first) }, evidence)
    }

    /// At the file at `path` as a whole.
    pub fn whole(path: &RepoPath, evidence: &str) -> Self {
        Self::at(Where::File(path.clone()), evidence)
    }

    /// At a file as a whole.
    pub fn file(file: &FileView<'_>, evidence: &str) -> Self {
        Self::at(Where::File(file.repo_path().clone()), evidence)
    }

    /// At a file's name, which is the evidence.
    pub fn name(path: &RepoPath) -> Self {
        Self::at(Where::Name(path.clone()), &path.text())
    }

    /// At the pull's title or description.
    pub fn message(evidence: &str) -> Self {
        Self::at(Where::Message, evidence)
    }

    /// At the branch's name.
    pub fn branch(evidence: &str) -> Self {
        Self::at(Where::Branch, evidence)
    }

    /// At a commit's message or metadata.
    pub fn commit(id: &CommitId, evidence: &str) -> Self {
        Self::at(Where::Commit(id.clone()), evidence)
    }

    /// At a dependency of a manifest or lock file.
    pub fn dependency(manifest: &RepoPath, name: &str, evidence: &str) -> Self {
        Self::at(Where::Dependency { manifest: manifest.clone(), name: name.to_owned() }, evidence)
    }

    /// At any place.
    pub fn at(at: Where, evidence: &str) -> Self {
        Self { at, evidence: evidence.to_owned(), title: None, why: None, fix: None, severity: None, confidence: None }
    }

    /// Other evidence than the line itself.
    pub fn evidence(mut self, evidence: impl Into<String>) -> Self {
        self.evidence = evidence.into();
        self
    }

    /// A sharper title than the rule's. Code in it is cut and redacted as evidence is.
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = Some(title.into());
        self
    }

    /// A sharper reason than the rule's.
    pub fn why(mut self, why: impl Into<String>) -> Self {
        self.why = Some(why.into());
        self
    }

    /// A sharper way out than the rule's.
    pub fn fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = Some(fix.into());
        self
    }

    /// A milder severity than the rule's.
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = Some(severity);
        self
    }

    /// Another confidence than the rule's.
    pub fn confidence(mut self, confidence: Confidence) -> Self {
        self.confidence = Some(confidence);
        self
    }
}

/// Where the drafts of one rule on one file (or one change) go.
pub struct Sink<'s> {
    rule: &'s Rule,
    outcome: &'s mut FileOutcome,
}

impl<'s> Sink<'s> {
    /// A sink that completes drafts with `rule`'s words and keeps them in `outcome`.
    pub fn new(rule: &'s Rule, outcome: &'s mut FileOutcome) -> Self {
        Self { rule, outcome }
    }

    /// Completes `draft` and keeps it. A second one of the same rule at the same place is dropped.
    pub fn report(&mut self, draft: Draft) {
        let rule = self.rule;
        if self.overflows() {
            return;
        }
        if self.outcome.findings.iter().any(|known| known.rule == rule.id && known.at == draft.at) {
            return;
        }
        let veil = self.outcome.veil.clone();
        let hidden = |text: &str| redact::through(text, &veil);
        let evidence = shortened(&hidden(&draft.evidence));
        let key = normalised(&evidence);
        let earlier = self.outcome.findings.iter().filter(|known| known.rule == rule.id && normalised(&known.evidence) == key).count();
        self.outcome.findings.push(Finding {
            id: fingerprint(rule.id, &draft.at, &key, earlier),
            rule: rule.id,
            title: draft.title.map_or_else(|| rule.title.clone(), |title| shortened(&hidden(&title))),
            class: rule.class,
            severity: draft.severity.unwrap_or(rule.severity).min(rule.severity),
            confidence: draft.confidence.unwrap_or(rule.confidence),
            at: draft.at,
            evidence,
            why: draft.why.map_or_else(|| rule.why.clone(), |why| hidden(&why)),
            fix: draft.fix.map_or_else(|| rule.fix.clone(), |fix| hidden(&fix)),
            references: rule.references.clone(),
            links: Vec::new(),
            tool: None,
            also: Vec::new(),
            group: None,
        });
    }

    fn overflows(&mut self) -> bool {
        let id = self.rule.id;
        if self.outcome.findings.iter().filter(|known| known.rule == id).count() < MOST_FINDINGS {
            return false;
        }
        let why = format!("{id}: only the first {MOST_FINDINGS} findings here are listed");
        if !self.outcome.skipped.iter().any(|known| known.why == why) {
            let path = self.outcome.findings.iter().find_map(|known| known.at.path().cloned());
            self.outcome.skipped.push(Omission { path, why });
        }
        true
    }

    /// How many findings of this rule are kept so far.
    #[must_use]
    pub fn reported(&self) -> usize {
        self.outcome.findings.iter().filter(|known| known.rule == self.rule.id).count()
    }

    /// Adds `amount` to what the change-level checks read as `name`.
    pub fn count(&mut self, name: &'static str, amount: i64) {
        *self.outcome.counts.entry(name).or_default() += amount;
    }

    /// Says that something could not be looked at.
    pub fn skip(&mut self, path: Option<&RepoPath>, why: impl Into<String>) {
        self.outcome.skipped.push(Omission { path: path.cloned(), why: why.into() });
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(EVIDENCE_LIMIT) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or("")),
    }
}

fn normalised(evidence: &str) -> String {
    evidence.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn fingerprint(rule: RuleId, at: &Where, evidence: &str, earlier: usize) -> Fingerprint {
    let mut hash = Sha256::new();
    let place = match at {
        Where::Commit(_) => Vec::new(),
        _ => at.path().map_or_else(Vec::new, |path| path.bytes().to_vec()),
    };
    for part in [rule.0.as_bytes(), at.kind().as_bytes(), &place, evidence.as_bytes(), &earlier.to_le_bytes()] {
        hash.update(part.len().to_le_bytes());
        hash.update(part);
    }
    Fingerprint(hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect())
}
