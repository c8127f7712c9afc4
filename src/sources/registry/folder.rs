//! An unpacked export of OSV: a folder of records, one JSON file each, in folders as one likes. Read where it lies, also without a network.
#![allow(clippy::disallowed_methods, reason = "the folder of records that the user named is read here")]

use std::collections::HashMap;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use rayon::prelude::*;

use super::record::{Record, keys};
use super::world::moment;
use crate::model::cancel::Cancel;
use crate::model::dependency::Ecosystem;
use crate::model::lookup::{Advisory, Package, Told};
use crate::model::time::Timestamp;

/// The longest record; the largest that is published has a few MiB.
const LONGEST: u64 = 16 << 20;
/// More files than a whole export holds.
const MOST: usize = 2_000_000;

/// The folder, and which of its files are about which package once that was asked.
pub(super) struct Folder {
    path: PathBuf,
    index: OnceLock<Index>,
}

#[derive(Default)]
struct Index {
    files: HashMap<(Ecosystem, String), Vec<PathBuf>>,
    records: usize,
    unread: Vec<String>,
    /// When the record was written that was written last.
    latest: Timestamp,
}

impl Folder {
    /// # Errors
    /// When it is no folder that can be read.
    pub(super) fn open(path: &Path) -> Result<Self, String> {
        match fs::read_dir(path) {
            Ok(_) => Ok(Self { path: path.to_owned(), index: OnceLock::new() }),
            Err(error) => Err(format!("the folder of advisories {} cannot be read: {error}", path.display())),
        }
    }

    /// What its records say of `package`.
    pub(super) fn advisories(&self, package: &Package, cancel: &Cancel) -> Told<Vec<Advisory>> {
        let index = match self.index.get() {
            Some(index) => index,
            None if cancel.is_cancelled() => return Told::Unreached("nobody waited for it".to_owned()),
            None => self.index.get_or_init(|| Index::of(&self.path)),
        };
        if index.records == 0 {
            return Told::Unreached(format!("no record of OSV lies in {}", self.path.display()));
        }
        let mut files: Vec<&PathBuf> = keys(package).iter().filter_map(|key| index.files.get(key)).flatten().collect();
        files.sort();
        files.dedup();
        let mut found = Vec::new();
        for file in files {
            match read(file) {
                Ok(record) => found.extend(record.of(package)),
                Err(why) => return Told::Unreached(why),
            }
        }
        found.sort_by(|a, b| a.id.cmp(&b.id));
        Told::Says { what: found, by: format!("the OSV records in {}", self.path.display()), at: index.latest }
    }

    /// How many records it holds, and from when the latest is.
    pub(super) fn summary(&self, cancel: &Cancel) -> Result<String, String> {
        let none = Package { ecosystem: Ecosystem::Npm, name: String::new(), version: None };
        match self.advisories(&none, cancel) {
            Told::Unchecked(why) | Told::Unreached(why) => Err(why),
            Told::Says { .. } => {
                let (records, latest) = self.index.get().map_or((0, Timestamp::default()), |index| (index.records, index.latest));
                let day = chrono::DateTime::from_timestamp(latest.0, 0)
                    .map_or_else(String::new, |at| at.format(", the latest of %Y-%m-%d").to_string());
                self.unread().map_or_else(|| Ok(format!("{records} records of OSV in {}{day}", self.path.display())), Err)
            }
        }
    }

    /// What could not be read of it, in one sentence; nothing before it was asked.
    pub(super) fn unread(&self) -> Option<String> {
        let index = self.index.get()?;
        let first = index.unread.first()?;
        let more = index.unread.len() - 1;
        let more = if more == 0 { String::new() } else { format!(", and {more} more") };
        Some(format!("advisories were not all read: {first}{more}"))
    }
}

impl Index {
    fn of(folder: &Path) -> Self {
        let (files, mut unread) = listed(folder);
        let read: Vec<Result<(PathBuf, Record), String>> =
            files.into_par_iter().map(|file| read(&file).map(|record| (file, record))).collect();
        let mut index = Self::default();
        for one in read {
            match one {
                Ok((file, record)) => index.add(&file, &record),
                Err(why) => unread.push(why),
            }
        }
        Self { unread, ..index }
    }

    fn add(&mut self, file: &Path, record: &Record) {
        self.records += 1;
        self.latest = self.latest.max(moment(&record.modified).unwrap_or_default());
        let mut keys: Vec<_> = record.affected.iter().filter_map(|part| part.package.as_ref()?.key()).collect();
        keys.sort();
        keys.dedup();
        for key in keys {
            self.files.entry(key).or_default().push(file.to_owned());
        }
    }
}

/// The files of records below `folder`; no link is followed.
fn listed(folder: &Path) -> (Vec<PathBuf>, Vec<String>) {
    let (mut files, mut unread, mut folders) = (Vec::new(), Vec::new(), vec![folder.to_owned()]);
    while let Some(next) = folders.pop() {
        let entries = match fs::read_dir(&next) {
            Ok(entries) => entries,
            Err(error) => {
                unread.push(format!("{}: {error}", next.display()));
                continue;
            }
        };
        for entry in entries.filter_map(Result::ok) {
            let (path, kind) = (entry.path(), entry.file_type());
            match kind {
                Ok(kind) if kind.is_dir() => folders.push(path),
                Ok(kind) if kind.is_file() && path.extension().is_some_and(|end| end == "json") => files.push(path),
                _ => {}
            }
            if files.len() >= MOST {
                unread.push(format!("only {MOST} files of {} were looked at", folder.display()));
                return (files, unread);
            }
        }
    }
    files.sort();
    (files, unread)
}

fn read(file: &Path) -> Result<Record, String> {
    let says = |why: &dyn std::fmt::Display| format!("{} is no record of OSV that can be read: {why}", file.display());
    let mut text = Vec::new();
    let opened = fs::File::open(file).map_err(|error| says(&error))?;
    opened.take(LONGEST + 1).read_to_end(&mut text).map_err(|error| says(&error))?;
    if text.len() as u64 > LONGEST {
        return Err(says(&"it is too large"));
    }
    serde_json::from_slice(&text).map_err(|error| says(&error))
}
