//! How a check sees a file: both sides with lines, tokens and functions, each read only when asked for.
//!
//! A side is the whole file where the source gave it, else the hunks put together; `whole` says which.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::rc::Rc;

use super::hints::{Hint, Seen, Spots};
use super::language::Language;
use super::layout::Layout;
use super::role::Role;
use super::shared::Shared;
pub use super::side::{LineView, SideView};
use crate::model::change::{Change, TextRequest, Texts};
use crate::model::diff::{FileDiff, FileStatus, Side};
use crate::model::path::RepoPath;

/// One changed file as a check sees it.
pub struct FileView<'a> {
    /// The change it belongs to.
    pub change: &'a Change,
    /// Its diff.
    pub diff: &'a FileDiff,
    /// Its path as text, the old one of a deleted file.
    pub path: Cow<'a, str>,
    /// Its language, by its path; where that has no ending, by its first line.
    pub language: Language,
    /// What it is for, by its path.
    pub role: Role,
    texts: &'a Texts,
    old: OnceCell<Option<SideView<'a>>>,
    new: OnceCell<Option<SideView<'a>>>,
    /// What several checks read from it together, by its type.
    shared: Shared,
    seen: OnceCell<Seen>,
}

impl<'a> FileView<'a> {
    /// The view of `diff`, a file of `change`, with whatever whole files `texts` has.
    #[must_use]
    pub fn new(change: &'a Change, diff: &'a FileDiff, texts: &'a Texts) -> Self {
        let path = diff.path().text();
        let (language, role) = (Language::told(&path, || first_line(diff, texts)), Role::of(&path));
        let (old, new, seen) = (OnceCell::new(), OnceCell::new(), OnceCell::new());
        Self { change, diff, path, language, role, texts, old, new, shared: Shared::default(), seen }
    }

    /// Keeps what a look through it saw.
    pub fn see(&self, seen: impl FnOnce(&Self) -> Seen) -> &Seen {
        self.seen.get_or_init(|| seen(self))
    }

    /// The lines of `side` on which words of `hint` stand; all of them, where nobody looked for those.
    #[must_use]
    pub fn spots(&self, hint: &'static Hint, side: Side) -> Spots<'_> {
        self.seen.get().map_or_else(Spots::default, |seen| seen.lines(hint, side))
    }

    /// The added lines on which words of `hint` stand.
    pub fn added_on(&self, hint: &'static Hint) -> impl Iterator<Item = LineView<'_>> {
        let spots = self.spots(hint, Side::New);
        self.added().filter(move |line| spots.meet(line.index, line.index))
    }

    /// What `read` makes of this file: read once, however many checks ask for it.
    #[must_use]
    pub fn shared<T: 'static>(&self, read: impl FnOnce(&Self) -> T) -> Rc<T> {
        self.shared.get(|| read(self))
    }

    /// The file's name without its folders.
    #[must_use]
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or("")
    }

    /// The path findings carry.
    #[must_use]
    pub fn repo_path(&self) -> &'a RepoPath {
        self.diff.path()
    }

    /// One side; `None` when the file is not there on it or is not text.
    #[must_use]
    pub fn side(&self, side: Side) -> Option<&SideView<'a>> {
        let cell = match side {
            Side::Old => &self.old,
            Side::New => &self.new,
        };
        cell.get_or_init(|| self.read(side)).as_ref()
    }

    /// The file before.
    #[must_use]
    pub fn old(&self) -> Option<&SideView<'a>> {
        self.side(Side::Old)
    }

    /// The file after.
    #[must_use]
    pub fn new_side(&self) -> Option<&SideView<'a>> {
        self.side(Side::New)
    }

    /// Tells expressions what stands on which line: to be called before a check is asked.
    pub fn tell(&self) {
        self.old().into_iter().chain(self.new_side()).for_each(SideView::tell);
    }

    /// The added lines; none for a file that is not text.
    pub fn added(&self) -> impl Iterator<Item = LineView<'_>> {
        self.new_side().into_iter().flat_map(SideView::changed_lines)
    }

    /// The removed lines; none for a file that is not text.
    pub fn removed(&self) -> impl Iterator<Item = LineView<'_>> {
        self.old().into_iter().flat_map(SideView::changed_lines)
    }

    /// Why one side could not be read whole, although it should be there.
    #[must_use]
    pub fn unread(&self, side: Side) -> Option<&str> {
        self.texts.unread(&TextRequest { path: self.diff.path_on(side)?.clone(), side })
    }

    /// Whether the source gave the whole of one side.
    #[must_use]
    pub fn is_at_hand(&self, side: Side) -> bool {
        self.diff.path_on(side).is_some_and(|path| self.texts.get(path, side).is_some()) || self.blob(side).is_some()
    }

    /// The bytes of one side that is no text, or not only text, where they were read.
    #[must_use]
    pub fn blob(&self, side: Side) -> Option<&[u8]> {
        self.texts.bytes(self.diff.path_on(side)?, side).map(|bytes| &**bytes)
    }

    /// The bytes of one side, whatever it is, where all of them are known.
    #[must_use]
    pub fn bytes(&self, side: Side) -> Option<Cow<'_, [u8]>> {
        if let Some(blob) = self.blob(side) {
            return Some(Cow::Borrowed(blob));
        }
        let diff = self.diff.text().filter(|text| !text.lossy)?;
        if let Some(text) = self.texts.get(self.diff.path_on(side)?, side) {
            return Some(Cow::Borrowed(text.as_bytes()));
        }
        let is_all = matches!((side, self.diff.status), (Side::New, FileStatus::Added) | (Side::Old, FileStatus::Deleted));
        is_all.then(|| {
            let ends = |line| if line { "" } else { "\n" };
            diff.lines.iter().flat_map(|line| [diff.text(line), ends(line.no_newline)]).collect::<String>().into_bytes().into()
        })
    }

    fn read(&self, side: Side) -> Option<SideView<'a>> {
        let path = self.diff.path_on(side)?;
        let diff = self.diff.text()?;
        let layout = self.shared(|file| Layout::of(diff, file.language));
        Some(match self.texts.get(path, side) {
            Some(text) => SideView::whole(side, self.language, text, diff, &layout),
            None => {
                let complete = matches!((side, self.diff.status), (Side::New, FileStatus::Added) | (Side::Old, FileStatus::Deleted));
                SideView::from_hunks(side, self.language, diff, &layout, complete)
            }
        })
    }
}

/// The first line of a file, as far as a side of it or a hunk at its beginning shows it.
fn first_line<'t>(diff: &'t FileDiff, texts: &'t Texts) -> Option<&'t str> {
    [Side::New, Side::Old].into_iter().find_map(|side| {
        let whole = diff.path_on(side).and_then(|path| texts.get(path, side)).and_then(|text| text.lines().next());
        let shown = || diff.text().and_then(|text| text.lines.iter().find(|line| line.number(side) == Some(1)).map(|line| text.text(line)));
        whole.or_else(shown)
    })
}
