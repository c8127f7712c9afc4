//! A folder of rules as it is at a revision, so that two states of it can be compared. Never what its files mean.

use std::path::Path;

use git2::{ObjectType, Repository, Tree, TreeWalkMode, TreeWalkResult};

use super::failure::unreadable;
use super::{open, span};
use crate::model::inert;
use crate::model::pack::{NoteKind, Pack, PackFile, RuleNote};
use crate::sources::source::SourceError;

/// A file above this is not read, in bytes; as in folders on the disk.
const LARGEST: usize = 4 * 1024 * 1024;
/// Files a pack has at most.
const MOST_FILES: usize = 20_000;

/// The pack in `folder` at `revision` of the repository that holds `path`; an empty folder is all of it.
///
/// # Errors
/// When there is no such revision or folder, or it cannot be read.
pub fn read(path: &Path, revision: &str, folder: &str) -> Result<Pack, SourceError> {
    let repo = open::open(path)?;
    let commit = span::find(&repo, revision)?;
    let root = commit.tree().map_err(unreadable(&format!("the files of `{revision}`")))?;
    let folder = folder.trim_matches('/');
    let tree = if folder.is_empty() { root } else { below(&repo, &root, revision, folder)? };
    let name = folder.rsplit('/').next().filter(|name| !name.is_empty()).unwrap_or("rules").to_owned();
    let mut pack = Pack { name, ..Pack::default() };
    let walk = tree.walk(TreeWalkMode::PreOrder, |place, entry| {
        let name = String::from_utf8_lossy(entry.name_bytes()).into_owned();
        if name.starts_with('.') {
            return TreeWalkResult::Skip;
        }
        if entry.kind() == Some(ObjectType::Blob) && pack.files.len() < MOST_FILES {
            take(&mut pack, &repo, entry.id(), format!("{place}{name}"));
        }
        TreeWalkResult::Ok
    });
    walk.map_err(unreadable(&format!("the folder `{folder}` of `{revision}`")))?;
    pack.files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(pack)
}

fn below<'r>(repo: &'r Repository, root: &Tree<'r>, revision: &str, folder: &str) -> Result<Tree<'r>, SourceError> {
    let missing = || SourceError::NotFound(format!("`{revision}` has no folder `{folder}`: `git ls-tree -r {revision}` lists its files"));
    let entry = root.get_path(Path::new(folder)).map_err(|_| missing())?;
    entry.to_object(repo).ok().and_then(|object| object.into_tree().ok()).ok_or_else(missing)
}

fn take(pack: &mut Pack, repo: &Repository, id: git2::Oid, path: String) {
    let known = [".yml", ".yaml", ".toml"].iter().any(|end| path.to_ascii_lowercase().ends_with(end));
    if !known || path == "pack.toml" {
        return;
    }
    let text = match repo.find_blob(id) {
        Ok(blob) if blob.content().len() > LARGEST => Err(format!("larger than {} MiB", LARGEST / 1024 / 1024)),
        Ok(blob) => String::from_utf8(blob.content().to_vec()).map_err(|_| "not UTF-8".to_owned()),
        Err(error) => Err(format!("cannot be read ({})", inert::line(error.message()))),
    };
    match text {
        Ok(text) => pack.files.push(PackFile { path, text }),
        Err(text) => {
            pack.notes.push(RuleNote { pack: pack.name.clone(), path, line: None, rule: None, kind: NoteKind::LeftOut, text });
        }
    }
}
