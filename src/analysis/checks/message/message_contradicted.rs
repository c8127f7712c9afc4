//! `message-contradicted`: a claim of an exact kind that the diff disproves.

use crate::analysis::check::{ChangeView, Check, Draft, Sink};
use crate::analysis::hints::Needs;
use crate::analysis::role::Role;
use crate::analysis::story::claims::judged;
use crate::analysis::story::facts::Facts;
use crate::model::finding::Finding;
use crate::model::rule::{RuleId, Severity};
use crate::model::story::Verdict;

/// See `rules/code/message-contradicted.toml`.
pub struct MessageContradicted;

impl Check for MessageContradicted {
    fn rule(&self) -> RuleId {
        RuleId("message-contradicted")
    }

    fn needs(&self) -> Needs {
        Needs::of_changes()
    }

    fn change(&self, view: &ChangeView<'_>, sink: &mut Sink<'_>) {
        let facts = Facts::new(view.change, view.outcomes).hearing(&view.around.testimony);
        let contradicted = judged(&facts).into_iter().filter(|judged| judged.claim.verdict == Verdict::Contradicted);
        // All claims sit at the message, where one rule speaks once: the gravest of them.
        let Some(worst) = contradicted.max_by_key(|judged| judged.grave) else { return };
        let found = view.outcomes.iter().flat_map(|outcome| &outcome.findings).any(is_grave);
        // Of a change that changes nothing, the words are all there is to mind.
        let empty = view.change.patch.files.is_empty();
        let severity = if worst.grave || found { Severity::High } else { Severity::Medium };
        let severity = if empty { severity.min(Severity::Low) } else { severity };
        let places = worst.claim.places.join(", ");
        let draft = Draft::message(&worst.claim.text).title("The message says what the change disproves");
        sink.report(draft.why(format!("Against the words stands: {places}.")).severity(severity));
    }
}

/// Whether what the change does is grave by itself, so that a false message hides it.
fn is_grave(finding: &Finding) -> bool {
    let automation = finding.at.path().is_some_and(|path| matches!(Role::of(&path.text()), Role::Workflow | Role::AgentConfig));
    finding.severity.is_hard() || (automation && finding.severity >= Severity::Medium)
}
