//! One pull with its commits and net diff: what the first frame needs, and nothing else.
//!
//! The list of files is GitHub's view of the head at the moment it is read, so it is compared with the head the pull was read
//! at: a push in between is read again, never mixed. It does not name the base, which its author may turn elsewhere meanwhile:
//! there GitHub's own counts must fit, or git's objects are read instead.

use sha2::{Digest as _, Sha256};

use super::address::Address;
use super::commits::{self, More};
use super::failure::told;
use super::files::{self, Files};
use super::gaps::{Fill, Gaps};
use super::pulls::{self, Found};
use crate::model::cancel::Cancel;
use crate::model::change::Change;
use crate::model::diff::{Omission, Patch};
use crate::model::forge::{Forge, ForgeError};
use crate::model::pull::{Commit, Pull};
use crate::sources::source::{Recognise, SourceError};
use crate::sources::unified;

/// So often a pull is read again because its head moved meanwhile.
const TRIES: usize = 3;
/// Commits that come with the pull itself.
const FIRST_COMMITS: u64 = 100;

/// What is needed to read a change.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    pub(super) forge: &'a dyn Forge,
    pub(super) fill: Option<&'a dyn Fill>,
    pub(super) recognise: &'a Recognise,
    pub(super) cancel: &'a Cancel,
}

/// What is known of a change so far.
struct Draft {
    pull: Pull,
    commits: Vec<Commit>,
    patch: Patch,
}

impl Draft {
    fn omit(&mut self, why: String, unreadable: usize) {
        self.patch.unreadable += unreadable;
        self.patch.omissions.push(Omission { path: None, why });
    }
}

impl Reader<'_> {
    /// The change of `number` at `address`. `pull.at` stays what was asked for, also when the repository moved.
    pub(super) fn read(self, address: &Address, number: u64) -> Result<Change, SourceError> {
        let (found, files) = self.consistent(address, number)?;
        let now = found.address;
        let whole_list = !files.cut && files.patch.files.len() as u64 >= found.pull.standing.as_ref().map_or(0, |standing| standing.files);
        let gaps = files.gaps;
        let mut draft = Draft { pull: found.pull, commits: found.commits, patch: files.patch };
        draft.pull.at = address.pull(number);
        for error in &found.errors {
            draft.omit(format!("a part of its facts is not shown ({}): {}", error.path, error.message), 0);
        }
        if now != *address {
            draft.omit(format!("{address} is called {now} now: write that from now on"), 0);
        }
        let told = found.errors.iter().any(|error| error.path.contains("headRepository"));
        if !told && draft.pull.standing.as_ref().is_some_and(|standing| standing.fork.is_none()) {
            draft.omit(
                "the repository its branch lived in was deleted: its commits are still here, and nobody can push to it".to_owned(),
                0,
            );
        }
        self.commits(&mut draft, &now, number, &found.more)?;
        self.merge_base(&mut draft, &now, found.more.total)?;
        self.fill(&mut draft, &now, number, (gaps, whole_list), found.more.total)?;
        draft.pull.provenance = (self.recognise)(&draft.pull, &draft.commits);
        draft.pull.commit_count = Some(draft.commits.len().max(found.more.total));
        let digest = Sha256::digest(unified::render(&draft.patch)).iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Change { pull: draft.pull, commits: draft.commits, patch: draft.patch, digest })
    }

    /// The pull and its files, asked for at once. A thread of its own: those of the analysis must not wait for a network.
    fn both(self, address: &Address, number: u64) -> (Result<Found, ForgeError>, Result<Files, ForgeError>) {
        let files = || files::read(self.forge, &address.path(), number, self.cancel);
        std::thread::scope(|scope| {
            let second = std::thread::Builder::new().name("lazaret-files".to_owned()).spawn_scoped(scope, files);
            let found = pulls::read(self.forge, address, number, FIRST_COMMITS, self.cancel);
            let broke = |_| Err(ForgeError::Garbled(format!("reading the files of {address}#{number} broke off: open it again")));
            (found, second.map_or_else(|_| files(), |thread| thread.join().unwrap_or_else(broke)))
        })
    }

    /// The pull and its files, both of the same head.
    fn consistent(self, address: &Address, number: u64) -> Result<(Found, Files), SourceError> {
        let mut doubted = false;
        for _ in 0..TRIES {
            let (found, files) = self.both(address, number);
            let found = found.map_err(told)?;
            // A repository that moved answers under its new name.
            let files = match files {
                Err(ForgeError::NotFound(_)) if found.address != *address => {
                    files::read(self.forge, &found.address.path(), number, self.cancel)
                }
                other => other,
            };
            let mut files = files.map_err(told)?;
            let same = files.head.is_none() || files.head == found.pull.revision.head;
            if !same || files.torn {
                continue;
            }
            if files.fits(found.pull.standing.as_deref()) {
                return Ok((found, files));
            }
            if std::mem::replace(&mut doubted, true) {
                files.doubt();
                return Ok((found, files));
            }
        }
        let why = format!("{address}#{number} gets new commits faster than it can be read: open it again in a moment");
        Err(SourceError::Unreadable(why))
    }

    fn commits(self, draft: &mut Draft, address: &Address, number: u64, more: &More) -> Result<(), SourceError> {
        let Draft { pull, commits, .. } = draft;
        let rest = commits::rest(self.forge, address, number, commits, more, self.cancel);
        let rest = rest.and_then(|()| {
            if commits.len() >= more.total {
                return Ok(());
            }
            commits::beyond(self.forge, address, &pull.revision, commits, more.total, self.cancel)
        });
        // What is missing for another reason is counted once the other way was tried too.
        if matches!(rest, Err(ForgeError::Cancelled)) {
            return Err(SourceError::Cancelled);
        }
        // Pages of two different heads are no list of anything: git is asked instead.
        let head = &pull.revision.head;
        if commits.len() >= more.total && head.is_some() && !commits.iter().any(|commit| commit.id == *head) {
            commits.clear();
        }
        Ok(())
    }

    /// Asked for only where the commits do not tell: it costs as much as the files.
    fn merge_base(self, draft: &mut Draft, address: &Address, total: usize) -> Result<(), SourceError> {
        let told = (draft.commits.len() >= total).then(|| commits::fork_point(&draft.commits)).flatten();
        if told.is_some() {
            draft.pull.revision.merge_base = told;
            return Ok(());
        }
        match commits::merge_base(self.forge, address, &draft.pull.revision, self.cancel) {
            Ok(Some(found)) => draft.pull.revision.merge_base = Some(found),
            Ok(None) => draft.omit("the commit its diff starts from is not known, so whole files of before are not read".to_owned(), 0),
            Err(ForgeError::Cancelled) => return Err(SourceError::Cancelled),
            Err(why) => {
                draft.omit(format!("the commit its diff starts from is not known, so whole files of before are not read: {why}"), 0);
            }
        }
        Ok(())
    }

    /// Lets git bring what the API left out, and counts what is still missing.
    fn fill(
        self,
        draft: &mut Draft,
        address: &Address,
        number: u64,
        (gaps, whole_list): (usize, bool),
        total: usize,
    ) -> Result<(), SourceError> {
        let commits = draft.commits.len() < total;
        if gaps == 0 && whole_list && !commits {
            return Ok(());
        }
        let why = match self.fill {
            None => "nothing here reads them from git".to_owned(),
            Some(fill) => {
                let repository = address.path();
                let asked =
                    Gaps { repository: &repository, number, revision: &draft.pull.revision.clone(), every_file: whole_list, commits };
                match fill.fill(&asked, draft.patch.clone(), self.cancel) {
                    Ok(filled) => {
                        draft.patch = filled.patch;
                        draft.pull.revision.merge_base = filled.merge_base.or_else(|| draft.pull.revision.merge_base.take());
                        draft.commits = filled.commits.unwrap_or_else(|| std::mem::take(&mut draft.commits));
                        return Ok(());
                    }
                    Err(SourceError::Cancelled) => return Err(SourceError::Cancelled),
                    Err(why) => why.to_string(),
                }
            }
        };
        tell(draft, (gaps, whole_list), total, &why);
        Ok(())
    }
}

/// Says what is missing. Files without their lines say themselves why.
fn tell(draft: &mut Draft, (gaps, whole_list): (usize, bool), total: usize, why: &str) {
    draft.patch.unreadable += gaps;
    if gaps > 0 {
        draft.omit(format!("GitHub does not show {gaps} of its files whole: {why}"), 0);
    }
    if !whole_list {
        let (listed, announced) = (draft.patch.files.len(), draft.pull.standing.as_ref().map_or(0, |standing| standing.files));
        draft.omit(format!("GitHub lists {listed} of its {announced} files: {why}"), 1);
    }
    let known = draft.commits.len();
    if known < total {
        draft.omit(format!("GitHub lists {known} of its {total} commits: {why}"), 1);
    }
}
