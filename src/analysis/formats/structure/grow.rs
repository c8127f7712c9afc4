//! A text parsed into a flat list of nodes, within bounds: steps of the parser, number of nodes, depth.
//!
//! Steps are counted and no clock is asked, so that the same change is judged the same way everywhere.

use std::ops::{ControlFlow, Range};

use tree_sitter::{ParseOptions, ParseState, Parser, Point, TreeCursor};

use super::grammar::Grammar;
use crate::analysis::effort::spend;

/// Nodes deeper than this are cut off: matching follows nesting on the stack.
pub(super) const DEEPEST: usize = 500;
/// Nodes of a text, at most.
const MOST_NODES: usize = 2_000_000;
/// The parser asks once every hundred operations whether to go on. A text that is code takes a few operations for each byte at most.
const CHECKS: usize = 20_000;
const BYTES_PER_CHECK: usize = 16;
/// It is handed the text in pieces of so many bytes, and each as often as it asks again: one operation may look far ahead.
const PIECE: usize = 256;
const READS: usize = 200_000;
const READS_PER_PIECE: usize = 64;

/// Why a text has no nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unread {
    /// It nests deeper than its grammar's scanner can follow.
    Deep,
    /// The parser would take too long.
    Hard,
    /// It has too many nodes.
    Many,
}

/// A node, with its neighbours by their places in the list.
#[derive(Clone, Copy)]
pub(super) struct Entry {
    /// Its first byte.
    pub(super) start: u32,
    /// The byte behind its last.
    pub(super) end: u32,
    /// What is around it; itself at the top.
    pub(super) parent: u32,
    /// The first node behind all that is below it.
    pub(super) after: u32,
    /// Its previous sibling; itself when it is the first.
    pub(super) before: u32,
    /// How many children it has.
    pub(super) children: u32,
    /// How many of them have a name in the grammar.
    pub(super) named_children: u32,
    /// What it is.
    pub(super) kind: u16,
    /// What it is to its parent; 0 when that has no name.
    pub(super) field: u16,
    /// Whether it has a name in the grammar.
    pub(super) named: bool,
    /// Whether the parser put it in to go on.
    pub(super) missing: bool,
    /// Whether the parser could not read it.
    pub(super) error: bool,
    /// Whether it may stand anywhere, such as a comment.
    pub(super) extra: bool,
}

/// All nodes of a text, each before what is below it.
#[derive(Clone, Default)]
pub(super) struct Nodes {
    /// The nodes.
    pub(super) list: Vec<Entry>,
    /// Whether nodes were cut off because they nest too deep.
    pub(super) cut: bool,
    /// How deep they nest.
    pub(super) depth: usize,
}

impl Nodes {
    /// The nodes of `parts` of `text`, which are whole lines, as if nothing stood between them, in the language of `grammar`; of all of it when
    /// there are none.
    pub(super) fn grow(text: &str, parts: &[Range<usize>], grammar: Grammar) -> Result<Self, Unread> {
        if grammar.fears(text) {
            return Err(Unread::Deep);
        }
        let length = if parts.is_empty() { text.len() } else { parts.iter().map(Range::len).sum() };
        spend(|effort| effort.parsed += length);
        let mut parser = Parser::new();
        parser.set_language(&grammar.tables()).map_err(|_| Unread::Hard)?;
        parser.set_included_ranges(&included(text, parts)).map_err(|_| Unread::Hard)?;
        let mut left = CHECKS + text.len() / BYTES_PER_CHECK;
        let mut go_on = |_: &ParseState| {
            left = left.saturating_sub(1);
            if left == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let options = ParseOptions::new().progress_callback(&mut go_on);
        let mut reads = READS + text.len() / PIECE * READS_PER_PIECE;
        let mut piece = |at: usize, _| {
            reads = reads.saturating_sub(1);
            // To the parser the text ends here; what it makes of that is not used.
            let end = if reads == 0 { at } else { text.len().min(at.saturating_add(PIECE)) };
            text.as_bytes().get(at..end).unwrap_or(&[])
        };
        let parsed = parser.parse_with_options(&mut piece, None, Some(options)).ok_or(Unread::Hard)?;
        if reads == 0 {
            return Err(Unread::Hard);
        }
        let mut nodes = Self::default();
        nodes.take(&mut parsed.walk())?;
        Ok(nodes)
    }

    fn take(&mut self, cursor: &mut TreeCursor<'_>) -> Result<(), Unread> {
        // The open nodes, each with its last child so far.
        let mut open: Vec<(u32, Option<u32>)> = Vec::new();
        loop {
            let at = self.push(cursor, &mut open)?;
            if open.len() < DEEPEST && cursor.goto_first_child() {
                open.push((at, None));
                self.depth = self.depth.max(open.len());
                continue;
            }
            self.cut |= open.len() >= DEEPEST && cursor.node().child_count() > 0;
            while !cursor.goto_next_sibling() {
                let Some((parent, _)) = open.pop() else { return Ok(()) };
                let end = self.len();
                if let Some(entry) = self.list.get_mut(parent as usize) {
                    entry.after = end;
                }
                cursor.goto_parent();
            }
        }
    }

    fn push(&mut self, cursor: &TreeCursor<'_>, open: &mut [(u32, Option<u32>)]) -> Result<u32, Unread> {
        let (at, node) = (self.len(), cursor.node());
        if self.list.len() >= MOST_NODES {
            return Err(Unread::Many);
        }
        let named = node.is_named();
        let (mut parent, mut before) = (at, at);
        if let Some((above, last)) = open.last_mut() {
            (parent, before) = (*above, last.replace(at).unwrap_or(at));
            if let Some(entry) = self.list.get_mut(*above as usize) {
                entry.children += 1;
                entry.named_children += u32::from(named);
            }
        }
        let place = |byte: usize| u32::try_from(byte).unwrap_or(u32::MAX);
        self.list.push(Entry {
            start: place(node.start_byte()),
            end: place(node.end_byte()),
            parent,
            after: at + 1,
            before,
            children: 0,
            named_children: 0,
            kind: node.kind_id(),
            field: cursor.field_id().map_or(0, Into::into),
            named,
            missing: node.is_missing(),
            error: node.is_error(),
            extra: node.is_extra(),
        });
        Ok(at)
    }

    fn len(&self) -> u32 {
        u32::try_from(self.list.len()).unwrap_or(u32::MAX)
    }
}

/// Where `parts` of `text` stand, as the parser wants it told.
fn included(text: &str, parts: &[Range<usize>]) -> Vec<tree_sitter::Range> {
    let (mut at, mut row) = (0, 0);
    let mut row_of = |byte: usize| {
        row += text.get(at..byte).map_or(0, |lines| lines.matches('\n').count());
        at = byte;
        Point::new(row, 0)
    };
    let one = |part: &Range<usize>| tree_sitter::Range {
        start_byte: part.start,
        end_byte: part.end,
        start_point: row_of(part.start),
        end_point: row_of(part.end),
    };
    parts.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Texts of so many bytes that were made to take long, to nest deep, or to have many parts.
    fn hostile(bytes: usize) -> Vec<String> {
        let pieces = [
            "(",
            "[",
            "{",
            "<",
            "\"",
            "'",
            "`",
            "${",
            "$(",
            "#{",
            "/*",
            "<<A\n",
            "a:\n ",
            "- ",
            "? ",
            "&a ",
            "*a ",
            "|\n",
            "if a then ",
            "a<b<",
            "a?b:",
            "!",
            "*",
            "a.",
            "\n \t",
            "\\\n",
            "@",
            "%q(",
            "fn(",
            "lambda: ",
            "=>",
            "1,",
            "case a in ",
            "\u{e9}",
            "\0",
            "<?",
            "?>",
            "\"\"\"",
            "#if\n",
            "//",
        ];
        pieces.iter().map(|piece| piece.repeat(bytes / piece.len())).collect()
    }

    fn read_all(bytes: usize) {
        for (grammar, _) in Grammar::ALL {
            for text in hostile(bytes) {
                println!("{grammar}: {:?}", text.chars().take(8).collect::<String>());
                if let Ok(nodes) = Nodes::grow(&text, &[], grammar) {
                    assert!(nodes.depth <= DEEPEST && nodes.list.len() <= MOST_NODES);
                }
            }
        }
    }

    #[test]
    fn every_hostile_text_comes_to_an_end() {
        read_all(4 * 1024);
    }

    /// Slow without optimisation: `cargo test --release --lib large_hostile -- --ignored --nocapture`.
    #[test]
    #[ignore = "minutes"]
    fn every_large_hostile_text_comes_to_an_end() {
        read_all(2 * 1024 * 1024);
    }
}
