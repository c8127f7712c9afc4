//! Answers a plan. Only a plan without refusal and conflict can be answered with yes.

use crate::actions::close;
use crate::message::effect::Effect;
use crate::message::ticket::Kind;
use crate::state::console::Console;
use crate::state::notice::Tone;
use crate::state::overlay::{Confirm, Overlay, Stage};

/// Moves between No and Yes.
pub(crate) fn switch(console: &mut Console) -> Vec<Effect> {
    if let Some(confirm) = ready(console) {
        confirm.yes = !confirm.yes && allowed(confirm);
    }
    Vec::new()
}

/// Carries the plan out.
pub(crate) fn yes(console: &mut Console) -> Vec<Effect> {
    let Some(confirm) = ready(console) else { return Vec::new() };
    if !allowed(confirm) {
        console.notices.say(Tone::Warning, "this plan cannot be carried out; the popup says why");
        return Vec::new();
    }
    let Stage::Ready(plan) = std::mem::replace(&mut confirm.stage, Stage::Planning) else { return Vec::new() };
    confirm.stage = Stage::Working(plan.clone());
    vec![Effect::CarryOut(console.pending.ask(Kind::CarryOut), Box::new(plan))]
}

/// Gives the answer the cursor is on; No unless it was moved.
pub(crate) fn answer(console: &mut Console) -> Vec<Effect> {
    match &console.overlay {
        Overlay::Confirm(confirm) if confirm.yes => yes(console),
        _ => close::close(console),
    }
}

fn ready(console: &mut Console) -> Option<&mut Confirm> {
    match &mut console.overlay {
        Overlay::Confirm(confirm) if matches!(confirm.stage, Stage::Ready(_)) => Some(confirm),
        _ => None,
    }
}

fn allowed(confirm: &Confirm) -> bool {
    matches!(&confirm.stage, Stage::Ready(plan) if plan.is_allowed())
}
