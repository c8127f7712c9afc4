//! Lists to choose from: unsent remarks with those whose lines are gone, waiting decisions, open pulls, whom to block or let pass.

use ratatui::text::{Line, Span};

use crate::config::theme::Role;
use crate::model::ban::{Ban, Banned};
use crate::model::sweeping::{EarlierSweep, SweepOrder};
use crate::model::time::{Timestamp, short_age};
use crate::model::waiting::Waiting;
use crate::state::console::Console;
use crate::state::list::{List, Listed};
use crate::state::opened::{Far, OpenPull};
use crate::state::queue::Entry;
use crate::state::session::Session;
use crate::ui::look::{self, Look};
use crate::ui::overlays::agents::{self, Row};
use crate::ui::overlays::popup::Content;
use crate::ui::overlays::words::paragraph;
use crate::ui::overlays::write::place;
use crate::ui::paint;
use crate::ui::widgets::said_row;

/// The list.
#[must_use]
pub fn content(list: &List, console: &Console, room: usize, look: &Look<'_>) -> Option<Content> {
    let (title, rows) = match &list.of {
        Listed::Remarks => remarks(console.session.as_ref()?),
        Listed::Waiting(waiting) => self::waiting(waiting.as_deref(), console.now),
        Listed::Opened => opened(console),
        Listed::Blocked(_, bans) => blocked(bans.as_ref()),
        Listed::Sweeps(earlier) => sweeps(&console.sweeping.order, earlier.as_deref(), console.now),
        Listed::Agents(by, gallery) => agents::rows(*by, gallery.as_deref(), console.now),
        Listed::Whom(_, known) => ("block whom".to_owned(), known.iter().map(whom).collect()),
    };
    let mut lines = Vec::new();
    let mut focus = 0;
    for ((text, detail, role), at) in rows.into_iter().zip(0..) {
        let chosen = at == list.at;
        if chosen {
            focus = lines.len();
        }
        let style = look.style(if chosen { Role::AnswerChosen } else { role });
        let text = paint::fit(&text, room.saturating_sub(3));
        lines.push(Line::from(Span::styled(format!("{} {text} ", if chosen { "▸" } else { " " }), style)));
        if !detail.is_empty() {
            lines.push(Line::from(paint::span(&format!("    {detail}"), room, look.style(Role::Faint))));
        }
    }
    if lines.is_empty() {
        lines = paragraph(nothing(&list.of), room, look.style(Role::Faint));
    }
    Some(Content { title, lines, focus: Some(focus), ..Content::default() })
}

fn nothing(of: &Listed) -> &'static str {
    match of {
        Listed::Remarks => "No remark was written. w writes one on the line under the cursor.",
        Listed::Waiting(None) => "being read …",
        Listed::Waiting(Some(_)) => "No decision waits to be sent.",
        Listed::Opened => "No pull is open.",
        Listed::Blocked(_, None) => "being read …",
        Listed::Blocked(_, Some(_)) => "Nobody is blocked.",
        Listed::Agents(_, None) => "being read …",
        Listed::Agents(..) => "No judged change is remembered yet. What is judged from now on is.",
        Listed::Sweeps(_) | Listed::Whom(..) => "Nobody is known.",
    }
}

fn remarks(session: &Session) -> (String, Vec<Row>) {
    let lost = &session.around.lost;
    let rows = session.review.remarks.iter().enumerate().map(|(at, unsent)| {
        let place = place(&unsent.remark.spot, session);
        if lost.contains(&at) {
            let was = unsent.quoted.first().map_or_else(String::new, |line| format!(" (they began with: {})", line.trim()));
            let says = format!("{}{was}", said_row::opening(&unsent.remark.body));
            return (format!("! lines gone, not sent: {place}"), says, Role::NoticeWarning);
        }
        let says = if unsent.remark.body.is_empty() { String::new() } else { said_row::opening(&unsent.remark.body) };
        (place, says, Role::Text)
    });
    let gone = if lost.is_empty() { String::new() } else { format!(", {} without their lines", lost.len()) };
    (format!("unsent remarks: {}{gone}", session.review.remarks.len()), rows.collect())
}

fn waiting(waiting: Option<&[Waiting]>, now: Timestamp) -> (String, Vec<Row>) {
    let row = |waiting: &Waiting| {
        let age = short_age(waiting.at.until(now));
        let why = if waiting.reason.is_empty() { String::new() } else { format!(": {}", waiting.reason) };
        let text = format!("{} {}, {age} ago{why}", waiting.verb.word(), waiting.subject);
        let role = if waiting.trouble.is_empty() { Role::Text } else { Role::NoticeWarning };
        (text, waiting.trouble.clone(), role)
    };
    ("decisions that wait to be sent; each is looked at again before".to_owned(), waiting.unwrap_or_default().iter().map(row).collect())
}

fn opened(console: &Console) -> (String, Vec<Row>) {
    let here = console.session.as_ref();
    let row = |open: &OpenPull| {
        let shown = here.filter(|session| session.change.pull.at == open.at);
        let far = shown.map_or_else(|| open.far.clone(), Far::of);
        let lane = console.queue.find(&open.at).and_then(Entry::lane).map_or("…", |lane| look::lane(lane).1);
        let (viewed, files) = far.viewed;
        let unsent = if far.unsent > 0 { format!("  ✎ {} unsent", far.unsent) } else { String::new() };
        let text = format!("{lane:6} {}  viewed {viewed}/{files}{unsent}", shown_at(console, open));
        let detail = if shown.is_some() { format!("on screen, at {}", far.path) } else { format!("left at {}", far.path) };
        (text, detail, Role::Text)
    };
    let all = console.opened.all();
    (format!("open pulls: {}", all.len()), all.iter().map(row).collect())
}

/// Its address as the queue or the opened pull shows it.
fn shown_at(console: &Console, open: &OpenPull) -> String {
    let here = console.session.as_ref().map(|session| &session.change.pull).filter(|pull| pull.at == open.at);
    let pull = here.or_else(|| console.queue.find(&open.at).map(|entry| &entry.pull));
    pull.map_or_else(|| open.at.to_string(), |pull| pull.address().to_string())
}

fn blocked(bans: Option<&(Vec<Ban>, usize)>) -> (String, Vec<Row>) {
    let (bans, met) = bans.map_or((&[][..], 0), |(bans, met)| (bans.as_slice(), *met));
    let row = |(ban, at): (&Ban, usize)| {
        let this = if at < met { ", stops this pull" } else { "" };
        (format!("{} {}", ban.what.kind(), ban.what.name()), format!("by case {}{this}: {}", ban.case.0, ban.reason), Role::Text)
    };
    ("let whom pass again".to_owned(), bans.iter().zip(0..).map(row).collect())
}

/// What a sweep shall be of, then those of which something is kept.
fn sweeps(order: &SweepOrder, earlier: Option<&[EarlierSweep]>, now: Timestamp) -> (String, Vec<Row>) {
    let row = |text: String, detail: &str| (text, detail.to_owned(), Role::Text);
    let targets = if order.targets.trim().is_empty() { "nothing yet" } else { order.targets.as_str() };
    let authors = if order.everyone { "everybody" } else { "agents" };
    let mut rows = vec![
        row("begin the sweep".to_owned(), "one of the last six hours that was cut short goes on where it stopped"),
        row(format!("over    {targets}"), "owner/repo, org:NAME, team:ORG/NAME, 'search:WORDS', clones and folders of clones"),
        row(format!("since   {}", order.since), ""),
        row(format!("state   {}", order.wanted.word()), ""),
        row(format!("of      {authors}"), ""),
    ];
    rows.extend(earlier.unwrap_or_default().iter().map(|sweep| {
        let age = short_age(sweep.at.until(now));
        let span = short_age(sweep.window.since.until(sweep.window.until));
        let end = if sweep.ended { "done" } else { "cut short" };
        (format!("{} {age} ago, {end}, {span} of {}", sweep.id, sweep.targets.join(" ")), String::new(), Role::Faint)
    }));
    ("a sweep: begin one, or open an earlier one".to_owned(), rows)
}

fn whom(banned: &Banned) -> Row {
    let (text, detail) = match banned {
        Banned::Agent(name) => (format!("agent or account {name}"), "every later pull of it is stopped".to_owned()),
        Banned::Session(id) => (format!("session {id}"), "every later pull of this one session is stopped".to_owned()),
        Banned::Server(name) => (format!("MCP server {name}"), "changes that bring it are stopped".to_owned()),
        Banned::Commit(id) => (format!("commit {}", id.short()), String::new()),
        Banned::Patch(print) => (format!("patch {print}"), String::new()),
    };
    (text, detail, Role::Text)
}
