//! Commits that no pull brought, as targets of a revert: whether they stand on the branch, and after what. Dates are claims, so the
//! order is that of the history itself. Reads only.

use crate::model::commit_id::CommitId;
use crate::model::forge::ForgeError;
use crate::model::forge_step::TakeBack;
use crate::response::facts::forge::MergedPull;
use crate::response::github::ask::Ask;
use crate::response::github::look::{self, id};
use crate::response::github::shapes::{Beside, Comparison};
use crate::response::words::one_line;

/// The commit, or why it cannot be taken back. What else should be known of it goes to `notes`.
pub(super) fn read(
    ask: &Ask<'_>,
    repo: &str,
    (commit, branch): (&CommitId, &str),
    notes: &mut Vec<String>,
) -> Result<Result<MergedPull, String>, ForgeError> {
    let (pull, object) = look::commit(ask, repo, commit, branch)?;
    let name = &pull.name;
    if pull.archived {
        return Ok(Err(format!("{repo} is archived, so nothing can be written there; its owner has to unarchive it")));
    }
    let Some(parent) = object.parents.first() else {
        return Ok(Err(format!("{name} is the first commit of all, which cannot be taken back")));
    };
    let beside: Vec<Beside> = ask.read(&format!("/repos/{repo}/commits/{commit}/pulls?per_page=100"))?;
    if let Some(brought) = beside.iter().find(|pull| pull.merged_at.is_some()) {
        let number = brought.number;
        notes.push(format!(
            "{name} came in by {repo}#{number}: lazaret revert {repo}#{number} takes back all of that, this only the commit"
        ));
    }
    let how = if object.parents.len() > 1 { "direct merge commit" } else { "direct commit" };
    let target = TakeBack { before: id(&parent.sha)?, after: commit.clone(), message: String::new() };
    let merged = object.committer.and_then(|committer| committer.date).unwrap_or_default();
    Ok(Ok(MergedPull { pull, target, how: how.to_owned(), merged, behind: 0, paths: Vec::new() }))
}

/// Puts what is nearest to the tip first, by the history of the base. What does not stand on the base is missing.
pub(super) fn order(
    ask: &Ask<'_>,
    (repo, base, onto): (&str, &str, &CommitId),
    merged: &mut [MergedPull],
    missing: &mut Vec<String>,
) -> Result<(), ForgeError> {
    for one in merged.iter_mut() {
        // The first page carries up to 300 files that nobody wants here; the second is small.
        let route = format!("/repos/{repo}/compare/{}...{onto}?per_page=1&page=2", one.target.after);
        let found: Comparison = ask.read(&route)?;
        one.behind = found.ahead_by;
        if !matches!(found.status.as_str(), "ahead" | "identical") {
            missing.push(format!("{} does not stand on {}; name its branch with --base", one.pull.name, one_line(base)));
        }
    }
    merged.sort_by_key(|one| one.behind);
    Ok(())
}
