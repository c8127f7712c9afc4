//! Takes over a plan to be answered, and the receipt of one that was carried out.

use crate::actions::judge_finding::save;
use crate::actions::{refresh, take_dossier};
use crate::message::effect::Effect;
use crate::message::event::Trouble;
use crate::model::forge_step::Act;
use crate::model::response::{Plan, Receipt, Step, Strength};
use crate::model::review::{DraftComment, Spot};
use crate::state::console::Console;
use crate::state::notice::Tone;
use crate::state::overlay::{Overlay, Panel, Stage, Topic};
use crate::state::text_field::TextField;

/// Shows the plan; the answer stands on No.
pub(crate) fn planned(console: &mut Console, answer: Result<Plan, Trouble>) -> Vec<Effect> {
    if let Overlay::Confirm(confirm) = &mut console.overlay {
        confirm.yes = false;
        confirm.top = 0;
        for one in answer.iter().flat_map(|plan| &plan.proposed) {
            if !confirm.offered.iter().any(|known| known.at == one.at) {
                confirm.offered.push(one.clone());
            }
        }
        confirm.stage = match answer {
            Ok(plan) if plan.is_allowed() && !plan.unconfirmed().is_empty() => Stage::Names(Box::new(plan), TextField::default()),
            Ok(plan) => Stage::Ready(plan),
            Err(trouble) => Stage::Failed(trouble),
        };
    }
    Vec::new()
}

/// Shows the receipt; the queue is read again, for the world has changed.
pub(crate) fn carried_out(console: &mut Console, answer: Result<Receipt, Trouble>) -> Vec<Effect> {
    let mut effects = Vec::new();
    match answer {
        Ok(receipt) => {
            effects.extend(forget_sent(console, &receipt));
            let tone = match receipt.strength {
                Strength::Enforced => Tone::Note,
                Strength::Advisory => Tone::Warning,
                Strength::Failed => Tone::Failure,
            };
            console.notices.say(tone, format!("{}: {}", receipt.case.0, receipt.strength.word()));
            console.overlay = Overlay::Panel(Panel { topic: Topic::Receipt(receipt), top: 0 });
        }
        Err(trouble) => {
            console.notices.say(Tone::Failure, trouble.clone());
            if let Overlay::Confirm(confirm) = &mut console.overlay {
                confirm.stage = Stage::Failed(trouble);
            }
        }
    }
    if let Some(at) = console.session.as_ref().map(|session| session.change.pull.at.clone()) {
        effects.extend(take_dossier::ask(console, &at));
    }
    effects.extend(refresh::refresh(console));
    effects
}

/// Takes away the unsent remarks that were sent by the steps of the plan that did not fail. What failed stays to be sent again.
fn forget_sent(console: &mut Console, receipt: &Receipt) -> Option<Effect> {
    let (Overlay::Confirm(confirm), Some(session)) = (&console.overlay, &mut console.session) else { return None };
    let Stage::Working(plan) = &confirm.stage else { return None };
    if session.change.pull.at != confirm.at {
        return None;
    }
    let done = receipt.outcomes.iter().filter(|outcome| outcome.strength != Strength::Failed);
    let acts: Vec<&Act> = done.filter_map(|outcome| plan.steps.get(outcome.index)).filter_map(|step| act(&step.step)).collect();
    let before = session.review.remarks.len();
    let mut at = 0;
    let lost = session.around.lost.clone();
    session.review.remarks.retain(|unsent| {
        let kept = lost.contains(&at) || !acts.iter().any(|act| sends(act, &unsent.remark));
        at += 1;
        kept
    });
    if session.review.remarks.len() == before {
        return None;
    }
    session.place_remarks();
    save(session)
}

fn act(step: &Step) -> Option<&Act> {
    match step {
        Step::Forge(step) => Some(&step.act),
        _ => None,
    }
}

/// Whether `act` sends `remark`.
fn sends(act: &Act, remark: &DraftComment) -> bool {
    match (act, &remark.spot) {
        (Act::Review { inline, .. }, Spot::Lines { path, side, last, .. }) => {
            let path = String::from_utf8_lossy(path.bytes());
            inline.iter().any(|sent| sent.path == path && sent.side == *side && sent.lines.1 == *last && sent.body == remark.text())
        }
        (Act::Remark { body }, Spot::Pull) => *body == remark.text(),
        (Act::FileRemark { path, body }, Spot::File(file)) => *path == String::from_utf8_lossy(file.bytes()) && *body == remark.text(),
        (Act::Reply { to, body }, Spot::Reply(first)) => to == first && *body == remark.text(),
        (Act::Settle { thread, on }, Spot::Thread { node, settled }) => thread == node && on == settled,
        _ => false,
    }
}
