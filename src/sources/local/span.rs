//! What a name stands for: from which commit to which. Never a diff.

use git2::{Commit, ErrorCode, Oid, Repository};

use super::default_branch::{self, DefaultBranch, is_damage, reach, tip};
use super::failure::{reason, unreadable};
use super::loose;
use crate::model::commit_id::CommitId;
use crate::model::pull::{PullState, Revision};
use crate::sources::source::SourceError;

/// Where quarantined branches live: `refs/quarantine/<case>/<branch>`.
pub(super) const QUARANTINE: &str = "refs/quarantine/";

/// A change as two ends of history.
#[derive(Clone, Debug)]
pub(super) struct Span {
    /// How it is asked for.
    pub(super) name: String,
    /// The branch as git knows it here; empty for ranges and commits.
    pub(super) branch: String,
    /// The branch without its remote's name, by which agents are recognised.
    pub(super) short: String,
    /// The branch it would merge into; empty for ranges and commits.
    pub(super) target: String,
    /// The tip of that branch, or the range's start.
    pub(super) base: Option<Oid>,
    /// Its last commit.
    pub(super) head: Oid,
    /// Where its diff starts; `None`: at the empty tree.
    pub(super) merge_base: Option<Oid>,
    /// Whether it is a single commit.
    pub(super) single: bool,
    /// Where it stands.
    pub(super) state: PullState,
    /// Whether an open branch of the same name takes the name that facts give.
    pub(super) shadowed: bool,
    /// Its own commits, oldest first, where they were found along the way.
    pub(super) own: Option<Vec<Oid>>,
}

impl Span {
    /// Whether the target holds all of it already.
    pub(super) fn is_merged(&self) -> bool {
        !self.single && self.merge_base == Some(self.head)
    }

    pub(super) fn is_quarantined(&self) -> bool {
        self.state == PullState::Quarantined
    }

    /// The same under quarantine: its branch is the one it had.
    pub(super) fn held(self) -> Self {
        Self { branch: self.short.clone(), state: PullState::Quarantined, ..self }
    }

    pub(super) fn revision(&self) -> Revision {
        let id = |oid: Oid| CommitId::parse(&oid.to_string());
        Revision { base: self.base.and_then(id), head: id(self.head), merge_base: self.merge_base.and_then(id) }
    }

    /// What a reader must know of where the diff starts.
    pub(super) fn remark(&self) -> Option<String> {
        (!self.single && self.merge_base.is_none())
            .then(|| "it shares no history with the branch it would merge into, so everything in it counts as added".to_owned())
    }
}

/// Finds what `name` means: a branch against the default branch, a range, a quarantined branch, or a commit against its
/// first parent.
///
/// `A..B` and `A...B` mean the same: what `B` has and `A` has not, from their merge-base, as it would be merged.
pub(super) fn resolve(repo: &Repository, name: &str) -> Result<Span, SourceError> {
    if let Some((from, to)) = name.split_once("..") {
        return range(repo, name, from, to.strip_prefix('.').unwrap_or(to));
    }
    for (full, short) in branch_names(name) {
        let found = repo.find_reference(&full).ok().map(|found| reach(repo, &found));
        if let Some(Err(e)) = found.as_ref().filter(|found| found.as_ref().is_err_and(is_damage)) {
            let why = format!("the last commit of `{name}` cannot be read ({}): `git fsck` tells more", reason(e));
            return Err(SourceError::Unreadable(why));
        }
        if let Some(Ok(head)) = found {
            let target = default_branch::find(repo)?;
            if target.name == name {
                let why = format!("`{name}` is the branch that others are compared with: name a range such as {name}~5..{name}");
                return Err(SourceError::Usage(why));
            }
            let merge_base = merge_base(repo, target.tip, head)?;
            return Ok(branch(&target, name, short, head, merge_base));
        }
    }
    if let Some(span) = not_utf8(repo, name)? {
        return Ok(span);
    }
    if let Some(span) = quarantined(repo, name)? {
        return Ok(span);
    }
    commit(repo, name, &find(repo, name)?)
}

/// A branch whose tip and place of parting are known.
pub(super) fn branch(target: &DefaultBranch, name: &str, short: &str, head: Oid, merge_base: Option<Oid>) -> Span {
    Span {
        name: name.to_owned(),
        branch: name.strip_prefix("refs/heads/").unwrap_or(name).to_owned(),
        short: short.to_owned(),
        target: target.name.clone(),
        base: Some(target.tip),
        head,
        merge_base,
        single: false,
        state: PullState::Open,
        shadowed: false,
        own: None,
    }
}

fn branch_names(name: &str) -> Vec<(String, &str)> {
    if let Some(short) = name.strip_prefix("refs/heads/") {
        return vec![(name.to_owned(), short)];
    }
    if name == "HEAD" {
        // What is checked out here; `origin/HEAD` is another thing.
        return Vec::new();
    }
    let without_remote = name.split_once('/').map_or(name, |(_, short)| short);
    vec![
        (format!("refs/heads/{name}"), name),
        (format!("refs/remotes/{name}"), without_remote),
        (format!("refs/remotes/origin/{name}"), name),
    ]
}

/// A branch whose name is no UTF-8, by the name that a queue shows: an odd name is no way past a review.
fn not_utf8(repo: &Repository, name: &str) -> Result<Option<Span>, SourceError> {
    if !name.contains('‹') {
        return Ok(None);
    }
    for reference in repo.references().map_err(unreadable("the list of branches"))?.flatten() {
        let full = crate::model::inert::decode(reference.name_bytes());
        let Some((_, short)) = branch_names(name).into_iter().find(|(wanted, _)| *wanted == full) else { continue };
        if let Some(head) = tip(repo, &reference) {
            let target = default_branch::find(repo)?;
            let merge_base = merge_base(repo, target.tip, head)?;
            return Ok(Some(branch(&target, name, short, head, merge_base)));
        }
    }
    Ok(None)
}

/// A quarantined branch by its full reference or by its branch's name.
fn quarantined(repo: &Repository, name: &str) -> Result<Option<Span>, SourceError> {
    let all = repo.references_glob("refs/quarantine/*").map_err(unreadable("the list of quarantined branches"))?;
    for reference in all.flatten() {
        let full = crate::model::inert::decode(reference.name_bytes()).into_owned();
        let Some(short) = quarantined_branch(&full) else { continue };
        if (full == name || short == name)
            && let Some(head) = tip(repo, &reference)
        {
            let target = default_branch::find(repo)?;
            let merge_base = merge_base(repo, target.tip, head)?;
            return Ok(Some(branch(&target, &full, short, head, merge_base).held()));
        }
    }
    Ok(None)
}

/// The branch behind `refs/quarantine/<case>/`.
pub(super) fn quarantined_branch(full: &str) -> Option<&str> {
    full.strip_prefix(QUARANTINE)?.split_once('/').map(|(_, branch)| branch)
}

fn range(repo: &Repository, name: &str, from: &str, to: &str) -> Result<Span, SourceError> {
    let or_head = |end: &str| if end.is_empty() { "HEAD".to_owned() } else { end.to_owned() };
    let base = find(repo, &or_head(from))?.id();
    let head = find(repo, &or_head(to))?.id();
    Ok(Span {
        name: name.to_owned(),
        branch: String::new(),
        short: to.strip_prefix("refs/heads/").unwrap_or(to).to_owned(),
        target: String::new(),
        base: Some(base),
        head,
        merge_base: merge_base(repo, base, head)?,
        single: false,
        state: PullState::Open,
        shadowed: false,
        own: None,
    })
}

/// A commit against its first parent; a root commit against the empty tree.
pub(super) fn commit(repo: &Repository, name: &str, commit: &Commit<'_>) -> Result<Span, SourceError> {
    let parent = commit.parent_id(0).ok();
    if let Some(parent) = parent
        && repo.find_commit(parent).is_err()
    {
        let deepen = if repo.is_shallow() { ": `git fetch --deepen=1` brings it" } else { ": `git fsck` tells more" };
        let why = format!("the parent {parent} of commit {} is not in this clone{deepen}", commit.id());
        return Err(SourceError::Unreadable(why));
    }
    Ok(Span {
        name: name.to_owned(),
        branch: String::new(),
        short: String::new(),
        target: String::new(),
        base: parent,
        head: commit.id(),
        merge_base: parent,
        single: true,
        state: PullState::Open,
        shadowed: false,
        own: None,
    })
}

/// The commit that `revision` names, in any of git's ways.
pub(super) fn find<'a>(repo: &'a Repository, revision: &str) -> Result<Commit<'a>, SourceError> {
    let unknown = || {
        let why = format!("`{revision}` is no branch, range or commit here: `git branch --all` lists the branches");
        SourceError::NotFound(why)
    };
    if revision.is_empty() || revision.contains('\0') {
        return Err(unknown());
    }
    let short = repo.resolve_reference_from_short_name(revision).ok().and_then(|found| found.target());
    if short.or_else(|| Oid::from_str(revision).ok()).is_some_and(|id| !loose::is_whole(repo, id)) {
        return Err(unreadable(&format!("`{revision}`"))(loose::cut_off()));
    }
    let found = repo.revparse_single(revision).map_err(|e| match e.code() {
        ErrorCode::Ambiguous => SourceError::Usage(format!("`{revision}` fits several objects: write more of its digits")),
        ErrorCode::NotFound | ErrorCode::InvalidSpec => unknown(),
        _ => SourceError::Unreadable(format!("`{revision}` cannot be read ({}): `git fsck` tells more", reason(&e))),
    })?;
    found.peel_to_commit().map_err(|_| SourceError::Usage(format!("`{revision}` is no commit: name a branch, a range or a commit")))
}

/// Where the two parted; `None` when they never met.
pub(super) fn merge_base(repo: &Repository, one: Oid, two: Oid) -> Result<Option<Oid>, SourceError> {
    match repo.merge_base(one, two) {
        Ok(id) => Ok(Some(id)),
        Err(e) if e.code() == ErrorCode::NotFound && repo.is_shallow() => {
            let why = "the place where it left its target is not in this shallow clone: `git fetch --unshallow` brings it";
            Err(SourceError::Unreadable(why.to_owned()))
        }
        Err(e) if e.code() == ErrorCode::NotFound => Ok(None),
        Err(e) => Err(unreadable("the history between two commits")(e)),
    }
}
