//! The first of two decisions: what it was about, and whether it still holds for the second.

use crate::model::decision::{Decision, Subject, Verb};
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

/// What a plan is about, so that two decisions can be about the same: the changes of an approval, the cases of a release, the
/// commits of a revert.
#[must_use]
pub fn about(plan: &Plan) -> Vec<String> {
    let mut about: Vec<String> = match plan.decision.verb {
        Verb::Release => plan.steps.iter().flat_map(|planned| cases(&planned.step)).collect(),
        _ => Vec::new(),
    };
    if about.is_empty() {
        about = plan.decision.pulls.iter().map(|pull| format!("{}\n{}", pull.repo, pull.name)).collect();
    }
    about.sort();
    about.dedup();
    about
}

/// The cases that a step of a release ends.
fn cases(step: &Step) -> Vec<String> {
    match step {
        Step::LiftDeny { case, .. } => vec![case.0.clone()],
        Step::MoveRefs(updates) => {
            let case = |name: &str| name.strip_prefix("refs/quarantine/")?.split_once('/').map(|(case, _)| case.to_owned());
            updates.iter().filter(|update| update.new.is_none()).filter_map(|update| case(&update.name)).collect()
        }
        _ => Vec::new(),
    }
}

/// Whether `earlier`, decided for `lasts` seconds, is still about what `now` is about; else why not.
///
/// # Errors
/// In one sentence: what moved, or that it is too old.
pub fn still_holds(earlier: &Decision, now: &Decision, lasts: i64) -> Result<(), String> {
    let Timestamp(made) = earlier.at;
    if now.at.0 - made > lasts {
        return Err(format!("it was made more than {} hours ago", lasts / 3600));
    }
    if earlier.subjects.len() != now.subjects.len() {
        return Err("it was about other changes".to_owned());
    }
    earlier.subjects.iter().zip(&now.subjects).try_for_each(|(earlier, now)| unmoved(earlier, now))
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
