//! One document as lines that can be changed in place. Never a line more or less.

use crate::analysis::document::yaml;

/// One document, line by line, with what was mended in it.
pub(super) struct Page {
    first: u32,
    pub(super) lines: Vec<String>,
    pub(super) notes: Vec<(u32, String)>,
}

impl Page {
    pub(super) fn new(text: &str, first: u32) -> Self {
        Self { first, lines: text.split_inclusive('\n').map(str::to_owned).collect(), notes: Vec::new() }
    }

    /// Whether a parser takes it.
    pub(super) fn reads(&self) -> bool {
        yaml::all(&self.document()).is_ok()
    }

    /// Whether a parser gives it up for what it costs, so that nothing is to be mended.
    pub(super) fn is_costly(&self) -> bool {
        yaml::all(&self.document()).is_err_and(|unread| unread.costly)
    }

    /// Its text without the line that separates it from the next.
    pub(super) fn document(&self) -> String {
        let separated = self.lines.last().is_some_and(|line| line.starts_with("---"));
        self.lines.iter().take(self.lines.len() - usize::from(separated)).map(String::as_str).collect()
    }

    /// Puts `to` in place of the first `from` in line `at`, from 0; whether it was there.
    pub(super) fn swap(&mut self, at: usize, from: &str, to: &str) -> bool {
        let Some(line) = self.lines.get_mut(at).filter(|line| line.contains(from)) else { return false };
        *line = line.replacen(from, to, 1);
        true
    }

    /// Puts `text` in place of line `at`, from 0, and keeps its end.
    pub(super) fn put(&mut self, at: usize, text: &str) {
        if let Some(line) = self.lines.get_mut(at) {
            let end = line.trim_end_matches(['\r', '\n']).len();
            line.replace_range(..end, text);
        }
    }

    pub(super) fn note(&mut self, at: usize, text: impl Into<String>) {
        let line = u32::try_from(at).unwrap_or(u32::MAX).saturating_add(self.first);
        self.notes.push((line, text.into()));
    }
}
