//! A pack on its way into a repository: checked and indexed beside it, moved in when it is whole. Whatever ends it early leaves
//! nothing that git would read.
#![allow(clippy::disallowed_methods, reason = "the cache folder of our own")]

use std::io::Write as _;
use std::path::{Path, PathBuf};

use git2::Indexer;
use tempfile::TempDir;

use super::fault::Fault;

/// What the folder of a pack that is not whole yet begins with.
pub(super) const PREFIX: &str = "incoming-";
/// Objects that one pack may hold: the index of more would not fit in memory.
const MAX_OBJECTS: u32 = 8_000_000;

/// A pack that arrives.
pub(super) struct Intake {
    repository: PathBuf,
    place: TempDir,
    indexer: Indexer<'static>,
    /// The first twelve bytes, as far as they came.
    header: Vec<u8>,
    taken: u64,
    limit: u64,
}

impl Intake {
    /// Begins a pack of at most `limit` bytes for the bare repository at `repository`.
    pub(super) fn begin(repository: &Path, limit: u64) -> Result<Self, Fault> {
        let place = tempfile::Builder::new().prefix(PREFIX).tempdir_in(repository).map_err(|e| Fault::io(repository, &e))?;
        let indexer = Indexer::new(None, place.path(), 0o600, false)?;
        Ok(Self { repository: repository.to_owned(), place, indexer, header: Vec::new(), taken: 0, limit })
    }

    /// Takes the next bytes.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        self.taken += bytes.len() as u64;
        if self.taken > self.limit {
            return Err(Fault::TooLarge(self.limit));
        }
        if self.header.len() < 12 {
            let missing = (12 - self.header.len()).min(bytes.len());
            self.header.extend(bytes.iter().take(missing));
            self.count()?;
        }
        self.indexer.write_all(bytes).map_err(|e| Fault::Garbled(format!("its pack is damaged: {e}")))
    }

    /// How many bytes were taken.
    pub(super) fn taken(&self) -> u64 {
        self.taken
    }

    /// Looks at the number of objects before memory is set aside for them.
    fn count(&self) -> Result<(), Fault> {
        let Some([a, b, c, d]) = self.header.get(8..12) else { return Ok(()) };
        let count = u32::from_be_bytes([*a, *b, *c, *d]);
        if count > MAX_OBJECTS {
            return Err(Fault::Garbled(format!("its pack claims {count} objects, and {MAX_OBJECTS} are the most that is read")));
        }
        Ok(())
    }

    /// Checks the whole pack and moves it in: the index last, since a pack without one is not there for git.
    pub(super) fn finish(self) -> Result<(), Fault> {
        let name = self.indexer.commit().map_err(|e| Fault::Garbled(format!("its pack is damaged: {}", e.message())))?;
        let into = self.repository.join("objects").join("pack");
        for extension in ["pack", "idx"] {
            let file = format!("pack-{name}.{extension}");
            let to = into.join(&file);
            std::fs::rename(self.place.path().join(&file), &to).map_err(|e| Fault::io(&to, &e))?;
        }
        Ok(())
    }
}

/// Removes what a killed run left half done. The caller holds the repository's lock.
pub(super) fn sweep(repository: &Path) -> Result<(), Fault> {
    let entries = std::fs::read_dir(repository).map_err(|e| Fault::io(repository, &e))?;
    for entry in entries.flatten().filter(|entry| entry.file_name().to_string_lossy().starts_with(PREFIX)) {
        std::fs::remove_dir_all(entry.path()).map_err(|e| Fault::io(&entry.path(), &e))?;
    }
    Ok(())
}
