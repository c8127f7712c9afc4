//! The first of two decisions: what it was about, and whether it still holds for the second.

use crate::model::decision::{Decision, Subject, Verb};
use crate::model::pull::{Origin, PullRef};
use crate::model::response::{CaseId, Plan, Step};
use crate::model::time::Timestamp;

/// A decision that waits for a second person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct First {
    /// Its case.
    pub case: CaseId,
    /// What was decided.
    pub decision: Decision,
}

/// What a plan is about, so that two decisions can be about the same: the changes, and for a release the cases it ends. Where a
/// plain repository was opened from, and the capitals of a forge's names, make no difference.
#[must_use]
pub fn about(plan: &Plan) -> Vec<String> {
    let mut about: Vec<String> = plan.decision.pulls.iter().map(named).collect();
    if plan.decision.verb == Verb::Release {
        let ended: Vec<String> = plan.steps.iter().flat_map(|planned| cases(&planned.step)).collect();
        if plan.decision.pulls.iter().all(|pull| pull.origin != Origin::Github) && !ended.is_empty() {
            about.clear();
        }
        about.extend(ended);
    }
    about.sort();
    about.dedup();
    about
}

/// How [`about`] names a pull.
#[must_use]
pub fn named(pull: &PullRef) -> String {
    let place = if pull.origin == Origin::Github { pull.repo.to_lowercase() } else { String::new() };
    format!("{place}\n{}", pull.name)
}

/// The cases that a step of a release ends.
fn cases(step: &Step) -> Vec<String> {
    match step {
        Step::LiftDeny { case, .. } | Step::LiftBan { case, .. } => vec![case.0.clone()],
        Step::Forge(forge) => forge.undoes.iter().map(|undone| undone.case.0.clone()).collect(),
        Step::MoveRefs(updates) => {
            let case = |name: &str| name.strip_prefix("refs/quarantine/")?.split_once('/').map(|(case, _)| case.to_owned());
            updates.iter().filter(|update| update.new.is_none()).filter_map(|update| case(&update.name)).collect()
        }
        _ => Vec::new(),
    }
}

/// Whether `earlier`, which holds for `lasts` seconds, is at this time still about what `mine` is about; else why not.
///
/// # Errors
/// In one sentence: what moved, or that it is too old.
pub fn still_holds(earlier: &Decision, mine: &Decision, lasts: i64, at: Timestamp) -> Result<(), String> {
    if !is_fresh(earlier.at, lasts, at) {
        return Err(format!("it was made more than {} hours ago", lasts / 3600));
    }
    let (then, now) = (subjects(earlier), subjects(mine));
    if then.len() != now.len() {
        return Err("it was about other changes".to_owned());
    }
    then.iter().zip(&now).try_for_each(|((_, then), (_, now))| unmoved(then, now))
}

/// Whether what was decided then still holds at this time.
pub(super) fn is_fresh(then: Timestamp, lasts: i64, at: Timestamp) -> bool {
    at.0 - then.0 <= lasts
}

/// The bytes of a decision, in an order that does not depend on who named what first.
fn subjects(decision: &Decision) -> Vec<(String, &Subject)> {
    let mut subjects: Vec<_> = decision.pulls.iter().map(named).zip(&decision.subjects).collect();
    subjects.sort_by(|(one, _), (other, _)| one.cmp(other));
    subjects
}

/// The base may move as long as diff and findings stay what they were: then the same bytes come in.
fn unmoved(earlier: &Subject, now: &Subject) -> Result<(), String> {
    let (head, seen) = (&now.revision.head, &earlier.revision.head);
    let moved = |what: &str| Err(format!("{what} since"));
    if head != seen {
        return moved("its head moved");
    }
    if earlier.diff_digest != now.diff_digest {
        return moved("its diff changed");
    }
    if earlier.findings_digest != now.findings_digest {
        return moved("its findings changed");
    }
    if earlier.rules_digest != now.rules_digest {
        return moved("the rules changed");
    }
    if earlier.policy_digest != now.policy_digest {
        return moved("the policy changed");
    }
    Ok(())
}
