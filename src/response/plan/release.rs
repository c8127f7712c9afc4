//! Release: the end of a hold, undoing exactly what was done in its case.

use crate::model::inert;
use crate::model::response::{Plan, PlannedStep, RefUpdate, Step, Strength};
use crate::response::facts::{Held, ReleaseFacts};
use crate::response::words::{count, few, short};

pub(super) fn plan(plan: &mut Plan, targets: &[ReleaseFacts]) {
    let mut seen = Vec::new();
    for facts in targets {
        let name = &facts.name;
        match facts.cases.as_slice() {
            [] if facts.released => plan.warnings.push(format!("{name} was released already: nothing to do")),
            [] => plan.refusals.push(format!("nothing is held under {name}; see lazaret ledger list for the cases there are")),
            [case] if seen.contains(case) => {}
            [case] => {
                seen.push(case.clone());
                one(plan, facts);
            }
            several => {
                let ids: Vec<_> = several.iter().map(|case| case.0.clone()).collect();
                plan.refusals.push(format!("{name} is held under several cases; name the one to release: {}", few(&ids, 6)));
            }
        }
    }
}

fn one(plan: &mut Plan, facts: &ReleaseFacts) {
    let Some(case) = facts.cases.first() else { return };
    for held in &facts.held {
        refuse(plan, held);
    }
    if !facts.held.is_empty() {
        let updates: Vec<_> = facts.held.iter().flat_map(|held| back(held, &case.0)).collect();
        let names: Vec<_> = facts.held.iter().map(|held| short(held.branch.as_ref().unwrap_or(&held.at.name))).collect();
        let says = format!("put {} back and take away its quarantine ref", few(&names, 4));
        plan.steps.push(PlannedStep::new(Step::MoveRefs(updates), says, Strength::Enforced));
    }
    if !facts.deny.is_empty() {
        let says = format!("lift {} (they stay on the deny list as lifted)", count(facts.deny.len(), "denied change"));
        let step = Step::LiftDeny { case: case.clone(), entries: facts.deny.clone() };
        plan.steps.push(PlannedStep::new(step, says, Strength::Enforced));
    }
    if !facts.known {
        plan.warnings.push(format!("this ledger does not know case {}: what to undo was read from the repository alone", case.0));
    }
    if !facts.holder.is_empty() && facts.holder == plan.decision.reviewer.identity {
        plan.warnings.push(format!("you held {} yourself; a release is worth a second pair of eyes", facts.name));
    }
}

fn refuse(plan: &mut Plan, held: &Held) {
    let (Some(branch), Some(now)) = (&held.branch, &held.again) else { return };
    if *now != held.at.value {
        let name = short(branch);
        let (old, new) = (inert::word(&name), format!("{name}-new"));
        plan.refusals.push(format!(
            "{name} exists again with other commits ({}); rename it first, for example: git branch -m {old} {}",
            now.short(),
            inert::word(&new)
        ));
    }
}

/// The moves that end one hold; every value stays under some ref.
fn back(held: &Held, case: &str) -> Vec<RefUpdate> {
    let value = Some(held.at.value.clone());
    let gone = RefUpdate { name: held.at.name.clone(), old: value.clone(), new: None };
    match (&held.branch, &held.again) {
        // It is there again: locked and compared with the rest, but not moved.
        (Some(branch), Some(_)) => vec![RefUpdate { name: branch.clone(), old: value.clone(), new: value }, gone],
        (Some(branch), None) => vec![RefUpdate { name: branch.clone(), old: None, new: value }, gone],
        // There was no local branch to put back, so the commits get a ref of their own.
        (None, _) => {
            let label = held.at.name.strip_prefix(&format!("refs/quarantine/{case}/")).unwrap_or("");
            vec![RefUpdate { name: format!("refs/lazaret/released/{case}/{label}"), old: None, new: value }, gone]
        }
    }
}
