//! How far a hold at a forge binds: what is required, what stands, who may pass it by. Pure.

use crate::model::forge_step::{GUARD_CHECK, HOLD_CONTEXT, HOLD_LABEL, Say};
use crate::model::response::Strength;
use crate::response::facts::forge::{Bypass, Phase, PullFacts};
use crate::response::responder::Overall;
use crate::response::words::one_line;

/// GitHub Actions, as the app that reports the checks of workflows.
const ACTIONS: u64 = 15_368;

/// A way to stop a merge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Channel {
    /// The label, through the required check that looks at it.
    Label,
    /// The commit status.
    Status,
    /// The review that requests changes.
    Review,
}

impl Channel {
    pub(super) const ALL: [Self; 3] = [Self::Label, Self::Status, Self::Review];
}

/// Whether the rules of the base make `channel` count.
pub(super) fn requires(pull: &PullFacts, channel: Channel) -> bool {
    let required = |context: &str, app: Option<u64>| {
        pull.fence.checks.iter().any(|check| check.context == context && (check.app.is_none() || check.app == app))
    };
    match channel {
        Channel::Label => required(GUARD_CHECK, Some(ACTIONS)),
        // A status by a person's token comes from no app, so a pinned one would not be ours.
        Channel::Status => required(HOLD_CONTEXT, None),
        Channel::Review => pull.fence.approvals > 0,
    }
}

/// How strong `channel` can be on `pull` at most.
pub(super) fn of(pull: &PullFacts, channel: Channel) -> Strength {
    let binds = requires(pull, channel) && pull.fence.unread.is_empty() && pull.fence.bypass == Bypass::Never;
    if binds { Strength::Enforced } else { Strength::Advisory }
}

/// Whether `channel` stands on `pull` now.
fn stands(pull: &PullFacts, channel: Channel) -> bool {
    match channel {
        Channel::Label => pull.labels.iter().any(|label| label.eq_ignore_ascii_case(HOLD_LABEL)),
        Channel::Status => pull.passes == Some(false),
        Channel::Review => pull.own_review(Say::RequestChanges).is_some(),
    }
}

/// How strong the holds on `pulls` are, read again after all steps. The weakest counts.
#[must_use]
pub(crate) fn overall(pulls: &[PullFacts]) -> Overall {
    let nothing = Overall { strength: Strength::Failed, why: "no pull could be read again".to_owned() };
    pulls.iter().map(one).min_by_key(|overall| overall.strength).unwrap_or(nothing)
}

fn one(pull: &PullFacts) -> Overall {
    let (name, base) = (&pull.name, one_line(&pull.base.0));
    let overall = |strength, why| Overall { strength, why };
    if let Phase::Merged(_) = pull.phase {
        return overall(Strength::Advisory, format!("{name} is merged already; only a revert removes its effect"));
    }
    let standing: Vec<_> = Channel::ALL.into_iter().filter(|channel| stands(pull, *channel)).collect();
    if standing.is_empty() && !pull.draft {
        return overall(Strength::Failed, format!("neither label, status, review nor draft stands on {name}: nothing holds it"));
    }
    let left = [(pull.auto_merge.is_some(), "auto-merge is still on"), (pull.queued, "it still waits in the merge queue")];
    if let Some((_, what)) = left.into_iter().find(|(is, _)| *is) {
        return overall(Strength::Failed, format!("{what} for {name}"));
    }
    let moved = pull.seen.as_ref().is_some_and(|held| Some(held) != pull.head());
    let binding = standing.iter().find(|channel| of(pull, **channel) == Strength::Enforced);
    match binding {
        Some(Channel::Label) if moved => overall(
            Strength::Advisory,
            format!(
                "{name} moved meanwhile: the label still shuts the gate, but evidence and status are of the old head; quarantine it again"
            ),
        ),
        _ if moved => overall(Strength::Advisory, format!("{name} moved meanwhile; quarantine it again")),
        Some(_) if !pull.runs.is_empty() => {
            overall(Strength::Advisory, format!("{name} cannot be merged, but {} of its runs still go on", pull.runs.len()))
        }
        Some(Channel::Label) => {
            overall(Strength::Enforced, format!("{base} requires {GUARD_CHECK}, which fails by the label, and you cannot pass it by"))
        }
        Some(Channel::Status) => {
            overall(Strength::Enforced, format!("{base} requires {HOLD_CONTEXT}, which fails, and you cannot pass it by"))
        }
        Some(Channel::Review) => {
            overall(Strength::Enforced, format!("{base} requires approval, changes are requested, and you cannot pass it by"))
        }
        None => overall(Strength::Advisory, why_not(pull, &standing)),
    }
}

/// Why what stands does not bind.
fn why_not(pull: &PullFacts, standing: &[Channel]) -> String {
    let (name, base) = (&pull.name, one_line(&pull.base.0));
    if !pull.fence.unread.is_empty() {
        return format!("{name} is marked as held, but {}", pull.fence.unread);
    }
    if standing.iter().any(|channel| requires(pull, *channel)) {
        return match &pull.fence.bypass {
            Bypass::May(by) => format!("{name} is held by required rules, but your account may pass them by through {}", one_line(by)),
            _ => format!("{name} is held by required rules, but whether your account may pass them by is not known"),
        };
    }
    format!("{name} is marked as held, but {base} requires none of the marks; `lazaret guard-workflow` shows how to change that")
}
