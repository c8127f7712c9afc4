//! What a release needs to know of a repository and of the case that held.

use crate::model::commit_id::CommitId;
use crate::model::response::{CaseId, DenyEntry, Step};
use crate::response::case::is_case_id;
use crate::response::error::ResponseError;
use crate::response::facts::{Facts, Held, Pointer, ReleaseFacts};
use crate::response::git::deny::{self, Line};
use crate::response::git::refs;
use crate::response::git::repo::Repo;
use crate::response::journal::{Case, Journal};
use crate::response::request::Target;
use crate::response::words::one_line;

/// The world around ending the holds of `targets`.
pub(crate) fn facts(repo: &Repo, targets: &[Target], journal: &dyn Journal) -> Result<Facts, ResponseError> {
    let held = held(repo)?;
    let list = deny::read(repo)?;
    let one = |target| one(repo, target, (&held, &list), journal);
    Ok(Facts::Release { targets: targets.iter().map(one).collect::<Result<_, _>>()? })
}

/// Every quarantine ref with its case and label.
fn held(repo: &Repo) -> Result<Vec<(CaseId, String, Pointer)>, ResponseError> {
    let split = |at: Pointer| {
        let (case, label) = at.name.strip_prefix("refs/quarantine/")?.split_once('/')?;
        Some((CaseId(case.to_owned()), label.to_owned(), at))
    };
    Ok(refs::matching(repo, "refs/quarantine/*")?.into_iter().filter_map(split).collect())
}

fn one(
    repo: &Repo,
    target: &Target,
    (held, list): (&[(CaseId, String, Pointer)], &[Line]),
    journal: &dyn Journal,
) -> Result<ReleaseFacts, ResponseError> {
    let name = if target.branch.is_empty() { &target.pull.name } else { &target.branch };
    let mut facts = ReleaseFacts { name: one_line(name), cases: cases(name, held, list), ..ReleaseFacts::default() };
    let [case] = facts.cases.as_slice() else {
        facts.released = facts.cases.is_empty() && was_released(repo, name, list)?;
        return Ok(facts);
    };
    let known = journal.case(case)?;
    facts.known = known.is_some();
    facts.holder = known.as_ref().map_or_else(String::new, |case| case.plan.decision.reviewer.identity.clone());
    facts.deny = standing(case, list);
    for (_, label, at) in held.iter().filter(|(of, _, _)| of == case) {
        facts.held.push(hold(repo, label, at, known.as_ref())?);
    }
    Ok(facts)
}

/// The cases `name` may mean: itself, or those that hold a branch of that name.
fn cases(name: &str, held: &[(CaseId, String, Pointer)], list: &[Line]) -> Vec<CaseId> {
    let mut cases: Vec<CaseId> = if is_case_id(name) {
        let of_refs = held.iter().map(|(case, _, _)| case);
        let of_list = list.iter().filter(|line| !line.lifted).map(|line| &line.case);
        of_refs.chain(of_list).filter(|case| case.0 == name).cloned().collect()
    } else {
        held.iter().filter(|(_, label, _)| label == name).map(|(case, _, _)| case.clone()).collect()
    };
    cases.sort();
    cases.dedup();
    cases
}

/// Whether a case of that name was here and is over.
fn was_released(repo: &Repo, name: &str, list: &[Line]) -> Result<bool, ResponseError> {
    let lifted = list.iter().any(|line| line.lifted && line.case.0 == name);
    Ok(lifted || !refs::matching(repo, &format!("refs/lazaret/released/{name}/*")).unwrap_or_default().is_empty())
}

fn standing(case: &CaseId, list: &[Line]) -> Vec<DenyEntry> {
    list.iter().filter(|line| !line.lifted && line.case == *case).map(|line| line.entry.clone()).collect()
}

/// What to put back for one quarantine ref: the branch the case took away, or, when the ledger does not know the case,
/// the branch of its label.
fn hold(repo: &Repo, label: &str, at: &Pointer, case: Option<&Case>) -> Result<Held, ResponseError> {
    let branch = format!("refs/heads/{label}");
    let took = case.is_none_or(|case| took_away(case, &branch, &at.value));
    let again = if took { refs::value(repo, &branch)? } else { None };
    Ok(Held { at: at.clone(), branch: took.then_some(branch), again })
}

fn took_away(case: &Case, branch: &str, value: &CommitId) -> bool {
    let moves = case.plan.steps.iter().filter_map(|planned| match &planned.step {
        Step::MoveRefs(updates) => Some(updates),
        _ => None,
    });
    moves.flatten().any(|update| update.name == branch && update.old.as_ref() == Some(value) && update.new.is_none())
}
