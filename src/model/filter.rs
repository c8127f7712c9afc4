//! The small language that narrows a queue: `risk>=high agent:copilot -state:merged age<2d login`.
//!
//! Words are joined by "and"; a `-` in front turns one around. Parsing and matching are pure.

use std::cmp::Ordering;

use super::pull::Pull;
use super::report::Summary;
use super::rule::Severity;
use super::time::Timestamp;

mod stands;

/// What may stand before `:`.
pub const TEXT_KEYS: [&str; 12] = ["lane", "agent", "tier", "state", "is", "ci", "review", "repo", "author", "label", "branch", "ref"];
/// What may stand before a comparison.
pub const NUMBER_KEYS: [&str; 5] = ["risk", "age", "files", "added", "removed"];

/// A parsed filter; the empty one lets everything through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter(Vec<Term>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Term {
    negated: bool,
    test: Test,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Test {
    /// A part of title, branch, address, author or agent.
    Word(String),
    /// A part, or for closed lists the beginning, of one field.
    Text(&'static str, String),
    /// A number against one field; ages are seconds.
    Number(&'static str, Comparison, u64),
    /// The worst finding's severity.
    Severity(Comparison, Severity),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    Least,
    Most,
    Over,
    Under,
    Equal,
}

impl Comparison {
    /// Written forms, longer before shorter.
    const ALL: [(&'static str, Self); 5] =
        [(">=", Self::Least), ("<=", Self::Most), (">", Self::Over), ("<", Self::Under), ("=", Self::Equal)];

    fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Least => order.is_ge(),
            Self::Most => order.is_le(),
            Self::Over => order.is_gt(),
            Self::Under => order.is_lt(),
            Self::Equal => order.is_eq(),
        }
    }
}

impl Filter {
    /// The filter written in `text`.
    ///
    /// # Errors
    /// One sentence naming the word that makes no sense, and what would.
    pub fn parse(text: &str) -> Result<Self, String> {
        text.split_whitespace().map(Term::parse).collect::<Result<_, _>>().map(Self)
    }

    /// The words that may stand behind `key:` where they are a closed list; empty where they are whatever the pulls hold.
    #[must_use]
    pub fn words(key: &str) -> Vec<&'static str> {
        match key {
            "lane" => vec!["stop", "review", "look", "clear"],
            "tier" => vec!["verified", "claimed", "inferred", "unknown"],
            "state" => vec!["open", "merged", "closed", "quarantined"],
            "is" => stands::words().collect(),
            "ci" => stands::CHECKS.to_vec(),
            "review" => stands::REVIEWS.to_vec(),
            "risk" => Severity::ALL.into_iter().rev().map(Severity::word).collect(),
            "age" => vec!["1d", "2d", "1w", "2w"],
            _ => Vec::new(),
        }
    }

    /// Whether `pull` passes at `now`; what needs a judgement is never met without one.
    #[must_use]
    pub fn matches(&self, pull: &Pull, summary: Option<&Summary>, now: Timestamp) -> bool {
        self.0.iter().all(|term| term.test.holds(pull, summary, now) != term.negated)
    }
}

impl Term {
    fn parse(word: &str) -> Result<Self, String> {
        let (negated, rest) = match word.strip_prefix('-') {
            Some(rest) if !rest.is_empty() => (true, rest),
            _ => (false, word),
        };
        Ok(Self { negated, test: Test::parse(rest)? })
    }
}

impl Test {
    fn parse(word: &str) -> Result<Self, String> {
        if let Some(found) = TEXT_KEYS.iter().find_map(|key| Some((*key, word.strip_prefix(key)?.strip_prefix(':')?))) {
            let part = found.1.to_lowercase();
            return Ok(Self::Text(found.0, if found.0 == "is" { stands::word(&part)?.to_owned() } else { part }));
        }
        for key in NUMBER_KEYS {
            let Some(rest) = word.strip_prefix(key) else { continue };
            let Some((comparison, value)) = Comparison::ALL.iter().find_map(|(sign, c)| Some((*c, rest.strip_prefix(sign)?))) else {
                continue;
            };
            return Self::compared(key, comparison, value);
        }
        match word.find([':', '<', '>', '=']) {
            Some(at) if word.bytes().take(at).all(|b| b.is_ascii_lowercase()) && at > 0 => Err(format!(
                "the filter does not know '{word}'; it knows {}: and {} with < > <= >= =",
                TEXT_KEYS.join(": "),
                NUMBER_KEYS.join(" ")
            )),
            _ => Ok(Self::Word(word.to_lowercase())),
        }
    }

    fn compared(key: &'static str, comparison: Comparison, value: &str) -> Result<Self, String> {
        let bad = |wanted: &str| format!("the filter cannot read '{value}' after {key}: {wanted}");
        match key {
            "risk" => {
                if let Some(severity) = Severity::parse(value) {
                    return Ok(Self::Severity(comparison, severity));
                }
                let score = value.parse().map_err(|_| bad("give a score from 0 to 100, or info, low, medium, high or critical"))?;
                Ok(Self::Number(key, comparison, score))
            }
            "age" => Ok(Self::Number(key, comparison, seconds(value).ok_or_else(|| bad("write it like 45m, 12h, 2d or 3w"))?)),
            _ => Ok(Self::Number(key, comparison, value.parse().map_err(|_| bad("give a number"))?)),
        }
    }

    fn holds(&self, pull: &Pull, summary: Option<&Summary>, now: Timestamp) -> bool {
        let has = |text: &str, part: &str| text.to_lowercase().contains(part);
        match self {
            Self::Word(part) => {
                let texts = [&pull.title, &pull.branch, &pull.at.name, &pull.provenance.name, &pull.author.name];
                texts.into_iter().any(|text| has(text, part))
            }
            Self::Text(key, part) => match *key {
                "lane" => summary.is_some_and(|summary| summary.risk.lane.word().starts_with(part)),
                "agent" => has(&pull.provenance.name, part) || pull.provenance.agent.as_deref().is_some_and(|id| has(id, part)),
                "tier" => pull.provenance.tier.word().starts_with(part),
                "state" => pull.state.word().starts_with(part),
                "is" => stands::is(pull, part),
                "ci" => stands::checks(pull, part),
                "review" => stands::reviews(pull, part),
                "repo" => has(&pull.at.repo, part),
                "author" => has(&pull.author.name, part) || has(&pull.author.email, part) || stands::opened_by(pull, part),
                "label" => stands::labelled(pull, part),
                "branch" => has(&pull.branch, part),
                _ => has(&pull.at.to_string(), part),
            },
            Self::Number(key, comparison, wanted) => {
                number(key, pull, summary, now).is_some_and(|value| comparison.holds(value.cmp(wanted)))
            }
            Self::Severity(comparison, wanted) => {
                summary.and_then(|summary| summary.worst).is_some_and(|worst| comparison.holds(worst.cmp(wanted)))
            }
        }
    }
}

fn number(key: &str, pull: &Pull, summary: Option<&Summary>, now: Timestamp) -> Option<u64> {
    let count = |count: usize| u64::try_from(count).ok();
    match key {
        "age" => Some(pull.opened.until(now)),
        "risk" => Some(u64::from(summary?.risk.score)),
        "files" => count(summary?.files),
        "added" => count(summary?.added),
        _ => count(summary?.removed),
    }
}

/// `45m`, `12h`, `2d`, `3w`, `90s` in seconds.
fn seconds(text: &str) -> Option<u64> {
    let unit = match text.chars().last()? {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        'w' => 604_800,
        _ => return None,
    };
    text.get(..text.len() - 1)?.parse::<u64>().ok()?.checked_mul(unit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::agent::{Provenance, Tier};
    use crate::model::commit_id::CommitId;
    use crate::model::forge::Account;
    use crate::model::pull::{Author, Origin, PullRef, PullState, Revision};
    use crate::model::risk::{Lane, Risk};
    use crate::model::standing::{OwnReview, Rollup, Standing};

    fn pull() -> Pull {
        let provenance =
            Provenance { agent: Some("copilot".to_owned()), name: "Copilot".to_owned(), tier: Tier::Claimed, ..Provenance::default() };
        Pull {
            at: PullRef { origin: Origin::Demo, repo: "demo".to_owned(), name: "#7".to_owned() },
            alias: None,
            revision: Revision::default(),
            title: "Fix: the Login page".to_owned(),
            body: String::new(),
            branch: "copilot/fix-login".to_owned(),
            target: "main".to_owned(),
            author: Author { name: "Copilot".to_owned(), email: "copilot@example.com".to_owned() },
            provenance,
            state: PullState::Open,
            opened: Timestamp(1_000_000),
            updated: Timestamp(1_000_000),
            commit_count: None,
            url: None,
            standing: None,
        }
    }

    fn passes(filter: &str) -> bool {
        let risk = Risk { score: 60, lane: Lane::Review, contributions: Vec::new() };
        let summary = Summary { risk, files: 3, added: 10, removed: 0, findings: 1, worst: Some(Severity::High), skipped: 0, unreached: 0 };
        Filter::parse(filter).unwrap().matches(&pull(), Some(&summary), Timestamp(1_000_000 + 3 * 86_400))
    }

    #[test]
    fn every_word_must_be_met() {
        for filter in
            ["", "login", "risk>=high agent:copilot", "risk>59 risk<=60 lane:rev", "age<4d age>2d age=3d", "-state:merged files=3"]
        {
            assert!(passes(filter), "{filter}");
        }
        for filter in ["logout", "risk>high", "risk=critical", "-login", "age<2d", "agent:codex login", "added<10", "lane:stop", "ref:#8"] {
            assert!(!passes(filter), "{filter}");
        }
    }

    #[test]
    fn what_needs_a_judgement_is_not_met_without_one() {
        let filter = Filter::parse("risk>=info").unwrap();
        assert!(!filter.matches(&pull(), None, Timestamp(0)));
        assert!(Filter::parse("-risk>=info").unwrap().matches(&pull(), None, Timestamp(0)));
    }

    #[test]
    fn how_a_pull_stands_can_be_asked() {
        let mut pull = pull();
        pull.state = PullState::Merged;
        pull.standing = Some(Box::new(Standing {
            author: Some(Account { login: "Copilot".to_owned(), ..Account::default() }),
            labels: vec!["wip".to_owned()],
            checks: Rollup::Failing,
            ..Standing::default()
        }));
        let passes = |pull: &Pull, filter: &str| Filter::parse(filter).unwrap().matches(pull, None, Timestamp(0));
        for filter in ["is:merged is:unreviewed", "ci:fail -ci:pass", "label:wip", "author:copilot", "review:none -is:draft", "is:unrev"] {
            assert!(passes(&pull, filter), "{filter}");
        }
        pull.state = PullState::Open;
        pull.revision.head = CommitId::parse(&"a".repeat(40));
        let standing = pull.standing.as_mut().unwrap();
        standing.own_review = Some(OwnReview { state: "CHANGES_REQUESTED".to_owned(), commit: CommitId::parse(&"b".repeat(40)) });
        assert!(passes(&pull, "is:returned -is:unreviewed is:open"));
        pull.standing = None;
        assert!(!passes(&pull, "is:returned") && !passes(&pull, "is:unreviewed") && passes(&pull, "ci:none"));
    }

    #[test]
    fn every_closed_word_is_understood() {
        for key in ["lane", "tier", "state", "is", "ci", "review"] {
            let words = Filter::words(key);
            assert!(words.len() > 3 && words.iter().all(|word| Filter::parse(&format!("{key}:{word}")).is_ok()), "{key}");
        }
        for word in
            Filter::words("risk").iter().map(|word| format!("risk>={word}")).chain(Filter::words("age").iter().map(|a| format!("age<{a}")))
        {
            assert!(Filter::parse(&word).is_ok(), "{word}");
        }
    }

    #[test]
    fn nonsense_is_named() {
        for (filter, part) in [
            ("color:red", "'color:red'"),
            ("is:blue", "it knows is: open merged"),
            ("risk>=huge", "'huge'"),
            ("age<2 days", "'2'"),
            ("files>x", "'x'"),
            ("age<9999999999999999d", "age"),
        ] {
            let said = Filter::parse(filter).unwrap_err();
            assert!(said.contains(part), "{filter}: {said}");
        }
        assert!(Filter::parse("http://a.example Fix:").is_err() && Filter::parse("Fix: 12:30").is_ok());
    }
}
