//! Judges the finding of the card: one of the six reasons, an accepted risk with a reason, or open again.

use crate::actions::decide;
use crate::message::action::Command;
use crate::message::effect::Effect;
use crate::model::finding::Fingerprint;
use crate::model::review::{DismissReason, Disposition};
use crate::state::console::Console;
use crate::state::notice::Tone;
use crate::state::overlay::Overlay;
use crate::state::session::Session;
use crate::state::text_field::TextField;

/// Answers of a card: the six reasons, accept, reopen.
pub(crate) const ANSWERS: usize = DismissReason::ALL.len() + 2;

/// Judges by the number of the answer.
pub(crate) fn pick(console: &mut Console, command: Command) -> Vec<Effect> {
    use Command as C;
    let picks = [C::Pick1, C::Pick2, C::Pick3, C::Pick4, C::Pick5, C::Pick6, C::Pick7, C::Pick8];
    let place = picks.iter().position(|pick| *pick == command).unwrap_or(0);
    if let Overlay::Confirm(_) = &console.overlay {
        return decide::pick(console, place);
    }
    let Overlay::Card(card) = &mut console.overlay else { return Vec::new() };
    card.answer = place.min(ANSWERS - 1);
    judge(console)
}

/// Judges by the answer the cursor is on.
pub(crate) fn judge(console: &mut Console) -> Vec<Effect> {
    let Overlay::Card(card) = &mut console.overlay else { return Vec::new() };
    let accept = DismissReason::ALL.len();
    match card.answer {
        answer if answer < accept => {
            let reason = DismissReason::ALL.get(answer).copied();
            settle(console, reason.map(Disposition::FalsePositive).as_ref())
        }
        answer if answer == accept => {
            card.reason = Some(TextField::default());
            Vec::new()
        }
        _ => settle(console, None),
    }
}

/// Accepts the risk for the reason typed.
pub(crate) fn accept(console: &mut Console) -> Vec<Effect> {
    let Overlay::Card(card) = &mut console.overlay else { return Vec::new() };
    let reason = card.reason.as_ref().map_or("", |field| field.text.trim()).to_owned();
    if reason.is_empty() {
        console.notices.say(Tone::Warning, "accepting a risk needs a reason in your words; Esc goes back");
        return Vec::new();
    }
    settle(console, Some(&Disposition::AcceptedRisk(reason)))
}

fn settle(console: &mut Console, disposition: Option<&Disposition>) -> Vec<Effect> {
    let (Overlay::Card(card), Some(session)) = (&console.overlay, &mut console.session) else { return Vec::new() };
    let Some(finding) = session.known.findings.get(card.finding) else { return Vec::new() };
    let ids: Vec<Fingerprint> =
        session.known.findings.iter().filter(|other| other.is_one_with(finding)).map(|other| other.id.clone()).collect();
    let mut says = match disposition {
        Some(Disposition::FalsePositive(reason)) => format!("judged: {}", reason.sentence()),
        Some(Disposition::AcceptedRisk(_)) => "judged: risk accepted".to_owned(),
        Some(Disposition::Fixed) => "judged: fixed".to_owned(),
        None => "open again".to_owned(),
    };
    if ids.len() > 1 {
        says.push_str(&format!(", with {} more in the same lines of other files", ids.len() - 1));
    }
    for id in ids {
        match disposition {
            Some(disposition) => session.review.dispositions.insert(id, disposition.clone()),
            None => session.review.dispositions.remove(&id),
        };
    }
    let save = save(session);
    console.overlay = Overlay::None;
    console.notices.say(Tone::Note, says);
    save.into_iter().collect()
}

/// Keeps the unsent review of `session`, but never in place of one that was not read yet.
pub(crate) fn save(session: &Session) -> Option<Effect> {
    session.kept.then(|| Effect::SaveDraft(session.change.clone(), session.review.clone()))
}
