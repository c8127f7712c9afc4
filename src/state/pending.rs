//! Which questions still wait for their answer.

use std::collections::BTreeMap;

use crate::message::ticket::{Kind, Ticket};

/// The open question of each kind.
#[derive(Clone, Debug, Default)]
pub struct Pending {
    last: u64,
    open: BTreeMap<Kind, Ticket>,
}

impl Pending {
    /// A ticket for a new question of `kind`; the former one becomes stale.
    pub fn ask(&mut self, kind: Kind) -> Ticket {
        self.last += 1;
        let ticket = Ticket(self.last);
        self.open.insert(kind, ticket);
        ticket
    }

    /// Whether `ticket` is the open question of its kind.
    #[must_use]
    pub fn expects(&self, kind: Kind, ticket: Ticket) -> bool {
        self.open.get(&kind) == Some(&ticket)
    }

    /// The question of `kind` is answered, or nobody wants to know any more. Returns whether there was one.
    pub fn settle(&mut self, kind: Kind) -> bool {
        self.open.remove(&kind).is_some()
    }

    /// Whether a question of `kind` is open.
    #[must_use]
    pub fn waits(&self, kind: Kind) -> bool {
        self.open.contains_key(&kind)
    }

    /// Whether nothing is waited for.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.open.is_empty()
    }

    /// Whether the pulls are being read.
    #[must_use]
    pub fn is_listing(&self) -> bool {
        self.waits(Kind::List)
    }

    /// Whether pulls of the queue are being judged.
    #[must_use]
    pub fn is_judging(&self) -> bool {
        self.waits(Kind::Judge)
    }

    /// Whether a pull is being read.
    #[must_use]
    pub fn is_loading(&self) -> bool {
        self.waits(Kind::Load)
    }

    /// Whether the opened pull is being analysed.
    #[must_use]
    pub fn is_analysing(&self) -> bool {
        self.waits(Kind::Analyse)
    }

    /// Whether what the forge keeps around the opened pull is being read.
    #[must_use]
    pub fn waits_for_dossier(&self) -> bool {
        self.waits(Kind::Dossier)
    }

    /// Whether the ledger is being read.
    #[must_use]
    pub fn is_reading_ledger(&self) -> bool {
        self.waits(Kind::Ledger)
    }
}
