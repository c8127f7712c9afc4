//! Columns of words for people: aligned by display width, never by bytes. Cells are safe to draw when they come here.

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr as _;

use crate::export::paint::Paint;

/// A column is padded to at most this many columns; a longer cell pushes its row.
const WIDEST: usize = 50;

/// One cell: its words, and how they are written when colours are on.
#[derive(Clone, Debug)]
pub struct Cell {
    words: String,
    painted: String,
    right: bool,
}

impl Cell {
    /// Words without emphasis.
    #[must_use]
    pub fn new(words: impl Into<String>) -> Self {
        let words = words.into();
        Self { painted: words.clone(), words, right: false }
    }

    /// A number or another short thing that is set to the right.
    #[must_use]
    pub fn right(words: impl Into<String>) -> Self {
        Self { right: true, ..Self::new(words) }
    }

    /// Words that `paint` emphasises.
    #[must_use]
    pub fn painted(words: &str, paint: impl FnOnce(&str) -> String) -> Self {
        Self { words: words.to_owned(), painted: paint(words), right: false }
    }
}

/// Rows under a heading.
#[derive(Clone, Debug)]
pub struct Table {
    heading: Vec<Cell>,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    /// A table with these column names.
    #[must_use]
    pub fn new(names: &[&str], paint: Paint) -> Self {
        Self { heading: names.iter().map(|name| Cell::painted(name, |words| paint.quiet(words))).collect(), rows: Vec::new() }
    }

    /// Adds a row; it has as many cells as there are columns.
    pub fn row(&mut self, cells: Vec<Cell>) {
        self.rows.push(cells);
    }

    /// Writes heading and rows.
    ///
    /// # Errors
    /// When `out` cannot be written.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let widths: Vec<usize> = (0..self.heading.len()).map(|column| self.width(column)).collect();
        for row in std::iter::once(&self.heading).chain(&self.rows) {
            let mut line = String::new();
            for (index, (cell, width)) in row.iter().zip(&widths).enumerate() {
                let last = index + 1 == row.len();
                let pad = " ".repeat(width.saturating_sub(cell.words.width()));
                match (self.is_right(index), last) {
                    (true, _) => line.extend([&*pad, &*cell.painted]),
                    (false, true) => line.push_str(&cell.painted),
                    (false, false) => line.extend([&*cell.painted, &*pad]),
                }
                line.push_str(if last { "" } else { "  " });
            }
            writeln!(out, "{}", line.trim_end())?;
        }
        Ok(())
    }

    /// A heading stands as the cells below it do.
    fn is_right(&self, column: usize) -> bool {
        self.rows.first().and_then(|row| row.get(column)).is_some_and(|cell| cell.right)
    }

    fn width(&self, column: usize) -> usize {
        let cells = std::iter::once(&self.heading).chain(&self.rows).filter_map(|row| row.get(column));
        cells.map(|cell| cell.words.width().min(WIDEST)).max().unwrap_or(0)
    }
}

/// `words` cut to `width` columns, with an ellipsis when something is missing.
#[must_use]
pub fn cut(words: &str, width: usize) -> String {
    if words.width() <= width {
        return words.to_owned();
    }
    let mut out = String::new();
    for c in words.chars() {
        if out.width() + unicode_width::UnicodeWidthChar::width(c).unwrap_or(0) >= width {
            break;
        }
        out.push(c);
    }
    out.push('…');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_by_what_is_seen() {
        let mut table = Table::new(&["a", "n", "b"], Paint::None);
        table.row(vec![Cell::new("中文"), Cell::right("7"), Cell::new("x")]);
        table.row(vec![Cell::new("y"), Cell::right("12"), Cell::new("z")]);
        let mut out = Vec::new();
        table.write(&mut out).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "a      n  b\n中文   7  x\ny     12  z\n");
    }

    #[test]
    fn cuts_count_columns() {
        assert_eq!(cut("中文字", 5), "中文…");
        assert_eq!(cut("abc", 3), "abc");
    }
}
