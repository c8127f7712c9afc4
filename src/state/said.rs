//! What was said about which line: conversations of the forge, annotations of checks, own unsent remarks. Never their texts.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::diff::{Patch, Side};
use crate::model::dossier::{Dossier, Thread};
use crate::model::path::RepoPath;
use crate::model::review::{Review, Spot};
use crate::state::findings::{Paths, shows};

/// One thing said, by its position in the dossier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Said {
    /// A conversation in one row: it is settled, or its lines are gone.
    Thread(u32),
    /// A remark of a conversation.
    Remark(u32, u32),
    /// What a check said.
    Annotation(u32),
    /// An own remark that is not sent yet, by its position in the review.
    Own(u32),
}

impl Said {
    /// The conversation it belongs to.
    #[must_use]
    pub fn thread(self) -> Option<usize> {
        match self {
            Self::Thread(at) | Self::Remark(at, _) => Some(at as usize),
            Self::Annotation(_) | Self::Own(_) => None,
        }
    }
}

/// What was said about one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileSaid {
    /// About the file as a whole, or lines that the diff does not show.
    pub whole: Vec<Said>,
    /// About shown lines.
    pub lines: BTreeMap<(Side, u32), Vec<Said>>,
}

/// What was said, by where it belongs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlacedSaid {
    /// About files that are not in the diff.
    pub change: Vec<Said>,
    /// About files, by the file's position in the patch.
    pub files: BTreeMap<usize, FileSaid>,
}

impl PlacedSaid {
    /// Files that something was said about.
    #[must_use]
    pub fn touched(&self) -> BTreeSet<usize> {
        self.files.keys().copied().collect()
    }

    fn put(&mut self, (patch, paths): (&Patch, &Paths), at: (&RepoPath, Side, Option<u32>), said: impl IntoIterator<Item = Said>) {
        let (path, side, line) = at;
        let Some(file) = paths.get(path) else { return self.change.extend(said) };
        let of_file = self.files.entry(file).or_default();
        match line.filter(|line| shows(patch, file, side, *line)) {
            Some(line) => of_file.lines.entry((side, line)).or_default().extend(said),
            None => of_file.whole.extend(said),
        }
    }
}

/// Whether a conversation waits for nobody: it is shown in one row.
#[must_use]
pub fn is_settled(thread: &Thread) -> bool {
    thread.resolved || thread.outdated
}

/// Sorts what others said and the remarks of `review` that have a place to their places in `patch`.
#[must_use]
pub fn place(dossier: Option<&Dossier>, review: &Review, lost: &BTreeSet<usize>, (patch, paths): (&Patch, &Paths)) -> PlacedSaid {
    let mut placed = PlacedSaid::default();
    if let Some(dossier) = dossier {
        others(&mut placed, dossier, (patch, paths));
    }
    for (unsent, at) in review.remarks.iter().zip(0..).filter(|(_, at)| !lost.contains(&(*at as usize))) {
        own(&mut placed, &unsent.remark.spot, Said::Own(at), dossier, (patch, paths));
    }
    placed
}

fn own(placed: &mut PlacedSaid, spot: &Spot, said: Said, dossier: Option<&Dossier>, into: (&Patch, &Paths)) {
    match spot {
        Spot::Pull => placed.change.push(said),
        Spot::File(path) => placed.put(into, (path, Side::New, None), [said]),
        Spot::Lines { path, side, last, .. } => placed.put(into, (path, *side, Some(*last)), [said]),
        Spot::Reply(_) | Spot::Thread { .. } => match dossier.and_then(|dossier| thread_of(dossier, spot)).map(|(_, thread)| thread) {
            Some(thread) => placed.put(into, (&thread.path, thread.side, line_of(thread)), [said]),
            None => placed.change.push(said),
        },
    }
}

/// The conversation that a reply or a resolution is about, with its position.
#[must_use]
pub fn thread_of<'a>(dossier: &'a Dossier, spot: &Spot) -> Option<(usize, &'a Thread)> {
    dossier.threads.iter().enumerate().find(|(_, thread)| match spot {
        Spot::Reply(to) => thread.remarks.first().is_some_and(|remark| remark.id == *to),
        Spot::Thread { node, .. } => thread.node == *node,
        _ => false,
    })
}

/// The line that a conversation stands under.
fn line_of(thread: &Thread) -> Option<u32> {
    thread.lines.filter(|_| !thread.outdated).map(|(_, last)| last)
}

fn others(placed: &mut PlacedSaid, dossier: &Dossier, (patch, paths): (&Patch, &Paths)) {
    for (thread, at) in dossier.threads.iter().zip(0..) {
        let line = line_of(thread);
        let remarks = (0..thread.remarks.len()).map(|remark| Said::Remark(at, u32::try_from(remark).unwrap_or(u32::MAX)));
        let said = if is_settled(thread) { vec![Said::Thread(at)] } else { remarks.collect() };
        placed.put((patch, paths), (&thread.path, thread.side, line), said);
    }
    for (annotation, at) in dossier.annotations.iter().zip(0..) {
        placed.put((patch, paths), (&annotation.path, Side::New, Some(annotation.lines.1)), [Said::Annotation(at)]);
    }
}
