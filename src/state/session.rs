//! One opened pull: its diff, what is known of it, what the reviewer did, and where they are in it.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::model::behaviour::Observations;
use crate::model::change::Change;
use crate::model::diff::{FileDiff, Omission};
use crate::model::dossier::Dossier;
use crate::model::finding::Finding;
use crate::model::look::Match;
use crate::model::path::RepoPath;
use crate::model::pull::Pull;
use crate::model::report::Report;
use crate::model::review::Review;
use crate::state::around::Around;
use crate::state::cursor::Cursor;
use crate::state::findings::{Paths, Placed, place};
use crate::state::fold::{self, Fold};
use crate::state::moved::Moved;
use crate::state::rows::{self, Between, Layout, NONE, Owner, Row, Rows, line_of, shows};
use crate::state::said::Said;
use crate::state::tints::Tints;
use crate::state::tree::Tree;

/// An opened pull.
#[derive(Debug)]
pub struct Session {
    /// The pull with its diff.
    pub change: Arc<Change>,
    /// What the analysis said so far.
    pub known: Known,
    /// What its forge keeps around it.
    pub around: Around,
    /// What the reviewer did so far.
    pub review: Review,
    /// Lines added and removed in each file, in the order of the patch; counted once.
    pub counts: Vec<(usize, usize)>,
    /// Which files are marked as viewed, in the order of the patch.
    pub viewed: Vec<bool>,
    /// Why each file is folded, if it is.
    pub folds: Vec<Option<Fold>>,
    /// The rows.
    pub rows: Rows,
    /// The file list.
    pub tree: Tree,
    /// Which half has the keyboard.
    pub half: Half,
    /// Where the reviewer is.
    pub view: View,
    /// How lines look.
    pub tints: Tints,
    /// What is searched.
    pub search: Option<Search>,
    /// What moved since it was read.
    pub moved: Option<Moved>,
    /// Whether the story was unfolded.
    pub story: bool,
    /// Whether what was kept of the review is read, so that keeping it anew loses nothing.
    pub kept: bool,
    paths: Paths,
}

/// What the analysis said so far.
#[derive(Debug, Default)]
pub struct Known {
    /// Findings so far.
    pub findings: Vec<Finding>,
    /// Where they sit.
    pub placed: Placed,
    /// The whole report, once it is there.
    pub report: Option<Arc<Report>>,
    /// What is unusual in it, seen from what its agent did before.
    pub observations: Option<Observations>,
    /// Files analysed, and files in all.
    pub progress: (usize, usize),
    /// Whether registries are still being asked about its packages.
    pub asking: bool,
    /// The file, by its position in the patch, that the analysis was last told to begin with.
    pub focus: usize,
}

/// A half of the review screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Half {
    /// The file list.
    Files,
    /// The diff.
    #[default]
    Diff,
}

/// How the reviewer wants the diff laid out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LayoutChoice {
    /// By width.
    #[default]
    Auto,
    /// Always this.
    Always(Layout),
}

impl LayoutChoice {
    /// The layout of a diff that is `width` columns wide when side by side begins at `split_from`.
    #[must_use]
    pub fn at(self, width: usize, split_from: usize) -> Layout {
        match self {
            Self::Always(layout) => layout,
            Self::Auto if width >= split_from => Layout::Split,
            Self::Auto => Layout::Unified,
        }
    }
}

/// Where the reviewer is.
#[derive(Clone, Copy, Debug, Default)]
pub struct View {
    /// In the rows.
    pub diff: Cursor,
    /// In the file list.
    pub files: Cursor,
    /// The line that choosing lines began at: file and position.
    pub chosen: Option<(usize, u32)>,
    /// Columns hidden to the left.
    pub across: usize,
    /// Whether the file list is hidden.
    pub hide_files: bool,
    /// How the diff shall be laid out.
    pub choice: LayoutChoice,
    /// How it is laid out.
    pub layout: Layout,
}

/// A text looked for in the diff.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Search {
    /// The text.
    pub needle: String,
    /// Where it is, in order; `None` until the answer is there.
    pub hits: Option<Vec<Match>>,
    /// Whether there are more than were counted.
    pub more: bool,
}

impl Session {
    /// A session that has just been opened, laid out by `choice` as `layout`.
    #[must_use]
    pub fn open(change: Arc<Change>, choice: LayoutChoice, layout: Layout) -> Self {
        let files = change.patch.files.len();
        let mut session = Self {
            known: Known { progress: (0, files), ..Known::default() },
            around: Around::default(),
            review: Review::default(),
            counts: change.patch.files.iter().map(|file| (file.added(), file.removed())).collect(),
            viewed: vec![false; files],
            folds: change.patch.files.iter().map(fold::at_first).collect(),
            rows: Rows::default(),
            tree: Tree::of(&change.patch),
            half: Half::Diff,
            view: View { choice, layout, ..View::default() },
            tints: Tints::default(),
            search: None,
            moved: None,
            story: false,
            kept: false,
            paths: Paths::of(&change.patch),
            change,
        };
        session.make_rows();
        session.view.diff.at = session.rows.start(Owner::File(0));
        session
    }

    /// The file at this position of the patch.
    #[must_use]
    pub fn file(&self, at: usize) -> Option<&FileDiff> {
        self.change.patch.files.get(at)
    }

    /// Where the file at `path` is in the patch.
    #[must_use]
    pub fn file_of(&self, path: &RepoPath) -> Option<usize> {
        self.paths.get(path)
    }

    /// The file under the cursor of the diff.
    #[must_use]
    pub fn file_here(&self) -> Option<usize> {
        match self.rows.get(self.view.diff.at)?.owner {
            Owner::File(at) => Some(at),
            Owner::Change | Owner::Rest => None,
        }
    }

    /// The finding under the cursor of the diff.
    #[must_use]
    pub fn finding_here(&self) -> Option<usize> {
        match self.rows.get(self.view.diff.at)?.row {
            Row::Finding(number) => Some(number as usize),
            _ => None,
        }
    }

    /// What was said in the row under the cursor of the diff.
    #[must_use]
    pub fn said_here(&self) -> Option<Said> {
        match self.rows.get(self.view.diff.at)?.row {
            Row::Said(said) => Some(said),
            _ => None,
        }
    }

    /// Lines added and removed over all files.
    #[must_use]
    pub fn totals(&self) -> (usize, usize) {
        self.counts.iter().fold((0, 0), |(added, removed), (a, r)| (added + a, removed + r))
    }

    /// Files marked as viewed.
    #[must_use]
    pub fn viewed_count(&self) -> usize {
        self.viewed.iter().filter(|viewed| **viewed).count()
    }

    /// The row that shows line `line` of file `file`, unfolding the file if need be.
    pub fn reveal(&mut self, file: usize, line: u32) -> Option<usize> {
        if self.folds.get(file).copied().flatten().is_some() {
            self.fold(file, None);
        }
        let at = self.rows.of(Owner::File(file)).iter().position(|row| shows(*row, line))?;
        Some(self.rows.start(Owner::File(file)) + at)
    }

    /// Folds a file for this reason, or unfolds it.
    pub fn fold(&mut self, file: usize, fold: Option<Fold>) {
        if let Some(slot) = self.folds.get_mut(file) {
            *slot = fold;
            self.keeping_place(|session| session.make_block(file));
        }
    }

    /// What was not looked at: as the report says, or before there is one, as the source says.
    #[must_use]
    pub fn omissions(&self) -> &[Omission] {
        self.known.report.as_ref().map_or(&self.change.patch.omissions, |report| &report.skipped)
    }

    /// Sees whether the pull as it is `now` is another one than was read.
    pub fn see_moved(&mut self, now: &Pull) {
        self.moved = Moved::between(&self.change, now);
    }

    /// Lays the diff out as `layout`.
    pub fn lay_out(&mut self, layout: Layout) {
        if self.view.layout != layout {
            self.view.layout = layout;
            self.keeping_place(Self::make_rows);
        }
    }

    /// Takes over findings; files with one on a line unfold unless the person folded them.
    pub fn take_findings(&mut self, findings: Vec<Finding>) {
        let placed = place(&findings, &self.change.patch, &self.paths);
        let before = std::mem::take(&mut self.known.placed);
        let touched: BTreeSet<usize> = before.files.keys().chain(placed.files.keys()).copied().collect();
        for (file, found) in &placed.files {
            let by_hand = |fold: &Fold| matches!(fold, Fold::ByHand | Fold::Viewed);
            if let Some(slot) = self.folds.get_mut(*file).filter(|slot| !slot.as_ref().is_some_and(by_hand)) {
                *slot = slot.filter(|_| found.lines.is_empty());
            }
        }
        self.known.findings = findings;
        self.known.placed = placed;
        self.renew(touched);
    }

    /// Takes over what the forge keeps around the pull.
    pub fn take_dossier(&mut self, dossier: Arc<Dossier>) {
        self.around.dossier = Some(dossier);
        self.place_remarks();
    }

    /// Finds the places of own remarks and of what others said; the rows follow.
    pub fn place_remarks(&mut self) {
        let touched = self.around.place(&mut self.review, &self.change.patch, &self.paths);
        self.renew(touched);
    }

    /// Leaves what others said out of the diff, or shows it again.
    pub fn hush(&mut self, quiet: bool) {
        self.around.quiet = quiet;
        self.renew(self.around.placed.touched());
    }

    /// Makes the rows of these files and of the change anew, the cursor staying on what it is on.
    fn renew(&mut self, files: BTreeSet<usize>) {
        self.keeping_place(|session| {
            session.make_ends();
            files.into_iter().for_each(|file| session.make_block(file));
        });
    }

    /// Makes all rows anew, the cursor staying on what it is on.
    pub fn remake(&mut self) {
        self.keeping_place(Self::make_rows);
    }

    fn make_rows(&mut self) {
        let files = self.change.patch.files.len();
        let mut blocks = vec![self.change_rows()];
        blocks.extend((0..files).map(|at| self.file_rows(at)));
        blocks.push(self.rest_rows());
        self.rows = Rows::new(blocks);
    }

    fn make_ends(&mut self) {
        let (first, last) = (self.change_rows(), self.rest_rows());
        self.rows.replace(Owner::Change, first);
        self.rows.replace(Owner::Rest, last);
    }

    fn make_block(&mut self, file: usize) {
        let rows = self.file_rows(file);
        self.rows.replace(Owner::File(file), rows);
    }

    fn file_rows(&self, at: usize) -> Box<[Row]> {
        let fold = self.folds.get(at).copied().flatten();
        let said = self.around.placed.files.get(&at);
        let between = Between { findings: self.known.placed.files.get(&at), said, quiet: self.around.quiet };
        self.file(at).map_or_else(Box::default, |file| rows::of_file(file, self.view.layout, fold, between))
    }

    fn change_rows(&self) -> Box<[Row]> {
        let heard = |said: &&Said| !self.around.quiet || matches!(said, Said::Own(_));
        let said = self.around.placed.change.iter().filter(heard).map(|said| Row::Said(*said));
        let mut rows: Vec<Row> = self.known.placed.change.iter().map(|number| Row::Finding(*number)).chain(said).collect();
        if !rows.is_empty() {
            rows.push(Row::Gap);
        }
        rows.into_boxed_slice()
    }

    fn rest_rows(&self) -> Box<[Row]> {
        (0..u32::try_from(self.omissions().len()).unwrap_or(NONE)).map(Row::Omission).collect()
    }

    /// Runs `remake` and puts cursor and screen back on what they were on.
    fn keeping_place(&mut self, remake: impl FnOnce(&mut Self)) {
        let cursor = self.view.diff;
        let below_top = cursor.at.saturating_sub(cursor.top);
        let here = self.rows.get(cursor.at);
        let offset = here.map_or(0, |here| cursor.at - self.rows.start(here.owner));
        remake(self);
        let Some(here) = here else { return };
        let rows = self.rows.of(here.owner);
        let same = rows.iter().position(|row| *row == here.row);
        let like = || line_of(here.row).and_then(|line| rows.iter().position(|row| shows(*row, line)));
        let found = same.or_else(like).unwrap_or_else(|| offset.min(rows.len().saturating_sub(1)));
        let at = self.rows.start(here.owner) + found;
        self.view.diff = Cursor { at, top: at.saturating_sub(below_top) };
    }
}
