//! An agent's name with how far the claim goes.

use ratatui::text::Span;

use crate::config::theme::Role;
use crate::model::agent::Provenance;
use crate::ui::look::{Look, tier};
use crate::ui::paint;

/// Columns below which only the sign of the tier stands behind the name.
const NARROW: usize = 14;

/// `Claude Code ·claimed` in exactly `room` columns, or `no agent seen`.
#[must_use]
pub fn badge(provenance: &Provenance, room: usize, look: &Look<'_>) -> Vec<Span<'static>> {
    let word = tier(provenance.tier);
    if provenance.name.is_empty() {
        return vec![Span::styled(format!("{:room$}", paint::fit("no agent seen", room)), look.style(Role::AgentTier))];
    }
    if room < NARROW {
        let sign: String = word.chars().take(1).collect();
        let name = paint::fit(&provenance.name, room.saturating_sub(1));
        let pad = room.saturating_sub(paint::width(&name) + paint::width(&sign));
        let tail = format!("{sign}{}", " ".repeat(pad));
        return vec![Span::styled(name, look.style(Role::AgentBadge)), Span::styled(tail, look.style(Role::AgentTier))];
    }
    let for_name = room.saturating_sub(paint::width(word) + 1);
    let name = paint::fit(&provenance.name, for_name);
    let rest = room.saturating_sub(paint::width(&name) + 1);
    let tail = paint::fit(word, rest);
    let pad = rest.saturating_sub(paint::width(&tail));
    vec![
        Span::styled(name, look.style(Role::AgentBadge)),
        Span::raw(" "),
        Span::styled(tail, look.style(Role::AgentTier)),
        Span::raw(" ".repeat(pad)),
    ]
}
