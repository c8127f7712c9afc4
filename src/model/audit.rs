//! Events of an organisation's audit log: who did what, as the forge noted it. Every word is from outside.

use super::time::Timestamp;

/// One event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditEvent {
    /// When.
    pub at: Timestamp,
    /// Such as `protected_branch.policy_override`.
    pub action: String,
    /// The account that did it; empty when it is not said.
    pub actor: String,
    /// `owner/name`; empty when it is about no repository.
    pub repository: String,
    /// The account that it was done to or for; empty when there is none.
    pub user: String,
    /// Whether the forge says that an agent acted.
    pub agent: bool,
    /// The agent's session, where it is named.
    pub session: Option<String>,
}

impl AuditEvent {
    /// The event in a few words, all of them from outside.
    #[must_use]
    pub fn says(&self) -> String {
        let mut says = format!("{} by {}", self.action, if self.actor.is_empty() { "nobody named" } else { &self.actor });
        if self.agent {
            says.push_str(", an agent");
        }
        if let Some(session) = &self.session {
            says.push_str(&format!(" in session {session}"));
        }
        if !self.user.is_empty() && self.user != self.actor {
            says.push_str(&format!(", user {}", self.user));
        }
        says
    }
}
