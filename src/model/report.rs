//! What the analysis says of one change. Never an error: what could not be looked at is listed in it.

use super::change::Change;
use super::coverage::Coverage;
use super::dependency::DependencyChange;
use super::diff::Omission;
use super::finding::{Finding, Fingerprint};
use super::firing::Firing;
use super::risk::Risk;
use super::rule::{RuleId, Severity};
use super::story::Story;
use super::thread::{Activation, Threads};
use super::tool::Import;

/// The judgement of one change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Findings, most serious first, then by place.
    pub findings: Vec<Finding>,
    /// Dependency changes, by manifest and name.
    pub dependencies: Vec<DependencyChange>,
    /// The message against the change.
    pub story: Story,
    /// How urgent it is.
    pub risk: Risk,
    /// What was not analysed, and why.
    pub skipped: Vec<Omission>,
    /// What fired and only counts, for windows over several changes.
    pub firings: Vec<Firing>,
    /// What it brings in and what its findings name, to be tied to other changes.
    pub threads: Threads,
    /// Where other changes use what it brings in, as far as they were judged together.
    pub activated: Vec<Activation>,
    /// Findings that rest on other changes too: what this one comes to in their company, by name.
    pub together: Vec<Fingerprint>,
    /// What is unusual in it beside what its agent or author did before, one clause each, where somebody remembers that; outside text.
    pub unusual: Vec<String>,
    /// What of it lies outside the paths that the policy in force leaves its agent, one sentence each, where that was asked; outside text.
    pub outside: Vec<String>,
    /// What other tools brought in.
    pub imports: Vec<Import>,
    /// Rules in force that the settings say shall only annotate, by name.
    pub annotated: Vec<RuleId>,
    /// Which rules ran, and what could not be checked.
    pub coverage: Coverage,
    /// Digest of rules, imported files and version that made this report: lower-case hexadecimal SHA-256.
    pub rules_digest: String,
    /// Milliseconds the analysis took.
    pub millis: u64,
}

impl Report {
    /// The worst severity among the findings.
    #[must_use]
    pub fn worst(&self) -> Option<Severity> {
        self.findings.iter().map(|finding| finding.severity).max()
    }

    /// That rules were set to annotate, and which; `None` when there are none.
    #[must_use]
    pub fn annotating(&self) -> Option<String> {
        let names = self.annotated.iter().map(|rule| rule.0).collect::<Vec<_>>().join(", ");
        match self.annotated.len() {
            0 => None,
            1 => Some(format!("1 rule was set to annotate, so its findings are notes: {names}")),
            more => Some(format!("{more} rules were set to annotate, so their findings are notes: {names}")),
        }
    }

    /// Findings that must be judged before approval.
    pub fn hard(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.severity.is_hard())
    }
}

/// What a row of the queue says of a judged change: a report without its findings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// How urgent it is and why.
    pub risk: Risk,
    /// Files touched.
    pub files: usize,
    /// Lines added.
    pub added: usize,
    /// Lines removed.
    pub removed: usize,
    /// Findings.
    pub findings: usize,
    /// The worst of them.
    pub worst: Option<Severity>,
    /// Parts that were not looked at.
    pub skipped: usize,
    /// Packages that somebody may say more about another time, who could not be asked.
    pub unreached: usize,
}

impl Summary {
    /// The summary of `change` and its `report`.
    #[must_use]
    pub fn of(change: &Change, report: &Report) -> Self {
        Self {
            risk: report.risk.clone(),
            files: change.patch.files.len(),
            added: change.patch.added(),
            removed: change.patch.removed(),
            findings: report.findings.len(),
            worst: report.worst(),
            skipped: report.skipped.len(),
            unreached: report.coverage.unreached,
        }
    }

    /// The same sizes with what `report` says now.
    #[must_use]
    pub fn retold(&self, report: &Report) -> Self {
        let (findings, worst) = (report.findings.len(), report.worst());
        let (skipped, unreached) = (report.skipped.len(), report.coverage.unreached);
        Self { risk: report.risk.clone(), findings, worst, skipped, unreached, ..self.clone() }
    }

    /// The heaviest reason that names a place, or the only one there is; outside text.
    #[must_use]
    pub fn reason(&self) -> &str {
        let reasons = &self.risk.contributions;
        reasons.get(1).or(reasons.first()).map_or("", |reason| &reason.why)
    }
}
