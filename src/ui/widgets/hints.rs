//! The hint bar: what the keys of the focused pane do, made from the keymap.

use ratatui::text::Span;

use crate::config::hints::Hint;
use crate::config::theme::Role;
use crate::ui::look::Look;
use crate::ui::paint;

/// As many of `hints` as fit into `room` columns.
#[must_use]
pub fn bar(hints: &[Hint], room: usize, look: &Look<'_>) -> Vec<Span<'static>> {
    let mut spans = Vec::new();
    let mut used = 0;
    for hint in hints {
        let Some(key) = hint.keys.first() else { continue };
        let key = if key.len() == 3 { key.replace(' ', "") } else { key.clone() };
        let wide = paint::width(&key) + hint.name.len() + 3;
        if used + wide > room {
            break;
        }
        used += wide;
        spans.push(Span::styled(format!(" {key}"), look.style(Role::HintKey)));
        spans.push(Span::styled(format!(" {} ", hint.name), look.style(Role::HintText)));
    }
    spans
}
