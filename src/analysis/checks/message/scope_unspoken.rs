//! `scope-unspoken`: code of folders that no word of task or message speaks of. A note, and only where the task is known.

use crate::analysis::check::{ChangeView, Check, Draft, Sink};
use crate::analysis::hints::Needs;
use crate::analysis::story::facts::Facts;
use crate::analysis::story::task::unspoken;
use crate::model::rule::RuleId;

/// See `rules/code/scope-unspoken.toml`.
pub struct ScopeUnspoken;

/// Folders that are told; a change that goes further has no scope at all.
const MOST: usize = 5;

impl Check for ScopeUnspoken {
    fn rule(&self) -> RuleId {
        RuleId("scope-unspoken")
    }

    fn needs(&self) -> Needs {
        Needs::of_changes()
    }

    fn change(&self, view: &ChangeView<'_>, sink: &mut Sink<'_>) {
        let facts = Facts::new(view.change, view.outcomes).hearing(&view.around.testimony);
        let mut folders = unspoken(&facts, view.around.task.as_deref());
        if folders.is_empty() {
            return;
        }
        folders.sort_by_key(|one| std::cmp::Reverse(one.lines));
        let one = |lines: usize, folder: &str, paths: &[String]| {
            let folder = if folder.is_empty() { "the top folder" } else { folder };
            format!("{folder} ({}, {lines} lines)", paths.iter().take(3).map(String::as_str).collect::<Vec<_>>().join(", "))
        };
        let told: Vec<String> = folders.iter().take(MOST).map(|folder| one(folder.lines, &folder.folder, &folder.paths)).collect();
        let why = format!("No word of the task or of the message is in the paths or on the changed lines of: {}.", told.join("; "));
        sink.report(Draft::message(&told.join("; ")).why(why));
    }
}
