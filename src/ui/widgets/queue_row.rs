//! One row of the queue.

use ratatui::text::{Line, Span};

use crate::config::theme::Role;
use crate::model::pull::PullState;
use crate::model::time::{Timestamp, short_age};
use crate::state::queue::{Entry, Traits, Verdict};
use crate::ui::look::{self, Look};
use crate::ui::paint;
use crate::ui::widgets::{agent, marks};

/// How wide each column is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Columns {
    /// Sign and word of the lane, with the score.
    pub lane: usize,
    /// The agent.
    pub agent: usize,
    /// The repository; 0 when all are of one.
    pub repo: usize,
    /// How it stands with its forge; 0 when there is none.
    pub marks: usize,
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
    /// The columns of a queue that is `room` columns wide and holds pulls of these traits.
    #[must_use]
    pub fn of(room: usize, traits: Traits) -> Self {
        let narrow = room < 100;
        let crowded = narrow && (traits.forge || traits.several);
        let agent = if crowded {
            9
        } else if narrow {
            20
        } else {
            25
        };
        let repo = if !traits.several {
            0
        } else if narrow {
            12
        } else {
            22
        };
        let marks = if !traits.forge {
            0
        } else if room < 120 {
            9
        } else {
            28
        };
        let (lane, size, age) = (13, if crowded { 0 } else { 14 }, 4);
        let rest = room.saturating_sub(lane + agent + repo + marks + size + age + 3);
        let reason = if room >= 120 { rest / 2 } else { 0 };
        Self { lane, agent, repo, marks, title: rest - reason, size, age, reason }
    }
}

/// The names of the columns.
#[must_use]
pub fn names(columns: Columns, look: &Look<'_>) -> Line<'static> {
    let Columns { lane, agent, repo, marks, title, size, age, reason } = columns;
    let name = |name: &str, wide: usize| if wide > 0 { format!("{name:wide$}") } else { String::new() };
    let (repo, marks, reason) = (name("repository", repo), name("stands", marks), name("why", reason));
    let size = if size > 0 { format!("{:>size$}", "size") } else { String::new() };
    let text = format!("{:lane$}{:agent$} {repo}{marks}{:title$} {reason}{size}{:>age$}", "risk", "agent", "change", "age");
    Line::from(Span::styled(text, look.style(Role::Faint)))
}

/// The row of `entry`.
#[must_use]
pub fn row(entry: &Entry, columns: Columns, now: Timestamp, look: &Look<'_>) -> Line<'static> {
    let mut spans = lane(entry, columns.lane, look);
    spans.extend(agent::badge(&entry.pull.provenance, columns.agent, look));
    spans.push(Span::raw(" "));
    if columns.repo > 0 {
        let name = &entry.pull.at.repo;
        let short = if columns.repo < 20 { name.rsplit('/').next().unwrap_or(name) } else { name };
        let repo = paint::fit(short, columns.repo - 1);
        let pad = columns.repo.saturating_sub(paint::width(&repo));
        spans.push(Span::styled(format!("{repo}{}", " ".repeat(pad)), look.style(Role::Faint)));
    }
    if columns.marks > 0 {
        spans.extend(marks::row(&entry.pull, columns.marks, look));
    }
    spans.extend(title(entry, columns.title, look));
    spans.push(Span::raw(" "));
    if columns.reason > 0 {
        let reason = paint::fit(&reason(entry), columns.reason.saturating_sub(1));
        let pad = columns.reason.saturating_sub(paint::width(&reason));
        spans.push(Span::styled(reason, look.style(Role::Faint)));
        spans.push(Span::raw(" ".repeat(pad)));
    }
    if columns.size > 0 {
        spans.extend(size(entry, columns.size, look));
    }
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
    let number = if entry.pull.at.name.starts_with('#') { paint::fit(&format!("{} ", entry.pull.at.name), room) } else { String::new() };
    let text = if entry.pull.title.trim().is_empty() { "(no title)" } else { entry.pull.title.trim() };
    let used = paint::width(&number) + state.len();
    let text = paint::fit(text, room.saturating_sub(used));
    let pad = room.saturating_sub(used + paint::width(&text));
    let number = Span::styled(number, look.style(Role::Faint));
    vec![number, Span::styled(state, look.style(Role::Hunk)), Span::styled(text, look.style(Role::Text)), Span::raw(" ".repeat(pad))]
}

fn size(entry: &Entry, room: usize, look: &Look<'_>) -> Vec<Span<'static>> {
    let Some(judgement) = entry.judgement() else { return vec![Span::raw(" ".repeat(room))] };
    let spans = |exact: usize| {
        let count = |count: usize, sign: &str| format!(" {sign}{}", short(count, exact));
        [
            Span::styled(count(judgement.added, "+"), look.style(Role::CountAdded)),
            Span::styled(count(judgement.removed, "-"), look.style(Role::CountRemoved)),
            Span::styled(format!("{}f", count(judgement.files, "")), look.style(Role::Faint)),
        ]
    };
    let used = |spans: &[Span<'_>]| spans.iter().map(Span::width).sum::<usize>();
    let known = [9_999, 999].map(spans).into_iter().find(|spans| used(spans) <= room);
    // What is larger still has the number of its files left out, never a digit.
    let known = known.map_or_else(|| spans(999).into_iter().take(2).collect(), Vec::from);
    std::iter::once(Span::raw(" ".repeat(room.saturating_sub(used(&known))))).chain(known).collect()
}

/// Up to `exact` as it is, more of it in thousands or millions.
fn short(count: usize, exact: usize) -> String {
    match count {
        count if count <= exact => count.to_string(),
        ..=999_999 => format!("{}k", count / 1_000),
        _ => format!("{}M", count / 1_000_000),
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
            let counted = || judgement.worst.map(|worst| look::counted(worst, judgement.findings));
            // What adds nothing to the risk is there all the same.
            said.map(|reason| reason.why.clone()).or_else(counted).unwrap_or_else(|| look::NOTHING_FOUND.to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::short;

    #[test]
    fn numbers_get_shorter_and_keep_their_first_digits() {
        assert_eq!([7, 1_002, 20_500, 3_000_000].map(|n| short(n, 9_999)), ["7", "1002", "20k", "3M"]);
        assert_eq!([999, 1_002].map(|n| short(n, 999)), ["999", "1k"]);
    }
}
