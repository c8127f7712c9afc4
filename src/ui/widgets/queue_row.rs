//! One row of the queue.

use ratatui::text::{Line, Span};

use crate::config::theme::Role;
use crate::model::pull::PullState;
use crate::model::time::{Timestamp, short_age};
use crate::state::queue::{Entry, Verdict};
use crate::ui::look::{self, Look};
use crate::ui::paint;
use crate::ui::widgets::agent;

/// How wide each column is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Columns {
    /// Sign and word of the lane, with the score.
    pub lane: usize,
    /// The agent.
    pub agent: usize,
    /// The title.
    pub title: usize,
    /// Lines and files.
    pub size: usize,
    /// How long ago it moved.
    pub age: usize,
    /// The heaviest reason; 0 on narrow screens.
    pub reason: usize,
}

impl Columns {
    /// The columns of a queue that is `room` columns wide.
    #[must_use]
    pub fn of(room: usize) -> Self {
        let (lane, agent, size, age) = (13, if room < 100 { 20 } else { 25 }, 14, 4);
        let rest = room.saturating_sub(lane + agent + size + age + 3);
        let reason = if room >= 120 { rest / 2 } else { 0 };
        Self { lane, agent, title: rest - reason, size, age, reason }
    }
}

/// The names of the columns.
#[must_use]
pub fn names(columns: Columns, look: &Look<'_>) -> Line<'static> {
    let Columns { lane, agent, title, size, age, reason } = columns;
    let reason = if reason > 0 { format!("{:reason$}", "why") } else { String::new() };
    let text = format!("{:lane$}{:agent$} {:title$} {reason}{:>size$}{:>age$}", "risk", "agent", "change", "size", "age");
    Line::from(Span::styled(text, look.style(Role::Faint)))
}

/// The row of `entry`.
#[must_use]
pub fn row(entry: &Entry, columns: Columns, now: Timestamp, look: &Look<'_>) -> Line<'static> {
    let mut spans = lane(entry, columns.lane, look);
    spans.extend(agent::badge(&entry.pull.provenance, columns.agent, look));
    spans.push(Span::raw(" "));
    spans.extend(title(entry, columns.title, look));
    spans.push(Span::raw(" "));
    if columns.reason > 0 {
        let reason = paint::fit(&reason(entry), columns.reason.saturating_sub(1));
        let pad = columns.reason.saturating_sub(paint::width(&reason));
        spans.push(Span::styled(reason, look.style(Role::Faint)));
        spans.push(Span::raw(" ".repeat(pad)));
    }
    spans.extend(size(entry, columns.size, look));
    let age = short_age(entry.pull.updated.until(now));
    spans.push(Span::styled(format!("{age:>wide$}", wide = columns.age), look.style(Role::Faint)));
    Line::from(spans)
}

fn lane(entry: &Entry, room: usize, look: &Look<'_>) -> Vec<Span<'static>> {
    let (sign, word, role, score) = match &entry.verdict {
        Verdict::Waiting => ("·", "…", Role::LaneWaiting, String::new()),
        Verdict::Failed(_) => ("?", "UNREAD", Role::LaneStop, String::new()),
        Verdict::Judged(judgement) => {
            let (sign, word, role) = look::lane(judgement.risk.lane);
            (sign, word, role, judgement.risk.score.to_string())
        }
    };
    let badge = format!(" {sign} {word} ");
    let pad = room.saturating_sub(paint::width(&badge) + 1);
    vec![Span::styled(badge, look.style(role)), Span::styled(format!("{score:>pad$} "), look.style(Role::Strong))]
}

fn title(entry: &Entry, room: usize, look: &Look<'_>) -> Vec<Span<'static>> {
    let state = match entry.pull.state {
        PullState::Open => String::new(),
        other => format!("[{}] ", other.word()),
    };
    let text = if entry.pull.title.trim().is_empty() { "(no title)" } else { entry.pull.title.trim() };
    let text = paint::fit(text, room.saturating_sub(state.len()));
    let pad = room.saturating_sub(state.len() + paint::width(&text));
    vec![Span::styled(state, look.style(Role::Hunk)), Span::styled(text, look.style(Role::Text)), Span::raw(" ".repeat(pad))]
}

fn size(entry: &Entry, room: usize, look: &Look<'_>) -> Vec<Span<'static>> {
    let Some(judgement) = entry.judgement() else { return vec![Span::raw(" ".repeat(room))] };
    let parts = [short(judgement.added, "+"), short(judgement.removed, "-"), format!("{}f", short(judgement.files, ""))];
    let used: usize = parts.iter().map(|part| part.len() + 1).sum();
    let [added, removed, files] = parts;
    vec![
        Span::raw(" ".repeat(room.saturating_sub(used))),
        Span::styled(format!(" {added}"), look.style(Role::CountAdded)),
        Span::styled(format!(" {removed}"), look.style(Role::CountRemoved)),
        Span::styled(format!(" {files}"), look.style(Role::Faint)),
    ]
}

fn short(count: usize, sign: &str) -> String {
    match count {
        0..=9_999 => format!("{sign}{count}"),
        10_000..=9_999_999 => format!("{sign}{}k", count / 1_000),
        _ => format!("{sign}{}M", count / 1_000_000),
    }
}

/// The heaviest reason for its place in the queue.
#[must_use]
pub fn reason(entry: &Entry) -> String {
    match &entry.verdict {
        Verdict::Waiting => "not looked at yet".to_owned(),
        Verdict::Failed(why) => why.clone(),
        Verdict::Judged(judgement) => {
            let reasons = &judgement.risk.contributions;
            // The lane stands in its own column already; what put it there says more.
            let said = reasons.iter().find(|reason| !reason.why.starts_with("lane ")).or_else(|| reasons.first());
            said.map_or_else(|| "checked, nothing found".to_owned(), |reason| reason.why.clone())
        }
    }
}
