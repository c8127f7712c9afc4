//! The real git repository behind a repository of the loopback: commits made, branches moved, differences read. Always bare.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use git2::{Commit, DiffFindOptions, DiffOptions, IndexEntry, IndexTime, Oid, Repository, Signature, Time};
use tempfile::TempDir;

/// Who wrote a commit: name and address.
pub type Person = (String, String);

/// A bare repository in a temporary folder; clones of the value share it.
#[derive(Clone)]
pub struct Bare {
    folder: Arc<TempDir>,
}

/// One commit as the API tells it.
#[derive(Clone, Debug)]
pub struct Told {
    pub sha: String,
    pub tree: String,
    pub parents: Vec<String>,
    pub message: String,
    pub author: (Person, i64),
    pub committer: (Person, i64),
}

/// One changed file.
#[derive(Clone, Debug)]
pub struct Changed {
    pub path: String,
    pub old_path: Option<String>,
    pub status: &'static str,
    pub additions: u64,
    pub deletions: u64,
    pub patch: Option<String>,
    pub blob: String,
}

impl Bare {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let repository = Repository::init_bare(folder.path()).unwrap();
        repository.set_head("refs/heads/main").unwrap();
        let mut config = repository.config().unwrap();
        for name in ["uploadpack.allowFilter", "uploadpack.allowAnySHA1InWant"] {
            config.set_bool(name, true).unwrap();
        }
        Self { folder: Arc::new(folder) }
    }

    pub fn path(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    pub fn open(&self) -> Repository {
        Repository::open_bare(self.folder.path()).unwrap()
    }

    /// What `name` (`refs/heads/main`) points at.
    pub fn tip(&self, name: &str) -> Option<String> {
        self.open().refname_to_id(name).ok().map(|oid| oid.to_string())
    }

    pub fn point(&self, name: &str, sha: &str) {
        self.open().reference(name, Oid::from_str(sha).unwrap(), true, "loopback").unwrap();
    }

    /// Every ref and what it points at.
    pub fn refs(&self) -> Vec<(String, String)> {
        let git = self.open();
        let all = git.references().unwrap().flatten();
        all.filter_map(|reference| Some((reference.name().ok()?.to_owned(), reference.target()?.to_string()))).collect()
    }

    /// Makes `refs` all the refs there are.
    pub fn restore(&self, refs: &[(String, String)]) {
        for (name, _) in self.refs().iter().filter(|one| !refs.contains(one)) {
            self.forget(name);
        }
        let now = self.refs();
        refs.iter().filter(|one| !now.contains(one)).for_each(|(name, sha)| self.point(name, sha));
    }

    pub fn forget(&self, name: &str) {
        if let Ok(mut reference) = self.open().find_reference(name) {
            reference.delete().unwrap();
        }
    }

    /// A commit on `parents` whose tree is the first parent's with `files` written; `None` takes a file away.
    pub fn commit(&self, parents: &[String], message: &str, by: &Person, at: i64, files: &[(String, Option<Vec<u8>>)]) -> String {
        let repository = self.open();
        let parents: Vec<Commit<'_>> = parents.iter().map(|sha| repository.find_commit(Oid::from_str(sha).unwrap()).unwrap()).collect();
        let mut index = git2::Index::new().unwrap();
        if let Some(parent) = parents.first() {
            index.read_tree(&parent.tree().unwrap()).unwrap();
        }
        for (path, bytes) in files {
            match bytes {
                Some(bytes) => index.add(&entry(path, repository.blob(bytes).unwrap(), 0o100_644)).unwrap(),
                None => index.remove(Path::new(path), 0).unwrap(),
            }
        }
        let tree = repository.find_tree(index.write_tree_to(&repository).unwrap()).unwrap();
        let who = signature(by, at);
        repository.commit(None, &who, &who, message, &tree, &parents.iter().collect::<Vec<_>>()).unwrap().to_string()
    }

    pub fn told(&self, sha: &str) -> Option<Told> {
        let repository = self.open();
        let commit = repository.find_commit(Oid::from_str(sha).ok()?).ok()?;
        Some(tell(&commit))
    }

    /// Where two histories part.
    pub fn merge_base(&self, one: &str, other: &str) -> Option<String> {
        let (one, other) = (Oid::from_str(one).ok()?, Oid::from_str(other).ok()?);
        self.open().merge_base(one, other).ok().map(|oid| oid.to_string())
    }

    /// Commits of `head` that `base` has not, oldest first.
    pub fn between(&self, base: &str, head: &str) -> Vec<Told> {
        let repository = self.open();
        let mut walk = repository.revwalk().unwrap();
        walk.set_sorting(git2::Sort::TOPOLOGICAL | git2::Sort::REVERSE).unwrap();
        walk.push(Oid::from_str(head).unwrap()).unwrap();
        walk.hide(Oid::from_str(base).unwrap()).unwrap();
        walk.map(|oid| tell(&repository.find_commit(oid.unwrap()).unwrap())).collect()
    }

    /// Commits reachable from `head`, newest first.
    pub fn history(&self, head: &str) -> Vec<Told> {
        let repository = self.open();
        let mut walk = repository.revwalk().unwrap();
        walk.set_sorting(git2::Sort::TOPOLOGICAL | git2::Sort::TIME).unwrap();
        walk.push(Oid::from_str(head).unwrap()).unwrap();
        walk.map(|oid| tell(&repository.find_commit(oid.unwrap()).unwrap())).collect()
    }

    /// The difference of two commits' trees, by file, renames found.
    pub fn changed(&self, old: Option<&str>, new: &str) -> Vec<Changed> {
        let repository = self.open();
        let tree = |sha: &str| repository.find_commit(Oid::from_str(sha).unwrap()).unwrap().tree().unwrap();
        let mut diff = repository.diff_tree_to_tree(old.map(tree).as_ref(), Some(&tree(new)), Some(&mut DiffOptions::new())).unwrap();
        diff.find_similar(Some(DiffFindOptions::new().renames(true))).unwrap();
        (0..diff.deltas().len()).map(|index| changed(&diff, index)).collect()
    }

    /// The whole difference as git writes it.
    pub fn diff(&self, old: &str, new: &str) -> String {
        let repository = self.open();
        let tree = |sha: &str| repository.find_commit(Oid::from_str(sha).unwrap()).unwrap().tree().unwrap();
        let diff = repository.diff_tree_to_tree(Some(&tree(old)), Some(&tree(new)), None).unwrap();
        let mut text = String::new();
        diff.print(git2::DiffFormat::Patch, |_, _, line| {
            if matches!(line.origin(), '+' | '-' | ' ') {
                text.push(line.origin());
            }
            text.push_str(&String::from_utf8_lossy(line.content()));
            true
        })
        .unwrap();
        text
    }

    /// The tree that merging `theirs` into `ours` gives; `None` when they conflict.
    pub fn merged_tree(&self, ours: &str, theirs: &str) -> Option<String> {
        let repository = self.open();
        let commit = |sha: &str| repository.find_commit(Oid::from_str(sha).unwrap()).unwrap();
        let mut index = repository.merge_commits(&commit(ours), &commit(theirs), None).unwrap();
        (!index.has_conflicts()).then(|| index.write_tree_to(&repository).unwrap().to_string())
    }

    /// The tree of `onto` with what `sha` changed (against its `mainline` parent) done again, or undone; `None` on conflict.
    pub fn replayed_tree(&self, sha: &str, onto: &str, undo: bool) -> Option<String> {
        let repository = self.open();
        let commit = |sha: &str| repository.find_commit(Oid::from_str(sha).unwrap()).unwrap();
        let what = commit(sha);
        let mainline = u32::from(what.parent_count() > 1);
        let mut index = if undo {
            repository.revert_commit(&what, &commit(onto), mainline, None).unwrap()
        } else {
            repository.cherrypick_commit(&what, &commit(onto), mainline, None).unwrap()
        };
        (!index.has_conflicts()).then(|| index.write_tree_to(&repository).unwrap().to_string())
    }

    /// A commit with exactly this tree.
    pub fn commit_tree(&self, tree: &str, parents: &[String], message: &str, by: &Person, at: i64) -> Option<String> {
        let repository = self.open();
        let tree = repository.find_tree(Oid::from_str(tree).ok()?).ok()?;
        let parents: Vec<Commit<'_>> =
            parents.iter().map(|sha| repository.find_commit(Oid::from_str(sha).ok()?).ok()).collect::<Option<_>>()?;
        let who = signature(by, at);
        Some(repository.commit(None, &who, &who, message, &tree, &parents.iter().collect::<Vec<_>>()).ok()?.to_string())
    }

    /// Whether `ancestor` is in the history of `tip`.
    pub fn contains(&self, tip: &str, ancestor: &str) -> bool {
        let (Ok(tip), Ok(ancestor)) = (Oid::from_str(tip), Oid::from_str(ancestor)) else { return false };
        tip == ancestor || self.open().graph_descendant_of(tip, ancestor).unwrap_or(false)
    }
}

/// An entry of an index.
pub fn entry(path: &str, id: Oid, mode: u32) -> IndexEntry {
    let time = IndexTime::new(0, 0);
    IndexEntry {
        ctime: time,
        mtime: time,
        dev: 0,
        ino: 0,
        mode,
        uid: 0,
        gid: 0,
        file_size: 0,
        id,
        flags: 0,
        flags_extended: 0,
        path: path.as_bytes().to_vec(),
    }
}

fn signature((name, email): &Person, at: i64) -> Signature<'static> {
    Signature::new(name, email, &Time::new(at, 0)).unwrap()
}

fn tell(commit: &Commit<'_>) -> Told {
    let person = |who: &Signature<'_>| {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        ((text(who.name_bytes()), text(who.email_bytes())), who.when().seconds())
    };
    Told {
        sha: commit.id().to_string(),
        tree: commit.tree_id().to_string(),
        parents: commit.parent_ids().map(|oid| oid.to_string()).collect(),
        message: String::from_utf8_lossy(commit.message_bytes()).into_owned(),
        author: person(&commit.author()),
        committer: person(&commit.committer()),
    }
}

fn changed(diff: &git2::Diff<'_>, index: usize) -> Changed {
    let delta = diff.get_delta(index).unwrap();
    let path = |file: git2::DiffFile<'_>| String::from_utf8_lossy(file.path_bytes().unwrap_or_default()).into_owned();
    let (old, new) = (path(delta.old_file()), path(delta.new_file()));
    let (mut additions, mut deletions, mut text) = (0, 0, None);
    if let Some(patch) = git2::Patch::from_diff(diff, index).unwrap() {
        (_, additions, deletions) = patch.line_stats().unwrap();
        text = hunks(patch);
    }
    let status = match delta.status() {
        git2::Delta::Added => "added",
        git2::Delta::Deleted => "removed",
        git2::Delta::Renamed => "renamed",
        git2::Delta::Typechange => "changed",
        _ => "modified",
    };
    let blob = if status == "removed" { delta.old_file().id() } else { delta.new_file().id() };
    Changed {
        old_path: (old != new).then_some(old),
        path: new,
        status,
        additions: additions as u64,
        deletions: deletions as u64,
        patch: text,
        blob: blob.to_string(),
    }
}

/// The hunks of a patch without its header and its last line feed, as GitHub gives them; `None` when there are none.
fn hunks(mut patch: git2::Patch<'_>) -> Option<String> {
    let text = String::from_utf8_lossy(&patch.to_buf().unwrap()).into_owned();
    let start = if text.starts_with("@@") { 0 } else { text.find("\n@@")? + 1 };
    Some(text[start..].trim_end_matches('\n').to_owned())
}
