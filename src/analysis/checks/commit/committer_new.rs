//! `committer-new`: somebody else's commit, put in by an address that never made one here. A note: a first rebase looks the same.

use crate::analysis::check::{ChangeView, Check, Draft, Sink};
use crate::analysis::hints::Needs;
use crate::model::rule::RuleId;

/// See `rules/code/committer-new.toml`.
pub struct CommitterNew;

/// Earlier commits below which everybody is new.
const LEAST: usize = 50;
/// Addresses by which forges commit what their buttons do.
const FORGES: [&str; 5] =
    ["noreply@github.com", "support@github.com", "noreply@gitlab.com", "noreply@bitbucket.org", "noreply@codeberg.org"];

impl Check for CommitterNew {
    fn rule(&self) -> RuleId {
        RuleId("committer-new")
    }

    fn needs(&self) -> Needs {
        Needs::of_changes()
    }

    fn change(&self, view: &ChangeView<'_>, sink: &mut Sink<'_>) {
        let before = &view.around.history.habits.before;
        if before.len() < LEAST {
            return;
        }
        for commit in &view.change.commits {
            let (author, committer) = (commit.author.email.to_lowercase(), commit.committer.email.to_lowercase());
            let here = |address: &str| before.iter().any(|habit| habit.author == address || habit.committer == address);
            // Whose own commits are new is new; that says nothing of who put them in.
            let strange = author != committer && !committer.is_empty() && !FORGES.contains(&committer.as_str()) && here(&author);
            let Some(id) = commit.id.as_ref().filter(|_| strange && !here(&committer)) else { continue };
            let evidence = format!("written by {}, committed by {}", commit.author.email, commit.committer.email);
            let why = format!("The author made earlier commits here; the committer none of the last {}.", before.len());
            sink.report(Draft::commit(id, &evidence).why(why));
            return;
        }
    }
}
