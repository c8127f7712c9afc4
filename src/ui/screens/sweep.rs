//! The sweep: campaigns with the reason that binds them, their members over repositories, and what was chosen.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::config::theme::Role;
use crate::model::sweep::{Bond, Campaign, Member};
use crate::model::time::short_age;
use crate::state::console::Console;
use crate::state::sweep::{Row, SweepView};
use crate::ui::layout;
use crate::ui::look::{self, Look};
use crate::ui::paint;
use crate::ui::screens::status::status;
use crate::ui::widgets::stroke::stroke;

/// Draws the sweep.
pub fn draw(console: &Console, view: &SweepView, look: &Look<'_>, buffer: &mut Buffer) {
    let areas = layout::queue(buffer.area);
    header(view, look, areas.header, buffer);
    let room = usize::from(areas.columns.width).saturating_sub(2);
    let says = "space chooses, Q holds and R takes back what is chosen, in one plan; enter opens, I saves the report, w goes to the queue, W to other sweeps";
    let names = Line::from(paint::span(says, room, look.style(Role::Faint)));
    buffer.set_line(areas.columns.x + 1, areas.columns.y, &names, areas.columns.width.saturating_sub(1));
    rows(console, view, look, areas.list, buffer);
    detail(view, look, areas.detail, buffer);
    status(console, look, areas.status, buffer);
}

fn header(view: &SweepView, look: &Look<'_>, area: Rect, buffer: &mut Buffer) {
    let sweep = &view.sweep;
    let base = look.style(Role::Bar);
    buffer.set_style(area, base);
    let gaps = sweep.gaps.iter().filter(|gap| gap.failed).count();
    let gaps = if gaps > 0 { format!("  {gaps} not read") } else { String::new() };
    let counts =
        format!(" {}: {} changes, {} campaigns, {} chosen{gaps}", sweep.id, sweep.members.len(), sweep.campaigns.len(), view.chosen.len());
    let room = usize::from(area.width).saturating_sub(9);
    let spans = vec![Span::styled(" lazaret ", look.style(Role::BarTitle)), Span::styled(paint::fit(&counts, room), base)];
    buffer.set_line(area.x, area.y, &Line::from(spans), area.width);
}

fn rows(console: &Console, view: &SweepView, look: &Look<'_>, area: Rect, buffer: &mut Buffer) {
    if view.rows.is_empty() {
        let says = "no agent opened or merged anything here in this window";
        buffer.set_stringn(area.x + 2, area.y, says, area.width.into(), look.style(Role::Faint));
    }
    let room = usize::from(area.width).saturating_sub(1);
    for ((at, row), y) in view.rows.iter().enumerate().skip(view.cursor.top).zip(area.y..area.bottom()) {
        let line = match row {
            Row::Campaign(place) => view.campaign(*place).map(|campaign| of_campaign(view, *row, campaign, room, look)),
            Row::Member(place) => view.member(*place).map(|member| of_member(console, view, *place, member, room, look)),
            Row::Alone => Some(Line::from(Span::styled("in no campaign", look.style(Role::Faint)))),
        };
        if let Some(line) = line {
            buffer.set_line(area.x + 1, y, &line, area.width.saturating_sub(1));
        }
        if at == view.cursor.at {
            stroke(Rect { y, height: 1, ..area }, true, look, buffer);
        }
    }
}

/// `[x]` all, `[-]` some, `[ ]` none.
fn mark(view: &SweepView, row: Row) -> &'static str {
    let meant = view.meant(row);
    let chosen = meant.iter().filter(|place| view.chosen.contains(place)).count();
    match chosen {
        0 => "[ ]",
        some if some == meant.len() => "[x]",
        _ => "[-]",
    }
}

fn of_campaign(view: &SweepView, row: Row, campaign: &Campaign, room: usize, look: &Look<'_>) -> Line<'static> {
    let start = format!("{} {} ", mark(view, row), campaign.name);
    let bond = campaign.bonds.first().map(words).unwrap_or_default();
    let says = format!("{} changes: {bond}", campaign.members.len());
    let left = room.saturating_sub(paint::width(&start));
    Line::from(vec![Span::styled(start, look.style(Role::Strong)), paint::span(&says, left, look.style(Role::Text))])
}

fn of_member(console: &Console, view: &SweepView, place: usize, member: &Member, room: usize, look: &Look<'_>) -> Line<'static> {
    let pull = member.pull();
    let (sign, word, role) =
        member.judgement.as_ref().map_or(("?", "not read", Role::Faint), |judgement| look::lane(judgement.report.risk.lane));
    let start = format!("{}   ", mark(view, Row::Member(place)));
    let lane = format!("{sign} {word:<7}{:>3} ", member.score());
    let seen: Vec<&str> = member.observations.iter().map(|seen| seen.conduct.word()).collect();
    let age = short_age(member.happened().until(console.now));
    let rest = format!("{}  {} {age}  {}{}", pull.address(), pull.state.word(), joined(&seen), pull.title);
    let left = room.saturating_sub(paint::width(&start) + paint::width(&lane));
    Line::from(vec![Span::raw(start), Span::styled(lane, look.style(role)), paint::span(&rest, left, look.style(Role::Text))])
}

fn joined(seen: &[&str]) -> String {
    if seen.is_empty() { String::new() } else { format!("{}  ", seen.join(" ")) }
}

fn words(bond: &Bond) -> String {
    let what = if bond.what.is_empty() { String::new() } else { format!(" `{}`", bond.what) };
    let place = if bond.repositories > 1 { format!("{} repositories", bond.repositories) } else { format!("{} changes", bond.members) };
    format!("{}{what} in {place}", bond.kind)
}

/// Why a campaign hangs together, or what is told of a change.
fn detail(view: &SweepView, look: &Look<'_>, area: Rect, buffer: &mut Buffer) {
    if area.height == 0 {
        return;
    }
    let rule = "─".repeat(area.width.into());
    buffer.set_stringn(area.x, area.y, &rule, area.width.into(), look.style(Role::Border));
    let says: Vec<String> = match view.here() {
        Some(Row::Campaign(place)) => view.campaign(place).iter().flat_map(|campaign| campaign.bonds.iter().map(words)).collect(),
        Some(Row::Member(place)) => view.member(place).map(about).unwrap_or_default(),
        Some(Row::Alone) | None => Vec::new(),
    };
    let room = usize::from(area.width).saturating_sub(2);
    for (line, y) in says.iter().zip(area.y + 1..area.bottom()) {
        buffer.set_line(area.x + 1, y, &Line::from(paint::span(line, room, look.style(Role::Text))), area.width.saturating_sub(1));
    }
}

fn about(member: &Member) -> Vec<String> {
    let mut says = vec![member.pull().title.clone()];
    says.extend(member.observations.iter().map(|seen| format!("{}: {}", seen.conduct.word(), seen.says)));
    let reasons = member.judgement.iter().flat_map(|judgement| &judgement.report.risk.contributions);
    says.extend(reasons.map(|reason| format!("+{} {}", reason.points, reason.why)));
    says
}
