//! One talk with a git host about one repository: requests within a budget of bytes, each pack into a repository of ours. Never
//! what is asked for.

use std::path::Path;

use git2::{Oid, Repository};

use super::ask::Ask;
use super::fault::Fault;
use super::intake::Intake;
use super::offer::Offer;
use super::reply::Reply;
use super::shallow;
use crate::model::cancel::Cancel;
use crate::sources::github::wire::Wire;

/// What the packets of an answer take besides the pack in them, at most, for each of its bytes: an eighth and a little.
const WRAPPING: u64 = 1 << 20;

/// A talk about `repository`.
pub(super) struct Session<'a> {
    pub(super) wire: &'a dyn Wire,
    /// `owner/name`.
    pub(super) repository: &'a str,
    pub(super) offer: Offer,
    /// Bytes that may still be taken.
    pub(super) left: u64,
    pub(super) cancel: &'a Cancel,
}

impl Session<'_> {
    /// Brings what is asked for into the bare repository at `into`, at most `limit` bytes of it.
    pub(super) fn fetch(&mut self, ask: &Ask<'_>, into: &Path, limit: u64) -> Result<(), Fault> {
        if self.cancel.is_cancelled() {
            return Err(Fault::Cancelled);
        }
        let limit = limit.min(self.left);
        let mut intake = Intake::begin(into, limit)?;
        let mut reply = Reply::new();
        let mut stopped = None;
        let sent = self.wire.upload_pack(
            self.repository,
            ask.bytes(self.offer),
            limit + limit / 8 + WRAPPING,
            &mut |piece| {
                let taken =
                    if self.cancel.is_cancelled() { Err(Fault::Cancelled) } else { reply.feed(piece, &mut |bytes| intake.take(bytes)) };
                stopped = taken.err();
                stopped.is_none()
            },
            self.cancel,
        );
        self.left = self.left.saturating_sub(intake.taken());
        if let Some(fault) = stopped {
            return Err(fault);
        }
        sent?;
        reply.finish()?;
        shallow::add(into, &reply.shallow)?;
        intake.finish()?;
        shallow::prune(into)?;
        arrived(ask.wants, into)
    }
}

/// Whether everything that was asked for by its id is there under that id.
fn arrived(wants: &[Oid], into: &Path) -> Result<(), Fault> {
    let git = Repository::open_bare(into)?;
    let odb = git.odb()?;
    match wants.iter().find(|want| !odb.exists(**want)) {
        Some(want) => Err(Fault::Garbled(format!("it does not hold {want}"))),
        None => Ok(()),
    }
}
