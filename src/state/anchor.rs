//! Finds the lines that an unsent remark is about: where it says, or by what they read when the branch was rewritten since.

use std::ops::RangeInclusive;

use crate::model::diff::{FileDiff, Line, Patch, Side};
use crate::model::dossier::Dossier;
use crate::model::review::{Spot, Unsent};
use crate::state::findings::Paths;

/// Quoted lines that are kept of a long range.
pub const QUOTED: usize = 40;

/// The lines of `file` on `side` with their numbers, in order.
fn side_of(file: &FileDiff, side: Side) -> impl Iterator<Item = (u32, &str)> {
    let text = file.text();
    let lines = text.into_iter().flat_map(|text| text.lines.iter().map(move |line| (line, text)));
    lines.filter_map(move |(line, text)| Some((line.number(side)?, text.text(line))))
}

/// The lines from `first` to `last` as they read, as many as are kept.
#[must_use]
pub fn quote(file: &FileDiff, side: Side, lines: RangeInclusive<u32>) -> Vec<String> {
    side_of(file, side).filter(|(number, _)| lines.contains(number)).take(QUOTED).map(|(_, text)| text.to_owned()).collect()
}

/// Puts `unsent` to where its lines are now. Returns whether they are anywhere; it stays as it was when not.
pub fn settle(unsent: &mut Unsent, patch: &Patch, paths: &Paths, dossier: Option<&Dossier>) -> bool {
    match &mut unsent.remark.spot {
        Spot::Pull => true,
        Spot::File(path) => paths.get(path).is_some(),
        Spot::Reply(to) => {
            dossier.is_none_or(|dossier| dossier.threads.iter().any(|thread| thread.remarks.first().is_some_and(|remark| remark.id == *to)))
        }
        Spot::Thread { node, .. } => dossier.is_none_or(|dossier| dossier.threads.iter().any(|thread| thread.node == *node)),
        Spot::Lines { path, side, first, last } => {
            let Some(file) = paths.get(path).and_then(|at| patch.files.get(at)) else { return false };
            let Some(now) = find(file, *side, *first, &unsent.quoted) else { return false };
            if let Some(moved) = file.path_on(*side) {
                path.clone_from(moved);
            }
            *last = now + (*last - *first);
            *first = now;
            true
        }
    }
}

/// The line nearest to `first` from which `file` reads as `quoted`.
pub(crate) fn find(file: &FileDiff, side: Side, first: u32, quoted: &[String]) -> Option<u32> {
    let lines: Vec<(u32, &str)> = side_of(file, side).collect();
    let reads = |run: &&[(u32, &str)]| {
        let unbroken = run.windows(2).all(|pair| matches!(pair, [(one, _), (next, _)] if one + 1 == *next));
        unbroken && run.iter().zip(quoted).all(|((_, line), quoted)| line == quoted)
    };
    if quoted.is_empty() {
        return lines.iter().any(|(number, _)| *number == first).then_some(first);
    }
    let starts = lines.windows(quoted.len()).filter(reads).filter_map(|run| run.first().map(|(number, _)| *number));
    starts.min_by_key(|start| start.abs_diff(first))
}

/// The side and the lines that a selection from one line to another is about: the new side, unless all of it is gone there.
#[must_use]
pub fn span(lines: &[Line]) -> Option<(Side, u32, u32)> {
    let on = |side: Side| {
        let numbers = || lines.iter().filter_map(move |line| line.number(side));
        Some((side, numbers().min()?, numbers().max()?))
    };
    on(Side::New).or_else(|| on(Side::Old))
}
