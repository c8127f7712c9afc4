//! The whole change at once, for who waits for no file of it before another: texts are loaded while those before are judged.
//!
//! Never what a file is judged by; and a console, which shows what is looked at first, has rounds of its own.

use std::cmp::Reverse;

use rayon::prelude::*;

use super::check::FileOutcome;
use super::engine::{Engine, Reader};
use super::wanted;
use crate::model::cancel::Cancel;
use crate::model::change::{Change, History, TextRequest, Texts};
use crate::model::diff::{FileDiff, TextDiff};
use crate::model::report::Report;
use crate::model::talk::Talk;
use crate::model::testimony::{Question, Testimony};

/// Files judged between two loads of texts.
const BATCH: usize = 64;
/// The same where nobody has whole texts.
const BARE: usize = 4096;

impl Engine {
    /// Judges the whole change by its net diff; `load` gives the whole texts it is asked for, as far as it can.
    pub fn analyse(&self, change: &Change, load: &dyn Fn(&[TextRequest]) -> Texts) -> Report {
        let (history, testimony, talk) = (&History::default, &|_: &Question| Testimony::default(), &Talk::default);
        let cancel = &Cancel::default();
        let reader = Reader { texts: load, history, packages: &|_| None, mentions: &|_| None, testimony, talk, cancel };
        self.whole(change, &reader)
    }

    /// Judges the whole change, also commit by commit; `None` when nobody waits any more, because part of a report is none.
    pub fn analyse_whole(&self, change: &Change, reader: &Reader<'_>) -> Option<Report> {
        let report = self.whole(change, reader);
        (!reader.cancel.is_cancelled()).then_some(report)
    }

    fn whole(&self, change: &Change, reader: &Reader<'_>) -> Report {
        let outcomes = self.outcomes(change, reader);
        if reader.cancel.is_cancelled() {
            return Report::default();
        }
        let mut around = self.around(change, &outcomes, reader);
        around.lookups = self.look_up(change, &outcomes, &around, reader);
        self.hear(change, &mut around, reader);
        self.finish(change, outcomes, &around)
    }

    /// One outcome for each file, for as long as somebody waits.
    fn outcomes(&self, change: &Change, reader: &Reader<'_>) -> Vec<FileOutcome> {
        let total = change.patch.files.len();
        let mut outcomes = Vec::with_capacity(total);
        let mut next = Batch::load(change, reader, 0, BATCH);
        while !next.files.is_empty() && !reader.cancel.is_cancelled() {
            let (batch, mut judged) = (next, Vec::new());
            next = rayon::in_place_scope(|scope| {
                scope.spawn(|_| judged = self.judged(change, &batch, reader.cancel));
                Batch::load(change, reader, batch.files.end, if batch.bare { BARE } else { BATCH })
            });
            outcomes.append(&mut judged);
        }
        outcomes
    }

    /// One outcome for each file of a batch. The longest are begun first, so that no core waits for another in the end.
    fn judged(&self, change: &Change, batch: &Batch, cancel: &Cancel) -> Vec<FileOutcome> {
        let size = |index: &usize| change.patch.files.get(*index).and_then(FileDiff::text).map_or(0, TextDiff::size);
        let mut order: Vec<usize> = batch.files.clone().collect();
        order.sort_by_key(|index| Reverse(size(index)));
        let one = |index| {
            let is_awaited = !cancel.is_cancelled();
            (index, if is_awaited { self.file_while(change, index, &batch.texts, cancel) } else { FileOutcome::default() })
        };
        let mut judged: Vec<(usize, FileOutcome)> = order.into_par_iter().with_max_len(1).map(one).collect();
        judged.sort_unstable_by_key(|(index, _)| *index);
        judged.into_iter().map(|(_, outcome)| outcome).collect()
    }
}

/// Files that are judged together, with their texts.
struct Batch {
    files: std::ops::Range<usize>,
    texts: Texts,
    /// Whether none of what was wanted was given, nor said why.
    bare: bool,
}

impl Batch {
    fn load(change: &Change, reader: &Reader<'_>, first: usize, size: usize) -> Self {
        let files = first..change.patch.files.len().min(first.saturating_add(size));
        let wanted = wanted::wanted(change, &files);
        let texts = if wanted.is_empty() { Texts::default() } else { (reader.texts)(&wanted) };
        Self { bare: !wanted.is_empty() && texts.is_empty(), files, texts }
    }
}
