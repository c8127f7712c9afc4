//! Has the rule of the card's finding only annotate, or no longer, and judges with that what is shown.

use crate::actions::judge_waiting::judge_all;
use crate::message::effect::Effect;
use crate::message::event::{Annotated, Trouble};
use crate::message::ticket::Kind;
use crate::model::noise::Noise;
use crate::state::console::Console;
use crate::state::notice::Tone;
use crate::state::overlay::Overlay;
use crate::state::queue::Verdict;

/// Asks for it, or for the contrary where it is so already.
pub(crate) fn toggle(console: &mut Console) -> Vec<Effect> {
    let (Overlay::Card(card), Some(session)) = (&console.overlay, &console.session) else { return Vec::new() };
    let Some(rule) = session.known.findings.get(card.finding).map(|finding| finding.rule) else { return Vec::new() };
    if console.pending.waits(Kind::Annotate) {
        return Vec::new();
    }
    let on = !console.noise.annotated.contains(&rule);
    vec![Effect::Annotate(console.pending.ask(Kind::Annotate), rule, on)]
}

/// Takes over what is known of rules.
pub(crate) fn take_noise(console: &mut Console, answer: Result<Box<Noise>, Trouble>) -> Vec<Effect> {
    match answer {
        Ok(noise) => console.noise = *noise,
        // A card without numbers is worth more than none.
        Err(trouble) => console.notices.say(Tone::Warning, format!("how noisy rules are is not known: {trouble}")),
    }
    Vec::new()
}

/// It is so now: what is open is judged anew, and so is the queue.
pub(crate) fn take(console: &mut Console, answer: Result<Annotated, Trouble>) -> Vec<Effect> {
    let annotated = match answer {
        Ok(annotated) => annotated,
        Err(trouble) => {
            console.notices.say(Tone::Failure, format!("nothing was changed: {trouble}"));
            return Vec::new();
        }
    };
    console.noise.annotated = annotated.rules;
    console.notices.say(Tone::Note, annotated.says);
    for entry in console.queue.entries.iter_mut().filter(|entry| entry.judgement().is_some()) {
        entry.verdict = Verdict::Waiting;
    }
    let mut effects = Vec::new();
    if let Some(session) = &console.session {
        effects.push(Effect::Analyse(console.pending.ask(Kind::Analyse), session.change.clone()));
    }
    effects.extend(judge_all(console));
    effects
}
