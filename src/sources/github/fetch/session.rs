//! One talk with a git host about one repository: requests within a budget of bytes, each pack into a repository of ours. Never
//! what is asked for.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use git2::{Oid, Repository};

use super::ask::Ask;
use super::fault::Fault;
use super::intake::Intake;
use super::offer::{self, Offer};
use super::reply::Reply;
use super::shallow;
use crate::model::cancel::Cancel;
use crate::sources::github::wire::Wire;

/// What the packets of an answer take besides the pack in them: at most an eighth of it, and this.
const WRAPPING: u64 = 1 << 20;
/// Bytes of a host's advertisement.
const MAX_ADVERTISEMENT: u64 = 1 << 20;

/// A git host, and what it offers for each repository, asked once.
pub(super) struct Host {
    wire: Arc<dyn Wire>,
    offers: Mutex<BTreeMap<String, Offer>>,
}

impl Host {
    pub(super) fn new(wire: Arc<dyn Wire>) -> Self {
        Self { wire, offers: Mutex::default() }
    }

    fn offer(&self, repository: &str, cancel: &Cancel) -> Result<Offer, Fault> {
        if let Some(offer) = self.offers.lock().unwrap_or_else(PoisonError::into_inner).get(repository) {
            return Ok(*offer);
        }
        let offer = offer::read(&self.wire.advertisement(repository, MAX_ADVERTISEMENT, cancel)?)?;
        self.offers.lock().unwrap_or_else(PoisonError::into_inner).insert(repository.to_owned(), offer);
        Ok(offer)
    }
}

/// A talk about `repository`. Nobody is asked anything before the first fetch, so that what is here is read without a network.
pub(super) struct Session<'a> {
    pub(super) host: &'a Host,
    /// `owner/name`.
    pub(super) repository: &'a str,
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
        let offer = self.host.offer(self.repository, self.cancel)?;
        let limit = limit.min(self.left);
        let mut intake = Intake::begin(into, limit)?;
        let mut reply = Reply::new();
        let mut stopped = None;
        let sent = self.host.wire.upload_pack(
            self.repository,
            ask.bytes(offer),
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
