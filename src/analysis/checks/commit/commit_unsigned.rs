//! `commit-unsigned`: of the commits of one change some are signed and some are not. A note.

use crate::analysis::check::{ChangeView, Check, Draft, Sink};
use crate::analysis::hints::Needs;
use crate::model::rule::RuleId;

/// See `rules/code/commit-unsigned.toml`.
pub struct CommitUnsigned;

impl Check for CommitUnsigned {
    fn rule(&self) -> RuleId {
        RuleId("commit-unsigned")
    }

    fn needs(&self) -> Needs {
        Needs::of_changes()
    }

    fn change(&self, view: &ChangeView<'_>, sink: &mut Sink<'_>) {
        let commits = &view.change.commits;
        let signed = commits.iter().filter(|commit| commit.signed).count();
        // One signed commit among many is a merge button, not a habit.
        if signed * 2 < commits.len() || signed == 0 {
            return;
        }
        for commit in commits.iter().filter(|commit| !commit.signed) {
            let evidence = format!("{} <{}>: {}", commit.author.name, commit.author.email, commit.subject());
            let draft = commit.id.as_ref().map_or_else(|| Draft::message(&evidence), |id| Draft::commit(id, &evidence));
            sink.report(draft.title(format!("{signed} of {} commits are signed, this one is not", commits.len())));
        }
    }
}
