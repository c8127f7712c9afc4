//! The folder of fetched objects: one bare repository for each of the forge's, private, taken by one lazaret at a time, the one
//! that was not used for longest thrown away first. Never a ref, a hook or a setting of somebody else's.
#![allow(clippy::disallowed_methods, reason = "the cache folder of our own")]

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use git2::{Repository, RepositoryInitOptions};

use super::fault::Fault;
use super::intake;
use crate::model::cancel::Cancel;

/// How often a taken repository is asked for again.
const PATIENCE: Duration = Duration::from_millis(50);
/// What a repository that is being thrown away is called.
const GOING: &str = ".going-";
/// Touched at every use.
const USED: &str = "used";

/// Where the repositories lie.
#[derive(Debug)]
pub(super) struct Cache {
    root: PathBuf,
    /// Bytes of all of them together.
    most: u64,
}

/// A repository while nobody else may write to it or throw it away.
pub(super) struct Held {
    /// Its folder.
    pub(super) path: PathBuf,
    lock: File,
}

impl Drop for Held {
    /// Closing alone would leave it locked while a program started meanwhile still shares the open file.
    fn drop(&mut self) {
        let _ = self.lock.unlock();
    }
}

impl Held {
    /// Opens it as it is now: objects and ends of history are read again.
    pub(super) fn open(&self) -> Result<Repository, Fault> {
        Ok(Repository::open_bare(&self.path)?)
    }
}

impl Cache {
    /// The cache below `root`, of at most `most` bytes when nobody uses it.
    pub(super) fn new(root: &Path, most: u64) -> Self {
        Self { root: root.to_owned(), most }
    }

    /// Takes the repository that keeps what was fetched of `repository` (`owner/name`), made when there is none.
    pub(super) fn take(&self, repository: &str, cancel: &Cancel) -> Result<Held, Fault> {
        let path = self.root.join(place(repository).ok_or_else(|| Fault::Cache(format!("{repository:?} is no name of a repository")))?);
        private_folder(path.parent().unwrap_or(&self.root))?;
        let lock = wait(&path.with_extension("lock"), cancel)?;
        let held = Held { path, lock };
        if held.open().is_err() {
            // A cache that cannot be read is no loss.
            throw_away(&held.path)?;
            empty(&held.path)?;
        }
        intake::sweep(&held.path)?;
        let used = held.path.join(USED);
        File::create(&used).and_then(|file| file.set_modified(SystemTime::now())).map_err(|e| Fault::io(&used, &e))?;
        Ok(held)
    }

    /// Throws away what was fetched of `repository`, for when it cannot be read.
    pub(super) fn forget(&self, repository: &str, cancel: &Cancel) -> Result<(), Fault> {
        throw_away(&self.take(repository, cancel)?.path)
    }

    /// Throws away what was not used for longest until the rest is small enough. Repositories that somebody has taken stay.
    pub(super) fn trim(&self) {
        let mut found: Vec<(SystemTime, PathBuf, u64)> = repositories(&self.root)
            .into_iter()
            .map(|path| {
                let used = std::fs::metadata(path.join(USED)).and_then(|file| file.modified()).unwrap_or(SystemTime::UNIX_EPOCH);
                let size = size(&path);
                (used, path, size)
            })
            .collect();
        found.sort();
        let mut all: u64 = found.iter().map(|(_, _, size)| size).sum();
        for (_, path, size) in found {
            if all <= self.most {
                break;
            }
            let Ok(lock) = open_lock(&path.with_extension("lock")) else { continue };
            if lock.try_lock().is_ok() {
                if throw_away(&path).is_ok() {
                    all = all.saturating_sub(size);
                }
                let _ = lock.unlock();
            }
        }
    }
}

/// Where `owner/name` is kept, when it is a name that a forge gives. Forges do not tell upper from lower case.
fn place(repository: &str) -> Option<PathBuf> {
    let (owner, name) = repository.split_once('/')?;
    let plain = |part: &str| part.len() <= 200 && part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
    let fits = plain(owner) && plain(name) && !owner.is_empty() && !owner.starts_with('.') && !name.is_empty();
    fits.then(|| Path::new(&owner.to_lowercase()).join(format!("{}.git", name.to_lowercase())))
}

/// A new bare repository at `path`: whole or not there, without templates, readable by nobody else.
pub(super) fn empty(path: &Path) -> Result<(), Fault> {
    let parent = path.parent().unwrap_or(Path::new("."));
    let scratch = tempfile::Builder::new().prefix(".new-").tempdir_in(parent).map_err(|e| Fault::io(parent, &e))?;
    let mut options = RepositoryInitOptions::new();
    options.bare(true).external_template(false).no_reinit(true);
    let git = scratch.path().join("git");
    private_folder(&git)?;
    Repository::init_opts(&git, &options)?;
    std::fs::rename(&git, path).map_err(|e| Fault::io(path, &e))
}

/// Takes the lock at `path`, waiting for whoever has it.
fn wait(path: &Path, cancel: &Cancel) -> Result<File, Fault> {
    let file = open_lock(path).map_err(|e| Fault::io(path, &e))?;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if cancel.is_cancelled() => return Err(Fault::Cancelled),
            Err(TryLockError::WouldBlock) => std::thread::sleep(PATIENCE),
            Err(TryLockError::Error(e)) => return Err(Fault::io(path, &e)),
        }
    }
}

fn open_lock(path: &Path) -> std::io::Result<File> {
    let mut options = File::options();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn private_folder(folder: &Path) -> Result<(), Fault> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|e| Fault::io(folder, &e))
}

/// Removes a repository of the cache. It loses its name first, so that half of one is never taken for one.
fn throw_away(path: &Path) -> Result<(), Fault> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let going = path.with_file_name(format!("{GOING}{name}"));
    let _ = std::fs::remove_dir_all(&going);
    match std::fs::rename(path, &going) {
        Ok(()) => std::fs::remove_dir_all(&going).map_err(|e| Fault::io(&going, &e)),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(e) => Err(Fault::io(path, &e)),
    }
}

/// Every repository of the cache.
fn repositories(root: &Path) -> Vec<PathBuf> {
    let below = |folder: &Path| std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect::<Vec<_>>();
    let is_repository = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "git") && path.is_dir();
    below(root).iter().flat_map(|owner| below(owner)).filter(is_repository).collect()
}

fn size(folder: &Path) -> u64 {
    let mut all = 0;
    let mut pending = vec![folder.to_owned()];
    while let Some(next) = pending.pop() {
        for entry in std::fs::read_dir(next).into_iter().flatten().flatten() {
            match entry.metadata() {
                Ok(found) if found.is_dir() => pending.push(entry.path()),
                Ok(found) => all += found.len(),
                Err(_) => {}
            }
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_a_forge_have_a_place() {
        assert_eq!(place("Owner/.github").unwrap(), Path::new("owner/.github.git"));
        for bad in ["", "owner", "../x", "/x", "o/", "o/a/b", "o/a b", "o/a\\b", ".o/a", "o/a\0"] {
            assert_eq!(place(bad), None, "{bad:?}");
        }
    }
}
