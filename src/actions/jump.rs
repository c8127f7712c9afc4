//! Jumps through the diff: files, hunks, findings, matches. The cost is the distance in rows, never the size of the diff's text.

use std::cmp::Reverse;

use crate::actions::read_thread;
use crate::message::action::Command;
use crate::message::effect::Effect;
use crate::state::console::Console;
use crate::state::notice::Tone;
use crate::state::overlay::{Card, Overlay, Topic};
use crate::state::rows::{Owner, Row, line_of};
use crate::state::said::Said;
use crate::state::session::{Half, Session};

/// To the next or previous file or hunk.
pub(crate) fn to_row(console: &mut Console, command: Command) -> Vec<Effect> {
    let what = match command {
        Command::NextFile | Command::PreviousFile => "file",
        _ => "hunk",
    };
    let wanted = move |row: Row| if what == "file" { row == Row::File } else { matches!(row, Row::Hunk(_)) };
    let forward = matches!(command, Command::NextFile | Command::NextHunk);
    seek(console, what, forward, wanted)
}

/// To the next or previous finding over the whole pull; an open card turns to it.
pub(crate) fn to_finding(console: &mut Console, command: Command) -> Vec<Effect> {
    let effects = seek(console, "finding", command == Command::NextFinding, |row| matches!(row, Row::Finding(_)));
    let here = console.session.as_ref().and_then(|session| session.finding_here());
    if let (Overlay::Card(card), Some(finding)) = (&mut console.overlay, here) {
        *card = Card { finding, answer: 0, reason: None, top: 0 };
    }
    effects
}

/// To the next or previous conversation or annotation; an open conversation turns to it.
pub(crate) fn to_said(console: &mut Console, command: Command) -> Vec<Effect> {
    // A conversation counts once, by its first row.
    let reading = matches!(&console.overlay, Overlay::Panel(panel) if matches!(panel.topic, Topic::Thread(_)));
    let first = move |row| match row {
        Row::Said(Said::Thread(_) | Said::Remark(_, 0)) => true,
        Row::Said(Said::Annotation(_)) => !reading,
        _ => false,
    };
    let effects = seek(console, "conversation", command == Command::NextThread, first);
    read_thread::follow(console);
    effects
}

/// To the most serious finding that is not judged yet; from there to the next most serious.
pub(crate) fn to_worst(console: &mut Console) -> Vec<Effect> {
    let Some(session) = &mut console.session else { return Vec::new() };
    let open = |at: &usize| session.known.findings.get(*at).is_some_and(|finding| !session.review.dispositions.contains_key(&finding.id));
    let mut ranked: Vec<usize> = (0..session.known.findings.len()).filter(open).collect();
    ranked.sort_by_key(|at| session.known.findings.get(*at).map(|finding| Reverse((finding.severity, finding.confidence))));
    let here = session.finding_here().and_then(|here| ranked.iter().position(|at| *at == here));
    let next = here.map_or(0, |here| (here + 1) % ranked.len().max(1));
    let Some(finding) = ranked.get(next).copied() else {
        console.notices.say(Tone::Note, "no finding waits to be judged");
        return Vec::new();
    };
    let wanted = u32::try_from(finding).unwrap_or(u32::MAX);
    let owner = session.known.findings.get(finding).and_then(|finding| finding.at.path()).and_then(|path| session.file_of(path));
    let owner = owner.map_or(Owner::Change, Owner::File);
    let Some(at) = session.rows.of(owner).iter().position(|row| *row == Row::Finding(wanted)) else { return Vec::new() };
    let to = session.rows.start(owner) + at;
    go(session, to, console.panes.diff);
    Vec::new()
}

/// To the next file that is not marked as viewed, from the start again after the last.
pub(crate) fn to_unviewed(console: &mut Console) -> Vec<Effect> {
    let Some(session) = &mut console.session else { return Vec::new() };
    let files = session.viewed.len();
    let here = session.file_here().map_or(0, |here| here + 1);
    let next = (here..files).chain(0..here.min(files)).find(|at| session.viewed.get(*at) == Some(&false));
    match next {
        Some(file) => {
            let to = session.rows.start(Owner::File(file));
            go(session, to, console.panes.diff);
        }
        None => console.notices.say(Tone::Note, "every file is marked as viewed"),
    }
    Vec::new()
}

/// To the next or previous match of the search, round the ends.
pub(crate) fn to_match(console: &mut Console, command: Command) -> Vec<Effect> {
    let Some(session) = &mut console.session else { return Vec::new() };
    let Some(hits) = session.search.as_ref().and_then(|search| search.hits.as_ref()) else {
        console.notices.say(Tone::Note, "nothing is searched; press the search key first");
        return Vec::new();
    };
    let here = session.rows.get(session.view.diff.at);
    let place = here.map_or((0, 0), |here| match here.owner {
        Owner::File(file) => (u32::try_from(file).unwrap_or(u32::MAX), line_of(here.row).map_or(0, |line| line + 1)),
        Owner::Change => (0, 0),
        Owner::Rest => (u32::MAX, 0),
    });
    let behind = hits.partition_point(|hit| (hit.file, hit.line + 1) <= place);
    let hit = if command == Command::NextMatch {
        hits.get(behind).or_else(|| hits.first())
    } else {
        let before = hits.partition_point(|hit| (hit.file, hit.line + 1) < place);
        before.checked_sub(1).and_then(|at| hits.get(at)).or_else(|| hits.last())
    };
    let Some(hit) = hit.copied() else { return Vec::new() };
    if let Some(to) = session.reveal(hit.file as usize, hit.line) {
        go(session, to, console.panes.diff);
    }
    Vec::new()
}

fn seek(console: &mut Console, what: &str, forward: bool, wanted: impl Fn(Row) -> bool) -> Vec<Effect> {
    let Some(session) = &mut console.session else { return Vec::new() };
    let here = session.view.diff.at;
    let found = if forward {
        session.rows.from(here + 1).position(|placed| wanted(placed.row)).map(|distance| here + 1 + distance)
    } else {
        session.rows.before(here).position(|placed| wanted(placed.row)).map(|distance| here - 1 - distance)
    };
    match found {
        Some(to) => go(session, to, console.panes.diff),
        None => console.notices.say(Tone::Note, format!("no {what} {} here", if forward { "after" } else { "before" })),
    }
    Vec::new()
}

/// Puts the cursor of the diff on row `to`; the file list follows.
pub(crate) fn go(session: &mut Session, to: usize, height: usize) {
    session.half = Half::Diff;
    session.view.diff.jump(to, session.rows.len(), height);
}
