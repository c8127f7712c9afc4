//! Two sets of rules on the same history: which rules are new, gone or other ones, and what fires newly, falls silent or weighs
//! something else. Never how it is shown.

use std::collections::BTreeMap;

use super::commit_id::CommitId;
use super::diff::Omission;
use super::noise::{Base, By, Hit, Witness};
use super::rule::{RuleId, Severity};

/// What became of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fate {
    /// Only the new set has it.
    Added,
    /// Only the old set has it.
    Removed,
    /// Its text is another one.
    Changed,
}

impl Fate {
    /// All, in the order they are told.
    pub const ALL: [Self; 3] = [Self::Added, Self::Removed, Self::Changed];

    /// The fate in one word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
        }
    }
}

/// A place where the two sets do not say the same. Its words are outside text: hostile until shown through [`super::inert`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shift {
    /// The commit.
    pub commit: CommitId,
    /// Whether an agent made it or helped with it.
    pub agent: bool,
    /// What the old set says there.
    pub before: Option<Hit>,
    /// What the new set says there.
    pub after: Option<Hit>,
}

/// What kind of shift it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ShiftKind {
    /// It fires newly.
    New,
    /// It falls silent.
    Silent,
    /// It weighs something else.
    Severity,
}

impl ShiftKind {
    /// All, in the order they are told.
    pub const ALL: [Self; 3] = [Self::New, Self::Silent, Self::Severity];

    /// The kind in one word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Silent => "silent",
            Self::Severity => "severity",
        }
    }
}

impl Shift {
    /// What kind of shift it is.
    #[must_use]
    pub fn kind(&self) -> ShiftKind {
        match (&self.before, &self.after) {
            (Some(_), Some(_)) => ShiftKind::Severity,
            (Some(_), None) => ShiftKind::Silent,
            (None, _) => ShiftKind::New,
        }
    }

    /// What is said there, by the new set where it says something.
    #[must_use]
    pub fn hit(&self) -> Option<&Hit> {
        self.after.as_ref().or(self.before.as_ref())
    }

    /// `high`, or `low -> high`.
    #[must_use]
    pub fn weight(&self) -> String {
        let word = |hit: &Option<Hit>| hit.as_ref().map(|hit| hit.severity.word());
        match (word(&self.before), word(&self.after)) {
            (Some(before), Some(after)) => format!("{before} -> {after}"),
            (one, other) => one.or(other).unwrap_or_default().to_owned(),
        }
    }
}

/// What two sets of rules do differently.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleDiff {
    /// Rules that are new, gone or other ones, by name.
    pub rules: Vec<(RuleId, Fate)>,
    /// What was looked at, with the findings of the old set.
    pub old: By<Base>,
    /// The same with those of the new set.
    pub new: By<Base>,
    /// Where they do not say the same, by rule; latest commit first.
    pub shifts: BTreeMap<RuleId, Vec<Shift>>,
    /// Commits and parts of commits that could not be read.
    pub unread: Vec<Omission>,
    /// Commits that were not looked at any more, since somebody asked to stop.
    pub left: usize,
}

/// Which rules are new, gone or other ones, from what each is in the old set and in the new one.
#[must_use]
pub fn fates(old: &BTreeMap<RuleId, String>, new: &BTreeMap<RuleId, String>) -> Vec<(RuleId, Fate)> {
    let gone = old.keys().filter(|id| !new.contains_key(id)).map(|id| (*id, Fate::Removed));
    let here = new.iter().filter_map(|(id, digest)| match old.get(id) {
        None => Some((*id, Fate::Added)),
        Some(before) => (before != digest).then_some((*id, Fate::Changed)),
    });
    let mut fates: Vec<_> = gone.chain(here).collect();
    fates.sort_by_key(|(id, _)| *id);
    fates
}

/// Where the two do not say the same of one commit. A place is a rule and what it points at, so that other words are no shift.
#[must_use]
pub fn shifts(old: &Witness, new: &Witness) -> Vec<Shift> {
    fn key(hit: &Hit) -> (RuleId, &str) {
        (hit.rule, hit.at.as_str())
    }
    let before: BTreeMap<_, &Hit> = old.hits.iter().map(|hit| (key(hit), hit)).collect();
    let after: BTreeMap<_, &Hit> = new.hits.iter().map(|hit| (key(hit), hit)).collect();
    let shift = |before: Option<&Hit>, after: Option<&Hit>| Shift {
        commit: new.commit.clone(),
        agent: new.agent,
        before: before.cloned(),
        after: after.cloned(),
    };
    let severity = |hit: &Hit| -> Severity { hit.severity };
    let silent = before.iter().filter(|(key, _)| !after.contains_key(*key)).map(|(_, hit)| shift(Some(hit), None));
    let other = after.iter().filter_map(|(key, hit)| match before.get(key) {
        None => Some(shift(None, Some(hit))),
        Some(was) => (severity(was) != severity(hit)).then(|| shift(Some(was), Some(hit))),
    });
    silent.chain(other).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn witness(hits: &[(&'static str, Severity, &str)]) -> Witness {
        let hit = |(rule, severity, at): &(&'static str, Severity, &str)| Hit {
            rule: RuleId(rule),
            severity: *severity,
            at: (*at).to_owned(),
            path: None,
            line: None,
        };
        let commit = CommitId::parse(&"1".repeat(40)).unwrap();
        Witness { commit, agent: true, added: 1, hits: hits.iter().map(hit).collect(), firings: Vec::new() }
    }

    #[test]
    fn what_is_said_at_the_same_place_is_compared() {
        use Severity::{High, Low};
        let old = witness(&[("a", High, "x:1"), ("a", High, "x:2"), ("b", Low, "x:1")]);
        let new = witness(&[("a", High, "x:1"), ("b", High, "x:1"), ("c", Low, "x:9")]);
        let said: Vec<String> = shifts(&old, &new)
            .iter()
            .map(|shift| format!("{} {} {} {}", shift.kind().word(), shift.hit().unwrap().rule, shift.hit().unwrap().at, shift.weight()))
            .collect();
        assert_eq!(said, ["silent a x:2 high", "severity b x:1 low -> high", "new c x:9 low"]);
        assert_eq!(shifts(&old, &old), []);
    }

    #[test]
    fn rules_are_told_apart_by_what_they_are() {
        let set = |rules: &[(&'static str, &str)]| rules.iter().map(|(id, digest)| (RuleId(id), (*digest).to_owned())).collect();
        let said = fates(&set(&[("a", "1"), ("b", "1"), ("c", "1")]), &set(&[("b", "1"), ("c", "2"), ("d", "1")]));
        assert_eq!(said, [(RuleId("a"), Fate::Removed), (RuleId("c"), Fate::Changed), (RuleId("d"), Fate::Added)]);
    }
}
