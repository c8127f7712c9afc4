//! Quarantine of pulls: evidence, then the steps that contain, each by itself, so that one that fails stops none of the others.
//!
//! The label comes first of them: it needs the weakest permission, survives every push, and is what the required check of
//! `lazaret guard-workflow` looks at; whatever fails after it, that gate is shut. Then what could merge by itself within seconds
//! (auto-merge, queue), then what runs, then what only tells.

use crate::model::ban::Banned;
use crate::model::forge_step::{Act, GUARD_CHECK, HOLD_CONTEXT, HOLD_LABEL, Say};
use crate::model::response::{OnFailure, Plan, PlannedStep, Step, Strength};
use crate::response::facts::forge::{Bypass, Phase, PullFacts};
use crate::response::plan::forge::strength::{self, Channel};
use crate::response::plan::forge::{signed, step};
use crate::response::words::{count, few, one_line};

/// What GitHub keeps of a status's description.
const LONGEST_STATUS: usize = 140;

pub(super) fn plan(plan: &mut Plan, pulls: &[(PullFacts, Vec<Banned>)]) {
    let mut steps = Vec::new();
    let mut heads = Vec::new();
    for (pull, known_by) in pulls {
        let mut own = match pull.phase {
            Phase::Merged(_) if pull.is_bare_commit() => Vec::new(),
            Phase::Merged(_) => label(pull),
            _ => contain(plan, pull),
        };
        let wanted: Vec<_> = known_by.iter().filter(|banned| !pull.bans.iter().any(|ban| ban.what == **banned)).cloned().collect();
        if !wanted.is_empty() {
            own.push(ban(pull, wanted));
        }
        if own.is_empty() {
            let what = if pull.is_bare_commit() { "refused" } else { "held" };
            plan.warnings.push(format!("{} is {what} already, with everything that can be done there", pull.name));
        } else {
            heads.extend(pull.head().cloned());
        }
        steps.append(&mut own);
        warn(plan, pull);
    }
    if !steps.is_empty() {
        let names: Vec<_> = pulls.iter().map(|(pull, _)| pull.name.clone()).collect();
        let says = format!("keep {} with objects, diff, findings and every answer of the forge as evidence, and verify it", few(&names, 4));
        plan.steps.push(PlannedStep::new(Step::PreserveEvidence { heads }, says, Strength::Enforced));
        plan.steps.append(&mut steps);
    }
}

/// The steps on an open or closed pull that are not true yet.
fn contain(plan: &Plan, pull: &PullFacts) -> Vec<PlannedStep> {
    let mut steps = label(pull);
    steps.extend(stop_merging(pull));
    steps.extend(pull.runs.iter().map(|run| {
        let says = format!("cancel the run {} ({}) of its head", run.id, one_line(&run.name));
        step(pull, Act::CancelRun { run: run.id }, says, Strength::Enforced, OnFailure::GoOn)
    }));
    steps.extend(tell(plan, pull));
    steps
}

fn label(pull: &PullFacts) -> Vec<PlannedStep> {
    if pull.labels.iter().any(|label| label.eq_ignore_ascii_case(HOLD_LABEL)) {
        return Vec::new();
    }
    let name = HOLD_LABEL.to_owned();
    let strength = strength::of(pull, Channel::Label);
    let mut steps = Vec::new();
    if !pull.label_known {
        let says = format!("make the label {name} in {}", pull.spot.repo);
        steps.push(step(pull, Act::MakeLabel { name: name.clone() }, says, Strength::Advisory, OnFailure::GoOn));
    }
    let says = format!("put the label {name} on {}", pull.name);
    steps.push(step(pull, Act::Label { name, on: true }, says, strength, OnFailure::GoOn));
    steps
}

fn stop_merging(pull: &PullFacts) -> Vec<PlannedStep> {
    let mut steps = Vec::new();
    if let Some(method) = pull.auto_merge {
        let says = format!("switch auto-merge of {} off", pull.name);
        steps.push(step(pull, Act::AutoMerge { on: false, method }, says, Strength::Enforced, OnFailure::GoOn));
    }
    if pull.queued {
        let says = format!("take {} out of the merge queue", pull.name);
        steps.push(step(pull, Act::Dequeue, says, Strength::Enforced, OnFailure::GoOn));
    }
    steps
}

/// Status, review, draft, lock.
fn tell(plan: &Plan, pull: &PullFacts) -> Vec<PlannedStep> {
    let (name, head) = (&pull.name, pull.head().map_or("its head", |head| head.short()));
    let mut steps = Vec::new();
    if pull.passes != Some(false) {
        let says = short_status(plan);
        let words = format!("fail the status {HOLD_CONTEXT} of {head}");
        steps.push(step(pull, Act::Status { pass: false, says }, words, strength::of(pull, Channel::Status), OnFailure::GoOn));
    }
    if pull.phase != Phase::Open {
        return steps;
    }
    if !pull.own && pull.own_review(Say::RequestChanges).is_none() {
        let body = signed(plan, &format!("Quarantined: {}", plan.decision.reason));
        let act = Act::Review { say: Say::RequestChanges, body, inline: Vec::new() };
        let strength = strength::of(pull, Channel::Review);
        steps.push(step(pull, act, format!("request changes on {head} of {name}"), strength, OnFailure::GoOn));
    }
    if !pull.draft {
        let words = format!("make {name} a draft; its author can undo that");
        steps.push(step(pull, Act::Draft { on: true }, words, Strength::Advisory, OnFailure::GoOn));
    }
    if !pull.locked {
        let words = format!("lock the conversation of {name} against outsiders");
        steps.push(step(pull, Act::Lock { on: true }, words, Strength::Advisory, OnFailure::GoOn));
    }
    steps
}

fn short_status(plan: &Plan) -> String {
    let text = format!("Quarantined, case {}: {}", plan.case.0, one_line(&plan.decision.reason));
    let end = text.char_indices().nth(LONGEST_STATUS - 1).map(|(at, _)| at);
    end.map_or(text.clone(), |end| format!("{}…", text.get(..end).unwrap_or_default()))
}

fn ban(pull: &PullFacts, wanted: Vec<Banned>) -> PlannedStep {
    let says = format!("refuse {} of {} from now on, here", count(wanted.len(), "commit or patch"), pull.name);
    let step = PlannedStep::new(Step::Ban(wanted), says.replace("commit or patchs", "commits and patches"), Strength::Advisory);
    PlannedStep { on_failure: OnFailure::GoOn, ..step }
}

fn warn(plan: &mut Plan, pull: &PullFacts) {
    let name = &pull.name;
    plan.warnings.extend(pull.unread.iter().cloned());
    if let Some(seen) = pull.seen.as_ref().filter(|seen| Some(*seen) != pull.head()) {
        let now = pull.head().map_or("unknown", |head| head.short());
        plan.warnings.push(format!("{name} moved since you looked ({} then): it is {now} that is held", seen.short()));
    }
    match &pull.phase {
        Phase::Merged(_) if pull.is_bare_commit() => {
            let base = one_line(&pull.base.0);
            plan.warnings.push(format!(
                "{name} stands on {base} already, where nothing can hold it: only a revert removes its effect: lazaret revert {name}"
            ));
        }
        Phase::Merged(commit) => {
            let by = commit.as_ref().map(|commit| format!(" by {}", commit.short())).unwrap_or_default();
            plan.warnings.push(format!("{name} is merged already{by}: only a revert removes its effect: lazaret revert {name}"));
        }
        Phase::Closed => plan.warnings.push(format!("{name} is closed; it is held in case somebody opens it again")),
        Phase::Open => binding(plan, pull),
    }
    if !pull.shipped.is_empty() {
        let shipped: Vec<_> = pull.shipped.iter().map(|one| one_line(one)).collect();
        plan.warnings.push(format!("{name} is in {} already; a hold does not take it back from there", few(&shipped, 8)));
    }
    if pull.own {
        plan.warnings
            .push(format!("your account opened {name}, so the forge takes no review of yours; the label and the status stand for it"));
    }
    for alike in &pull.alike {
        if !plan.proposed.iter().any(|known| known.at == alike.at) {
            plan.proposed.push(alike.clone());
        }
    }
    plan.warnings.extend(pull.beyond.iter().filter(|says| !plan.warnings.contains(says)).cloned().collect::<Vec<_>>());
}

/// What makes the hold binding, or what would.
fn binding(plan: &mut Plan, pull: &PullFacts) {
    let base = one_line(&pull.base.0);
    if !pull.fence.unread.is_empty() {
        plan.warnings.push(format!("ADVISORY at most: {}", pull.fence.unread));
    } else if !Channel::ALL.into_iter().any(|channel| strength::requires(pull, channel)) {
        plan.warnings.push(format!(
            "ADVISORY at most: {base} requires neither the check {GUARD_CHECK} nor the status {HOLD_CONTEXT}; `lazaret guard-workflow` shows how to make the label binding"
        ));
    }
    match &pull.fence.bypass {
        Bypass::May(by) => {
            plan.warnings.push(format!("ADVISORY at most: your own account may pass {base}'s rules by, through {}", one_line(by)));
        }
        Bypass::Unknown => {
            plan.warnings.push(format!("ADVISORY at most: whether your own account may pass {base}'s rules by is not known"));
        }
        Bypass::Never => {}
    }
    if !pull.fence.others.is_empty() {
        let others: Vec<_> = pull.fence.others.iter().map(|one| one_line(one)).collect();
        plan.warnings.push(format!("these may pass {base}'s rules by: {}", few(&others, 4)));
    }
}
