//! Help: the keys that work in one pane, made from the keymap.

use ratatui::text::{Line, Span};

use crate::config::hints::Chapter;
use crate::config::theme::Role;
use crate::ui::look::Look;
use crate::ui::overlays::popup::Content;
use crate::ui::overlays::words::{heading, labelled};

/// Columns for the keys.
const KEYS: usize = 24;

/// The keys of the pane called `name`.
#[must_use]
pub fn content(name: &str, chapters: &[Chapter], room: usize, look: &Look<'_>) -> Content {
    let mut lines = Vec::new();
    for chapter in chapters {
        lines.extend(heading(chapter.title, look));
        for hint in &chapter.hints {
            let label = Span::styled(format!("  {}", hint.keys.join("  ")), look.style(Role::HintKey));
            lines.extend(labelled(label, KEYS, hint.doc, room, look.style(Role::Text)));
        }
    }
    lines.push(Line::default());
    let says = "Every key can be changed in keymap.toml; `lazaret config keys` prints them all.";
    lines.push(Line::from(Span::styled(says, look.style(Role::Faint))));
    Content { title: format!("keys: {name}"), lines, ..Content::default() }
}
