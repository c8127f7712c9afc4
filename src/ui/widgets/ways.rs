//! What a word of the filter can become, behind the line being typed: from the one that stands there on, as many as fit.

use ratatui::text::Span;

use crate::config::theme::Role;
use crate::state::completion::Completion;
use crate::ui::look::Look;
use crate::ui::paint;

/// Columns below which nothing is shown.
const LEAST: usize = 14;
/// The longest one way is shown.
const LONGEST: usize = 40;

/// The ways in `room` columns.
#[must_use]
pub fn row(completion: &Completion, room: usize, look: &Look<'_>) -> Vec<Span<'static>> {
    let Some(key) = look.keymap.completing_key().filter(|_| room >= LEAST && !completion.ways.is_empty()) else { return Vec::new() };
    let mut spans = vec![Span::styled(format!("  {key}:"), look.style(Role::HintKey))];
    let mut used = paint::width(&key) + 3;
    for (way, at) in completion.ways.iter().zip(0..).skip(completion.at.unwrap_or(0)) {
        let text = paint::fit(&way.shows, LONGEST.min(room));
        let wide = paint::width(&text) + 1;
        if used + wide + 2 > room {
            spans.push(Span::styled(" …", look.style(Role::Faint)));
            break;
        }
        used += wide;
        let role = if completion.at == Some(at) { Role::Strong } else { Role::HintText };
        spans.push(Span::styled(format!(" {text}"), look.style(role)));
    }
    spans
}
