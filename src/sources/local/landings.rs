//! What came into the default branch within a window, commit by commit of its own line. Never a diff.
//!
//! Dates of commits are claims. A commit counts as landed no earlier than what it stands on, and one from the future as
//! landed now, so that a false date takes nothing out of the window.

use git2::{Commit, Oid, Repository, Sort};

use super::commits::{self, commit_id};
use super::default_branch::DefaultBranch;
use super::failure::unreadable;
use super::span::{self, Span};
use crate::model::cancel::Cancel;
use crate::model::dossier::Link;
use crate::model::forge::Account;
use crate::model::pull::PullState;
use crate::model::sweep::{Asked, Landing, Way};
use crate::model::time::Timestamp;
use crate::sources::source::SourceError;

/// How far committers' clocks may be apart, in seconds, before the walk takes history for older than the window.
const SKEW: i64 = 7 * 86_400;
/// So many older commits in a row end the walk.
const OLDER: usize = 64;
/// Tags that are asked whether they hold a commit.
const MOST_TAGS: usize = 500;
/// Digits of a commit's id that a change is called by.
const SHORT: usize = 12;
/// Who commits what is squashed or merged on GitHub's pages.
const WEB_FLOW: &str = "noreply@github.com";

/// A commit of the default branch's line that falls into the window, as a change.
pub(super) struct Landed {
    /// From its first parent to it, with every commit it brought.
    pub(super) span: Span,
    /// How it came in.
    pub(super) landing: Landing,
}

/// What landed within the window of `asked`, latest first, and whether history ends before the window does.
pub(super) fn within(
    repo: &Repository,
    branch: &DefaultBranch,
    asked: &Asked,
    cancel: &Cancel,
) -> Result<(Vec<Landed>, bool), SourceError> {
    let (line, cut) = line(repo, branch, asked, cancel)?;
    let mut landed = Vec::new();
    let mut before = i64::MIN;
    for commit in line.iter().rev() {
        let claimed = commit.time().seconds();
        let at = if claimed > asked.now.0 { asked.now.0 } else { claimed.max(before) };
        if claimed <= asked.now.0 {
            before = at;
        }
        if asked.window.holds(Timestamp(at)) {
            let span = of_commit(repo, branch, commit, cancel)?;
            landed.extend(landing(commit, Timestamp(at)).map(|landing| Landed { span, landing }));
        }
    }
    landed.reverse();
    Ok((landed, cut))
}

/// The branch's own line, latest first, until well before the window; here and as the remote has it.
fn line<'r>(repo: &'r Repository, branch: &DefaultBranch, asked: &Asked, cancel: &Cancel) -> Result<(Vec<Commit<'r>>, bool), SourceError> {
    let failed = unreadable("the history of the default branch");
    let mut walk = repo.revwalk().map_err(&failed)?;
    walk.set_sorting(Sort::TOPOLOGICAL).map_err(&failed)?;
    walk.simplify_first_parent().map_err(&failed)?;
    walk.push(branch.tip).map_err(&failed)?;
    if let Ok(remote) = repo.refname_to_id(&format!("refs/remotes/origin/{}", branch.name)) {
        walk.push(remote).map_err(&failed)?;
    }
    let (mut line, mut older, mut cut) = (Vec::new(), 0, false);
    for id in walk {
        if cancel.is_cancelled() {
            return Err(SourceError::Cancelled);
        }
        let commit = repo.find_commit(id.map_err(&failed)?).map_err(&failed)?;
        older = if commit.time().seconds() < asked.window.since.0.saturating_sub(SKEW) { older + 1 } else { 0 };
        cut = repo.is_shallow() && commit.parent_count() > 0 && commit.parent(0).is_err();
        line.push(commit);
        if older >= OLDER || cut {
            break;
        }
    }
    Ok((line, cut))
}

/// The change that `commit` made of its first parent.
pub(super) fn of_commit(repo: &Repository, branch: &DefaultBranch, commit: &Commit<'_>, cancel: &Cancel) -> Result<Span, SourceError> {
    let name: String = commit.id().to_string().chars().take(SHORT).collect();
    let span = span::commit(repo, &name, commit)?;
    let own = if commit.parent_count() > 1 { Some(brought(repo, commit, cancel)?) } else { None };
    Ok(Span {
        single: own.is_none(),
        own,
        branch: merged_branch(&String::from_utf8_lossy(commit.message_bytes())).unwrap_or_default(),
        target: branch.name.clone(),
        state: PullState::Merged,
        ..span
    })
}

/// What a merge has and its first parent has not, oldest first; without the merge itself.
fn brought(repo: &Repository, merge: &Commit<'_>, cancel: &Cancel) -> Result<Vec<Oid>, SourceError> {
    let span = Span { single: false, ..span::commit(repo, "", merge)? };
    let mut own = commits::own(repo, &span, cancel)?;
    if own.len() > 1 {
        own.retain(|id| *id != merge.id());
    }
    Ok(own)
}

fn landing(commit: &Commit<'_>, at: Timestamp) -> Option<Landing> {
    let text = |bytes: &[u8]| crate::model::inert::decode(bytes).into_owned();
    let message = text(commit.message_bytes());
    let committer = commit.committer();
    let (name, email) = (text(committer.name_bytes()), text(committer.email_bytes()));
    let squashed = email == WEB_FLOW && message.lines().next().is_some_and(names_pull);
    let way = match commit.parent_count() {
        0 | 1 if squashed => Way::Squash,
        0 | 1 => Way::Direct,
        _ => Way::Merge,
    };
    // On a page it was a person with a browser, whose name stands as the author.
    let by = if email == WEB_FLOW { text(commit.author().email_bytes()) } else { email };
    let login = if by.is_empty() { name } else { by };
    let bot = login.contains("[bot]");
    let reviewers = reviewers(&message);
    Some(Landing { way, at, commit: commit_id(commit.id())?, by: Account { id: None, login, bot }, reviewers })
}

/// Whether a subject ends as GitHub writes it when it squashes a pull: `… (#7)`.
fn names_pull(subject: &str) -> bool {
    let number = subject.trim_end().strip_suffix(')').and_then(|rest| rest.rsplit_once("(#")).map(|(_, number)| number);
    number.is_some_and(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))
}

/// The branch that git's or GitHub's own words name as merged.
fn merged_branch(message: &str) -> Option<String> {
    let subject = message.lines().next()?;
    if let Some(rest) = subject.strip_prefix("Merge pull request #") {
        let (_, branch) = rest.split_once(" from ")?;
        return branch.split_once('/').map(|(_, branch)| branch.to_owned());
    }
    let rest = ["Merge branch '", "Merge remote-tracking branch '"].iter().find_map(|start| subject.strip_prefix(start))?;
    let (branch, _) = rest.split_once('\'')?;
    Some(branch.strip_prefix("origin/").unwrap_or(branch).to_owned())
}

fn reviewers(message: &str) -> Vec<String> {
    const KEYS: [&str; 3] = ["reviewed-by:", "approved-by:", "acked-by:"];
    let named = |line: &&str| KEYS.iter().any(|key| line.get(..key.len()).is_some_and(|start| start.eq_ignore_ascii_case(key)));
    message.lines().filter(named).filter_map(|line| Some(line.split_once(':')?.1.trim().to_owned())).collect()
}

/// The tags that hold `commit`: what was released with it.
pub(super) fn tags(repo: &Repository, commit: Oid, cancel: &Cancel) -> Result<Vec<Link>, SourceError> {
    let names = repo.tag_names(None).map_err(unreadable("the list of tags"))?;
    let landed = commits::committed(repo, commit)?;
    let mut found = Vec::new();
    for name in names.iter().flatten().flatten().rev().take(MOST_TAGS) {
        if cancel.is_cancelled() {
            return Err(SourceError::Cancelled);
        }
        let tagged = repo.find_reference(&format!("refs/tags/{name}")).and_then(|tag| tag.peel_to_commit());
        let Ok(tagged) = tagged else { continue };
        let holds = tagged.id() == commit
            || tagged.time().seconds() >= landed.0 - SKEW && repo.graph_descendant_of(tagged.id(), commit).unwrap_or(false);
        if holds {
            found.push(Link { kind: "tag", name: name.to_owned(), url: None });
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_merges_say() {
        assert_eq!(merged_branch("Merge branch 'claude/x' into main").as_deref(), Some("claude/x"));
        assert_eq!(merged_branch("Merge pull request #7 from bot/copilot/fix\n\nTitle").as_deref(), Some("copilot/fix"));
        assert_eq!(merged_branch("Merge remote-tracking branch 'origin/codex/y'").as_deref(), Some("codex/y"));
        assert_eq!(merged_branch("Merge everything"), None);
        assert!(names_pull("Fix it (#12)") && !names_pull("Fix it (12)") && !names_pull("Fix (#)"));
        assert_eq!(reviewers("x\n\nReviewed-by: A <a@example.com>\nSigned-off-by: B"), ["A <a@example.com>"]);
    }
}
