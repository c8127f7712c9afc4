//! Which folders have a branch checked out, read from HEAD files. Nothing of a working tree is touched.
#![allow(clippy::disallowed_methods, reason = "reads HEAD files of the repository")]

use std::path::{Path, PathBuf};

use crate::response::error::ResponseError;
use crate::response::git::repo::Repo;

/// Files that name a branch somebody works on: its checkout, or a rebase or bisect in the middle of which it is.
const NAMING: [&str; 4] = ["HEAD", "rebase-merge/head-name", "rebase-apply/head-name", "BISECT_START"];

/// The folders that have `branch` (full name) checked out or are in the middle of something with it. The HEAD of a
/// bare repository checks nothing out; it counts only when asked for, since it must keep pointing to something.
pub(crate) fn holders(repo: &Repo, branch: &str, bare_head_counts: bool) -> Result<Vec<String>, ResponseError> {
    let mut folders = Vec::new();
    let bare = repo.git.is_bare() && !repo.git.is_worktree();
    if (!bare || bare_head_counts) && names(&repo.common, branch) {
        folders.push(main_folder(repo).display().to_string());
    }
    for (admin, folder) in linked(repo)? {
        if names(&admin, branch) {
            folders.push(folder.display().to_string());
        }
    }
    Ok(folders)
}

fn main_folder(repo: &Repo) -> PathBuf {
    match repo.common.file_name() {
        Some(name) if name == ".git" => repo.common.parent().unwrap_or(&repo.common).to_owned(),
        _ => repo.common.clone(),
    }
}

/// The administrative folder and the working folder of every linked worktree, also of those whose folder is gone.
fn linked(repo: &Repo) -> Result<Vec<(PathBuf, PathBuf)>, ResponseError> {
    let place = repo.common.join("worktrees");
    let entries = match std::fs::read_dir(&place) {
        Ok(entries) => entries,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(ResponseError::io(&place, &e)),
    };
    let mut found = Vec::new();
    for entry in entries {
        let admin = entry.map_err(|e| ResponseError::io(&place, &e))?.path();
        let gitfile = std::fs::read_to_string(admin.join("gitdir")).unwrap_or_default();
        let folder = Path::new(gitfile.trim_end()).parent().filter(|folder| !folder.as_os_str().is_empty());
        found.push((admin.clone(), folder.unwrap_or(&admin).to_owned()));
    }
    found.sort();
    Ok(found)
}

fn names(admin: &Path, branch: &str) -> bool {
    let short = branch.strip_prefix("refs/heads/").unwrap_or(branch);
    NAMING.iter().any(|file| {
        let bytes = std::fs::read(admin.join(file)).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        let text = text.trim_end();
        let named = text.strip_prefix("ref: ").unwrap_or(text).trim();
        named == branch || (*file == "BISECT_START" && named == short)
    })
}
