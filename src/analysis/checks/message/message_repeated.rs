//! `message-repeated`: two commits of one change carry the same message, or one that of another author's earlier commit. A note.

use std::collections::HashSet;

use crate::analysis::check::{ChangeView, Check, Draft, Sink};
use crate::analysis::hints::Needs;
use crate::analysis::story::prose::without_trailers;
use crate::model::habits::Habit;
use crate::model::pull::Commit;
use crate::model::rule::RuleId;

/// See `rules/code/message-repeated.toml`.
pub struct MessageRepeated;

/// Shorter messages are the same by chance.
const LEAST: usize = 20;
/// The same of people who never saw each other's.
const LEAST_APART: usize = 30;
/// Of longer ones not all is kept.
const LONGEST: usize = 4000;
/// What people write again on purpose, or programs for them.
const USUAL: [&str; 8] = ["merge", "revert", "reapply", "bump", "update", "release", "prepare", "build(deps"];

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
            let again = telling && !known.insert(said);
            if again {
                let draft = commit.id.as_ref().map_or_else(|| Draft::message(commit.subject()), |id| Draft::commit(id, commit.subject()));
                sink.report(draft);
            } else if let Some(id) = commit.id.as_ref().filter(|_| telling && is_copied(commit, &view.around.history.habits.before)) {
                let draft = Draft::commit(id, commit.subject());
                sink.report(draft.title("A commit has the message of another author's earlier commit"));
            }
        }
    }
}

/// Whether one of the commits before the change, by somebody else, says the same.
fn is_copied(commit: &Commit, before: &[Habit]) -> bool {
    let said = without_trailers(&commit.message);
    let (said, by) = (said.trim(), commit.author.email.to_lowercase());
    let lower = said.to_lowercase();
    if said.len() < LEAST_APART || said.len() > LONGEST || USUAL.iter().any(|word| lower.starts_with(word)) {
        return false;
    }
    let (first, _) = said.split_once('\n').unwrap_or((said, ""));
    let mut alike = before.iter().filter(|habit| habit.author != by && habit.message.trim_start().starts_with(first));
    alike.any(|habit| without_trailers(&habit.message).trim() == said)
}
