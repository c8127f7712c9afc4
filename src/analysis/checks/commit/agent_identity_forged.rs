//! `agent-identity-forged`: a commit or pull under the name of a known agent's account that is not that account.

use crate::analysis::check::{ChangeView, Check, Draft, Sink};
use crate::analysis::hints::Needs;
use crate::analysis::provenance;
use crate::model::rule::RuleId;

/// See `rules/code/agent-identity-forged.toml`.
pub struct AgentIdentityForged;

impl Check for AgentIdentityForged {
    fn rule(&self) -> RuleId {
        RuleId("agent-identity-forged")
    }

    fn needs(&self) -> Needs {
        Needs::of_changes()
    }

    fn change(&self, view: &ChangeView<'_>, sink: &mut Sink<'_>) {
        for commit in &view.change.commits {
            let Some((who, why)) = [&commit.author, &commit.committer].into_iter().find_map(|who| Some((who, provenance::forged(who)?)))
            else {
                continue;
            };
            let evidence = format!("{} <{}>", who.name, who.email);
            let draft = commit.id.as_ref().map_or_else(|| Draft::message(&evidence), |id| Draft::commit(id, &evidence));
            sink.report(draft.why(why));
        }
        let opener = view.change.pull.standing.as_ref().and_then(|standing| standing.author.as_ref());
        if let Some((account, why)) = opener.and_then(|account| Some((account, provenance::posing(account)?))) {
            sink.report(Draft::message(&account.login).title("The pull was opened under the name of an agent's account").why(why));
        }
    }
}
