//! Takes over an unsent review: marks and judgements made before this start.

use crate::actions::judge_finding::save;
use crate::message::effect::Effect;
use crate::message::event::Trouble;
use crate::model::review::Review;
use crate::state::console::Console;
use crate::state::fold::Fold;
use crate::state::notice::Tone;

/// Takes it over; what was done meanwhile is kept.
pub(crate) fn take(console: &mut Console, answer: Result<(Review, Vec<bool>), Trouble>) -> Vec<Effect> {
    let Some(session) = &mut console.session else { return Vec::new() };
    let (review, viewed) = match answer {
        Ok(answer) => answer,
        Err(trouble) => {
            console.notices.say(Tone::Failure, trouble);
            return Vec::new();
        }
    };
    let missed = session.review != Review::default();
    let newer = std::mem::replace(&mut session.review, review);
    session.review.viewed.extend(newer.viewed);
    session.review.dispositions.extend(newer.dispositions);
    session.review.remarks.extend(newer.remarks);
    session.kept = true;
    let marks = session.viewed.iter_mut().zip(session.folds.iter_mut()).zip(viewed);
    for ((slot, fold), viewed) in marks.filter(|(_, viewed)| *viewed) {
        *slot = viewed;
        *fold = Some(Fold::Viewed);
    }
    session.remake();
    session.place_remarks();
    tell_of_lost(console, missed)
}

/// Says which remarks have lost their lines; keeps what was done before the kept review was read.
fn tell_of_lost(console: &mut Console, missed: bool) -> Vec<Effect> {
    let Some(session) = &console.session else { return Vec::new() };
    let lost = session.around.lost.len();
    let saved = save(session).filter(|_| missed);
    if lost > 0 {
        let says = format!(
            "{lost} unsent remark{} lost their lines since they were written; the list of remarks holds them",
            if lost == 1 { "" } else { "s" }
        );
        console.notices.say(Tone::Warning, says);
    }
    saved.into_iter().collect()
}
