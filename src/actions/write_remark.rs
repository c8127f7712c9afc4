//! Writes remarks: on lines, a file, the pull, or as a reply. What was written is kept while it is written and after Esc.

use crate::actions::judge_finding::save;
use crate::message::effect::Effect;
use crate::model::review::Spot;
use crate::state::anchor;
use crate::state::console::Console;
use crate::state::notice::Tone;
use crate::state::overlay::{Overlay, Panel, Topic};
use crate::state::rows::{Owner, Row};
use crate::state::said::Said;
use crate::state::session::Session;
use crate::state::write::Write;

/// Writes about what the cursor is on: chosen lines, a line, a conversation, a file, else the pull.
pub(crate) fn here(console: &mut Console) -> Vec<Effect> {
    let reading = match &console.overlay {
        Overlay::Panel(Panel { topic: Topic::Thread(at), .. }) => Some(*at),
        Overlay::None => None,
        _ => return Vec::new(),
    };
    let Some(session) = &console.session else { return none(console) };
    let write = match reading {
        Some(thread) => reply(session, thread),
        None => about_row(session),
    };
    start(console, write)
}

/// Writes about the file under the cursor.
pub(crate) fn on_file(console: &mut Console) -> Vec<Effect> {
    let Some(session) = &console.session else { return none(console) };
    let write = session.file_here().and_then(|at| on(session, at));
    start(console, write)
}

/// Writes about the pull.
pub(crate) fn on_pull(console: &mut Console) -> Vec<Effect> {
    if console.session.is_none() {
        return none(console);
    }
    start(console, Some(Write::new(Spot::Pull, Vec::new())))
}

/// Writes the remark at this position of the review again.
pub(crate) fn again(console: &mut Console, at: usize) -> Vec<Effect> {
    let write = console.session.as_ref().and_then(|session| kept(session, at));
    start(console, write)
}

/// The remark at this position, to be changed. A mark on a conversation holds no words: what is written there is a reply.
fn kept(session: &Session, at: usize) -> Option<Write> {
    let unsent = session.review.remarks.get(at)?;
    let Spot::Thread { node, .. } = &unsent.remark.spot else { return Some(Write::again(unsent, at)) };
    let threads = &session.around.dossier.as_ref()?.threads;
    reply(session, threads.iter().position(|thread| thread.node == *node)?)
}

fn none(console: &mut Console) -> Vec<Effect> {
    console.notices.say(Tone::Note, "open a pull first");
    Vec::new()
}

fn start(console: &mut Console, write: Option<Write>) -> Vec<Effect> {
    match write {
        Some(write) => console.overlay = Overlay::Write(Box::new(write)),
        None => console.notices.say(Tone::Note, "there is nothing to remark on here"),
    }
    Vec::new()
}

fn about_row(session: &Session) -> Option<Write> {
    if let Some((file, side, first, last)) = session.chosen_lines() {
        let diff = session.file(file)?;
        let path = diff.path_on(side)?.clone();
        return Some(Write::new(Spot::Lines { path, side, first, last }, anchor::quote(diff, side, first..=last)));
    }
    let placed = session.rows.get(session.view.diff.at)?;
    match (placed.row, placed.owner) {
        (Row::Said(Said::Own(at)), _) => kept(session, at as usize),
        (Row::Said(said), _) if said.thread().is_some() => reply(session, said.thread()?),
        (_, Owner::File(at)) => on(session, at),
        _ => Some(Write::new(Spot::Pull, Vec::new())),
    }
}

fn on(session: &Session, file: usize) -> Option<Write> {
    Some(Write::new(Spot::File(session.file(file)?.path().clone()), Vec::new()))
}

fn reply(session: &Session, thread: usize) -> Option<Write> {
    let first = session.around.dossier.as_ref()?.threads.get(thread)?.remarks.first()?;
    Some(Write::new(Spot::Reply(first.id), Vec::new()))
}

/// Keeps what was written so far, where a new word or line begins: a crash takes at most a word.
pub(crate) fn keep_on_going(console: &mut Console, typed: &str) -> Vec<Effect> {
    if typed.chars().any(char::is_whitespace) { keep(console) } else { Vec::new() }
}

/// Keeps what was written; an empty remark is none.
pub(crate) fn keep(console: &mut Console) -> Vec<Effect> {
    let (Overlay::Write(write), Some(session)) = (&mut console.overlay, &mut console.session) else { return Vec::new() };
    let blank = write.area.is_blank();
    match write.kept {
        Some(at) if blank => {
            if at < session.review.remarks.len() {
                session.review.remarks.remove(at);
            }
            write.kept = None;
        }
        Some(at) => {
            if let Some(slot) = session.review.remarks.get_mut(at) {
                *slot = write.unsent();
            }
        }
        None if blank => return Vec::new(),
        None => {
            write.kept = Some(session.review.remarks.len());
            session.review.remarks.push(write.unsent());
        }
    }
    save(session).into_iter().collect()
}

/// Ends writing.
pub(crate) fn end(console: &mut Console) -> Vec<Effect> {
    let effects = keep(console);
    console.overlay = Overlay::None;
    let Some(session) = &mut console.session else { return effects };
    session.view.chosen = None;
    session.place_remarks();
    let count = session.review.remarks.len();
    let says = if effects.is_empty() { "nothing was written" } else { "kept, not sent" };
    let waits = if count == 1 { "remark waits" } else { "remarks wait" };
    console.notices.say(Tone::Note, format!("{says}; {count} {waits} to be sent as one review"));
    effects
}

/// Puts the lines into the text as a suggestion.
pub(crate) fn suggest(console: &mut Console) -> Vec<Effect> {
    let Overlay::Write(write) = &mut console.overlay else { return Vec::new() };
    if write.may_suggest() {
        write.suggest();
        return keep(console);
    }
    console.notices.say(Tone::Note, "only lines of the new side can be replaced by a suggestion");
    Vec::new()
}

/// Begins to choose lines at the cursor, or stops it.
pub(crate) fn choose(console: &mut Console) -> Vec<Effect> {
    let Some(session) = &mut console.session else { return Vec::new() };
    session.view.chosen = match session.view.chosen {
        Some(_) => None,
        None => session.position_here(),
    };
    if session.view.chosen.is_none() {
        return Vec::new();
    }
    console.notices.say(Tone::Note, "lines are being chosen: move, then write the remark; Esc stops");
    Vec::new()
}
