//! A pull's objects for evidence: into a repository of its own, in one pack, the whole history if it is not too large, else the
//! part that matters. Never a filter of what is small enough.
#![allow(clippy::disallowed_methods, reason = "nothing half done is left where evidence was to lie")]

use std::path::{Path, PathBuf};

use git2::{Oid, Repository};

use super::ask::{Ask, Filter};
use super::cache::{self, Cache};
use super::change::Gap;
use super::contents;
use super::ends::Ends;
use super::fault::Fault;
use super::history::{self, History, oid};
use super::limits::Limits;
use super::session::{Host, Session};
use crate::model::cancel::Cancel;
use crate::model::diff::Patch;
use crate::model::objects::Extent;
use crate::model::pull::Revision;

/// Objects of one pull on their way.
pub(super) struct Bringing<'a> {
    pub(super) host: &'a Host,
    pub(super) cache: &'a Cache,
    pub(super) limits: Limits,
    /// `owner/name`.
    pub(super) repository: &'a str,
    pub(super) cancel: &'a Cancel,
}

impl Bringing<'_> {
    /// Brings as much of `revision` as fits into a new repository at `into`. Nothing is left there when it fails.
    pub(super) fn bring(&self, revision: &Revision, into: &Path) -> Result<Extent, Fault> {
        let brought = self.attempts(revision, into);
        if brought.is_err() {
            remove(into)?;
        }
        brought
    }

    fn attempts(&self, revision: &Revision, into: &Path) -> Result<Extent, Fault> {
        let most = self.limits.evidence;
        let head = oid(revision.head.as_ref(), self.repository)?;
        let base = revision.base.as_ref().map(|id| oid(Some(id), self.repository)).transpose()?;
        let wants: Vec<Oid> = [head].into_iter().chain(base).collect();
        if self.fits(&wants, None, into)? {
            return Ok(Extent::Whole);
        }
        let (history, depth) = self.history(revision, head)?;
        if self.fits(&[head], Some(depth), into)? {
            let why = format!("the whole history is larger than {most} bytes; these are the change's own commits and where they start");
            return Ok(Extent::Shallow(why));
        }
        self.changed(Ends { old: history.merge_base, new: head }, depth, into)?;
        Ok(Extent::Shallow(format!(
            "a checkout is larger than {most} bytes; these are the change's own commits with their folders, and only the files that differ between its ends"
        )))
    }

    fn session(&self, most: u64) -> Session<'_> {
        Session { host: self.host, repository: self.repository, left: most, cancel: self.cancel }
    }

    /// Whether `wants` with all their files fit; if they do, they are at `into`.
    fn fits(&self, wants: &[Oid], depth: Option<u32>, into: &Path) -> Result<bool, Fault> {
        remove(into)?;
        cache::empty(into)?;
        let most = self.limits.evidence;
        match self.session(most).fetch(&Ask { wants, depth, filter: Filter::Nothing }, into, most) {
            Ok(()) => Ok(true),
            Err(Fault::TooLarge(_)) => Ok(false),
            Err(fault) => Err(fault),
        }
    }

    /// The change's own part of the history, and how deep it lies.
    fn history(&self, revision: &Revision, head: Oid) -> Result<(History, u32), Fault> {
        let held = self.cache.take(self.repository, self.cancel)?;
        let base = oid(revision.merge_base.as_ref().or(revision.base.as_ref()), self.repository)?;
        let history = history::find(&mut self.session(self.limits.pull), &held.path, base, head)?;
        let depth = history.depth(&held.open()?, head);
        Ok((history, depth))
    }

    /// Commits with their folders, and the files that differ between the ends, put together in one pack.
    fn changed(&self, ends: Ends, depth: u32, into: &Path) -> Result<(), Fault> {
        remove(into)?;
        cache::empty(into)?;
        let most = self.limits.evidence;
        let mut session = self.session(most);
        session.fetch(&Ask { wants: &[ends.new], depth: Some(depth), filter: Filter::Blobs }, into, most)?;
        let needs = Gap::find(&Repository::open_bare(into)?, ends, &mut Patch::default(), false, self.cancel)?.needs();
        contents::bring(&mut session, into, &needs)?;
        one_pack(into)
    }
}

/// Puts every object of the repository at `into` into one pack.
fn one_pack(into: &Path) -> Result<(), Fault> {
    let folder = into.join("objects").join("pack");
    let before = files(&folder)?;
    let git = Repository::open_bare(into)?;
    let mut ids = Vec::new();
    git.odb()?.foreach(|id| {
        ids.push(*id);
        true
    })?;
    let mut pack = git.packbuilder()?;
    pack.set_threads(1);
    ids.iter().try_for_each(|id| pack.insert_object(*id, None))?;
    pack.write(&folder, 0o600)?;
    let kept = pack.name().ok().flatten().map(|name| format!("pack-{name}.")).unwrap_or_default();
    let is_kept = |path: &Path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&kept));
    drop(pack);
    for path in before.into_iter().filter(|path| !is_kept(path)) {
        std::fs::remove_file(&path).map_err(|e| Fault::io(&path, &e))?;
    }
    Ok(())
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, Fault> {
    let entries = std::fs::read_dir(folder).map_err(|e| Fault::io(folder, &e))?;
    Ok(entries.flatten().map(|entry| entry.path()).collect())
}

/// Takes away a repository that did not become whole.
fn remove(path: &Path) -> Result<(), Fault> {
    match std::fs::remove_dir_all(path) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(Fault::io(path, &e)),
        _ => Ok(()),
    }
}
