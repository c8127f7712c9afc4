//! Tokens -> statements and which of them stand inside which: enough to say "what happens when this condition holds".
//!
//! Never a parse tree: brackets and line ends in languages with braces, indentation in the others, also on a fragment.

use std::ops::Range;

use super::language::Language;
use super::lexer::{Kind, Lexeme};
use super::notation::Block;
use super::outline::{Function, line_of};

/// One statement, or the header of a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Its bytes, from its first token to its last; the braces of its block are not part of it.
    pub bytes: Range<usize>,
    /// First line, from 0.
    pub first_line: usize,
    /// Last line, from 0.
    pub last_line: usize,
    /// The header of the block it stands in, by position.
    pub parent: Option<usize>,
    /// The position after the last statement of its block; the next position when it has none.
    pub end: usize,
    /// The innermost function it stands in, by position in the side's functions.
    pub function: Option<usize>,
}

/// What is read: a text with its tokens, lines and functions.
#[derive(Clone, Copy)]
pub struct Source<'t> {
    /// The text.
    pub text: &'t str,
    /// Its tokens, comments included.
    pub tokens: &'t [Lexeme],
    /// The byte each line starts at.
    pub line_starts: &'t [usize],
    /// Its functions, by first line.
    pub functions: &'t [Function],
    /// Its language.
    pub language: Language,
}

/// All statements of a text, in order; headers before what stands in them.
#[must_use]
pub fn statements(source: Source<'_>) -> Vec<Statement> {
    let braces = source.language.syntax().block == Block::Braces && !matches!(source.language, Language::Shell | Language::PowerShell);
    let mut builder = Builder { source, out: Vec::new(), current: None, previous: None, stack: Vec::new(), pending: None };
    if braces && source.language.is_code() {
        builder.braces();
    } else {
        builder.indented();
    }
    let mut out = builder.out;
    assign_functions(&mut out, source.functions);
    out
}

/// What is open at a point of the text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Frame {
    /// A bracket, or a brace that holds values.
    Bracket,
    /// A block and its header.
    Block(Option<usize>),
    /// An indented block: its header and that header's indentation.
    Indent(usize, usize),
}

struct Builder<'t> {
    source: Source<'t>,
    out: Vec<Statement>,
    /// First and last token of the statement being read.
    current: Option<(usize, usize)>,
    /// The last token that is no comment.
    previous: Option<usize>,
    stack: Vec<Frame>,
    /// A header without braces: the next statement is its block.
    pending: Option<usize>,
}

impl Builder<'_> {
    fn word(&self, index: usize) -> &str {
        self.source.tokens.get(index).map_or("", |token| token.of(self.source.text))
    }

    fn line(&self, index: usize) -> usize {
        self.source.tokens.get(index).map_or(0, |token| line_of(self.source.line_starts, token.start))
    }

    fn last_line(&self, index: usize) -> usize {
        self.source.tokens.get(index).map_or(0, |token| line_of(self.source.line_starts, token.end.saturating_sub(1)))
    }

    fn braces(&mut self) {
        for index in 0..self.source.tokens.len() {
            if self.source.tokens[index].kind == Kind::Comment {
                continue;
            }
            if !self.in_bracket() && self.breaks_before(index) {
                self.close(true);
            }
            let (is_sign, is_text) = (self.source.tokens[index].kind == Kind::Sign, self.source.tokens[index].kind == Kind::Str);
            match self.word(index) {
                // Code inside a text: the brace that ends it is none of a block.
                text if is_text && text.ends_with("${") => self.open(index),
                "{" if is_sign && self.opens_values() => self.open(index),
                "{" if is_sign => {
                    let header = self.close(false);
                    self.stack.push(Frame::Block(header));
                }
                "(" | "[" if is_sign => self.open(index),
                ")" | "]" if is_sign => self.shut(index),
                "}" if is_sign => self.leave(index),
                ";" if is_sign && !self.in_bracket() && !self.in_header() => {
                    self.close(false);
                }
                _ => self.take(index),
            }
            self.previous = Some(index);
        }
        self.close(false);
        while let Some(frame) = self.stack.pop() {
            self.end_block(frame);
        }
    }

    fn in_bracket(&self) -> bool {
        self.stack.last() == Some(&Frame::Bracket)
    }

    /// Whether the statement being read is a header of Go that may hold a statement of its own: `if err := f(); err != nil {`.
    fn in_header(&self) -> bool {
        let first = self.current.map_or("", |(first, _)| self.word(first));
        self.source.language == Language::Go && matches!(first, "if" | "for" | "switch" | "else")
    }

    fn take(&mut self, index: usize) {
        let first = self.current.map_or(index, |(first, _)| first);
        self.current = Some((first, index));
    }

    fn open(&mut self, index: usize) {
        self.take(index);
        self.stack.push(Frame::Bracket);
    }

    fn shut(&mut self, index: usize) {
        if self.in_bracket() {
            self.stack.pop();
        }
        self.take(index);
    }

    fn leave(&mut self, index: usize) {
        match self.stack.last() {
            Some(Frame::Bracket) => self.shut(index),
            Some(frame) => {
                let frame = *frame;
                self.close(false);
                self.stack.pop();
                self.end_block(frame);
            }
            None => {
                self.close(false);
            }
        }
    }

    fn end_block(&mut self, frame: Frame) {
        if let Frame::Block(Some(header)) | Frame::Indent(header, _) = frame {
            let end = self.out.len();
            if let Some(header) = self.out.get_mut(header) {
                header.end = end;
            }
        }
    }

    /// Whether the token at `index` begins a new statement because a line ended before it.
    fn breaks_before(&self, index: usize) -> bool {
        let (Some(_), Some(previous)) = (self.current, self.previous) else { return false };
        if self.line(index) <= self.last_line(previous) {
            return false;
        }
        let goes_on = self.source.tokens[previous].kind == Kind::Sign
            && matches!(self.word(previous), "," | "." | "+" | "*" | "/" | "=" | "&" | "|" | "?" | "(" | "[" | "\\" | "<");
        let follows = self.source.tokens[index].kind == Kind::Sign
            && matches!(self.word(index), "." | "?" | ":" | "&" | "|" | "+" | ")" | "]" | "," | "=" | "{" | "*");
        !(goes_on || follows)
    }

    /// Whether a `{` here opens values (an object, a structure) rather than a block.
    fn opens_values(&self) -> bool {
        let Some(previous) = self.previous.filter(|_| self.current.is_some() || self.in_bracket()) else { return false };
        let sign = self.word(previous);
        if sign == ">" && previous > 0 && self.word(previous - 1) == "=" {
            return false;
        }
        if sign == ">"
            && previous > 0
            && self.word(previous - 1) == "-"
            && matches!(self.source.language, Language::Java | Language::Kotlin)
        {
            return false;
        }
        // In Rust a `?` ends a condition, and a `|` the head of a closure.
        if self.source.language == Language::Rust && matches!(sign, "?" | "|") {
            return false;
        }
        if matches!(sign, "=" | "(" | "," | "[" | "?" | "&" | "|")
            || matches!(sign, "return" | "import" | "export" | "const" | "let" | "var")
            || (sign == ":" && self.in_bracket())
        {
            return true;
        }
        if !matches!(self.source.tokens[previous].kind, Kind::Word) && !matches!(sign, "]" | ">") {
            return false;
        }
        let Some((first, _)) = self.current else { return false };
        let assigns = self.in_bracket() || matches!(self.word(first), "return") || (first..previous).any(|at| self.word(at) == "=");
        // A condition may be long: what its statement begins with counts however far away it is.
        let near = first.max(previous.saturating_sub(40))..=previous;
        assigns && !near.chain([first]).any(|at| CONTROL.contains(&self.word(at)))
    }

    fn indented(&mut self) {
        let shell = self.source.language.syntax().block == Block::Braces;
        let mut depth = 0_usize;
        for index in 0..self.source.tokens.len() {
            let token = self.source.tokens[index];
            if token.kind == Kind::Comment {
                continue;
            }
            if depth == 0 && self.current.is_some() && self.previous.is_some_and(|previous| self.ends_line(previous, index)) {
                self.close(false);
            }
            let word = self.word(index);
            if token.kind == Kind::Sign {
                match word {
                    // In shell they are blocks, patterns and tests, none of which hold a statement together.
                    "(" | "[" | "{" | ")" | "]" | "}" if shell => {}
                    "{" if self.word(index + 1) == "|" => {}
                    "(" | "[" | "{" => depth += 1,
                    ")" | "]" | "}" => depth = depth.saturating_sub(1),
                    ";" if depth == 0 => {
                        self.close(false);
                        self.previous = Some(index);
                        continue;
                    }
                    _ => {}
                }
            }
            // A bracket that never closes must not swallow the file: a definition always begins anew.
            if depth > 0 && matches!(word, "def" | "class") && self.starts_line(index) {
                depth = 0;
                self.close(false);
            }
            self.take(index);
            self.previous = Some(index);
        }
        self.close(false);
        while let Some(frame) = self.stack.pop() {
            self.end_block(frame);
        }
    }

    fn ends_line(&self, previous: usize, index: usize) -> bool {
        self.line(index) > self.last_line(previous) && self.word(previous) != "\\"
    }

    fn starts_line(&self, index: usize) -> bool {
        self.previous.is_none_or(|previous| self.line(index) > self.last_line(previous))
    }

    /// Ends the statement being read and returns its position. `by_line`: only a line end said so.
    fn close(&mut self, by_line: bool) -> Option<usize> {
        let (first, last) = self.current.take()?;
        if (first..=last).all(|at| self.source.tokens[at].kind == Kind::Sign) {
            return None;
        }
        let indent = self.indent(first);
        self.leave_indents(indent);
        let at = self.out.len();
        let pending = self.pending.take();
        let parent = pending.or_else(|| {
            self.stack.iter().rev().find_map(|frame| match frame {
                Frame::Block(header) => Some(*header),
                Frame::Indent(header, _) => Some(Some(*header)),
                Frame::Bracket => None,
            })?
        });
        if let Some(header) = pending.and_then(|header| self.out.get_mut(header)) {
            header.end = at + 1;
        }
        self.out.push(Statement {
            bytes: self.source.tokens[first].start..self.source.tokens[last].end,
            first_line: self.line(first),
            last_line: self.last_line(last),
            parent,
            end: at + 1,
            function: None,
        });
        if by_line && matches!(self.word(first), "if" | "else" | "while" | "for") && matches!(self.word(last), ")" | "else") {
            self.pending = Some(at);
        }
        if let Some(indent) = indent {
            self.stack.push(Frame::Indent(at, indent));
        }
        Some(at)
    }

    /// The indentation of a statement where that makes blocks; none for what follows on the same line.
    fn indent(&self, first: usize) -> Option<usize> {
        let indented = !matches!(self.source.language.syntax().block, Block::Braces)
            || matches!(self.source.language, Language::Shell | Language::PowerShell)
            || !self.source.language.is_code();
        if !indented {
            return None;
        }
        let line = self.line(first);
        let start = self.source.line_starts.get(line).copied()?;
        let token = self.source.tokens[first].start;
        let before = self.source.text.get(start..token)?;
        before.bytes().all(|byte| matches!(byte, b' ' | b'\t')).then_some(before.len())
    }

    fn leave_indents(&mut self, indent: Option<usize>) {
        let Some(indent) = indent else { return };
        while let Some(Frame::Indent(_, outer)) = self.stack.last() {
            if *outer < indent {
                break;
            }
            if let Some(frame) = self.stack.pop() {
                self.end_block(frame);
            }
        }
    }
}

/// Words after which a `{` opens a block even where a value is expected.
const CONTROL: [&str; 17] = [
    "if", "else", "match", "switch", "loop", "unsafe", "async", "move", "try", "do", "function", "func", "fn", "class", "for", "while",
    "catch",
];

fn assign_functions(statements: &mut [Statement], functions: &[Function]) {
    let mut open: Vec<usize> = Vec::new();
    let mut next = 0;
    for statement in statements {
        while functions.get(next).is_some_and(|function| function.first_line <= statement.first_line) {
            open.push(next);
            next += 1;
        }
        while open.last().is_some_and(|at| functions[*at].last_line < statement.first_line) {
            open.pop();
        }
        statement.function = open.last().copied();
    }
}
