//! What a release can take back: the steps of standing holds as the ledger tells them, and the pulls as they are now.

use crate::model::decision::Verb;
use crate::model::forge_step::{Act, Undone};
use crate::model::response::{CaseId, Step, Trace};
use crate::response::bans;
use crate::response::case::is_case_id;
use crate::response::error::ResponseError;
use crate::response::facts::forge::{DoneStep, HoldsFacts};
use crate::response::github::address::repository;
use crate::response::github::ask::Ask;
use crate::response::github::look;
use crate::response::journal::{Case, Journal};
use crate::response::request::Target;

/// The holds that `target` means: a case, or every case that holds the pull.
pub(crate) fn facts(ask: &Ask<'_>, target: &Target, journal: &dyn Journal) -> Result<HoldsFacts, ResponseError> {
    let host = ask.forge.host();
    let all: Vec<Case> = journal.cases()?.into_iter().filter(|case| case.repository == host).collect();
    let undone = bans::undone(&all);
    let bans = bans::standing(&all);
    let mut found = HoldsFacts { name: target.pull.to_string(), ..HoldsFacts::default() };
    for case in all.iter().filter(|case| is_meant(case, target)) {
        let id = &case.plan.case;
        let done = steps(case, target, &undone);
        let own: Vec<_> = bans.iter().filter(|ban| ban.case == *id).cloned().collect();
        if done.is_empty() && own.is_empty() {
            found.released = true;
            continue;
        }
        found.cases.push(id.clone());
        found.holders.push(case.plan.decision.reviewer.identity.clone());
        found.done.extend(done);
        found.bans.extend(own);
    }
    for spot in found.done.iter().map(|done| done.spot.clone()).collect::<Vec<_>>() {
        if found.pulls.iter().any(|pull| pull.spot.repo == spot.repo && pull.spot.pull == spot.pull) {
            continue;
        }
        let (pull, _) = look::pull(ask, &spot.repo, spot.pull).map_err(|error| ask.told(&error))?;
        found.pulls.push(pull);
    }
    Ok(found)
}

fn is_meant(case: &Case, target: &Target) -> bool {
    let plan = &case.plan;
    plan.decision.verb == Verb::Quarantine
        && if is_case_id(&target.pull.name) {
            plan.case == CaseId(target.pull.name.clone())
        } else {
            plan.decision.pulls.iter().any(|pull| repository(pull) == repository(&target.pull) && pull.name == target.pull.name)
        }
}

/// The steps of `case` on the pull, that were done by it and not taken back since.
fn steps(case: &Case, target: &Target, undone: &[Undone]) -> Vec<DoneStep> {
    let whole = is_case_id(&target.pull.name);
    let number = target.pull.name.strip_prefix('#').and_then(|number| number.parse::<u64>().ok());
    let mut steps = Vec::new();
    for (index, planned) in case.plan.steps.iter().enumerate() {
        let Step::Forge(forge) = &planned.step else { continue };
        let Some(outcome) = case.outcomes.iter().rfind(|outcome| outcome.index == index && outcome.is_ours()) else { continue };
        let here = whole || Some(forge.spot.pull) == number && repository(&target.pull).as_ref() == Some(&forge.spot.repo);
        let back = Undone { case: case.plan.case.clone(), index };
        if !here || !can_be_undone(&forge.act) || undone.contains(&back) {
            continue;
        }
        let made = if let Trace::Made(id) = &outcome.trace { id.clone() } else { String::new() };
        steps.push(DoneStep { case: back.case, index, spot: forge.spot.clone(), act: forge.act.clone(), made });
    }
    steps
}

/// Whether a release has a step for it. A run that was cancelled and a label that was made stay as they are.
fn can_be_undone(act: &Act) -> bool {
    !matches!(act, Act::CancelRun { .. } | Act::MakeLabel { .. })
}
