//! Reviews of our own: sent once with all remarks, pinned to a commit, known again by the case they name, taken back by dismissal.

use serde_json::{Value, json};

use crate::model::diff::Side;
use crate::model::forge::{ForgeError, Method};
use crate::model::forge_step::{Act, Inline};
use crate::response::error::ResponseError;
use crate::response::github::look;
use crate::response::github::shapes::Review;
use crate::response::github::work::{State, Work};

/// Whether the review is there, or its effect gone.
pub(super) fn look(work: &Work<'_>) -> Result<State, ForgeError> {
    match &work.step.act {
        Act::Review { say, .. } => Ok(match ours(work)? {
            Some(review) if review.state == say.state() => State::So(review.id.to_string()),
            Some(review) => {
                return Err(ForgeError::Invalid(format!("the review {} of this case is {} by now", review.id, review.state)));
            }
            None => State::Not,
        }),
        Act::DismissReview { review, .. } => {
            let sent: Review = work.ask.read(&work.below("pulls", &format!("reviews/{review}")))?;
            let stands = matches!(sent.state.as_str(), "APPROVED" | "CHANGES_REQUESTED");
            Ok(if stands { State::Not } else { State::So(String::new()) })
        }
        _ => Ok(State::Not),
    }
}

/// The review that this very case sent.
fn ours(work: &Work<'_>) -> Result<Option<Review>, ForgeError> {
    let spot = &work.step.spot;
    let (_, here) = look::pull(&work.ask, &spot.repo, spot.pull)?;
    let sent = look::sent_reviews(&work.ask, spot, &here.viewer)?;
    let signed = format!("lazaret case {}", work.case.0);
    Ok(sent.into_iter().find(|review| review.body.contains(&signed) && review.commit_id.as_deref() == Some(work.head().as_str())))
}

/// Sends it.
pub(super) fn write(work: &Work<'_>) -> Result<(), ForgeError> {
    match &work.step.act {
        Act::Review { say, body, inline } => {
            let mut review = json!({ "commit_id": work.head(), "event": say.event(), "body": body });
            if let (Some(review), false) = (review.as_object_mut(), inline.is_empty()) {
                review.insert("comments".to_owned(), inline.iter().map(comment).collect());
            }
            work.ask.write(Method::Post, work.below("pulls", "reviews"), Some(&review)).map(drop)
        }
        Act::DismissReview { review, message } => dismiss(work, *review, message),
        _ => Ok(()),
    }
}

fn comment(inline: &Inline) -> Value {
    let side = if inline.side == Side::Old { "LEFT" } else { "RIGHT" };
    let (first, last) = inline.lines;
    let mut comment = json!({ "path": inline.path, "body": inline.body, "line": last, "side": side });
    if let (Some(comment), true) = (comment.as_object_mut(), first < last) {
        comment.insert("start_line".to_owned(), json!(first));
        comment.insert("start_side".to_owned(), json!(side));
    }
    comment
}

fn dismiss(work: &Work<'_>, review: u64, message: &str) -> Result<(), ForgeError> {
    let route = work.below("pulls", &format!("reviews/{review}/dismissals"));
    work.ask.write(Method::Put, route, Some(&json!({ "message": message, "event": "DISMISS" }))).map(drop)
}

/// After an approval: the forge takes one of a commit that is not the head any more, so the head is read again, and the approval
/// taken back when it moved.
pub(super) fn still_there(work: &Work<'_>) -> Result<(), ResponseError> {
    let spot = &work.step.spot;
    let open = |error: &ForgeError| ResponseError::Open(format!("it was approved, but the head could not be read again: {}", error.says()));
    let (pull, _) = look::pull(&work.ask, &spot.repo, spot.pull).map_err(|error| open(&error))?;
    let Some(moved) = pull.moved(spot.head.as_ref(), &spot.base, "while it was approved") else { return Ok(()) };
    let review = ours(work).map_err(|error| open(&error))?;
    let Some(review) = review else { return Err(ResponseError::Moved(moved)) };
    let message = "It became another change while it was approved: its head or its base branch moved.";
    Err(ResponseError::Moved(match dismiss(work, review.id, message) {
        Ok(()) => format!("{moved}; the approval was taken back, look again"),
        Err(error) => format!("{moved}; the approval stands and could not be taken back: {}", error.says()),
    }))
}
