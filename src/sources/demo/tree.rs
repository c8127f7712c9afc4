//! What edits make of a git tree. Never commits and refs.

use std::collections::BTreeMap;
use std::path::Path;

use git2::build::TreeUpdateBuilder;
use git2::{FileMode, Oid, Repository, Tree};

use crate::sources::demo::data::{Edit, Script};
use crate::sources::demo::edit::{self, Blob};

/// The tree without a file.
///
/// # Errors
/// When it cannot be written.
pub fn empty(repo: &Repository) -> Result<Tree<'_>, git2::Error> {
    repo.treebuilder(None)?.write().and_then(|empty| repo.find_tree(empty))
}

/// `before` with the files of the project that `add` names, and then with `edits`.
///
/// # Errors
/// One sentence with the file, when an edit does not fit or nothing can be written.
pub fn edited(repo: &Repository, script: &Script, before: &Tree<'_>, add: &[String], edits: &[Edit]) -> Result<Oid, String> {
    let mut work = Work { repo, before, files: BTreeMap::new() };
    work.add(script, add)?;
    for edit in edits {
        work.edit(script, edit).map_err(|error| format!("{} {error}", edit.path))?;
    }
    work.write().map_err(|error| error.message().to_owned())
}

/// A tree while it is edited: files that are gone are `None`.
struct Work<'r> {
    repo: &'r Repository,
    before: &'r Tree<'r>,
    files: BTreeMap<String, Option<Blob>>,
}

impl Work<'_> {
    /// Lock files come last, because they are made from what stands beside them.
    fn add(&mut self, script: &Script, wanted: &[String]) -> Result<(), String> {
        let mut added: Vec<_> = script.project.iter().filter(|(path, _)| wanted.iter().any(|wanted| covers(wanted, path))).collect();
        added.sort_by_key(|(_, content)| content.lock.is_some());
        for (path, content) in added {
            let blob = edit::whole(content, script.packages, &self.manifest(path)).map_err(|error| format!("{path} {error}"))?;
            self.files.insert(path.clone(), Some(blob));
        }
        Ok(())
    }

    fn edit(&mut self, script: &Script, edit: &Edit) -> Result<(), String> {
        let before = self.read(edit.from.as_ref().unwrap_or(&edit.path));
        self.files.extend(edit.from.clone().map(|from| (from, None)));
        let manifest = self.manifest(&edit.path);
        let after = (!edit.delete).then(|| edit::edited(edit, before, script.packages, &manifest)).transpose()?;
        self.files.insert(edit.path.clone(), after);
        Ok(())
    }

    fn read(&self, path: &str) -> Option<Blob> {
        if let Some(edited) = self.files.get(path) {
            return edited.clone();
        }
        let entry = self.before.get_path(Path::new(path)).ok()?;
        let bytes = self.repo.find_blob(entry.id()).ok()?.content().to_vec();
        Some(Blob { bytes, executable: entry.filemode() == i32::from(FileMode::BlobExecutable) })
    }

    /// The `package.json` beside the lock file `path`, or nothing.
    fn manifest(&self, path: &str) -> String {
        let Some(folder) = path.strip_suffix("package-lock.json") else { return String::new() };
        self.read(&format!("{folder}package.json")).map_or_else(String::new, |blob| String::from_utf8_lossy(&blob.bytes).into_owned())
    }

    fn write(&self) -> Result<Oid, git2::Error> {
        let mut update = TreeUpdateBuilder::new();
        for (path, blob) in &self.files {
            match blob {
                Some(blob) => {
                    let mode = if blob.executable { FileMode::BlobExecutable } else { FileMode::Blob };
                    update.upsert(path, self.repo.blob(&blob.bytes)?, mode)
                }
                None => update.remove(path),
            };
        }
        update.create_updated(self.repo, self.before)
    }
}

fn covers(wanted: &str, path: &str) -> bool {
    wanted == path || (wanted.ends_with('/') && path.starts_with(wanted))
}
