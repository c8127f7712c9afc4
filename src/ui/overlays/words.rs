//! Paragraphs, headings and labelled lines that popups are made of.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::config::theme::Role;
use crate::ui::look::Look;
use crate::ui::paint;

/// Outside text as wrapped lines.
pub(crate) fn paragraph(text: &str, room: usize, style: Style) -> Vec<Line<'static>> {
    paint::wrap(text.trim_end(), room).into_iter().map(|line| Line::from(Span::styled(line, style))).collect()
}

/// An empty line and a heading.
pub(crate) fn heading(text: &str, look: &Look<'_>) -> Vec<Line<'static>> {
    vec![Line::default(), Line::from(Span::styled(text.to_owned(), look.style(Role::PopupTitle)))]
}

/// Outside text wrapped behind a label on its first line; the text begins at column `wide`, or later behind a longer label.
pub(crate) fn labelled(label: Span<'static>, wide: usize, text: &str, room: usize, style: Style) -> Vec<Line<'static>> {
    let wide = wide.max(paint::width(&label.content) + 2);
    let pad = wide - paint::width(&label.content);
    let mut first = Some(label);
    paint::wrap(text.trim_end(), room.saturating_sub(wide))
        .into_iter()
        .map(|line| match first.take() {
            Some(label) => Line::from(vec![label, Span::raw(" ".repeat(pad)), Span::styled(line, style)]),
            None => Line::from(vec![Span::raw(" ".repeat(wide)), Span::styled(line, style)]),
        })
        .collect()
}
