//! Evidence back into a repository: the kept objects and the names they had. Never a working tree, never over an existing ref.
#![allow(clippy::disallowed_methods, reason = "reads the evidence folder and makes the repository it is restored into")]

use std::path::Path;

use git2::Repository;

use crate::model::commit_id::CommitId;
use crate::model::response::CaseId;
use crate::response::error::ResponseError;
use crate::response::evidence::custody::{self, Handling};
use crate::response::evidence::manifest::{Contents, Form, Stored};
use crate::response::evidence::unpack::{Onto, empty_repository, unpack};
use crate::response::evidence::verify::checked;
use crate::response::git::repo::{oid, told};

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// The refs that were made.
    pub refs: Vec<(String, CommitId)>,
    /// Why a history is not whole, one sentence for each.
    pub notes: Vec<String>,
}

/// Verifies the evidence of `case` below `root` and brings its commits into the repository at `into`: a new bare one, an empty
/// folder, or one that is there.
///
/// # Errors
/// When the evidence is not what was written, `into` is something else, or misses commits that the evidence stands on.
pub fn restore(root: &Path, case: &CaseId, into: &Path, by: &Handling) -> Result<Restored, ResponseError> {
    let contents = checked(root, case)?;
    let (begun, there) = (!is_empty(into)?, into.exists());
    let restored = bring(&root.join(&case.0), case, &contents, into);
    if restored.is_err() && !begun {
        clear(into, there).map_err(|e| ResponseError::io(into, &e))?;
    }
    let place = std::fs::canonicalize(into).unwrap_or_else(|_| into.to_owned());
    let restored = restored?;
    custody::add(root, case, by, &format!("restored into {}", place.display()), (None, None))?;
    Ok(restored)
}

fn bring(folder: &Path, case: &CaseId, contents: &Contents, into: &Path) -> Result<Restored, ResponseError> {
    let git = repository(into)?;
    let mut restored = Restored { refs: Vec::new(), notes: Vec::new() };
    for stored in &contents.objects {
        free(&git, stored)?;
        unpack(folder, stored, &git, Onto::Repository)?;
        for (name, id) in &stored.refs {
            let from = format!("lazaret: restored from the evidence of {}", case.0);
            git.reference(name, oid(id)?, true, &from).map_err(told(&format!("making {name}")))?;
            restored.refs.push((name.clone(), id.clone()));
        }
        if let Form::Pack { why, .. } = &stored.form {
            restored.notes.push(why.clone());
        }
    }
    Ok(restored)
}

/// Takes away what was made at `into` and is not what was asked for; the folder itself stays when it was `there` before.
fn clear(into: &Path, there: bool) -> std::io::Result<()> {
    if !there {
        return if into.exists() { std::fs::remove_dir_all(into) } else { Ok(()) };
    }
    for entry in std::fs::read_dir(into)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() { std::fs::remove_dir_all(entry.path())? } else { std::fs::remove_file(entry.path())? }
    }
    Ok(())
}

/// Whether nothing is at `into` yet.
fn is_empty(into: &Path) -> Result<bool, ResponseError> {
    match std::fs::read_dir(into) {
        Ok(mut entries) => Ok(entries.next().is_none()),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(true),
        Err(e) => Err(ResponseError::io(into, &e)),
    }
}

/// A repository at `into`, made when there is nothing yet.
fn repository(into: &Path) -> Result<Repository, ResponseError> {
    let cannot = |e: git2::Error| {
        ResponseError::Repository(format!("{} is no repository that can be restored into: {}", into.display(), e.message()))
    };
    if !is_empty(into)? {
        return Repository::open(into).map_err(cannot);
    }
    empty_repository(into).map_err(cannot)
}

/// Whether no ref of another value is in the way.
fn free(git: &Repository, stored: &Stored) -> Result<(), ResponseError> {
    for (name, id) in &stored.refs {
        let there = git.find_reference(name).ok().and_then(|found| found.target());
        if there.is_some_and(|there| there.to_string() != id.as_str()) {
            return Err(ResponseError::Repository(format!("{name} is another commit there; name an empty folder")));
        }
    }
    Ok(())
}
