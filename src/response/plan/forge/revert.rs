//! Revert of merged pulls and direct commits: the forge's own for one pull, else our branch and one pull. History is never rewritten.

use crate::model::forge_step::{Act, TakeBack};
use crate::model::response::{OnFailure, Plan, PlannedStep, Step, Strength};
use crate::response::access::WORKFLOWS;
use crate::response::facts::forge::{MergedPull, PullFacts, RevertPulls};
use crate::response::plan::forge::{signed, step};
use crate::response::words::{count, few, one_line};

/// Paths whose effect outlives a revert.
const LASTING: [&str; 9] =
    ["migration", "package-lock.json", "yarn.lock", "pnpm-lock.yaml", "Cargo.lock", "poetry.lock", "uv.lock", "Gemfile.lock", "go.sum"];

pub(super) fn plan(plan: &mut Plan, facts: &RevertPulls) {
    plan.refusals.extend(facts.missing.iter().cloned());
    plan.conflicts.extend(facts.conflicts.iter().cloned());
    plan.warnings.extend(facts.notes.iter().cloned());
    plan.warnings.extend(facts.gone.iter().map(|name| format!("nothing of {name} is left to take back")));
    if let Some(existing) = &facts.existing {
        plan.warnings.push(format!("this revert is open already as {existing}"));
        return;
    }
    match (facts.targets.as_slice(), &facts.onto) {
        ([], _) => return,
        ([one], _) if !one.pull.is_bare_commit() => single(plan, one),
        (several, Some(onto)) => batch(plan, several, onto),
        (_, None) => plan.refusals.push("the tip of the base branch could not be read; try again".to_owned()),
    }
    workflows(plan, &facts.targets);
    warn(plan, facts);
}

/// Files of workflows are written only with a permission of their own. Where the token says that it lacks it, no step is tried.
fn workflows(plan: &mut Plan, targets: &[MergedPull]) {
    let Some(first) = targets.first() else { return };
    let Some(path) = targets.iter().flat_map(|merged| &merged.paths).find(|path| path.starts_with(WORKFLOWS)) else { return };
    super::workflow(plan, 0, &first.pull.access, path);
}

fn single(plan: &mut Plan, merged: &MergedPull) {
    let title = format!("Revert \"{}\"", one_line(&merged.pull.title));
    let body = signed(plan, &trailers(plan, &[merged]));
    let says = format!("let the forge open the pull that takes back {} ({} {})", merged.pull.name, merged.how, merged.target.after.short());
    plan.steps.push(step(&merged.pull, Act::RevertPull { title, body }, says, Strength::Advisory, OnFailure::Stop));
}

fn batch(plan: &mut Plan, several: &[MergedPull], onto: &crate::model::commit_id::CommitId) {
    let Some(first) = several.first() else { return };
    evidence(plan, several);
    let branch = format!("revert/{}", plan.case.0);
    let targets: Vec<TakeBack> =
        several.iter().map(|merged| TakeBack { message: message(plan, merged), ..merged.target.clone() }).collect();
    let names: Vec<_> = several.iter().map(|merged| format!("{} ({})", merged.pull.name, merged.how)).collect();
    let base = &first.pull.base.0;
    let says = format!("take back {} on the new branch {branch}, on top of {} at {}", few(&names, 6), one_line(base), onto.short());
    let push = Act::PushRevert { onto: onto.clone(), targets, branch: branch.clone() };
    plan.steps.push(step(&first.pull, push, says, Strength::Advisory, OnFailure::Stop));
    let title = format!("Revert {} (case {})", count(several.len(), "change"), plan.case.0);
    let body = signed(plan, &trailers(plan, &several.iter().collect::<Vec<_>>()));
    let open = Act::OpenPull { branch, base: base.clone(), title, body };
    plan.steps.push(step(&first.pull, open, "open one pull for it".to_owned(), Strength::Advisory, OnFailure::Stop));
}

/// A commit that no pull brought has no page that keeps what it was: that is kept before anything else.
fn evidence(plan: &mut Plan, several: &[MergedPull]) {
    let bare: Vec<&PullFacts> = several.iter().map(|merged| &merged.pull).filter(|pull| pull.is_bare_commit()).collect();
    if bare.is_empty() {
        return;
    }
    let heads = bare.iter().filter_map(|pull| pull.head().cloned()).collect();
    let names: Vec<_> = several.iter().map(|merged| merged.pull.name.clone()).collect();
    let says = format!("keep {} with objects, diff, findings and every answer of the forge as evidence, and verify it", few(&names, 4));
    plan.steps.push(PlannedStep::new(Step::PreserveEvidence { heads }, says, Strength::Enforced));
}

fn message(plan: &Plan, merged: &MergedPull) -> String {
    format!(
        "Revert \"{}\"\n\nThis takes back {} ({} {}).\n\nReverts: {}\nCase: {}\nReason: {}\n",
        one_line(&merged.pull.title),
        merged.pull.name,
        merged.how,
        merged.target.after,
        merged.target.after,
        plan.case.0,
        one_line(&plan.decision.reason)
    )
}

fn trailers(plan: &Plan, merged: &[&MergedPull]) -> String {
    let mut text = String::new();
    for one in merged {
        text.push_str(&format!("Takes back {} ({} {}).\n", one.pull.name, one.how, one.target.after));
    }
    text.push('\n');
    for one in merged {
        text.push_str(&format!("Reverts: {}\n", one.target.after));
    }
    text.push_str(&format!("Case: {}\nReason: {}", plan.case.0, one_line(&plan.decision.reason)));
    text
}

fn warn(plan: &mut Plan, facts: &RevertPulls) {
    plan.warnings.extend(facts.dependents.iter().cloned());
    if facts.targets.iter().any(|merged| merged.how.ends_with("merge commit")) {
        plan.warnings.push("merging the same branch again later changes nothing until this revert is itself reverted".to_owned());
    }
    let lasting: Vec<_> =
        facts.targets.iter().flat_map(|merged| &merged.paths).filter(|path| is_lasting(path)).map(|path| one_line(path)).collect();
    if !lasting.is_empty() {
        plan.warnings.push(format!("a revert does not undo what was already applied or installed from {}", few(&lasting, 5)));
    }
    plan.warnings.push(
        "published packages, run migrations, filled caches and leaked secrets are not taken back by a revert; rotate what leaked"
            .to_owned(),
    );
    plan.warnings.push("the revert takes effect when its pull is reviewed and merged".to_owned());
}

fn is_lasting(path: &str) -> bool {
    LASTING.iter().any(|part| path.contains(part))
}
