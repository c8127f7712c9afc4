//! The folder a demo lives in: made, recognised, or refused when it holds something else.
#![allow(clippy::disallowed_methods, reason = "the demo is a repository in a folder of its own")]

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use git2::{Repository, RepositoryInitOptions};

use crate::sources::demo::data::Script;
use crate::sources::demo::timeline;
use crate::sources::source::SourceError;

/// Says that a folder is a demo of ours, and of which data.
const MARK: &str = "lazaret-demo";
/// Who reviews where nobody else does.
const REVIEWER: [(&str, &str); 2] = [("user.name", "Demo Reviewer"), ("user.email", "reviewer@harbour.example")];

/// The demo's repository below `folder`, which is made where it is not there yet.
///
/// # Errors
/// When `folder` holds something else or the demo of another version, or cannot be written.
pub fn repository(folder: &Path, script: &Script) -> Result<PathBuf, SourceError> {
    let place = folder.join("repo.git");
    let cannot = |error: std::io::Error| SourceError::Unreadable(format!("{} cannot be written: {error}", folder.display()));
    match fs::read_to_string(folder.join(MARK)) {
        Ok(digest) if digest.trim() != script.digest => return Err(another_version(folder)),
        Ok(_) if place.is_dir() => return Ok(place),
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::NotFound || error.kind() == ErrorKind::NotADirectory => claim(folder, script)?,
        Err(error) => return Err(SourceError::Unreadable(format!("{} cannot be read: {error}", folder.join(MARK).display()))),
    }
    // Built beside and renamed, so that a repository under its own name is always whole.
    let scratch = tempfile::Builder::new().prefix("repo.").tempdir_in(folder).map_err(cannot)?;
    build(scratch.path(), script)?;
    match fs::rename(scratch.path(), &place) {
        Err(_) if place.is_dir() => Ok(place),
        other => other.map(|()| place).map_err(cannot),
    }
}

fn claim(folder: &Path, script: &Script) -> Result<(), SourceError> {
    let cannot = |error: std::io::Error| SourceError::Unreadable(format!("{} cannot be written: {error}", folder.display()));
    match fs::read_dir(folder) {
        Ok(mut entries) => {
            if entries.next().is_some() {
                return Err(SourceError::Usage(format!(
                    "{} holds something that is not a lazaret demo; name an empty or a new folder",
                    folder.display()
                )));
            }
        }
        Err(error) if error.kind() == ErrorKind::NotFound => fs::create_dir_all(folder).map_err(cannot)?,
        Err(error) if error.kind() == ErrorKind::NotADirectory => {
            return Err(SourceError::Usage(format!("{} is a file; name an empty or a new folder", folder.display())));
        }
        Err(error) => return Err(SourceError::Unreadable(format!("{} cannot be read: {error}", folder.display()))),
    }
    fs::write(folder.join(MARK), format!("{}\n", script.digest)).map_err(cannot)
}

fn another_version(folder: &Path) -> SourceError {
    SourceError::Usage(format!("{} holds the demo of another lazaret version; name a new folder", folder.display()))
}

fn build(place: &Path, script: &Script) -> Result<(), SourceError> {
    let broken = |why: String| SourceError::Unreadable(format!("the demo cannot be built in {}: {why}", place.display()));
    let mut options = RepositoryInitOptions::new();
    options.bare(true).initial_head("main").external_template(false).mkdir(true);
    let repo = Repository::init_opts(place, &options).map_err(|error| broken(error.message().to_owned()))?;
    introduce(&repo).map_err(|error| broken(error.message().to_owned()))?;
    timeline::weave(&repo, script).map_err(broken)
}

/// Decisions need a name. Where git knows none, the demo lends one, so that its verbs work on a fresh machine.
fn introduce(repo: &Repository) -> Result<(), git2::Error> {
    let mut config = repo.config()?;
    let known = config.snapshot()?;
    for (key, lent) in REVIEWER {
        if known.get_str(key).is_err() {
            config.set_str(key, lent)?;
        }
    }
    Ok(())
}
