//! What a judgement asks of the forge beside commits and files: what the message claims, the task, and what was said. Never how it is asked.

use super::{Engine, Reader};
use crate::analysis::story::claims::question;
use crate::model::change::{Around, Change};
use crate::model::pull::Origin;
use crate::model::rule::RuleId;
use crate::model::testimony::Question;

/// Rules of code that read what was said about a change.
const LISTENERS: [&str; 5] =
    ["instruction-order", "instruction-override", "instruction-resembles-attack", "instruction-secrecy", "markdown-exfiltration"];

impl Engine {
    /// What only its forge knows and the rules that run want to know: what the message claims, and the task, where the forge links one.
    #[must_use]
    pub fn question(&self, change: &Change) -> Question {
        let runs = |rule| self.chosen.contains_key(&RuleId(rule));
        let claims = if runs("message-contradicted") { question(change) } else { Question::default() };
        let linked = change.pull.standing.as_ref().is_some_and(|standing| standing.linked > 0);
        Question { linked: linked && (runs("message-contradicted") || runs("scope-unspoken")), ..claims }
    }

    /// Whether something was said about `change` that rules which run would read.
    #[must_use]
    pub fn listens(&self, change: &Change) -> bool {
        let reads = !self.sets.is_empty() || LISTENERS.into_iter().any(|rule| self.chosen.contains_key(&RuleId(rule)));
        reads && change.pull.standing.as_ref().is_some_and(|standing| standing.said > 0)
    }

    /// Whether the forge of `change` is asked about more than its commits and files.
    #[must_use]
    pub fn asks_forge(&self, change: &Change) -> bool {
        change.pull.at.origin == Origin::Github && (self.listens(change) || !self.question(change).is_empty())
    }

    /// Asks the forge what it knows of the message, and for what was said about the change. It may take a while, as [`Self::look_up`].
    pub fn hear(&self, change: &Change, around: &mut Around, reader: &Reader<'_>) {
        let question = self.question(change);
        if !question.is_empty() && !reader.cancel.is_cancelled() {
            around.testimony = (reader.testimony)(&question);
        }
        if self.listens(change) && !reader.cancel.is_cancelled() {
            around.talk = (reader.talk)();
            around.talk.cut();
        }
    }
}
