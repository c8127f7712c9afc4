//! Kept objects into a repository, all of them or none: bundles and packs. Never a ref.
#![allow(clippy::disallowed_methods, reason = "reads the evidence folder")]

use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;

use git2::{Indexer, Oid, Repository, RepositoryInitOptions};

use crate::response::error::ResponseError;
use crate::response::evidence::bundle::SIGNATURE;
use crate::response::evidence::manifest::{Form, Stored};
use crate::response::git::repo::{oid, told};

/// A new bare repository without templates.
pub(super) fn empty_repository(at: &Path) -> Result<Repository, git2::Error> {
    let mut options = RepositoryInitOptions::new();
    options.bare(true).external_template(false).mkpath(true).no_reinit(true);
    Repository::init_opts(at, &options)
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
    let mut indexer = Indexer::new(None, &git.commondir().join("objects").join("pack"), 0o600, false).map_err(told("unpacking it"))?;
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
    let path = git.commondir().join("shallow");
    let io = |e: std::io::Error| ResponseError::io(&path, &e);
    let mut file = File::options().create(true).append(true).open(&path).map_err(io)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(io)
}
