//! Takes over an unsent review: marks and judgements made before this start.

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
    let newer = std::mem::replace(&mut session.review, review);
    session.review.viewed.extend(newer.viewed);
    session.review.dispositions.extend(newer.dispositions);
    let marks = session.viewed.iter_mut().zip(session.folds.iter_mut()).zip(viewed);
    for ((slot, fold), viewed) in marks.filter(|(_, viewed)| *viewed) {
        *slot = viewed;
        *fold = Some(Fold::Viewed);
    }
    session.remake();
    Vec::new()
}
