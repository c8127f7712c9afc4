//! The queue: every pull, the most urgent first, with the reason in words before anything is opened.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::config::theme::Role;
use crate::model::pull::Pull;
use crate::model::risk::Lane;
use crate::model::standing::Standing;
use crate::state::console::Console;
use crate::state::queue::{Entry, Queue};
use crate::ui::layout;
use crate::ui::look::{self, Look};
use crate::ui::paint;
use crate::ui::screens::review::way;
use crate::ui::screens::status::status;
use crate::ui::widgets::queue_row::{self, Columns};
use crate::ui::widgets::stroke::stroke;
use crate::ui::widgets::{budget, marks};

/// Draws the queue.
pub fn draw(console: &Console, look: &Look<'_>, buffer: &mut Buffer) {
    let areas = layout::queue(buffer.area);
    let columns = Columns::of(usize::from(areas.list.width).saturating_sub(1), console.queue.traits);
    header(console, look, areas.header, buffer);
    sections(&console.queue, look, areas.sections, buffer);
    names(console, columns, look, areas.columns, buffer);
    rows(console, columns, look, areas.list, buffer);
    detail(console, look, areas.detail, buffer);
    status(console, look, areas.status, buffer);
}

fn header(console: &Console, look: &Look<'_>, area: Rect, buffer: &mut Buffer) {
    let queue = &console.queue;
    let base = look.style(Role::Bar);
    buffer.set_style(area, base);
    let room = usize::from(area.width);
    let counts = counts(console, room, look);
    let used: usize = counts.iter().map(|span| paint::width(&span.content)).sum();
    let kept = [partial(queue), budget::age(queue.traits.stale, console.now)].join(" ");
    let kept = kept.trim();
    let title = paint::fit_end(&queue.title, room.saturating_sub(used + 12 + paint::width(kept)));
    let mut spans = vec![Span::styled(" lazaret ", look.style(Role::BarTitle)), Span::styled(title, base)];
    spans.push(Span::styled(format!(" {kept} "), base.patch(look.style(Role::NoticeWarning))));
    spans.extend(counts);
    buffer.set_line(area.x, area.y, &Line::from(spans), area.width);
}

/// What is missing of the queue, in few words.
fn partial(queue: &Queue) -> String {
    match (queue.partial, queue.omissions.len()) {
        (Some((read, 0)), _) => format!("only {read} read"),
        (Some((read, of)), _) => format!("only {read} of {of} read"),
        (None, 0) => String::new(),
        (None, _) => "not whole: ctrl-n".to_owned(),
    }
}

/// The sections with their counts, the chosen one marked; when not all fit, those around it.
fn sections(queue: &Queue, look: &Look<'_>, area: Rect, buffer: &mut Buffer) {
    let all = std::iter::once(("all", queue.entries.len()));
    let named = queue.sections.iter().map(|section| (section.name.as_str(), section.count));
    let chosen = queue.section.map_or(0, |at| at + 1);
    let mut tabs: Vec<Span<'static>> = Vec::new();
    for ((name, count), at) in all.chain(named).zip(0..) {
        let style = look.style(if at == chosen {
            Role::AnswerChosen
        } else if count == 0 {
            Role::Faint
        } else {
            Role::Text
        });
        let sign = if at == chosen { "▸" } else { " " };
        tabs.push(Span::styled(format!("{sign}{} {count} ", paint::fit(name, 24)), style));
    }
    let room = usize::from(area.width).saturating_sub(1);
    let wide = |tabs: &[Span<'_>]| tabs.iter().map(|tab| paint::width(&tab.content)).sum::<usize>();
    let mut first = 0;
    while first < chosen && wide(tabs.get(first..=chosen).unwrap_or(&[])) > room {
        first += 1;
    }
    let line = Line::from(tabs.split_off(first.min(tabs.len())));
    if area.height > 0 {
        buffer.set_line(area.x + 1, area.y, &line, area.width.saturating_sub(1));
    }
}

fn counts(console: &Console, room: usize, look: &Look<'_>) -> Vec<Span<'static>> {
    let queue = &console.queue;
    let base = look.style(Role::Bar);
    let mut spans = Vec::new();
    for lane in [Lane::Stop, Lane::Review, Lane::Look, Lane::Clear] {
        let (sign, _, role) = look::lane(lane);
        let count = queue.count(lane);
        let style = if count > 0 { base.patch(look.style(role)) } else { base };
        spans.push(Span::styled(format!(" {sign} {count} {} ", lane.word()), style));
    }
    let open = console.opened.all().len();
    if open > 0 {
        let key = look.keymap.opened_key().map_or_else(String::new, |key| format!(" ({key})"));
        spans.push(Span::styled(format!(" {open} open{key} "), base));
    }
    let (done, of) = (queue.done(), queue.entries.len());
    if console.pending.is_judging() && done < of {
        let bar = if room < 100 { String::new() } else { format!("{} ", bar(done, of)) };
        spans.push(Span::styled(format!(" {bar}analysing {done}/{of}"), base));
    } else if queue.spared.is_some() && done < of {
        spans.push(Span::styled(format!(" judged {done}/{of} "), base.patch(look.style(Role::NoticeWarning))));
    }
    spans
}

/// A bar of eight cells.
fn bar(done: usize, of: usize) -> String {
    let full = (done * 8).checked_div(of).unwrap_or(0).min(8);
    format!("{}{}", "█".repeat(full), "░".repeat(8 - full))
}

fn names(console: &Console, columns: Columns, look: &Look<'_>, area: Rect, buffer: &mut Buffer) {
    let queue = &console.queue;
    let line = if queue.filter.is_empty() {
        queue_row::names(columns, look)
    } else if let Some(nonsense) = &queue.nonsense {
        Line::from(paint::span(nonsense, area.width.into(), look.style(Role::NoticeWarning)))
    } else {
        let says = format!("filter: {}   {} of {}", queue.filter, queue.order.len(), queue.entries.len());
        Line::from(paint::span(&says, area.width.into(), look.style(Role::HintKey)))
    };
    buffer.set_line(area.x + 1, area.y, &line, area.width.saturating_sub(1));
}

fn rows(console: &Console, columns: Columns, look: &Look<'_>, area: Rect, buffer: &mut Buffer) {
    let queue = &console.queue;
    if queue.order.is_empty() {
        let says = paint::wrap(&empty(console), usize::from(area.width).saturating_sub(4));
        for (line, y) in says.iter().zip(area.y + 1..area.bottom()) {
            buffer.set_stringn(area.x + 2, y, line, area.width.into(), look.style(Role::Faint));
        }
    }
    let shown = queue.order.iter().enumerate().skip(queue.cursor.top);
    for ((at, entry), y) in shown.zip(area.y..area.bottom()) {
        let Some(entry) = queue.entries.get(*entry) else { continue };
        let row = Rect { y, height: 1, ..area };
        buffer.set_line(area.x + 1, y, &queue_row::row(entry, columns, console.now, look), area.width.saturating_sub(1));
        if at == queue.cursor.at {
            stroke(row, true, look, buffer);
        }
    }
}

fn empty(console: &Console) -> String {
    let Queue { trouble, filter, entries, .. } = &console.queue;
    match (trouble, entries.is_empty()) {
        (Some(trouble), _) => trouble.clone(),
        (None, false) if filter.is_empty() => "no pull in this section; tab goes to the next one".to_owned(),
        (None, false) => format!("no pull matches {filter}; Esc drops the filter"),
        (None, true) if console.pending.is_listing() => "reading the pulls …".to_owned(),
        (None, true) => {
            "no changes by agents here; --all-branches shows every branch, and a branch, a range A..B or a .diff file can be named"
                .to_owned()
        }
    }
}

fn detail(console: &Console, look: &Look<'_>, area: Rect, buffer: &mut Buffer) {
    if area.height == 0 {
        return;
    }
    let rule = "─".repeat(area.width.into());
    buffer.set_stringn(area.x, area.y, &rule, area.width.into(), look.style(Role::Border));
    let Some(entry) = console.queue.chosen() else { return };
    let room = usize::from(area.width).saturating_sub(2);
    for (line, y) in about(entry, room, look).into_iter().zip(area.y + 1..area.bottom()) {
        buffer.set_line(area.x + 1, y, &line, area.width.saturating_sub(1));
    }
}

fn about(entry: &Entry, room: usize, look: &Look<'_>) -> Vec<Line<'static>> {
    let pull = &entry.pull;
    let faint = look.style(Role::Faint);
    let way = way(pull);
    let commits = pull.commit_count.map_or_else(String::new, |count| format!("  {count} commit{}", if count == 1 { "" } else { "s" }));
    let whence = format!("{}  {way}  by {}{commits}", pull.address(), pull.author.name);
    let mut lines =
        vec![Line::from(paint::span(&pull.title, room, look.style(Role::Strong))), Line::from(paint::span(&whence, room, faint))];
    lines.extend(pull.standing.as_ref().map(|standing| stands(pull, standing, room, look)));
    let reasons = entry.judgement().map_or(&[][..], |judgement| judgement.risk.contributions.as_slice());
    if reasons.is_empty() {
        lines.push(Line::from(paint::span(&queue_row::reason(entry), room, faint)));
    }
    for reason in reasons {
        let points = Span::styled(format!("{:>4} ", format!("+{}", reason.points)), look.style(Role::HintKey));
        lines.push(Line::from(vec![points, paint::span(&reason.why, room.saturating_sub(5), look.style(Role::Text))]));
    }
    if let Some(skipped) = entry.judgement().map(|judgement| judgement.skipped).filter(|skipped| *skipped > 0) {
        let says = format!("{skipped} part{} not looked at; the review lists them", if skipped == 1 { "" } else { "s" });
        lines.insert(lines.len().min(5), Line::from(paint::span(&says, room, look.style(Role::NoticeWarning))));
    }
    if let Some(unreached) = entry.judgement().map(|judgement| judgement.unreached).filter(|unreached| *unreached > 0) {
        let says = format!("{unreached} package{} could not be looked up; J asks again", if unreached == 1 { "" } else { "s" });
        lines.insert(lines.len().min(3), Line::from(paint::span(&says, room, look.style(Role::NoticeWarning))));
    }
    lines
}

/// How it stands with its forge, in words.
fn stands(pull: &Pull, standing: &Standing, room: usize, look: &Look<'_>) -> Line<'static> {
    let mut says: Vec<String> = marks::words(pull).into_iter().map(|(word, _)| word).collect();
    if let Some(by) = &standing.auto_merge {
        says.push(format!("auto-merge by {}", by.login));
    }
    if let Some(merged) = &standing.merged {
        says.push(format!("merged by {}", merged.by.as_ref().map_or("somebody", |by| &by.login)));
    }
    says.extend(standing.blocked.as_ref().map(|refused| refused.says.clone()));
    if !standing.labels.is_empty() {
        says.push(format!("labels {}", standing.labels.join(", ")));
    }
    let text = if says.is_empty() { "no checks, no verdict that counts".to_owned() } else { says.join(" · ") };
    Line::from(paint::span(&text, room, look.style(Role::Text)))
}
