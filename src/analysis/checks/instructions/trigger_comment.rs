//! `trigger-comment`: a comment of the kind that a poisoned model may be trained to wait for.

use super::phrases::phrases;
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::prefilter::{Hint, Needs, Reach};
use crate::analysis::role::Role;
use crate::analysis::view::{FileView, SideView};
use crate::model::diff::Side;
use crate::model::rule::{RuleId, Severity};

/// So many equal letters in a row are no word of any language.
const RUN: usize = 50;

static SAID: Hint = Hint::new(|| phrases().trigger.words());

/// See `rules/code/trigger-comment.toml`.
pub struct TriggerComment;

impl Check for TriggerComment {
    fn rule(&self) -> RuleId {
        RuleId("trigger-comment")
    }

    fn needs(&self) -> Needs {
        Needs::nothing().and_on(Reach::AFTER, &SAID)
    }

    /// A run of letters has no words.
    fn looks_anyway(&self, file: &FileView<'_>) -> bool {
        file.new_side().is_some_and(|side| may_run(side.text()))
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let Some(side) = file.new_side().filter(|_| !file.role.is_mechanical()) else { return };
        let (spots, runs) = (file.spots(&SAID, Side::New), may_run(side.text()));
        for (index, text) in candidates(file, side).into_iter().filter(|(index, _)| runs || spots.meet(*index, *index)) {
            let title = if phrases().trigger.is_in(text) {
                "A comment looks like a trigger for a poisoned model"
            } else if has_run(text) {
                "A run of equal letters, as triggers for poisoned models use"
            } else {
                continue;
            };
            let severity = match file.role {
                Role::Test | Role::Example | Role::Docs => Severity::Info,
                _ => Severity::Medium,
            };
            sink.report(Draft::line(file, side, index).title(title).severity(severity));
        }
    }
}

/// Lines of comments that the change touches; in data and on pages, all added lines.
fn candidates<'v>(file: &FileView<'_>, side: &'v SideView<'_>) -> Vec<(usize, &'v str)> {
    if matches!(file.role, Role::Data | Role::Docs | Role::Instructions) {
        return side.changed_lines().map(|line| (line.index, line.text)).collect();
    }
    let lines = side.comments().flat_map(|(first, text)| text.lines().enumerate().map(move |(offset, line)| (first + offset, line)));
    lines.filter(|(index, _)| side.is_changed(*index)).collect()
}

/// Whether a run might stand in `text`: it covers two places in a row that are half its length apart.
fn may_run(text: &str) -> bool {
    let stretches = text.as_bytes().chunks(RUN / 2).zip(text.as_bytes().chunks(RUN / 2).skip(1));
    let alike =
        |first: u8, next: u8, stretch: &[u8]| first == next && first.is_ascii_alphabetic() && stretch.iter().all(|byte| *byte == first);
    let mut stretches = stretches.filter_map(|(stretch, next)| Some((*stretch.first()?, *next.first()?, stretch)));
    stretches.any(|(first, next, stretch)| alike(first, next, stretch))
}

fn has_run(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.chunk_by(|a, b| a == b).any(|run| run.len() >= RUN && run.first().is_some_and(u8::is_ascii_alphabetic))
}
