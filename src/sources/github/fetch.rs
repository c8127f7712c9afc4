//! A partial fetch of a pull over git's smart HTTP, protocol version 2, into a cache of our own: folders without files, then only
//! the files that changed. For what GitHub's API leaves out, for whole texts, and for evidence.
//!
//! Objects only: no checkout, no hook, no ref, no setting of the remote. Every object is checked against its id.

mod ask;
mod bringing;
mod cache;
mod change;
mod contents;
mod ends;
mod fault;
mod history;
mod intake;
mod limits;
mod offer;
mod pkt;
mod reply;
mod session;
mod shallow;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use git2::{Oid, Repository};

pub use limits::Limits;

use crate::model::cancel::Cancel;
use crate::model::change::{History, TextRequest, Texts};
use crate::model::diff::{Patch, Side};
use crate::model::forge::ForgeError;
use crate::model::objects::{Extent, Objects};
use crate::model::pull::{Commit, PullRef, Revision};
use crate::sources::github::gaps::{Fill, Filled, Gaps};
use crate::sources::github::wire::Wire;
use crate::sources::local::blobs::Store;
use crate::sources::local::history::Steps;
use crate::sources::local::{commits, texts};
use crate::sources::source::SourceError;
use bringing::Bringing;
use cache::{Cache, Held};
use change::Gap;
use ends::Ends;
use fault::Fault;
use history::oid;
use session::{Host, Session};

/// Fetches pulls of one forge into a cache.
pub struct Fetcher {
    host: Host,
    cache: Cache,
    limits: Limits,
}

impl Fetcher {
    /// Fetches over `wire` into the folder `cache`, which belongs to the forge that the wire leads to.
    #[must_use]
    pub fn new(wire: Arc<dyn Wire>, cache: &Path, limits: Limits) -> Self {
        Self { host: Host::new(wire), cache: Cache::new(cache, limits.cache), limits }
    }

    /// Begins a talk about `repository` in which `most` bytes may be taken.
    fn session<'a>(&'a self, repository: &'a str, most: u64, cancel: &'a Cancel) -> Session<'a> {
        Session { host: &self.host, repository, left: most, cancel }
    }

    /// Runs `read` on what is here of `repository`; when that is damaged, once more on an empty cache.
    fn sound<T>(&self, repository: &str, cancel: &Cancel, read: impl Fn() -> Result<T, Fault>) -> Result<T, Fault> {
        let found = match read() {
            Err(Fault::Cache(_)) => self.cache.forget(repository, cancel).and_then(|()| read()),
            other => other,
        };
        self.cache.trim();
        found
    }

    fn filled(&self, gaps: &Gaps<'_>, mut patch: Patch, cancel: &Cancel) -> Result<Filled, Fault> {
        let held = self.cache.take(gaps.repository, cancel)?;
        let mut session = self.session(gaps.repository, self.limits.pull, cancel);
        let head = oid(gaps.revision.head.as_ref(), gaps.repository)?;
        let known = gaps.revision.merge_base.as_ref().map(|id| oid(Some(id), gaps.repository)).transpose()?;
        let mut filled = Filled::default();
        let old = if known.is_none() || gaps.commits {
            let base = known.map_or_else(|| oid(gaps.revision.base.as_ref(), gaps.repository), Ok)?;
            let history = history::find(&mut session, &held.path, base, head)?;
            if gaps.commits {
                filled.commits = Some(commits::read(&held.open()?, &history.own, cancel)?);
            }
            known.or(history.merge_base)
        } else {
            known
        };
        let ends = Ends { old, new: head };
        ends.bring(&mut session, &held.path)?;
        let gap = Gap::find(&held.open()?, ends, &mut patch, gaps.every_file, cancel)?;
        contents::bring(&mut session, &held.path, &gap.needs())?;
        gap.fill(&held.open()?, &mut patch, cancel)?;
        filled.merge_base = old.and_then(commits::commit_id);
        filled.patch = patch;
        Ok(filled)
    }

    fn read(&self, repository: &str, revision: &Revision, wanted: &[TextRequest], cancel: &Cancel) -> Result<Texts, Fault> {
        let held = self.cache.take(repository, cancel)?;
        let mut session = self.session(repository, self.limits.pull, cancel);
        let ends = Ends {
            old: revision.merge_base.as_ref().map(|id| oid(Some(id), repository)).transpose()?,
            new: oid(revision.head.as_ref(), repository)?,
        };
        ends.bring(&mut session, &held.path)?;
        contents::bring(&mut session, &held.path, &asked(&held, ends, wanted)?)?;
        Ok(texts::read(&held.open()?, revision, wanted, cancel))
    }
}

impl Fetcher {
    fn steps(&self, repository: &str, own: &[Commit], cancel: &Cancel) -> Result<History, Fault> {
        let held = self.cache.take(repository, cancel)?;
        let mut session = self.session(repository, self.limits.pull, cancel);
        ends::bring(&mut session, &held.path, &Steps::ends(own)?)?;
        let steps = Steps::of(&held.open()?, own, cancel)?;
        contents::bring(&mut session, &held.path, &steps.needs())?;
        let git = held.open()?;
        Ok(steps.read(&Store::partial(&git, "its content was not fetched")?, cancel)?)
    }
}

impl Fill for Fetcher {
    fn history(&self, repository: &str, own: &[Commit], cancel: &Cancel) -> Result<History, SourceError> {
        Ok(self.sound(repository, cancel, || self.steps(repository, own, cancel))?)
    }

    fn fill(&self, gaps: &Gaps<'_>, patch: Patch, cancel: &Cancel) -> Result<Filled, SourceError> {
        Ok(self.sound(gaps.repository, cancel, || self.filled(gaps, patch.clone(), cancel))?)
    }

    fn texts(&self, repository: &str, revision: &Revision, wanted: &[TextRequest], cancel: &Cancel) -> Texts {
        self.sound(repository, cancel, || self.read(repository, revision, wanted, cancel)).unwrap_or_else(|fault| {
            tracing::warn!(repository, %fault, "whole files could not be fetched");
            Texts::default()
        })
    }
}

impl Objects for Fetcher {
    fn bring(&self, at: &PullRef, revision: &Revision, into: &Path, cancel: &Cancel) -> Result<Extent, ForgeError> {
        let bringing = Bringing { host: &self.host, cache: &self.cache, limits: self.limits, repository: place(at), cancel };
        let brought = bringing.bring(revision, into);
        self.cache.trim();
        Ok(brought?)
    }
}

/// The files behind `wanted`.
fn asked(held: &Held, ends: Ends, wanted: &[TextRequest]) -> Result<BTreeSet<Oid>, Fault> {
    let git: Repository = held.open()?;
    let (old, new) = ends.roots(&git)?;
    let mut ids = BTreeSet::new();
    for request in wanted {
        let root = match request.side {
            Side::Old => old.as_ref(),
            Side::New => Some(&new),
        };
        let Some(root) = root else { continue };
        ids.extend(texts::entry(&git, root, &request.path)?.filter(|entry| texts::is_file(*entry)).map(|entry| entry.id));
    }
    Ok(ids)
}

/// `owner/name`, without the host that may stand before it.
fn place(at: &PullRef) -> &str {
    let start = at.repo.rmatch_indices('/').nth(1).map_or(0, |(at, _)| at + 1);
    at.repo.get(start..).unwrap_or_default()
}
