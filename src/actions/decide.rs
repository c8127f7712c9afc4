//! Starts a decision: asks for the reason where the verb needs one, else plans at once; asks for the names that have to be typed.

use std::collections::BTreeMap;

use crate::message::action::Command;
use crate::message::effect::{Effect, Wish};
use crate::message::ticket::Kind;
use crate::model::ban::Banned;
use crate::model::decision::Verb;
use crate::model::pull::PullRef;
use crate::model::review::{DraftComment, Spot};
use crate::state::console::Console;
use crate::state::notice::Tone;
use crate::state::overlay::{Confirm, Overlay, Stage};
use crate::state::session::Session;
use crate::state::text_field::TextField;

/// Starts the decision that `command` names, about the opened pull or the one under the cursor.
pub(crate) fn decide(console: &mut Console, command: Command) -> Vec<Effect> {
    let verb = match command {
        Command::Send => Verb::Comment,
        Command::RequestChanges => Verb::RequestChanges,
        Command::Approve => Verb::Approve,
        Command::Release => Verb::Release,
        Command::Revert => Verb::Revert,
        _ => Verb::Quarantine,
    };
    let opened = console.session.as_ref().map(|session| session.change.pull.at.clone());
    let Some(at) = opened.or_else(|| console.queue.chosen().map(|entry| entry.pull.at.clone())) else {
        console.notices.say(Tone::Warning, format!("there is no pull to {}", verb.word()));
        return Vec::new();
    };
    begin(console, verb, at, Vec::new())
}

/// Starts a decision about the pull at `at`.
pub(crate) fn begin(console: &mut Console, verb: Verb, at: PullRef, banned: Vec<Banned>) -> Vec<Effect> {
    let session = console.session.as_ref().filter(|session| session.change.pull.at == at);
    let seen = session.map(|session| session.change.clone());
    let held = session.filter(|_| takes_remarks(verb)).map_or(String::new(), says_itself);
    let stage = Stage::Reason(TextField::holding(&held));
    let confirm = Confirm {
        verb,
        at,
        seen,
        reason: String::new(),
        confirmed: Vec::new(),
        banned,
        also: Vec::new(),
        offered: Vec::new(),
        stage,
        yes: false,
        top: 0,
    };
    console.overlay = Overlay::Confirm(Box::new(confirm));
    if needs_reason(verb) { Vec::new() } else { plan(console) }
}

/// Starts one decision about all of `pulls`.
pub(crate) fn begin_all(console: &mut Console, verb: Verb, mut pulls: Vec<PullRef>) -> Vec<Effect> {
    if pulls.is_empty() {
        return Vec::new();
    }
    let first = pulls.remove(0);
    let effects = begin(console, verb, first, Vec::new());
    if let Overlay::Confirm(confirm) = &mut console.overlay {
        confirm.also = pulls;
    }
    effects
}

/// Goes on with what was typed: the reason, or a name that has to be typed.
pub(crate) fn submit(console: &mut Console) -> Vec<Effect> {
    match &console.overlay {
        Overlay::Confirm(confirm) if matches!(confirm.stage, Stage::Names(..)) => name(console),
        _ => plan(console),
    }
}

/// Plans with the reason typed so far.
fn plan(console: &mut Console) -> Vec<Effect> {
    let Overlay::Confirm(confirm) = &mut console.overlay else { return Vec::new() };
    let Stage::Reason(field) = &confirm.stage else { return Vec::new() };
    let reason = field.text.trim().to_owned();
    if reason.is_empty() && needs_reason(confirm.verb) {
        console.notices.say(Tone::Warning, format!("{} needs a reason in your words; Esc leaves everything as it is", confirm.verb.word()));
        return Vec::new();
    }
    confirm.reason = reason;
    wish(console)
}

/// Takes a typed name; when all are typed, the plan is made anew with them.
fn name(console: &mut Console) -> Vec<Effect> {
    let Overlay::Confirm(confirm) = &mut console.overlay else { return Vec::new() };
    let Stage::Names(plan, field) = &mut confirm.stage else { return Vec::new() };
    let typed = std::mem::take(field).text.trim().to_owned();
    let open = |confirmed: &[String]| plan.unconfirmed().iter().any(|name| !confirmed.iter().any(|known| known == name));
    let asked = plan.unconfirmed().iter().any(|name| *name == typed);
    if !asked {
        console.notices.say(Tone::Warning, "that is none of the names; they are typed exactly as they are shown");
        return Vec::new();
    }
    confirm.confirmed.push(typed);
    if open(&confirm.confirmed) { Vec::new() } else { wish(console) }
}

/// Takes the proposed pull at `place` into the decision, or out of it again; the plan is made anew.
pub(crate) fn pick(console: &mut Console, place: usize) -> Vec<Effect> {
    let Overlay::Confirm(confirm) = &mut console.overlay else { return Vec::new() };
    let Some(at) = confirm.offered.get(place).map(|one| one.at.clone()).filter(|_| matches!(confirm.stage, Stage::Ready(_))) else {
        return Vec::new();
    };
    match confirm.also.iter().position(|known| *known == at) {
        Some(known) => drop(confirm.also.remove(known)),
        None => confirm.also.push(at),
    }
    wish(console)
}

fn wish(console: &mut Console) -> Vec<Effect> {
    let Overlay::Confirm(confirm) = &mut console.overlay else { return Vec::new() };
    confirm.stage = Stage::Planning;
    let session = console.session.as_ref().filter(|session| session.change.pull.at == confirm.at);
    let wish = Wish {
        verb: confirm.verb,
        at: confirm.at.clone(),
        seen: confirm.seen.clone(),
        report: session.and_then(|session| session.known.report.clone()),
        reason: confirm.reason.clone(),
        dispositions: session.map_or_else(BTreeMap::new, |session| session.review.dispositions.clone()),
        remarks: session.filter(|_| takes_remarks(confirm.verb)).map_or_else(Vec::new, remarks),
        confirmed: confirm.confirmed.clone(),
        banned: confirm.banned.clone(),
        also: confirm.also.clone(),
    };
    vec![Effect::Plan(console.pending.ask(Kind::Plan), Box::new(wish))]
}

/// The remarks that can be sent: those whose lines are there.
fn remarks(session: &Session) -> Vec<DraftComment> {
    let placed = session.review.remarks.iter().enumerate().filter(|(at, _)| !session.around.lost.contains(at));
    placed.map(|(_, unsent)| unsent.remark.clone()).collect()
}

/// What the text of a review says when nothing else is typed; what is typed stands behind it.
fn says_itself(session: &Session) -> String {
    let words = remarks(session).iter().filter(|remark| !matches!(remark.spot, Spot::Thread { .. })).count();
    match words {
        0 => String::new(),
        1 => "One remark, at its place. ".to_owned(),
        count => format!("{count} remarks, at their places. "),
    }
}

fn takes_remarks(verb: Verb) -> bool {
    matches!(verb, Verb::Comment | Verb::RequestChanges)
}

fn needs_reason(verb: Verb) -> bool {
    verb != Verb::Approve
}
