//! `message-repeated`: two commits of one change carry the same message. A note.

use std::collections::HashSet;

use crate::analysis::check::{ChangeView, Check, Draft, Sink};
use crate::analysis::hints::Needs;
use crate::analysis::story::prose::without_trailers;
use crate::model::rule::RuleId;

/// See `rules/code/message-repeated.toml`.
pub struct MessageRepeated;

/// Shorter messages are the same by chance.
const LEAST: usize = 20;

impl Check for MessageRepeated {
    fn rule(&self) -> RuleId {
        RuleId("message-repeated")
    }

    fn needs(&self) -> Needs {
        Needs::of_changes()
    }

    fn change(&self, view: &ChangeView<'_>, sink: &mut Sink<'_>) {
        let mut known = HashSet::new();
        for commit in view.change.commits.iter().filter(|commit| commit.parents.len() <= 1) {
            let said = without_trailers(&commit.message).trim().to_owned();
            let telling = said.len() >= LEAST && !said.starts_with("fixup!") && !said.starts_with("Merge ");
            if telling && !known.insert(said) {
                let draft = commit.id.as_ref().map_or_else(|| Draft::message(commit.subject()), |id| Draft::commit(id, commit.subject()));
                sink.report(draft);
            }
        }
    }
}
