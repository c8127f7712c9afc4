//! One line of code on one side: number, sign, text with its layers.

use ratatui::style::Style;
use ratatui::text::Span;

use crate::config::theme::Role;
use crate::model::diff::{Line, LineKind, TextDiff};
use crate::model::look::{Match, Tint};
use crate::model::syntax::TokenClass;
use crate::ui::look::Look;
use crate::ui::paint::{self, Layers};

/// What is drawn of a line.
#[derive(Clone, Copy, Debug)]
pub struct Code<'a> {
    /// The file's text.
    pub text: &'a TextDiff,
    /// The line.
    pub line: &'a Line,
    /// Its look, if it is known.
    pub tint: Option<&'a Tint>,
    /// Matches of the search in it.
    pub matches: &'a [Match],
}

/// The roles of a line of this kind: the line, and its changed words.
#[must_use]
pub fn roles(kind: LineKind) -> (Role, Role) {
    match kind {
        LineKind::Context => (Role::Context, Role::Context),
        LineKind::Added => (Role::Added, Role::AddedWord),
        LineKind::Removed => (Role::Removed, Role::RemovedWord),
    }
}

/// The sign of a line: colour is never the only one.
#[must_use]
pub fn sign(kind: LineKind) -> &'static str {
    match kind {
        LineKind::Context => " ",
        LineKind::Added => "+",
        LineKind::Removed => "-",
    }
}

/// The text of a line from column `across` on, `room` columns of it.
#[must_use]
pub fn code(code: &Code<'_>, across: usize, room: usize, look: &Look<'_>) -> Vec<Span<'static>> {
    let (base, word) = roles(code.line.kind);
    let base = look.style(Role::Text).patch(look.style(base));
    let mut layers = Layers { hidden: look.style(Role::Hidden), base, ..Layers::default() };
    if let Some(tint) = code.tint {
        layers.syntax = tint.tokens.iter().map(|token| (token.start as usize..token.end as usize, syntax(token.class, look))).collect();
        layers.marks = tint.words.iter().map(|range| (range.start as usize..range.end as usize, look.style(word))).collect();
    }
    if !code.matches.is_empty() {
        let style = look.style(Role::Match);
        layers.marks = code.matches.iter().map(|hit| (hit.start as usize..hit.end as usize, style)).collect();
    }
    let mut spans = paint::code(code.text.text(code.line), &layers, across, room);
    if code.line.no_newline {
        let used: usize = spans.iter().map(|span| paint::width(&span.content)).sum();
        spans.push(paint::span(" ⏎ no newline at end of file", room.saturating_sub(used), look.style(Role::Note)));
    }
    spans
}

fn syntax(class: TokenClass, look: &Look<'_>) -> Style {
    let role = match class {
        TokenClass::Plain => return Style::default(),
        TokenClass::Comment => Role::SynComment,
        TokenClass::String => Role::SynString,
        TokenClass::Constant => Role::SynConstant,
        TokenClass::Keyword => Role::SynKeyword,
        TokenClass::Function => Role::SynFunction,
        TokenClass::Type => Role::SynType,
        TokenClass::Variable => Role::SynVariable,
        TokenClass::Punctuation => Role::SynPunctuation,
        TokenClass::Markup => Role::SynMarkup,
    };
    look.style(role)
}
