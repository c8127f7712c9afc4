//! Help: the keys that work in one pane, made from the keymap.

use ratatui::text::{Line, Span};

use crate::config::theme::Role;
use crate::message::pane::{Pane, Section};
use crate::ui::look::Look;
use crate::ui::overlays::popup::Content;
use crate::ui::overlays::words::{heading, labelled};

/// Columns for the keys.
const KEYS: usize = 24;

/// The keys of `pane`, nearest section first.
#[must_use]
pub fn content(pane: Pane, room: usize, look: &Look<'_>) -> Content {
    let mut lines = Vec::new();
    for section in pane.sections() {
        let commands = look.keymap.section(*section);
        let works = |keys: &[String], all: &[String]| keys.iter().any(|key| all.contains(key));
        let mut rows = Vec::new();
        for (command, keys) in commands {
            let all = look.keymap.keys(pane, command);
            if works(&keys, &all) {
                let label = Span::styled(format!("  {}", keys.join("  ")), look.style(Role::HintKey));
                rows.extend(labelled(label, KEYS, command.doc(), room, look.style(Role::Text)));
            }
        }
        if !rows.is_empty() {
            lines.extend(heading(title(*section), look));
            lines.extend(rows);
        }
    }
    lines.push(Line::default());
    let says = "Every key can be changed in keymap.toml; `lazaret config keys` prints them all.";
    lines.push(Line::from(Span::styled(says, look.style(Role::Faint))));
    Content { title: format!("keys: {}", pane.word()), lines, ..Content::default() }
}

fn title(section: Section) -> &'static str {
    match section {
        Section::Everywhere => "Everywhere",
        Section::Move => "Moving",
        Section::Queue => "Queue",
        Section::Review => "Review",
        Section::Files => "Files",
        Section::Diff => "Diff",
        Section::Panel => "Panel",
        Section::Card => "Finding",
        Section::Confirm => "Plan",
        Section::Text => "Text",
    }
}
