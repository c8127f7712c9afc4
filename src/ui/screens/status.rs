//! The last row of both screens.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::config::theme::Role;
use crate::state::console::Console;
use crate::state::notice::Tone;
use crate::state::overlay::{Asks, Overlay};
use crate::ui::look::Look;
use crate::ui::paint;
use crate::ui::widgets::{budget, hints, status_bar, sweep_progress, ways};

/// Columns that are never given to the forge's counters.
const LEAST: u16 = 40;
/// Columns from which the counters are written out.
const WIDE: u16 = 100;

/// A line being typed, else what was just said, else what is waited for, else hints. What the forge still allows stands at the
/// right end.
pub fn status(console: &Console, look: &Look<'_>, area: Rect, buffer: &mut Buffer) {
    let allowance =
        console.budget.as_ref().map(|budget| budget::left(budget, area.width < WIDE, console.now)).filter(|left| !left.is_empty());
    let waiting = if console.waiting > 0 { format!(" {} wait to be sent ", console.waiting) } else { String::new() };
    let left = format!("{waiting}{}", allowance.map_or_else(String::new, |left| format!(" {left} ")));
    let tail = Some(u16::try_from(paint::width(&left)).unwrap_or(0)).filter(|tail| tail + LEAST <= area.width).unwrap_or(0);
    let room = usize::from(area.width - tail);
    let waits = console.budget.as_ref().and_then(|budget| budget::waiting(budget, console.now));
    let line = match (&console.overlay, console.notices.shown()) {
        (Overlay::Prompt(prompt), _) => {
            let label = match prompt.asks {
                Asks::Filter => " filter:",
                Asks::Search => " search:",
                Asks::Targets => " sweep over:",
                Asks::Since => " since, such as 24h, 7d or 2026-11-20:",
                Asks::Report => " save the incident report as:",
            };
            // The typed text comes first; what it can become has the room that is left, but always some.
            let offers = if prompt.completion.ways.is_empty() { 0 } else { room / 3 };
            let mut line = status_bar::typed(label, &prompt.field, room - offers, look);
            line.spans.extend(ways::row(&prompt.completion, room.saturating_sub(line.width()), look));
            line
        }
        (_, notice) if console.listed.is_some() && notice.is_none_or(|notice| notice.tone != Tone::Failure) => {
            let (done, of) = console.listed.unwrap_or_default();
            Line::from(Span::styled(format!(" reading the pulls: {done} of {of}  esc stops"), look.style(Role::NoticeNote)))
        }
        (_, Some(notice)) => status_bar::notice(notice, room, look),
        _ if console.sweeping.progress.is_some() => {
            let says = console.sweeping.progress.as_ref().map(sweep_progress::words).unwrap_or_default();
            let waits = waits.map_or_else(String::new, |waits| format!("  {waits}"));
            Line::from(paint::span(&format!(" {says}{waits}"), room, look.style(Role::NoticeNote)))
        }
        _ if waits.is_some() => {
            let says = format!(" {}  esc stops", waits.unwrap_or_default());
            Line::from(paint::span(&says, room, look.style(Role::NoticeWarning)))
        }
        _ if console.pending.is_loading() => Line::from(Span::styled(" reading the pull …  esc stops", look.style(Role::NoticeNote))),
        _ => Line::from(hints::bar(&look.keymap.hints(console.pane(), console.overlay.idle()), room, look)),
    };
    buffer.set_line(area.x, area.y, &line, area.width - tail);
    if tail > 0 {
        buffer.set_stringn(area.right() - tail, area.y, &left, tail.into(), look.style(Role::Faint));
    }
}
