//! How a pull stands with its forge, in few words: the most pressing first, as many as fit.

use ratatui::text::Span;

use crate::config::theme::Role;
use crate::model::pull::{Pull, PullState};
use crate::model::standing::{Rollup, Standing, Verdict};
use crate::ui::look::Look;
use crate::ui::paint;

/// Columns from which words are written out.
const WORDS: usize = 20;

/// The marks of `pull` in exactly `room` columns.
#[must_use]
pub fn row(pull: &Pull, room: usize, look: &Look<'_>) -> Vec<Span<'static>> {
    let mut spans = Vec::new();
    let mut used = 0;
    for (long, short, role) in pull.standing.as_deref().map(|standing| all(pull, standing)).unwrap_or_default() {
        let word = if room >= WORDS { long } else { short };
        let wide = paint::width(&word) + 1;
        if used + wide <= room {
            used += wide;
            spans.push(Span::styled(format!("{word} "), look.style(role)));
        }
    }
    spans.push(Span::raw(" ".repeat(room.saturating_sub(used))));
    spans
}

/// All marks in words, one behind the other.
#[must_use]
pub fn words(pull: &Pull) -> Vec<(String, Role)> {
    let marks = pull.standing.as_deref().map(|standing| all(pull, standing)).unwrap_or_default();
    marks.into_iter().map(|(long, _, role)| (long, role)).collect()
}

/// All marks, each in words and in short.
#[must_use]
pub fn both(pull: &Pull) -> Vec<(String, String, Role)> {
    pull.standing.as_deref().map(|standing| all(pull, standing)).unwrap_or_default()
}

fn all(pull: &Pull, standing: &Standing) -> Vec<(String, String, Role)> {
    let mut marks = Vec::new();
    let mut mark = |when: bool, long: &str, short: &str, role: Role| {
        if when {
            marks.push((long.to_owned(), short.to_owned(), role));
        }
    };
    let open = pull.state == PullState::Open;
    // Who decides second sees the findings before anybody's verdict.
    let blind = standing.second;
    if let Some(refused) = &standing.blocked {
        let word = refusal(refused.what);
        mark(true, &format!("{} {word}", refused.what), word, Role::Bad);
    }
    mark(pull.state == PullState::Merged && standing.approvals == 0, "unreviewed", "unrev", Role::Bad);
    mark(open && standing.auto_merge.is_some(), "auto-merge", "auto", Role::Unsettled);
    mark(open && standing.queued, "in merge queue", "queue", Role::Unsettled);
    mark(standing.second, "wants a second", "2nd", Role::Unsettled);
    mark(open && standing.checks == Rollup::Failing, "✗ checks", "✗ci", Role::Bad);
    mark(!blind && open && standing.verdict == Verdict::ChangesRequested, "± changes wanted", "±chg", Role::Unsettled);
    let approvals = standing.approvals;
    mark(!blind && approvals > 0, &format!("✓ {approvals} approved"), &format!("✓{approvals}"), Role::Good);
    mark(standing.draft, "draft", "draft", Role::Faint);
    mark(open && standing.checks == Rollup::Pending, "… checks run", "…ci", Role::Unsettled);
    mark(open && standing.checks == Rollup::Passing, "✓ checks", "✓ci", Role::Good);
    mark(standing.requested, "asked of you", "you", Role::Strong);
    mark(standing.locked, "locked", "lock", Role::Faint);
    marks
}

/// Who works is blocked; what was made is refused.
fn refusal(what: &str) -> &'static str {
    if matches!(what, "commit" | "patch") { "refused" } else { "blocked" }
}
