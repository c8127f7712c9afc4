//! Marks conversations to be resolved or opened again when the review is sent, and takes unsent remarks away.

use crate::actions::judge_finding::save;
use crate::message::effect::Effect;
use crate::model::review::{DraftComment, Spot, Unsent};
use crate::state::console::Console;
use crate::state::notice::Tone;
use crate::state::overlay::{Overlay, Panel, Topic};
use crate::state::said::Said;

/// Resolves the conversation under the cursor or opens it again; once more takes that back.
pub(crate) fn toggle(console: &mut Console) -> Vec<Effect> {
    let read = match &console.overlay {
        Overlay::Panel(Panel { topic: Topic::Thread(at), .. }) => Some(*at),
        _ => console.session.as_ref().and_then(|session| session.said_here()).and_then(Said::thread),
    };
    let Some(session) = &mut console.session else { return Vec::new() };
    let dossier = session.around.dossier.clone();
    let Some(thread) = read.and_then(|at| dossier.as_ref()?.threads.get(at)) else {
        console.notices.say(Tone::Note, "there is no conversation here");
        return Vec::new();
    };
    let own = |unsent: &Unsent| matches!(&unsent.remark.spot, Spot::Thread { node, .. } if *node == thread.node);
    let says = match session.review.remarks.iter().position(own) {
        Some(at) => {
            session.review.remarks.remove(at);
            "the conversation stays as it is"
        }
        None => {
            let settled = !thread.resolved;
            let spot = Spot::Thread { node: thread.node.clone(), settled };
            session
                .review
                .remarks
                .push(Unsent { remark: DraftComment { spot, body: String::new(), suggestion: None }, quoted: Vec::new() });
            if settled {
                "the conversation is resolved when the review is sent"
            } else {
                "the conversation is opened again when the review is sent"
            }
        }
    };
    session.place_remarks();
    let saved = save(session);
    console.notices.say(Tone::Note, says);
    saved.into_iter().collect()
}

/// Takes the unsent remark under the cursor away.
pub(crate) fn delete(console: &mut Console) -> Vec<Effect> {
    let here = console.session.as_ref().and_then(|session| session.said_here());
    let at = match (&console.overlay, here) {
        (Overlay::List(list), _) => Some(list.at),
        (_, Some(Said::Own(at))) => Some(at as usize),
        _ => None,
    };
    let Some(session) = &mut console.session else { return Vec::new() };
    match at.filter(|at| *at < session.review.remarks.len()) {
        Some(at) => {
            session.review.remarks.remove(at);
            session.place_remarks();
            let saved = save(session);
            console.notices.say(Tone::Note, "the remark is gone");
            saved.into_iter().collect()
        }
        None => {
            console.notices.say(Tone::Note, "there is no unsent remark here");
            Vec::new()
        }
    }
}

/// Makes the chosen remark one about the pull, with the lines it was about in it: for lines that are nowhere any more.
pub(crate) fn to_pull(console: &mut Console) -> Vec<Effect> {
    let (Overlay::List(list), Some(session)) = (&console.overlay, &mut console.session) else { return Vec::new() };
    let Some(unsent) = session.review.remarks.get_mut(list.at) else { return Vec::new() };
    if matches!(unsent.remark.spot, Spot::Thread { .. } | Spot::Pull) {
        return Vec::new();
    }
    let quoted: String = unsent.quoted.iter().map(|line| format!("> {line}\n")).collect();
    let text = unsent.remark.text();
    unsent.remark =
        DraftComment { spot: Spot::Pull, body: if quoted.is_empty() { text } else { format!("{quoted}\n{text}") }, suggestion: None };
    unsent.quoted = Vec::new();
    session.place_remarks();
    save(session).into_iter().collect()
}
