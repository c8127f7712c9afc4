//! What a person gets in hand when a plan came to its end. Pure.

use std::path::Path;

use crate::model::decision::Verb;
use crate::model::forge_step::Act;
use crate::model::inert;
use crate::model::response::{Plan, Receipt, RefUpdate, Step, StepOutcome, Strength, Trace};
use crate::response::responder::Overall;

/// What carrying out a plan came to, besides the plan itself.
pub(crate) struct Course {
    pub(crate) outcomes: Vec<StepOutcome>,
    pub(crate) overall: Overall,
    pub(crate) head: Option<(u64, String)>,
}

/// The receipt for `plan`; `evidence` is the folder of all evidence.
pub(crate) fn receipt(plan: &Plan, course: Course, evidence: &Path) -> Receipt {
    let done: Vec<&Step> = done(plan, &course.outcomes);
    let kept = done.iter().any(|step| matches!(step, Step::PreserveEvidence { .. }));
    Receipt {
        case: plan.case.clone(),
        strength: course.overall.strength,
        why: course.overall.why,
        evidence: kept.then(|| evidence.join(&plan.case.0).display().to_string()),
        undo: undo(plan, &done, made(plan, &course.outcomes)),
        outcomes: course.outcomes,
        ledger_head: course.head,
    }
}

/// The weakest of the outcomes; advisory when there are none, since then nothing was done.
pub(crate) fn weakest(outcomes: &[StepOutcome]) -> Strength {
    outcomes.iter().map(|outcome| outcome.strength).min().unwrap_or(Strength::Advisory)
}

/// The steps that did not fail.
fn done<'a>(plan: &'a Plan, outcomes: &[StepOutcome]) -> Vec<&'a Step> {
    let held = |index: usize| outcomes.iter().any(|outcome| outcome.index == index && outcome.strength > Strength::Failed);
    plan.steps.iter().enumerate().filter(|(index, _)| held(*index)).map(|(_, planned)| &planned.step).collect()
}

/// The merge commit that was made, if one was.
fn made<'a>(plan: &Plan, outcomes: &'a [StepOutcome]) -> Option<&'a str> {
    let merges = |outcome: &&StepOutcome| plan.steps.get(outcome.index).is_some_and(|planned| matches!(planned.step, Step::Merge { .. }));
    outcomes.iter().filter(merges).find_map(|outcome| match &outcome.trace {
        Trace::Made(commit) => Some(commit.as_str()),
        _ => None,
    })
}

/// The command that takes it back, if anything was done that can be.
fn undo(plan: &Plan, done: &[&Step], merge: Option<&str>) -> Option<String> {
    match plan.decision.verb {
        Verb::Quarantine => {
            let contained = done.iter().any(|step| matches!(step, Step::MoveRefs(_) | Step::Deny(_) | Step::Ban(_) | Step::Forge(_)));
            contained.then(|| format!("lazaret release {}", plan.case.0))
        }
        Verb::Release => {
            let branches = done.iter().flat_map(|step| restored(step)).map(|branch| inert::word(branch).into_owned());
            let again: Vec<String> = branches.chain(pulls(done)).collect();
            (!again.is_empty()).then(|| format!("lazaret quarantine {}", again.join(" ")))
        }
        Verb::Revert => done.iter().find_map(|step| match step {
            Step::Revert { branch, .. } => branch.strip_prefix("refs/heads/").map(|branch| format!("git branch -D {branch}")),
            _ => None,
        }),
        Verb::Approve => merge.map(|merge| format!("lazaret revert {merge}")).or_else(|| merged(done)),
        Verb::RequestChanges | Verb::Comment | Verb::Block | Verb::Unblock => None,
    }
}

/// How a merge at a forge is taken back.
fn merged(done: &[&Step]) -> Option<String> {
    let merges = |step: &&&Step| matches!(step, Step::Forge(forge) if matches!(forge.act, Act::Merge { .. }));
    let merged: Vec<&Step> = done.iter().filter(merges).copied().collect();
    let names = pulls(&merged);
    (!names.is_empty()).then(|| format!("lazaret revert {}", names.join(" ")))
}

/// The pulls that steps at a forge are about, each once.
fn pulls(done: &[&Step]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for step in done {
        if let Step::Forge(forge) = step {
            let name = inert::word(&format!("{}#{}", forge.spot.repo, forge.spot.pull)).into_owned();
            names.extend((!names.contains(&name)).then_some(name));
        }
    }
    names
}

/// The branches a release put back, short.
fn restored(step: &Step) -> Vec<&str> {
    let Step::MoveRefs(updates) = step else { return Vec::new() };
    let branch = |update: &RefUpdate| update.new.is_some() && update.name.starts_with("refs/heads/");
    updates.iter().filter(|update| branch(update)).filter_map(|update| update.name.strip_prefix("refs/heads/")).collect()
}
