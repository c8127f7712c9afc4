//! What the filter can ask of how a pull stands: its `is:` words, its checks and its reviews. Never the language itself.

use crate::model::pull::{Pull, PullState};
use crate::model::standing::{Rollup, Standing, Verdict};

/// What may stand behind `is:`, with what it asks.
type Is = (&'static str, fn(&Pull, &Standing) -> bool);

/// What needs no forge.
const STATES: [(&str, PullState); 4] =
    [("open", PullState::Open), ("merged", PullState::Merged), ("closed", PullState::Closed), ("quarantined", PullState::Quarantined)];

/// What is never met by a pull of no forge.
const FACTS: [Is; 12] = [
    ("draft", |_, standing| standing.draft),
    ("queued", |_, standing| standing.queued),
    ("locked", |_, standing| standing.locked),
    ("auto-merge", |_, standing| standing.auto_merge.is_some()),
    ("mine", |_, standing| standing.viewer_is_author),
    ("requested", |_, standing| standing.requested),
    ("returned", returned),
    ("waiting", waiting),
    ("unreviewed", |pull, standing| unreviewed(pull, standing)),
    ("blocked", |_, standing| standing.blocked.is_some()),
    ("second", |_, standing| standing.second),
    ("stale", |_, standing| standing.stale),
];

/// The word behind `is:` that begins with `part`, or all of them in a sentence.
///
/// # Errors
/// When there is none.
pub(super) fn word(part: &str) -> Result<&'static str, String> {
    let found = words().find(|word| !part.is_empty() && word.starts_with(part));
    found.ok_or_else(|| format!("the filter knows no 'is:{part}'; it knows is: {}", words().collect::<Vec<_>>().join(" ")))
}

/// All words behind `is:`.
pub(super) fn words() -> impl Iterator<Item = &'static str> {
    STATES.iter().map(|(word, _)| *word).chain(FACTS.iter().map(|(word, _)| *word))
}

/// Whether `pull` is what `word` says.
pub(super) fn is(pull: &Pull, word: &str) -> bool {
    if let Some((_, state)) = STATES.iter().find(|(known, _)| *known == word) {
        return pull.state == *state;
    }
    let Some(standing) = pull.standing.as_deref() else { return false };
    FACTS.iter().find(|(known, _)| *known == word).is_some_and(|(_, asks)| asks(pull, standing))
}

/// What may stand behind `ci:`.
pub(super) const CHECKS: [&str; 4] = ["failing", "pending", "passing", "none"];
/// What may stand behind `review:`.
pub(super) const REVIEWS: [&str; 4] = ["approved", "changes", "required", "none"];

/// Whether its checks are as a word that begins with `part` says.
pub(super) fn checks(pull: &Pull, part: &str) -> bool {
    let word = match pull.standing.as_deref().map(|standing| standing.checks) {
        None | Some(Rollup::None) => "none",
        Some(Rollup::Pending) => "pending",
        Some(Rollup::Passing) => "passing",
        Some(Rollup::Failing) => "failing",
    };
    word.starts_with(part)
}

/// Whether its reviews are as a word that begins with `part` says.
pub(super) fn reviews(pull: &Pull, part: &str) -> bool {
    let word = match pull.standing.as_deref().map(|standing| standing.verdict) {
        None | Some(Verdict::None) => "none",
        Some(Verdict::Required) => "required",
        Some(Verdict::Approved) => "approved",
        Some(Verdict::ChangesRequested) => "changes",
    };
    word.starts_with(part)
}

/// Whether a label of it holds `part`.
pub(super) fn labelled(pull: &Pull, part: &str) -> bool {
    pull.standing.as_deref().is_some_and(|standing| standing.labels.iter().any(|label| label.to_lowercase().contains(part)))
}

/// Whether the login of who opened it holds `part`.
pub(super) fn opened_by(pull: &Pull, part: &str) -> bool {
    let author = pull.standing.as_deref().and_then(|standing| standing.author.as_ref());
    author.is_some_and(|author| author.login.to_lowercase().contains(part))
}

/// Whether it moved since the token's own account reviewed it, whatever that review said: it was about other bytes.
fn returned(pull: &Pull, standing: &Standing) -> bool {
    let own = standing.own_review.as_ref();
    pull.state == PullState::Open && own.is_some_and(|own| own.commit.is_some() && own.commit != pull.revision.head)
}

/// Whether it is somebody else's turn: it is a draft, its checks run, a machine has it, or the token's own account reviewed these
/// very bytes.
fn waiting(pull: &Pull, standing: &Standing) -> bool {
    let said = standing.own_review.as_ref().is_some_and(|own| own.commit.is_some() && own.commit == pull.revision.head);
    let others = standing.draft || standing.queued || standing.auto_merge.is_some() || standing.checks == Rollup::Pending;
    pull.state == PullState::Open && (said || others) && !standing.requested
}

/// Whether it was merged without anybody's approval.
pub(super) fn unreviewed(pull: &Pull, standing: &Standing) -> bool {
    pull.state == PullState::Merged && standing.approvals == 0
}
