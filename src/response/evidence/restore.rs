//! Evidence back into a repository: the kept objects and the names they had. Never a working tree, never over an existing ref.
#![allow(clippy::disallowed_methods, reason = "reads the evidence folder and makes the repository it is restored into")]

use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;

use git2::{Indexer, Oid, Repository, RepositoryInitOptions};

use crate::model::commit_id::CommitId;
use crate::model::response::CaseId;
use crate::response::error::ResponseError;
use crate::response::evidence::bundle::SIGNATURE;
use crate::response::evidence::custody::{self, Handling};
use crate::response::evidence::manifest::{Form, Stored};
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
    let folder = root.join(&case.0);
    let git = repository(into)?;
    let mut restored = Restored { refs: Vec::new(), notes: Vec::new() };
    for stored in &contents.objects {
        free(&git, stored)?;
        unpack(&folder, stored, &git, true)?;
        for (name, id) in &stored.refs {
            let from = format!("lazaret: restored from the evidence of {}", case.0);
            git.reference(name, oid(id)?, true, &from).map_err(told(&format!("making {name}")))?;
            restored.refs.push((name.clone(), id.clone()));
        }
        if let Form::Pack { why, .. } = &stored.form {
            restored.notes.push(why.clone());
        }
    }
    let place = std::fs::canonicalize(into).unwrap_or_else(|_| into.to_owned());
    custody::add(root, case, by, &format!("restored into {}", place.display()), (None, None))?;
    Ok(restored)
}

/// A repository at `into`, made when there is nothing yet.
fn repository(into: &Path) -> Result<Repository, ResponseError> {
    let cannot = |e: git2::Error| {
        ResponseError::Repository(format!("{} is no repository that can be restored into: {}", into.display(), e.message()))
    };
    let empty = match std::fs::read_dir(into) {
        Ok(mut entries) => entries.next().is_none(),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => true,
        Err(e) => return Err(ResponseError::io(into, &e)),
    };
    if !empty {
        return Repository::open(into).map_err(cannot);
    }
    empty_repository(into).map_err(cannot)
}

/// A new bare repository without templates.
pub(super) fn empty_repository(at: &Path) -> Result<Repository, git2::Error> {
    let mut options = RepositoryInitOptions::new();
    options.bare(true).external_template(false).mkpath(true).no_reinit(true);
    Repository::init_opts(at, &options)
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

/// Unpacks every object of `stored` into `git`. What it stands on has to be there when `whole` is asked for.
pub(super) fn unpack(folder: &Path, stored: &Stored, git: &Repository, whole: bool) -> Result<(), ResponseError> {
    let path = folder.join(&stored.path);
    let io = |e: std::io::Error| ResponseError::io(&path, &e);
    let mut file = BufReader::new(File::open(&path).map_err(io)?);
    match &stored.form {
        Form::Bundle => {
            let stands = header(&mut file, &path)?;
            if let Some(stand) = stands.iter().find(|stand| whole && git.find_commit(**stand).is_err()) {
                let why = format!("the kept commits stand on {stand}, which is not there; name a clone of the repository they are from");
                return Err(ResponseError::Repository(why));
            }
        }
        Form::Pack { shallow, .. } => end_history(&folder.join(shallow), git)?,
    }
    let mut indexer = Indexer::new(None, &git.path().join("objects").join("pack"), 0o600, false).map_err(told("unpacking it"))?;
    std::io::copy(&mut file, &mut indexer).map_err(io)?;
    indexer.flush().map_err(io)?;
    indexer.commit().map(drop).map_err(told("unpacking it"))?;
    for (name, id) in &stored.refs {
        git.find_commit(oid(id)?).map_err(told(&format!("looking for {name}")))?;
    }
    Ok(())
}

/// Reads a bundle's header; the commits that have to be there already.
fn header(file: &mut BufReader<File>, path: &Path) -> Result<Vec<Oid>, ResponseError> {
    let mut line = Vec::new();
    let mut stands = Vec::new();
    let mut first = true;
    loop {
        line.clear();
        file.read_until(b'\n', &mut line).map_err(|e| ResponseError::io(path, &e))?;
        if first && line != SIGNATURE {
            return Err(ResponseError::Evidence("it is not a git bundle".to_owned()));
        }
        first = false;
        match line.as_slice() {
            b"\n" => return Ok(stands),
            [] => return Err(ResponseError::Evidence("it ends before its objects".to_owned())),
            [b'-', rest @ ..] => {
                let id = rest.split(|byte| *byte == b' ').next().and_then(|id| std::str::from_utf8(id).ok());
                stands.extend(id.and_then(|id| Oid::from_str(id.trim()).ok()));
            }
            _ => {}
        }
    }
}

/// Adds the ends of a cut history to those of the repository.
fn end_history(shallow: &Path, git: &Repository) -> Result<(), ResponseError> {
    let text = std::fs::read_to_string(shallow).map_err(|e| ResponseError::io(shallow, &e))?;
    let path = git.path().join("shallow");
    let io = |e: std::io::Error| ResponseError::io(&path, &e);
    let mut file = File::options().create(true).append(true).open(&path).map_err(io)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(io)
}
