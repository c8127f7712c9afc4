//! Claims of exact kinds, found in sentences and judged against facts: one file for each kind.
//!
//! Each is held to some sixty hand-made pairs of message and change, `tests/data/story/<name>.toml`.

mod bump;
pub mod comments;
pub mod convention;
pub mod count;
pub mod dependencies;
pub mod documentation;
pub mod files;
pub mod group;
pub mod issue;
pub mod judged;
pub mod latest;
pub mod no_dependencies;
pub mod nothing;
pub mod only_tests;
pub mod refactor;
mod scope;
pub mod security;
pub mod symbols;
pub mod tests;
pub mod unchanged;
pub mod verified;
pub mod version;
pub mod whitespace;

use self::issue::NamedIssues;
use self::judged::Judged;
use super::facts::Facts;
use super::prose::{Sentence, sentences};
use crate::model::change::Change;
use crate::model::testimony::{MOST_ISSUES, Question};

/// A kind of claim.
#[derive(Clone, Copy)]
pub struct Kind {
    /// What it is called; its proofs are in a file of that name.
    pub name: &'static str,
    judge: fn(&Facts<'_>, &Sentence) -> Option<Judged>,
}

impl Kind {
    /// Its claim, where the sentence makes one.
    #[must_use]
    pub fn judge(&self, facts: &Facts<'_>, sentence: &Sentence) -> Option<Judged> {
        Some(Judged { kind: self.name, ..(self.judge)(facts, sentence)? })
    }
}

const fn kind(name: &'static str, judge: fn(&Facts<'_>, &Sentence) -> Option<Judged>) -> Kind {
    Kind { name, judge }
}

/// What is said of a change that changes nothing.
pub const NOTHING: &str = "nothing";

/// Every kind, the most telling first: a sentence makes at most one claim of each.
pub const KINDS: [Kind; 17] = [
    kind("convention", convention::typed),
    kind("documentation", documentation::documentation),
    kind("only-tests", only_tests::only_tests),
    kind("whitespace", whitespace::only_whitespace),
    kind("comments", comments::only_comments),
    kind("unchanged", unchanged::no_functional_change),
    kind("refactor", refactor::shape),
    kind("count", count::counted),
    kind("tests", tests::added),
    kind("version", version::to_version),
    kind("latest", latest::to_latest),
    kind("group", group::group),
    kind("dependencies", dependencies::updated),
    kind("no-dependencies", no_dependencies::none_new),
    kind("security", security::fixed),
    kind("verified", verified::by_checks),
    kind("issue", issue::closed),
];

/// What a sentence names, asked only when it makes no claim of another kind.
pub const NAMES: [Kind; 2] = [kind("files", files::files), kind("symbols", symbols::things)];

/// What the message of `change` claims that only its forge knows.
#[must_use]
pub fn question(change: &Change) -> Question {
    let sentences = sentences(change);
    let NamedIssues { own, foreign, .. } = named(change, &sentences);
    Question {
        checks: sentences.iter().any(verified::speaks),
        issues: own.into_iter().take(MOST_ISSUES).collect(),
        foreign: foreign.into_iter().take(MOST_ISSUES).collect(),
        linked: false,
    }
}

fn named(change: &Change, sentences: &[Sentence]) -> NamedIssues {
    let mut named = NamedIssues::default();
    sentences.iter().for_each(|sentence| named.take(change, &sentence.text));
    named
}

/// The issues that the message of `change` names.
#[must_use]
pub fn issues(change: &Change) -> NamedIssues {
    named(change, &sentences(change))
}

/// The claims of a change's message, in the order they were written.
#[must_use]
pub fn judged(facts: &Facts<'_>) -> Vec<Judged> {
    if let Some(judged) = nothing::at_all(facts) {
        return vec![Judged { kind: NOTHING, ..judged }];
    }
    let mut claims = Vec::new();
    for sentence in sentences(facts.change) {
        let exact: Vec<Judged> = KINDS.iter().filter_map(|kind| kind.judge(facts, &sentence)).collect();
        // A type says nothing of the rest of its title.
        let typed = exact.iter().all(|claim| claim.kind == "refactor");
        claims.extend(exact);
        if typed {
            claims.extend(NAMES.iter().find_map(|kind| kind.judge(facts, &sentence)));
        }
    }
    claims
}
