//! Request changes and comment: one review with all remarks at lines, then what a review cannot hold.

use crate::model::forge_step::{Act, Inline, Say};
use crate::model::response::{OnFailure, Plan, PlannedStep, Strength};
use crate::model::review::{DraftComment, Spot};
use crate::response::facts::forge::PullFacts;
use crate::response::plan::forge::{moved, signed, step};
use crate::response::words::{count, one_line};

/// What GitHub takes as one text.
const LONGEST: usize = 65_536;

pub(super) fn plan(plan: &mut Plan, say: Say, comments: &[DraftComment], pulls: &[PullFacts]) {
    if pulls.len() > 1 && !comments.is_empty() {
        plan.refusals.push("remarks at lines belong to one pull; name just one".to_owned());
    }
    refuse_comments(plan, comments);
    for pull in pulls {
        plan.warnings.extend(pull.unread.iter().cloned());
        one(plan, say, comments, pull);
    }
    if plan.steps.is_empty() && plan.refusals.is_empty() {
        plan.refusals.push("there is nothing to say; give --reason, or remarks with --file".to_owned());
    }
}

fn refuse_comments(plan: &mut Plan, comments: &[DraftComment]) {
    for (n, comment) in comments.iter().enumerate() {
        let place = format!("remark {}", n + 1);
        let wordless = matches!(comment.spot, Spot::Thread { .. });
        if !wordless && comment.text().trim().is_empty() {
            plan.refusals.push(format!("{place} says nothing"));
        }
        if comment.text().len() > LONGEST {
            plan.refusals.push(format!("{place} is longer than the {LONGEST} characters that the forge takes"));
        }
        match &comment.spot {
            Spot::Lines { first, last, .. } if *first == 0 || first > last => {
                plan.refusals.push(format!("{place} names lines {first} to {last}, which are none"));
            }
            Spot::Lines { side: crate::model::diff::Side::New, .. } => {}
            _ if comment.suggestion.is_some() => {
                plan.refusals.push(format!("{place} suggests other lines, which only lines of the new side can have"));
            }
            _ => {}
        }
    }
}

fn one(plan: &mut Plan, say: Say, comments: &[DraftComment], pull: &PullFacts) {
    let name = &pull.name;
    plan.refusals.extend(moved(pull));
    if say == Say::RequestChanges && pull.own {
        plan.refusals.push(format!(
            "your account opened {name}, and the forge lets no author request changes; say it without a verdict (lazaret comment {name}), or hold it (lazaret quarantine {name})"
        ));
    }
    let inline: Vec<_> = comments.iter().filter_map(at_lines).collect();
    let reason = plan.decision.reason.trim().to_owned();
    if say == Say::RequestChanges || !inline.is_empty() {
        plan.steps.push(review(plan, say, inline, pull));
    } else if !reason.is_empty() {
        let act = Act::Remark { body: reason };
        plan.steps.push(step(pull, act, format!("say it in the conversation of {name}"), Strength::Advisory, OnFailure::GoOn));
    }
    plan.steps.extend(comments.iter().filter_map(|comment| apart(comment, pull)));
    let lacking = plan.steps.iter().find(|step| !step.lacks.is_empty());
    if let Some(step) = lacking {
        plan.refusals.push(format!("the token lacks {} for this: {}", step.lacks, step.says));
    }
}

fn review(plan: &Plan, say: Say, inline: Vec<Inline>, pull: &PullFacts) -> PlannedStep {
    let head = pull.head().map_or("its head", |head| head.short());
    let what = if say == Say::RequestChanges { "request changes" } else { "comment" };
    let remarks = if inline.is_empty() { String::new() } else { format!(" with {} at lines", count(inline.len(), "remark")) };
    let binds = say == Say::RequestChanges && pull.fence.approvals > 0;
    let strength = if binds { Strength::Enforced } else { Strength::Advisory };
    let act = Act::Review { say, body: signed(plan, &plan.decision.reason), inline };
    step(pull, act, format!("{what} on {head} of {}{remarks}, as one review", pull.name), strength, OnFailure::GoOn)
}

fn at_lines(comment: &DraftComment) -> Option<Inline> {
    let Spot::Lines { path, side, first, last } = &comment.spot else { return None };
    Some(Inline { path: String::from_utf8_lossy(path.bytes()).into_owned(), side: *side, lines: (*first, *last), body: comment.text() })
}

/// What is sent apart from the review.
fn apart(comment: &DraftComment, pull: &PullFacts) -> Option<PlannedStep> {
    let body = comment.text();
    let name = &pull.name;
    let (act, says) = match &comment.spot {
        Spot::Lines { .. } => return None,
        Spot::File(path) => {
            let path = String::from_utf8_lossy(path.bytes()).into_owned();
            let says = format!("say something about {} of {name} as a whole", one_line(&path));
            (Act::FileRemark { path, body }, says)
        }
        Spot::Pull => (Act::Remark { body }, format!("say something in the conversation of {name}")),
        Spot::Reply(to) => (Act::Reply { to: *to, body }, format!("answer remark {to} of {name}")),
        Spot::Thread { node, settled } => {
            let how = if *settled { "settled" } else { "open again" };
            (Act::Settle { thread: node.clone(), on: *settled }, format!("mark a thread of {name} as {how}"))
        }
    };
    Some(step(pull, act, says, Strength::Advisory, OnFailure::GoOn))
}
