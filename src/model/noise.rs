//! How often rules fire on merged history: what every rule saw in one commit, and what that adds up to. Never how it is shown.

use std::collections::{BTreeMap, BTreeSet};

use super::commit_id::CommitId;
use super::diff::Omission;
use super::firing::Firing;
use super::rule::{RuleId, Severity};
use super::time::Timestamp;

/// Findings of high or critical on more ordinary commits than this are alarms that people learn to pass by, in percent.
pub const BAR: f64 = 2.0;

/// Changes by agents, and by everybody else.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct By<T> {
    /// Those that an agent made or helped with, as far as that can be told.
    pub agents: T,
    /// All others.
    pub others: T,
}

impl<T> By<T> {
    /// One of the two.
    pub fn side(&mut self, agent: bool) -> &mut T {
        if agent { &mut self.agents } else { &mut self.others }
    }
}

/// What was looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Base {
    /// Commits.
    pub commits: u64,
    /// Lines they added.
    pub added: u64,
    /// Commits with a finding of high or critical.
    pub hard: u64,
}

impl By<Base> {
    /// Both together.
    #[must_use]
    pub fn all(&self) -> Base {
        let (a, b) = (self.agents, self.others);
        Base { commits: a.commits + b.commits, added: a.added + b.added, hard: a.hard + b.hard }
    }
}

impl Base {
    /// The share of commits with a finding of high or critical, in percent.
    #[must_use]
    pub fn hard_share(&self) -> f64 {
        share(self.hard, self.commits)
    }

    /// Whether so few have one that the rest is worth reading.
    #[must_use]
    pub fn keeps_the_bar(&self) -> bool {
        self.hard_share() <= BAR
    }
}

/// What one rule did there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fires {
    /// Findings.
    pub findings: u64,
    /// Commits with one.
    pub commits: u64,
    /// Commits with one of high or critical.
    pub hard: u64,
}

impl Fires {
    /// The share of the commits of `base`, in percent.
    #[must_use]
    pub fn share(&self, base: Base) -> f64 {
        share(self.commits, base.commits)
    }

    /// Findings for each thousand lines that `base` added.
    #[must_use]
    pub fn per_thousand(&self, base: Base) -> f64 {
        share(self.findings * 10, base.added)
    }
}

impl By<Fires> {
    /// Both together.
    #[must_use]
    pub fn all(&self) -> Fires {
        let (a, b) = (self.agents, self.others);
        Fires { findings: a.findings + b.findings, commits: a.commits + b.commits, hard: a.hard + b.hard }
    }
}

#[allow(clippy::cast_precision_loss, reason = "no history has so many commits or lines")]
fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 * 100.0 / whole as f64 }
}

/// One place where a rule fired. Paths are outside text: hostile until shown through [`super::inert`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// The rule.
    pub rule: RuleId,
    /// How bad it called it.
    pub severity: Severity,
    /// Where, as findings say it: `src/a.py:12`, `the message`.
    pub at: String,
    /// The file, where it sits in one.
    pub path: Option<String>,
    /// The line, where it sits on one.
    pub line: Option<u32>,
}

/// What every rule saw in one merged commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witness {
    /// The commit.
    pub commit: CommitId,
    /// Whether an agent made it or helped with it.
    pub agent: bool,
    /// Lines it added.
    pub added: u64,
    /// Where rules fired, most serious first.
    pub hits: Vec<Hit>,
    /// What fired and only counts, for windows over several commits.
    pub firings: Vec<Firing>,
}

/// A rule whose noise is measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measured {
    /// The rule.
    pub rule: RuleId,
    /// What it was then: SHA-256 over its text and the program's version.
    pub digest: String,
    /// The most it may weigh, as the settings have it.
    pub severity: Severity,
    /// Whether the settings say that it only annotates.
    pub annotated: bool,
}

/// A rule with what it did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleNoise {
    /// The rule.
    pub of: Measured,
    /// What it did.
    pub fires: By<Fires>,
    /// The gravest finding it had.
    pub worst: Option<Severity>,
}

/// How noisy every rule was on a history.
#[derive(Clone, Debug, PartialEq)]
pub struct Calibration {
    /// The repository, by the name it is known by: `github.com/owner/name`, or its folder.
    pub repository: String,
    /// What was looked at, in words.
    pub range: String,
    /// When.
    pub at: Timestamp,
    /// The digest of all rules in force.
    pub rules_digest: String,
    /// How much was looked at.
    pub base: By<Base>,
    /// Every rule that ran: those with serious findings on most commits first, then those that fire on most commits.
    pub rules: Vec<RuleNoise>,
    /// What was seen, commit by commit, latest first.
    pub witnesses: Vec<Witness>,
    /// Commits and parts of commits that could not be read.
    pub unread: Vec<Omission>,
    /// Commits that were not looked at any more, since somebody asked to stop.
    pub left: usize,
}

impl Calibration {
    /// Adds up what `witnesses` saw of `rules`. Rules that only annotate weigh no more than a note.
    #[must_use]
    pub fn of(witnesses: &[Witness], rules: Vec<Measured>) -> (By<Base>, Vec<RuleNoise>) {
        let mut base = By::<Base>::default();
        let start = |of: Measured| (of.rule, RuleNoise { of, fires: By::default(), worst: None });
        let mut noise: BTreeMap<RuleId, RuleNoise> = rules.into_iter().map(start).collect();
        for witness in witnesses {
            let mut seen: BTreeMap<RuleId, bool> = BTreeMap::new();
            for hit in &witness.hits {
                let Some(rule) = noise.get_mut(&hit.rule) else { continue };
                let severity = if rule.of.annotated { Severity::Info } else { hit.severity };
                rule.worst = rule.worst.max(Some(severity));
                rule.fires.side(witness.agent).findings += 1;
                *seen.entry(hit.rule).or_default() |= severity.is_hard();
            }
            let base = base.side(witness.agent);
            base.commits += 1;
            base.added += witness.added;
            base.hard += u64::from(seen.values().any(|hard| *hard));
            for (rule, hard) in seen {
                let fires = noise.get_mut(&rule).map(|noise| noise.fires.side(witness.agent));
                if let Some(fires) = fires {
                    fires.commits += 1;
                    fires.hard += u64::from(hard);
                }
            }
        }
        let mut noise: Vec<RuleNoise> = noise.into_values().collect();
        let loudness = |fires: Fires| (fires.hard, fires.commits, fires.findings);
        noise.sort_by_key(|noise| std::cmp::Reverse(loudness(noise.fires.all())));
        (base, noise)
    }
}

/// How often a rule fired when it was last measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rate {
    /// What the rule was then.
    pub digest: String,
    /// When that was.
    pub at: Timestamp,
    /// How much was looked at.
    pub base: By<Base>,
    /// What the rule did there.
    pub fires: By<Fires>,
}

/// How a rule's findings were judged in decisions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Judged {
    /// Findings that somebody judged.
    pub times: u64,
    /// Those that were what the rule says.
    pub right: u64,
}

/// What is known of rules from their use: rates by repository, and judgements over all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Noise {
    /// Rates by the repository they were measured on.
    pub rates: BTreeMap<String, BTreeMap<RuleId, Rate>>,
    /// Judgements of the ledger.
    pub judged: BTreeMap<RuleId, Judged>,
    /// What each rule is today.
    pub digests: BTreeMap<RuleId, String>,
    /// The repository that is looked at, when it is one.
    pub here: Option<String>,
    /// Rules that only annotate now.
    pub annotated: BTreeSet<RuleId>,
}

impl Noise {
    /// How often `rule` fires in the repository called `name`; else in the one that is looked at; else in all that were measured,
    /// taken together. `None` when it never was measured.
    #[must_use]
    pub fn rate(&self, rule: RuleId, name: &str) -> Option<Told> {
        // A pull's address leaves out the host that everybody means.
        let named = self.rates.get(name).or_else(|| self.rates.get(&format!("github.com/{name}")));
        let here = self.here.as_ref().and_then(|here| self.rates.get(here));
        if let Some(rate) = named.or(here).and_then(|rates| rates.get(&rule)) {
            return Some(self.told(rule, rate, 1));
        }
        let all: Vec<&Rate> = self.rates.values().filter_map(|rates| rates.get(&rule)).collect();
        let mut told = self.told(rule, all.first()?, all.len());
        for rate in all.iter().skip(1) {
            let more = self.told(rule, rate, all.len());
            told.fired += more.fired;
            told.of += more.of;
            told.stale |= more.stale;
            told.at = told.at.min(more.at);
        }
        Some(told)
    }

    fn told(&self, rule: RuleId, rate: &Rate, places: usize) -> Told {
        let (fires, base) = (rate.fires.all(), rate.base.all());
        let stale = self.digests.get(&rule) != Some(&rate.digest);
        Told { fired: fires.commits, of: base.commits, at: rate.at, stale, places }
    }
}

/// How often a rule fired, as people are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    /// Commits with a finding of it.
    pub fired: u64,
    /// Of how many.
    pub of: u64,
    /// When that was measured.
    pub at: Timestamp,
    /// Whether the rule is another one today.
    pub stale: bool,
    /// In how many repositories.
    pub places: usize,
}

impl Told {
    /// `fires on 3 of 400 of your merged commits`, and what makes that doubtful.
    #[must_use]
    pub fn words(&self) -> String {
        let verb = if self.stale { "fired" } else { "fires" };
        let places = if self.places > 1 { format!(" in {} repositories", self.places) } else { String::new() };
        let stale = if self.stale { ", but the rule changed since; lazaret calibrate measures it anew" } else { "" };
        format!("{verb} on {} of {} of your merged commits{places}{stale}", self.fired, self.of)
    }
}

impl Judged {
    /// `judged 5 times, 2 true`; `None` when nobody did.
    #[must_use]
    pub fn words(&self) -> Option<String> {
        let times = if self.times == 1 { "once".to_owned() } else { format!("{} times", self.times) };
        (self.times > 0).then(|| format!("judged {times}, {} true", self.right))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: RuleId = RuleId("a");

    fn witness(agent: bool, severities: &[Severity]) -> Witness {
        let hit = |severity: &Severity| Hit { rule: RULE, severity: *severity, at: "a:1".to_owned(), path: None, line: None };
        let commit = CommitId::parse(&"1".repeat(40)).unwrap();
        Witness { commit, agent, added: 500, hits: severities.iter().map(hit).collect(), firings: Vec::new() }
    }

    fn measured(annotated: bool) -> Vec<Measured> {
        vec![Measured { rule: RULE, digest: "d".to_owned(), severity: Severity::High, annotated }]
    }

    #[test]
    fn commits_are_counted_once_and_findings_each() {
        let seen = [witness(true, &[Severity::High, Severity::Low]), witness(true, &[]), witness(false, &[Severity::Low])];
        let (base, noise) = Calibration::of(&seen, measured(false));
        assert_eq!(base.agents, Base { commits: 2, added: 1000, hard: 1 });
        assert_eq!(base.others, Base { commits: 1, added: 500, hard: 0 });
        assert_eq!(noise[0].fires.agents, Fires { findings: 2, commits: 1, hard: 1 });
        assert_eq!((noise[0].fires.all().commits, noise[0].worst), (2, Some(Severity::High)));
        let fires = noise[0].fires.agents;
        assert_eq!((fires.share(base.agents), fires.per_thousand(base.agents)), (50.0, 2.0));
        assert!(!base.agents.keeps_the_bar() && base.others.keeps_the_bar() && Base::default().keeps_the_bar());
    }

    #[test]
    fn a_rule_that_annotates_is_counted_and_is_never_hard() {
        let (base, noise) = Calibration::of(&[witness(true, &[Severity::Critical])], measured(true));
        assert_eq!((base.agents.hard, noise[0].fires.agents.commits, noise[0].worst), (0, 1, Some(Severity::Info)));
    }

    #[test]
    fn rates_are_those_of_the_repository_or_of_all() {
        let rate = |fired, digest: &str| Rate {
            digest: digest.to_owned(),
            at: Timestamp(5),
            base: By { agents: Base { commits: 10, ..Base::default() }, others: Base::default() },
            fires: By { agents: Fires { commits: fired, ..Fires::default() }, others: Fires::default() },
        };
        let of = |fired, digest: &str| BTreeMap::from([(RULE, rate(fired, digest))]);
        let mut noise = Noise {
            rates: BTreeMap::from([("github.com/acme/api".to_owned(), of(1, "now")), ("/src/x".to_owned(), of(2, "then"))]),
            digests: BTreeMap::from([(RULE, "now".to_owned())]),
            ..Noise::default()
        };
        let words = |noise: &Noise, name: &str| noise.rate(RULE, name).unwrap().words();
        assert_eq!(words(&noise, "acme/api"), "fires on 1 of 10 of your merged commits");
        assert!(words(&noise, "acme/ap").starts_with("fired on 3 of 20 of your merged commits in 2 repositories, but the rule changed"));
        noise.here = Some("/src/x".to_owned());
        assert!(words(&noise, "").starts_with("fired on 2 of 10"));
        assert_eq!(noise.rate(RuleId("b"), ""), None);
    }
}
