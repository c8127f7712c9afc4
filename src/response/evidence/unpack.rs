//! Kept objects into a repository, all of them or none: bundles and packs. Never a ref.
#![allow(clippy::disallowed_methods, reason = "reads the evidence folder")]

use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;

use git2::{Indexer, Oid, Repository, RepositoryInitOptions};

use crate::response::error::ResponseError;
use crate::response::evidence::bundle::SIGNATURE;
use crate::response::evidence::held_file;
use crate::response::evidence::manifest::{Form, Stored};
use crate::response::git::repo::{oid, told};

/// A new bare repository without templates.
pub(super) fn empty_repository(at: &Path) -> Result<Repository, git2::Error> {
    let mut options = RepositoryInitOptions::new();
    options.bare(true).external_template(false).mkpath(true).no_reinit(true);
    Repository::init_opts(at, &options)
}

/// What the objects are unpacked onto.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Onto {
    /// Nothing: only whether they unpack is looked at.
    Nothing,
    /// A repository that is to hold them with all they stand on.
    Repository,
}

/// Unpacks every object of `stored` into `git`.
pub(super) fn unpack(folder: &Path, stored: &Stored, git: &Repository, onto: Onto) -> Result<(), ResponseError> {
    let path = folder.join(&stored.path);
    let io = |e: std::io::Error| ResponseError::io(&path, &e);
    let refused = |why: String| ResponseError::Evidence(format!("{} {why}", stored.path));
    let mut file = BufReader::new(held_file::open(folder, &stored.path).map_err(refused)?.0);
    let mut ends = Vec::new();
    match &stored.form {
        Form::Bundle => {
            let stands = header(&mut file, &path)?;
            let needed = |stand: &&Oid| onto == Onto::Repository && git.find_commit(**stand).is_err();
            if let Some(stand) = stands.iter().find(needed) {
                let why = format!("the kept commits stand on {stand}, which is not there; name a clone of the repository they are from");
                return Err(ResponseError::Repository(why));
            }
        }
        Form::Pack { shallow, .. } => ends = new_ends(&held_file::read(folder, shallow).map_err(refused)?, git)?,
    }
    let mut indexer = Indexer::new(None, &git.commondir().join("objects").join("pack"), 0o600, false).map_err(told("unpacking it"))?;
    std::io::copy(&mut file, &mut indexer).map_err(io)?;
    indexer.flush().map_err(io)?;
    indexer.commit().map(drop).map_err(told("unpacking it"))?;
    end_history(&ends, git)?;
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

/// The ends of a cut history that `git` does not have the commits of yet: where it has them, it has what came before them as well,
/// and must not lose that.
fn new_ends(text: &[u8], git: &Repository) -> Result<Vec<Oid>, ResponseError> {
    let wrong = || ResponseError::Evidence("the ends of the history are no commit ids".to_owned());
    let ids = std::str::from_utf8(text).map_err(|_| wrong())?.lines().map(|line| Oid::from_str(line).ok().filter(|_| line.len() == 40));
    let ids: Vec<Oid> = ids.collect::<Option<_>>().ok_or_else(wrong)?;
    Ok(ids.into_iter().filter(|id| git.find_commit(*id).is_err()).collect())
}

/// Adds `ends` to the ends of the repository's history.
fn end_history(ends: &[Oid], git: &Repository) -> Result<(), ResponseError> {
    if ends.is_empty() {
        return Ok(());
    }
    let path = git.commondir().join("shallow");
    let io = |e: std::io::Error| ResponseError::io(&path, &e);
    let mut file = File::options().create(true).append(true).open(&path).map_err(io)?;
    let text: String = ends.iter().map(|id| format!("{id}\n")).collect();
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(io)
}
