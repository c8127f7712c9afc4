//! The forge's trees, each folder read once. A repository that the forge lists whole is read whole; of a larger one only the folders
//! that a change touched are.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use crate::model::commit_id::CommitId;
use crate::model::forge::ForgeError;
use crate::response::github::ask::Ask;
use crate::response::github::revert::tree::{Back, Changed, Entry, same};
use crate::response::github::shapes::{GitCommit, Tree, TreeEntry};

/// Folders of one repository that are read one by one; a change that touches more is taken back on a clone.
const MOST_FOLDERS: usize = 2_000;

/// What a folder holds, by name.
type Folder = BTreeMap<String, Entry>;

/// The trees of one repository, as far as they were read.
pub(super) struct Folders<'a> {
    ask: Ask<'a>,
    repo: &'a str,
    known: RefCell<HashMap<String, Rc<Folder>>>,
    /// Whether the forge cuts its list of all files.
    large: Cell<bool>,
    read: Cell<usize>,
}

/// A tree that is changed on the way, without a copy of all of it.
pub(super) struct Tip<'a> {
    folders: &'a Folders<'a>,
    root: String,
    over: BTreeMap<String, Option<Entry>>,
}

impl<'a> Folders<'a> {
    pub(super) fn of(ask: Ask<'a>, repo: &'a str) -> Self {
        Self { ask, repo, known: RefCell::default(), large: Cell::new(false), read: Cell::new(0) }
    }

    /// The tree of a commit.
    pub(super) fn root(&self, commit: &CommitId) -> Result<String, ForgeError> {
        let commit: GitCommit = self.ask.read(&format!("/repos/{}/git/commits/{commit}", self.repo))?;
        let root = commit.tree.sha;
        if self.large.get() || self.known.borrow().contains_key(&root) {
            return Ok(root);
        }
        let tree: Tree = self.ask.read(&format!("/repos/{}/git/trees/{root}?recursive=1", self.repo))?;
        if tree.truncated {
            self.large.set(true);
        } else {
            self.keep(&root, tree.tree, true);
        }
        Ok(root)
    }

    /// The same tree, to be changed on the way.
    pub(super) fn tip(&'a self, commit: &CommitId) -> Result<Tip<'a>, ForgeError> {
        Ok(Tip { folders: self, root: self.root(commit)?, over: BTreeMap::new() })
    }

    /// The files that differ between two commits.
    pub(super) fn changed(&self, before: &CommitId, after: &CommitId) -> Result<Vec<Changed>, ForgeError> {
        let mut found = Vec::new();
        let mut open = vec![(String::new(), Some(self.root(before)?), Some(self.root(after)?))];
        while let Some((below, before, after)) = open.pop() {
            if before == after {
                continue;
            }
            let folder = |sha: Option<String>| sha.map_or_else(|| Ok(Rc::default()), |sha| self.folder(&sha));
            let (before, after) = (folder(before)?, folder(after)?);
            let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
            for name in names {
                let (was, became) = (before.get(name), after.get(name));
                if same(was, became) {
                    continue;
                }
                let path = format!("{below}{name}");
                let inner = |entry: Option<&Entry>| entry.filter(|entry| entry.kind == "tree").map(|entry| entry.sha.clone());
                let file = |entry: Option<&Entry>| entry.filter(|entry| entry.kind != "tree").cloned();
                if inner(was).is_some() || inner(became).is_some() {
                    open.push((format!("{path}/"), inner(was), inner(became)));
                }
                let (was, became) = (file(was), file(became));
                if was.is_some() || became.is_some() {
                    found.push(Changed { path, was, became });
                }
            }
        }
        found.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(found)
    }

    /// What stands at `path`; a file in the place of one of its folders is what stands there.
    fn entry(&self, root: &str, path: &str) -> Result<Option<Entry>, ForgeError> {
        let mut folder = self.folder(root)?;
        let mut names = path.split('/').peekable();
        while let Some(name) = names.next() {
            let Some(entry) = folder.get(name) else { return Ok(None) };
            if names.peek().is_none() {
                return Ok(Some(entry.clone()));
            }
            if entry.kind != "tree" {
                return Ok(Some(Entry { kind: "file in the way".to_owned(), ..entry.clone() }));
            }
            folder = self.folder(&entry.sha.clone())?;
        }
        Ok(None)
    }

    fn folder(&self, sha: &str) -> Result<Rc<Folder>, ForgeError> {
        if let Some(known) = self.known.borrow().get(sha) {
            return Ok(known.clone());
        }
        self.read.set(self.read.get() + 1);
        let tree: Tree = self.ask.read(&format!("/repos/{}/git/trees/{sha}", self.repo))?;
        if tree.truncated || self.read.get() > MOST_FOLDERS {
            let what = if tree.truncated {
                "a folder with more files than the forge lists".to_owned()
            } else {
                format!("more than {MOST_FOLDERS} folders")
            };
            return Err(ForgeError::Invalid(format!(
                "taking this back in {} touches {what}; revert on a clone instead: lazaret revert --repo DIR COMMIT",
                self.repo
            )));
        }
        self.keep(sha, tree.tree, false);
        Ok(self.known.borrow().get(sha).cloned().unwrap_or_default())
    }

    /// Keeps a listing of the folder `root`, or, when it is `deep`, of everything below it too.
    fn keep(&self, root: &str, mut listed: Vec<TreeEntry>, deep: bool) {
        // A folder stands before what it holds.
        listed.sort_by(|one, other| one.path.cmp(&other.path));
        let mut names: HashMap<String, String> = HashMap::from([(String::new(), root.to_owned())]);
        let mut folders: HashMap<String, Folder> = HashMap::from([(root.to_owned(), Folder::new())]);
        for TreeEntry { path, mode, kind, sha } in listed {
            let Some(sha) = sha else { continue };
            let (below, name) = path.rsplit_once('/').unwrap_or(("", &path));
            let entry = Entry { mode, kind, sha: sha.clone(), made: None };
            let inner = deep && entry.kind == "tree";
            if let Some(folder) = names.get(below).and_then(|folder| folders.get_mut(folder)) {
                folder.insert(name.to_owned(), entry);
            }
            if inner {
                folders.entry(sha.clone()).or_default();
                names.insert(path, sha);
            }
        }
        self.known.borrow_mut().extend(folders.into_iter().map(|(sha, folder)| (sha, Rc::new(folder))));
    }
}

impl Tip<'_> {
    /// What stands at `path` now.
    pub(super) fn at(&self, path: &str) -> Result<Option<Entry>, ForgeError> {
        self.over.get(path).map_or_else(|| self.folders.entry(&self.root, path), |entry| Ok(entry.clone()))
    }

    /// Takes over what was changed on top of it.
    pub(super) fn take(&mut self, done: Back) {
        self.over.extend(done.changes);
    }
}
