//! What the world is asked to do, as data. Verbs return these; only `runtime` carries them out.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::message::errand::{Errand, Wanted};
use crate::message::event::Chunk;
use crate::message::ticket::{Kind, Ticket};
use crate::model::ban::Banned;
use crate::model::behaviour::By;
use crate::model::case_id::CaseId;
use crate::model::change::Change;
use crate::model::decision::Verb;
use crate::model::finding::Fingerprint;
use crate::model::pull::PullRef;
use crate::model::report::Report;
use crate::model::response::Plan;
use crate::model::review::{Disposition, DraftComment, Review};
use crate::model::rule::RuleId;
use crate::model::sweep::Sweep;
use crate::model::sweeping::SweepWish;

/// What a person wants decided, before it is planned against fresh facts.
#[derive(Clone, Debug, PartialEq)]
pub struct Wish {
    /// The verb.
    pub verb: Verb,
    /// The pull.
    pub at: PullRef,
    /// The exact bytes that were read; `None` from the queue, where nothing was opened.
    pub seen: Option<Arc<Change>>,
    /// What the analysis said of them, once it is done.
    pub report: Option<Arc<Report>>,
    /// Why, in their words.
    pub reason: String,
    /// How findings were judged.
    pub dispositions: BTreeMap<Fingerprint, Disposition>,
    /// Remarks that go along.
    pub remarks: Vec<DraftComment>,
    /// Names they typed to confirm them.
    pub confirmed: Vec<String>,
    /// What a block is about.
    pub banned: Vec<Banned>,
    /// Further pulls the same decision is about, of whatever repositories.
    pub also: Vec<PullRef>,
}

/// How much of what the forge allows may be used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Thrift {
    /// Only what is not set aside for the person.
    Sparing,
    /// Nearly all: the person asked for it.
    Freely,
}

/// Something to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Read which pulls there are.
    List(Ticket),
    /// Judge each of these, in this order; `Freely` goes beyond what is set aside for the person.
    Judge(Ticket, Vec<PullRef>, Thrift),
    /// Go on judging with these, in this order, and nothing else.
    JudgeNext(Vec<PullRef>),
    /// Read this one with its diff.
    Load(Ticket, PullRef),
    /// Read how this one stands now, without its diff.
    LookAgain(Ticket, PullRef),
    /// Read this one ahead: it is likely opened next.
    ReadAhead(Ticket, PullRef),
    /// Read what its forge keeps around this one.
    ReadDossier(Ticket, PullRef),
    /// Analyse it.
    Analyse(Ticket, Arc<Change>),
    /// Go on analysing with the file at this position of the patch and those behind it.
    Focus(usize),
    /// Find syntax and changed words of these lines.
    Tint(Ticket, Arc<Change>, Vec<Chunk>),
    /// Find this text.
    Search(Ticket, Arc<Change>, String),
    /// Plan this.
    Plan(Ticket, Box<Wish>),
    /// Carry this out.
    CarryOut(Ticket, Box<Plan>),
    /// Read which decisions wait to be sent.
    ReadWaiting(Ticket),
    /// Look at this waiting decision again and send it, if it still holds.
    SendWaiting(Ticket, CaseId),
    /// Take this waiting decision back.
    DropWaiting(Ticket, CaseId),
    /// Read whom lazaret's own list stops.
    ReadBans(Ticket),
    /// Read what is known of rules from their use.
    ReadNoise(Ticket),
    /// Have this rule only annotate, or no longer.
    Annotate(Ticket, RuleId, bool),
    /// Read which sweeps there were.
    ReadSweeps(Ticket),
    /// Carry out a sweep.
    Sweep(Ticket, SweepWish),
    /// Save the incident report of this sweep in a file of this name.
    SaveReport(Ticket, Arc<Sweep>, String),
    /// Read what was done over time, put together by this.
    ReadAgents(Ticket, By),
    /// See what is unusual in this one, which was judged.
    Observe(Ticket, Arc<Change>),
    /// Read the ledger.
    ReadLedger(Ticket),
    /// Read the unsent review.
    LoadDraft(Ticket, Arc<Change>),
    /// Keep the unsent review.
    SaveDraft(Arc<Change>, Review),
    /// Stop the work of this kind: nobody waits for it any more.
    Cancel(Kind),
    /// Read this side of a file.
    ReadWhole(Ticket, Arc<Change>, Wanted),
    /// Give the terminal to the reviewer's own editor, on this.
    Edit(Errand),
    /// Put this on the clipboard of the terminal.
    Copy(String),
    /// Draw everything anew.
    Redraw,
    /// Give the terminal back to the shell until the shell gives it back.
    Suspend,
    /// Leave.
    Quit,
}
