//! What a quarantine needs to know of a repository.

use git2::{Oid, Sort};

use crate::model::commit_id::CommitId;
use crate::model::response::{CaseId, DenyEntry};
use crate::response::error::ResponseError;
use crate::response::facts::{Facts, Guard, HoldFacts, Pointer};
use crate::response::git::deny::{self, Line};
use crate::response::git::repo::{Repo, id, oid, told};
use crate::response::git::{hook, mainline, patch_id, refs, worktrees};
use crate::response::request::Target;
use crate::response::words::one_line;

/// More commits than this are no pull request, and comparing each would take hours.
const MOST_COMMITS: usize = 5_000;

/// The world around holding `targets`.
pub(crate) fn facts(repo: &Repo, targets: &[Target]) -> Result<Facts, ResponseError> {
    let guard = hook::guard(repo)?;
    let list = deny::read(repo)?;
    let targets = targets.iter().map(|target| one(repo, target, &list, &guard)).collect::<Result<_, _>>()?;
    Ok(Facts::Quarantine { guard, hidden: hidden(repo), targets })
}

fn one(repo: &Repo, target: &Target, list: &[Line], guard: &Guard) -> Result<HoldFacts, ResponseError> {
    let head = target.subject.revision.head.clone();
    let name = if target.branch.is_empty() { &target.pull.name } else { &target.branch };
    let mut facts = HoldFacts { name: one_line(name), head: head.clone(), ..HoldFacts::default() };
    let Some(head) = head else { return Ok(facts) };
    facts.known = repo.has(&head);
    if !target.base.is_empty() {
        facts.base = format!("refs/heads/{}", target.base);
    }
    facts.guarded = matches!(guard, Guard::Stands(patterns) if facts.base.is_empty() || hook::covers(patterns, &facts.base));
    facts.branch = branch(repo, &target.branch)?;
    facts.label = label(&target.branch, &head);
    if let Some(branch) = &facts.branch {
        facts.checked_out = worktrees::holders(repo, &branch.name, true)?;
    }
    if facts.known {
        facts.remotes = remotes(repo, &target.branch, &head)?;
        facts.held = held(repo, &facts.label, &head)?;
        facts.merged_into = merged_into(repo, &facts, &head)?;
        facts.deny = entries(repo, target, &head)?;
        facts.denied = facts.deny.iter().all(|entry| list.iter().any(|line| !line.lifted && line.entry == *entry));
    }
    Ok(facts)
}

/// The local branch called `name`.
pub(crate) fn branch(repo: &Repo, name: &str) -> Result<Option<Pointer>, ResponseError> {
    if name.is_empty() { Ok(None) } else { refs::pointer(repo, &format!("refs/heads/{name}")) }
}

/// The branch's name where it can be part of a ref's, else the commit's.
fn label(branch: &str, head: &CommitId) -> String {
    let fits = !branch.is_empty() && git2::Reference::is_valid_name(&format!("refs/heads/{branch}"));
    if fits { branch.to_owned() } else { head.short().to_owned() }
}

/// Remote-tracking refs that still offer the change.
fn remotes(repo: &Repo, branch: &str, head: &CommitId) -> Result<Vec<String>, ResponseError> {
    let all = refs::matching(repo, "refs/remotes/*")?;
    let same_name = |name: &str| {
        !branch.is_empty()
            && name.strip_prefix("refs/remotes/").and_then(|rest| rest.split_once('/')).is_some_and(|(_, rest)| rest == branch)
    };
    let short = |name: String| name.strip_prefix("refs/remotes/").unwrap_or(&name).to_owned();
    Ok(all.into_iter().filter(|at| at.value == *head || same_name(&at.name)).map(|at| short(at.name)).collect())
}

/// The case that holds exactly this head under this label.
fn held(repo: &Repo, label: &str, head: &CommitId) -> Result<Option<CaseId>, ResponseError> {
    let all = refs::matching(repo, "refs/quarantine/*")?;
    let case = |at: Pointer| {
        let (case, rest) = at.name.strip_prefix("refs/quarantine/")?.split_once('/')?;
        (rest == label && at.value == *head).then(|| CaseId(case.to_owned()))
    };
    Ok(all.into_iter().find_map(case))
}

/// The base branch, or where none is named those that others merge into, if they contain the head already.
fn merged_into(repo: &Repo, facts: &HoldFacts, head: &CommitId) -> Result<Vec<String>, ResponseError> {
    let bases = if facts.base.is_empty() { mainline::candidates(repo)? } else { vec![facts.base.clone()] };
    let mut found = Vec::new();
    for base in bases {
        if let Some(at) = refs::pointer(repo, &base)?
            && repo.contains(&at.value, head)?
        {
            found.push(base);
        }
    }
    Ok(found)
}

/// Every commit of the change with its patch-id, and the whole change as one patch: a squash has that one.
fn entries(repo: &Repo, target: &Target, head: &CommitId) -> Result<Vec<DenyEntry>, ResponseError> {
    let from = target.subject.revision.merge_base.as_ref().filter(|from| repo.has(from));
    let commits = own_commits(repo, target, head)?;
    let mut entries = Vec::new();
    for commit in &commits {
        entries.push(DenyEntry { commit: commit.clone(), patch_id: patch_id::of_commit(repo, commit)? });
    }
    if let (Some(from), true) = (from, commits.len() > 1) {
        let whole = DenyEntry { commit: head.clone(), patch_id: patch_id::of_range(repo, from, head)? };
        if whole.patch_id.is_some() && !entries.contains(&whole) {
            entries.push(whole);
        }
    }
    Ok(entries)
}

/// The commits between merge-base (and base) and head, oldest first.
pub(crate) fn own_commits(repo: &Repo, target: &Target, head: &CommitId) -> Result<Vec<CommitId>, ResponseError> {
    let revision = &target.subject.revision;
    // A change that is merged already is inside its base: then only the merge-base bounds it.
    let bounds = [&revision.merge_base, &revision.base].into_iter().flatten().filter(|bound| repo.has(bound));
    let mut hidden = Vec::new();
    for bound in bounds {
        if !repo.contains(bound, head)? {
            hidden.push(oid(bound)?);
        }
    }
    let walk = || -> Result<Vec<Oid>, git2::Error> {
        let mut walk = repo.git.revwalk()?;
        walk.set_sorting(Sort::TOPOLOGICAL | Sort::REVERSE)?;
        walk.push(Oid::from_str(head.as_str())?)?;
        hidden.iter().try_for_each(|bound| walk.hide(*bound))?;
        walk.take(MOST_COMMITS + 1).collect()
    };
    let commits = walk().map_err(told("listing the change's commits"))?;
    if commits.len() > MOST_COMMITS {
        let short = head.short();
        return Err(ResponseError::Usage(format!(
            "{short} is more than {MOST_COMMITS} commits away from its base; name a base or a range that bounds the change"
        )));
    }
    commits.into_iter().map(id).collect()
}

fn hidden(repo: &Repo) -> bool {
    let Ok(config) = repo.git.config() else { return false };
    let mut found = false;
    let _ = config.multivar("transfer.hiderefs", None).and_then(|entries| {
        entries.for_each(|entry| found |= entry.value().is_ok_and(|value| value.trim_end_matches('/') == "refs/quarantine"))
    });
    found
}
