//! One side of a changed file with its tree, parsed when it is first asked for and once for all rules.

use std::cell::OnceCell;
use std::ops::Range;
use std::rc::Rc;

use ast_grep_core::AstGrep;

use super::grammar::Grammar;
use super::grow::Unread;
use super::near::Hunk;
use super::tree::Tree;
use crate::analysis::view::SideView;

/// A text above this is not parsed, in bytes: a tree takes many times its text.
const LARGEST_TEXT: usize = 2 * 1024 * 1024;

/// For each token the parser looks through the parts of a text that it was told to read.
const MOST_PARTS: usize = 64;

/// A side and its tree.
pub(super) struct Side<'v> {
    /// The side.
    pub(super) view: &'v SideView<'v>,
    /// Its language.
    pub(super) grammar: Grammar,
    root: OnceCell<Result<AstGrep<Tree>, String>>,
    /// The bytes that are parsed, as if nothing stood between them; none for all.
    parts: Vec<Range<usize>>,
    /// How many lines before each were changed.
    changed: Rc<[u32]>,
}

impl<'v> Side<'v> {
    /// `view` in the language of `grammar`.
    pub(super) fn new(view: &'v SideView<'v>, grammar: Grammar) -> Self {
        let mut changed = vec![0];
        let mut sum = 0;
        changed.extend((0..view.len()).map(|index| {
            sum += u32::from(view.is_changed(index));
            sum
        }));
        Self { view, grammar, root: OnceCell::new(), parts: Vec::new(), changed: changed.into() }
    }

    /// The same of which only `lines` are parsed, which come in order; `None` when they lie in too many places.
    pub(super) fn only(&self, lines: impl Iterator<Item = Range<usize>>) -> Option<Self> {
        let mut parts: Vec<Range<usize>> = Vec::new();
        for part in lines {
            match parts.last_mut().filter(|last| last.end == part.start) {
                Some(last) => last.end = part.end,
                None => parts.push(part),
            }
        }
        if parts.len() > MOST_PARTS {
            return None;
        }
        Some(Self { view: self.view, grammar: self.grammar, root: OnceCell::new(), parts, changed: Rc::clone(&self.changed) })
    }

    /// Its hunks, where lines are missing between them; none when it is known whole.
    pub(super) fn hunks(&self) -> Vec<Hunk<'v>> {
        let (view, text) = (self.view, self.view.text());
        let mut hunks = Vec::new();
        let mut first = 0;
        for line in 1..=view.len() {
            if line == view.len() || view.number(line) != view.number(line - 1).saturating_add(1) {
                let bytes = view.bytes_of(first, line - 1);
                let end = text.get(bytes.end..).and_then(|rest| rest.find('\n')).map_or(text.len(), |feed| bytes.end + feed + 1);
                hunks.push(Hunk::new(text, bytes.start..end, self.changes(first, line - 1)));
                first = line;
            }
        }
        if hunks.len() > 1 { hunks } else { Vec::new() }
    }

    /// Whether the change added or removed anything on it.
    pub(super) fn is_changed(&self) -> bool {
        self.changed.last().is_some_and(|sum| *sum > 0)
    }

    /// Its tree.
    ///
    /// # Errors
    /// One sentence, when it has none.
    pub(super) fn root(&self) -> Result<&AstGrep<Tree>, &str> {
        self.root.get_or_init(|| parse(self.view.text(), &self.parts, self.grammar)).as_ref().map_err(String::as_str)
    }

    /// The lines of `range`, by their positions in the view.
    pub(super) fn lines(&self, range: &Range<usize>) -> (usize, usize) {
        (self.view.line_of(range.start), self.view.line_of(range.end.saturating_sub(1).max(range.start)))
    }

    /// Whether a line of `range` was changed.
    pub(super) fn touches(&self, range: &Range<usize>) -> bool {
        let (first, last) = self.lines(range);
        self.changes(first, last)
    }

    /// Whether a line from the one at `first` to the one at `last` was changed.
    fn changes(&self, first: usize, last: usize) -> bool {
        let before = |line: usize| self.changed.get(line.min(self.changed.len() - 1)).copied().unwrap_or(0);
        before(last + 1) > before(first)
    }

    /// The lines of `range` from its first changed one on: what is around may not even be in the diff.
    pub(super) fn pointed(&self, range: &Range<usize>) -> (usize, usize) {
        let (first, last) = self.lines(range);
        ((first..=last).find(|line| self.view.is_changed(*line)).unwrap_or(first), last)
    }
}

fn parse(text: &str, parts: &[Range<usize>], grammar: Grammar) -> Result<AstGrep<Tree>, String> {
    let most = LARGEST_TEXT / 1024 / 1024;
    if text.len() > LARGEST_TEXT {
        return Err(format!("larger than {most} MiB: rules of ast-grep did not read it"));
    }
    Tree::read(text, parts, grammar).map(AstGrep::doc).map_err(|unread| match unread {
        Unread::Deep => "it nests too deep to be parsed: rules of ast-grep did not read it".to_owned(),
        Unread::Hard => "parsing it takes too long: rules of ast-grep did not read it".to_owned(),
        Unread::Many => "it has too many parts: rules of ast-grep did not read it".to_owned(),
    })
}
