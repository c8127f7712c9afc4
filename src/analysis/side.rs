//! One side of a changed file: lines, tokens, functions, statements, each read only when asked for.

use std::borrow::Cow;
use std::cell::OnceCell;

use super::bigrams::Index;
use super::document::{self, node::Node};
use super::language::Language;
use super::layout::Layout;
use super::lexer::{Kind, Lexeme, lex};
use super::outline::{self, Function};
use super::statements::{self, Statement};
use super::text::{cut, line_starts, mask, shortened};
use crate::model::diff::{LineKind, Side, TextDiff};

/// One line of a side.
#[derive(Clone, Copy)]
pub struct LineView<'v> {
    /// Its position in this view, from 0: what [`SideView::line`] takes.
    pub index: usize,
    /// Its number in the file, from 1.
    pub number: u32,
    /// Its text, without its line feed.
    pub text: &'v str,
    /// Whether the change added (new side) or removed (old side) it.
    pub changed: bool,
    side: &'v SideView<'v>,
}

impl<'v> LineView<'v> {
    /// Its text with comments and the insides of strings blanked, byte for byte. The first one asked for reads the whole side.
    #[must_use]
    pub fn code(&self) -> &'v str {
        self.side.masked().get(self.side.range(self.index)).unwrap_or("")
    }
}

/// Where the lines of a side start and what they are.
struct Lines {
    starts: Vec<usize>,
    /// The real number of each line, where lines are missing between them.
    numbers: Option<Vec<u32>>,
    /// Those that the diff calls changed.
    differ: Vec<bool>,
    /// Those of them that say something else now, or stand elsewhere.
    changed: Vec<bool>,
}

/// One side of a file.
pub struct SideView<'a> {
    /// Knows what stands on each line, for whoever asks much of them; it goes before the texts do.
    index: OnceCell<Index>,
    /// Which side.
    pub side: Side,
    /// Whether it is the whole file rather than its hunks.
    pub whole: bool,
    language: Language,
    text: Cow<'a, str>,
    lines: Lines,
    tokens: OnceCell<Vec<Lexeme>>,
    code: OnceCell<String>,
    functions: OnceCell<Vec<Function>>,
    plain: OnceCell<String>,
    statements: OnceCell<Vec<Statement>>,
    /// For each line the innermost function around it, by its position in `functions`.
    innermost: OnceCell<Vec<Option<usize>>>,
    document: OnceCell<Result<Node, String>>,
}

impl<'a> SideView<'a> {
    /// The whole file `text`, of which `diff` changes lines.
    pub(super) fn whole(side: Side, language: Language, text: &'a str, diff: &TextDiff, layout: &Layout) -> Self {
        let text = shortened(text);
        let starts = line_starts(&text);
        let mut differ = vec![false; starts.len()];
        let kind = changed_kind(side);
        let set = |flags: &mut Vec<bool>, number: u32, to: bool| {
            if let Some(flag) = flags.get_mut((number as usize).saturating_sub(1)) {
                *flag = to;
            }
        };
        for line in diff.lines.iter().filter(|line| line.kind == kind) {
            set(&mut differ, line.number(side).unwrap_or(1), true);
        }
        let mut changed = differ.clone();
        layout.lines(side).iter().for_each(|number| set(&mut changed, *number, false));
        let lines = Lines { starts, numbers: None, differ, changed };
        Self::of(side, true, language, text, lines)
    }

    /// The hunks of `diff` put together; `whole` says that they are all of the file.
    pub(super) fn from_hunks(side: Side, language: Language, diff: &TextDiff, layout: &Layout, whole: bool) -> Self {
        let kind = changed_kind(side);
        let shown = || diff.lines.iter().filter(|line| line.kind == kind || line.kind == LineKind::Context);
        let (count, bytes) = shown().fold((0, 0), |(count, bytes), line| (count + 1, bytes + cut(diff.text(line)).len() + 1));
        let mut text = String::with_capacity(bytes);
        let (mut starts, mut numbers) = (Vec::with_capacity(count), Vec::with_capacity(count));
        let (mut differ, mut changed) = (Vec::with_capacity(count), Vec::with_capacity(count));
        for line in shown() {
            starts.push(text.len());
            let number = line.number(side).unwrap_or(0);
            numbers.push(number);
            differ.push(line.kind == kind);
            changed.push(line.kind == kind && layout.lines(side).binary_search(&number).is_err());
            text.push_str(cut(diff.text(line)));
            text.push('\n');
        }
        let lines = Lines { starts, numbers: Some(numbers), differ, changed };
        Self::of(side, whole, language, Cow::Owned(text), lines)
    }

    fn of(side: Side, whole: bool, language: Language, text: Cow<'a, str>, lines: Lines) -> Self {
        Self {
            index: OnceCell::new(),
            side,
            whole,
            language,
            text,
            lines,
            tokens: OnceCell::new(),
            code: OnceCell::new(),
            functions: OnceCell::new(),
            plain: OnceCell::new(),
            statements: OnceCell::new(),
            innermost: OnceCell::new(),
            document: OnceCell::new(),
        }
    }

    /// Whether functions of its language return the value of their last statement.
    #[must_use]
    pub fn gives_last(&self) -> bool {
        matches!(self.language, Language::Rust | Language::Ruby)
    }

    /// Whether it is a script of a shell, whose lines run as they stand.
    #[must_use]
    pub fn is_script(&self) -> bool {
        self.language == Language::Shell
    }

    /// The text of this view: the whole file, or its hunks' lines one after the other.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// How many lines it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lines.starts.len()
    }

    /// Whether it has no line.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lines.starts.is_empty()
    }

    /// The line at `index`, from 0; an empty one beyond the end.
    #[must_use]
    pub fn line(&self, index: usize) -> LineView<'_> {
        let text = self.text.get(self.range(index)).unwrap_or("");
        LineView { index, number: self.number(index), text, changed: self.is_changed(index), side: self }
    }

    /// All lines.
    pub fn lines(&self) -> impl Iterator<Item = LineView<'_>> {
        (0..self.len()).map(|index| self.line(index))
    }

    /// The lines the change added (new side) or removed (old side), but for those it only lays out anew.
    pub fn changed_lines(&self) -> impl Iterator<Item = LineView<'_>> {
        (0..self.len()).filter(|index| self.lines.changed[*index]).map(|index| self.line(index))
    }

    /// Whether the diff calls the line at `index` changed, be it only laid out anew.
    #[must_use]
    pub fn differs(&self, index: usize) -> bool {
        self.lines.differ.get(index).copied().unwrap_or(false)
    }

    /// Whether the line at `index` was changed.
    #[must_use]
    pub fn is_changed(&self, index: usize) -> bool {
        self.lines.changed.get(index).copied().unwrap_or(false)
    }

    /// Whether any line of `first..=last` was changed.
    #[must_use]
    pub fn touches(&self, first: usize, last: usize) -> bool {
        (first..=last).any(|index| self.is_changed(index))
    }

    /// The real number of the line at `index`, from 1.
    #[must_use]
    pub fn number(&self, index: usize) -> u32 {
        match &self.lines.numbers {
            Some(numbers) => numbers.get(index).copied().unwrap_or(0),
            None => u32::try_from(index + 1).unwrap_or(u32::MAX),
        }
    }

    /// All tokens, comments included.
    #[must_use]
    pub fn tokens(&self) -> &[Lexeme] {
        self.tokens.get_or_init(|| lex(&self.text, self.language.syntax()))
    }

    /// The text of a token of this view.
    #[must_use]
    pub fn token_text(&self, token: &Lexeme) -> &str {
        token.of(&self.text)
    }

    /// The index of the line that holds byte `at` of [`Self::text`].
    #[must_use]
    pub fn line_of(&self, at: usize) -> usize {
        outline::line_of(&self.lines.starts, at)
    }

    /// The bytes of the lines `first..=last` in [`Self::text`], without the last line's end.
    #[must_use]
    pub fn bytes_of(&self, first: usize, last: usize) -> std::ops::Range<usize> {
        self.range(first).start..self.range(last).end
    }

    /// Comments with the index of their first line.
    pub fn comments(&self) -> impl Iterator<Item = (usize, &str)> {
        self.of_kind(Kind::Comment)
    }

    /// String literals, quotes included, with the index of their first line.
    pub fn strings(&self) -> impl Iterator<Item = (usize, &str)> {
        self.of_kind(Kind::Str)
    }

    fn of_kind(&self, kind: Kind) -> impl Iterator<Item = (usize, &str)> {
        self.tokens().iter().filter(move |token| token.kind == kind).map(|token| (self.line_of(token.start), self.token_text(token)))
    }

    /// Its functions, by first line.
    #[must_use]
    pub fn functions(&self) -> &[Function] {
        self.functions.get_or_init(|| {
            let source = outline::Source { text: &self.text, tokens: self.tokens(), line_starts: &self.lines.starts };
            outline::functions(source, self.language.syntax().block)
        })
    }

    /// The file as a tree of settings: JSON with comments, YAML or TOML.
    ///
    /// # Errors
    /// One sentence, when it is not well-formed, not settings, or known only in parts.
    pub fn document(&self) -> Result<&Node, &str> {
        let read =
            || if self.whole { document::read(&self.text, self.language) } else { Err("only its changed lines are known".to_owned()) };
        self.document.get_or_init(read).as_ref().map_err(String::as_str)
    }

    /// The innermost function that holds the line at `index`.
    #[must_use]
    pub fn function_at(&self, index: usize) -> Option<&Function> {
        let innermost = self.innermost.get_or_init(|| {
            let mut innermost = vec![None; self.len()];
            let mut around: Vec<(usize, usize)> = Vec::new();
            let mut functions = self.functions().iter().enumerate().peekable();
            for (line, slot) in innermost.iter_mut().enumerate() {
                while let Some((number, function)) = functions.next_if(|(_, function)| function.first_line <= line) {
                    around.push((number, function.last_line));
                }
                while around.pop_if(|(_, last)| *last < line).is_some() {}
                *slot = around.last().map(|(number, _)| *number);
            }
            innermost
        });
        self.functions().get(innermost.get(index).copied().flatten()?)
    }

    /// The lines of a function.
    pub fn function_lines(&self, function: &Function) -> impl Iterator<Item = LineView<'_>> {
        (function.first_line..=function.last_line).map(|index| self.line(index))
    }

    /// The text with comments and the insides of strings blanked, byte for byte.
    #[must_use]
    pub fn masked(&self) -> &str {
        self.code.get_or_init(|| self.blanked(true))
    }

    /// The same up to the line at `last`, where the rest is long enough that reading it is worth saving.
    #[must_use]
    pub fn masked_upto(&self, last: usize) -> Option<String> {
        let text = self.text.get(..self.range(last).end)?;
        let is_short = self.code.get().is_none() && !text.is_empty() && text.len() * 2 < self.text.len();
        is_short.then(|| mask(text, &lex(text, self.language.syntax()), true))
    }

    /// The text with comments blanked, byte for byte; strings stay.
    #[must_use]
    pub fn plain(&self) -> &str {
        self.plain.get_or_init(|| self.blanked(false))
    }

    fn blanked(&self, strings: bool) -> String {
        let blanked = mask(&self.text, self.tokens(), strings);
        if let Some(index) = self.index.get().filter(|_| blanked.len() == self.text.len()) {
            index.covers(&blanked);
        }
        blanked
    }

    /// Tells expressions what stands on which line, before many of them are asked.
    pub fn tell(&self) {
        self.index.get_or_init(|| {
            let index = Index::of(&self.text, &self.lines.starts);
            let copies = [self.code.get(), self.plain.get()].into_iter().flatten();
            copies.filter(|copy| copy.len() == self.text.len()).for_each(|copy| index.covers(copy));
            index
        });
    }

    /// The line at `index` with comments blanked.
    #[must_use]
    pub fn plain_line(&self, index: usize) -> &str {
        self.plain().get(self.range(index)).unwrap_or("")
    }

    /// Its statements, in order.
    #[must_use]
    pub fn statements(&self) -> &[Statement] {
        self.statements.get_or_init(|| {
            statements::statements(statements::Source {
                text: &self.text,
                tokens: self.tokens(),
                line_starts: &self.lines.starts,
                functions: self.functions(),
                language: self.language,
            })
        })
    }

    /// A statement's text with comments and the insides of strings blanked.
    #[must_use]
    pub fn code_of(&self, statement: &Statement) -> &str {
        self.masked().get(statement.bytes.clone()).unwrap_or("")
    }

    /// A statement's text with comments blanked.
    #[must_use]
    pub fn plain_of(&self, statement: &Statement) -> &str {
        self.plain().get(statement.bytes.clone()).unwrap_or("")
    }

    fn range(&self, index: usize) -> std::ops::Range<usize> {
        let Some(start) = self.lines.starts.get(index).copied() else { return 0..0 };
        let end = self.lines.starts.get(index + 1).map_or(self.text.len(), |next| *next);
        let bytes = self.text.as_bytes();
        let end = if end > start && bytes[end - 1] == b'\n' { end - 1 } else { end };
        let end = if end > start && bytes[end - 1] == b'\r' { end - 1 } else { end };
        start..end
    }
}

fn changed_kind(side: Side) -> LineKind {
    match side {
        Side::Old => LineKind::Removed,
        Side::New => LineKind::Added,
    }
}
