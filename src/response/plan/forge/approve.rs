//! Approval: a review pinned to the bytes that were read, and on wish the merge of just these.

use crate::model::ban::{Ban, Banned};
use crate::model::forge_step::{Act, HOLD_LABEL, MergeMethod, Say};
use crate::model::response::{OnFailure, Plan, Strength};
use crate::response::facts::forge::{Phase, PullFacts};
use crate::response::plan::forge::{moved, signed, step, workflow};
use crate::response::words::{count, findings, one_line};

pub(super) fn plan(plan: &mut Plan, pull: &PullFacts, merge: bool, method: Option<MergeMethod>) {
    refuse(plan, pull, merge);
    let (name, head) = (&pull.name, pull.head().map_or("its head", |head| head.short()));
    let stands = pull.own_review(Say::Approve).is_some_and(|review| review.commit.as_ref() == pull.head());
    if stands {
        plan.warnings.push(format!("you approved {head} of {name} already"));
    } else {
        let body = signed(plan, &plan.decision.reason);
        let act = Act::Review { say: Say::Approve, body, inline: Vec::new() };
        let says = format!("approve exactly {head} of {name}, and take it back if {name} moves meanwhile");
        plan.steps.push(step(pull, act, says, Strength::Advisory, OnFailure::Stop));
    }
    if merge {
        let first = plan.steps.len();
        self::merge(plan, pull, method);
        if let Some(path) = &pull.workflow {
            workflow(plan, first, &pull.access, path);
        }
    }
    warn(plan, pull);
    let lacking = plan.steps.iter().find(|step| !step.lacks.is_empty());
    if let Some(step) = lacking {
        plan.refusals.push(format!("the token lacks {} for this: {}", step.lacks, step.says));
    }
}

fn refuse(plan: &mut Plan, pull: &PullFacts, merge: bool) {
    let name = &pull.name;
    match &pull.phase {
        Phase::Open => {}
        Phase::Closed => plan.refusals.push(format!(
            "{name} is closed, and an approval of it would decide nothing; reopen it on its page and approve again, or `lazaret quarantine {name}` holds it in case somebody else reopens it"
        )),
        Phase::Merged(_) => plan.refusals.push(format!("{name} is merged already; `lazaret revert {name}` takes it back")),
    }
    plan.refusals.extend(moved(pull));
    if pull.own {
        plan.refusals.push(format!(
            "your account opened {name}, and the forge lets no author approve; ask somebody else, or say it without a verdict: lazaret comment {name}"
        ));
    }
    let held = pull.labels.iter().any(|label| label.eq_ignore_ascii_case(HOLD_LABEL));
    if held {
        plan.refusals.push(format!("{name} is quarantined (label {HOLD_LABEL}); `lazaret release {name}` ends that first"));
    }
    if let Some(ban) = pull.bans.first() {
        let step = if held { lift(ban) } else { format!("`lazaret quarantine {name}` holds it") };
        plan.refusals.push(format!("{}: {}; {step}", one_line(&ban.says()), one_line(&ban.reason)));
    }
    if !pull.unjudged.is_empty() {
        plan.refusals.push(format!(
            "{name} has {} without a judgement: {}; give --dismiss or --accept for each",
            count(pull.unjudged.len(), "hard finding"),
            findings(&pull.unjudged)
        ));
    }
    if merge && pull.draft {
        plan.refusals.push(format!("{name} is a draft, which cannot be merged; approve it without --merge"));
    }
    if merge && pull.conflicts {
        plan.refusals.push(format!("{name} conflicts with {}; its author has to bring it up to date first", one_line(&pull.base.0)));
    }
}

/// What ends a ban: it came with a hold, or somebody blocked by name.
fn lift(ban: &Ban) -> String {
    match &ban.what {
        Banned::Commit(_) | Banned::Patch(_) => format!("`lazaret release {}` lets it pass again", ban.case.0),
        what => format!("`lazaret unblock {}:{}` lets it pass again", what.kind(), one_line(what.name())),
    }
}

fn merge(plan: &mut Plan, pull: &PullFacts, method: Option<MergeMethod>) {
    let (name, base) = (&pull.name, one_line(&pull.base.0));
    let head = pull.head().map_or("its head", |head| head.short());
    if pull.queue {
        if pull.queued {
            plan.warnings.push(format!("{name} waits in the merge queue of {base} already, which merges it when its checks pass"));
        } else {
            let says = format!("put {name} into the merge queue of {base}, if its head is still {head}");
            plan.steps.push(step(pull, Act::Enqueue, says, Strength::Enforced, OnFailure::Stop));
        }
        return;
    }
    let allowed = pull.methods.iter().map(|method| method.word()).collect::<Vec<_>>().join(", ");
    let chosen = method.or(pull.methods.first().copied()).unwrap_or_default();
    if !pull.methods.contains(&chosen) {
        plan.refusals.push(format!("{} does not allow to merge by {}; it allows {allowed}", pull.spot.repo, chosen.word()));
    }
    let says = format!("merge {name} into {base} ({}), if its head is still {head}", chosen.word());
    plan.steps.push(step(pull, Act::Merge { method: chosen }, says, Strength::Enforced, OnFailure::Stop));
}

fn warn(plan: &mut Plan, pull: &PullFacts) {
    plan.warnings.extend(pull.unread.iter().cloned());
    if !pull.fence.unread.is_empty() {
        plan.warnings.push(format!("{}; whether more is needed to merge is not known", pull.fence.unread));
    }
    if pull.fence.approvals > 1 {
        plan.warnings.push(format!("{} wants {} approvals", one_line(&pull.base.0), pull.fence.approvals));
    }
    if pull.auto_merge.is_some() {
        plan.warnings.push(format!("auto-merge is on for {}: your approval may merge it at once", pull.name));
    }
}
