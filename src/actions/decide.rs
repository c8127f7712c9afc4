//! Starts a decision: asks for the reason where the verb needs one, else plans at once.

use std::collections::BTreeMap;

use crate::message::effect::{Effect, Wish};
use crate::message::ticket::Kind;
use crate::model::decision::Verb;
use crate::state::console::Console;
use crate::state::notice::Tone;
use crate::state::overlay::{Confirm, Overlay, Stage};
use crate::state::text_field::TextField;

/// Starts a decision about the opened pull, or the one under the cursor.
pub(crate) fn decide(console: &mut Console, verb: Verb) -> Vec<Effect> {
    let seen = console.session.as_ref().map(|session| session.change.clone());
    let at = seen.as_ref().map(|change| change.pull.at.clone()).or_else(|| console.queue.chosen().map(|entry| entry.pull.at.clone()));
    let Some(at) = at else {
        console.notices.say(Tone::Warning, format!("there is no pull to {}", verb.word()));
        return Vec::new();
    };
    let confirm = Confirm { verb, at, seen, stage: Stage::Reason(TextField::default()), yes: false, top: 0 };
    console.overlay = Overlay::Confirm(Box::new(confirm));
    if needs_reason(verb) { Vec::new() } else { plan(console) }
}

/// Plans with the reason typed so far.
pub(crate) fn plan(console: &mut Console) -> Vec<Effect> {
    let Overlay::Confirm(confirm) = &mut console.overlay else { return Vec::new() };
    let Stage::Reason(field) = &confirm.stage else { return Vec::new() };
    let reason = field.text.trim().to_owned();
    if reason.is_empty() && needs_reason(confirm.verb) {
        console.notices.say(Tone::Warning, format!("{} needs a reason in your words; Esc leaves everything as it is", confirm.verb.word()));
        return Vec::new();
    }
    confirm.stage = Stage::Planning;
    let session = console.session.as_ref();
    let wish = Wish {
        verb: confirm.verb,
        at: confirm.at.clone(),
        seen: confirm.seen.clone(),
        report: session.and_then(|session| session.known.report.clone()),
        reason,
        dispositions: session.map_or_else(BTreeMap::new, |session| session.review.dispositions.clone()),
    };
    vec![Effect::Plan(console.pending.ask(Kind::Plan), Box::new(wish))]
}

fn needs_reason(verb: Verb) -> bool {
    verb != Verb::Approve
}
