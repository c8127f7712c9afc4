//! The hint bar: what the keys of the focused pane do, made from the keymap.

use ratatui::text::Span;

use crate::config::theme::Role;
use crate::message::action::Command;
use crate::message::pane::Pane;
use crate::ui::look::Look;
use crate::ui::paint;

/// The commands worth a hint, most wanted first.
fn commands(pane: Pane) -> &'static [Command] {
    use Command as C;
    match pane {
        Pane::Queue => &[C::Help, C::Open, C::Filter, C::Approve, C::Quarantine, C::Revert, C::Release, C::Ledger, C::Quit],
        Pane::Files => &[C::Help, C::Open, C::SwitchPane, C::ToggleViewed, C::Close, C::NextUnviewed, C::Story, C::Dependencies],
        Pane::Diff => &[
            C::Help,
            C::WorstFinding,
            C::NextFinding,
            C::NextFile,
            C::NextHunk,
            C::ToggleViewed,
            C::Story,
            C::Dependencies,
            C::Approve,
            C::Quarantine,
            C::Close,
            C::SwitchPane,
            C::Search,
            C::ToggleLayout,
            C::ToggleFold,
            C::Commits,
        ],
        Pane::Panel => &[C::Close, C::Down, C::PageDown],
        Pane::Card => &[C::Open, C::Down, C::PageDown, C::NextFinding, C::Close],
        Pane::Confirm => &[C::No, C::Yes, C::SwitchAnswer, C::Down],
        Pane::Text => &[C::Submit, C::Close, C::ClearText],
    }
}

/// As many hints as fit into `room` columns.
#[must_use]
pub fn hints(pane: Pane, room: usize, look: &Look<'_>) -> Vec<Span<'static>> {
    let mut spans = Vec::new();
    let mut used = 0;
    for command in commands(pane) {
        let Some(key) = look.keymap.keys(pane, *command).into_iter().next() else { continue };
        let key = if key.len() == 3 { key.replace(' ', "") } else { key };
        let wide = paint::width(&key) + command.name().len() + 3;
        if used + wide > room {
            break;
        }
        used += wide;
        spans.push(Span::styled(format!(" {key}"), look.style(Role::HintKey)));
        spans.push(Span::styled(format!(" {} ", command.name()), look.style(Role::HintText)));
    }
    spans
}
