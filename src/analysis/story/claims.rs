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

use std::collections::BTreeSet;

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
    let mut question = Question::default();
    for sentence in sentences(change) {
        question.checks |= verified::speaks(&sentence);
        question.issues.extend(issue::numbers(change, &sentence.text));
    }
    question.issues.sort_unstable();
    question.issues.dedup();
    question.issues.truncate(MOST_ISSUES);
    question
}

/// The issues that the message of `change` names and nobody is asked about: those beyond the most, and those of other repositories.
#[must_use]
pub fn unasked(change: &Change) -> (Vec<String>, Vec<String>) {
    let (mut own, mut elsewhere) = (BTreeSet::new(), BTreeSet::new());
    for sentence in sentences(change) {
        own.extend(issue::numbers(change, &sentence.text));
        elsewhere.extend(issue::foreign(change, &sentence.text));
    }
    let over = own.into_iter().skip(MOST_ISSUES).map(|number| format!("#{number}")).collect();
    (over, elsewhere.into_iter().collect())
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
