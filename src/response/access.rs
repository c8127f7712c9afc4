//! What a token may do at a repository, as far as it can be known without writing: the account's role, a classic token's scopes,
//! and what reads were refused. A permission is named as the forge names it. A wrong guess is told by the step itself.

use crate::model::forge_step::Act;

/// Where a forge looks for workflows: writing there takes a permission of its own.
pub const WORKFLOWS: &str = ".github/workflows/";

/// What an account may do in a repository.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Nothing is known.
    #[default]
    Unknown,
    /// Reads.
    Read,
    /// Sorts: labels and the like.
    Triage,
    /// Pushes.
    Write,
    /// Runs it.
    Maintain,
    /// Everything.
    Admin,
}

impl Role {
    /// The role that the forge calls `word`.
    #[must_use]
    pub fn parse(word: &str) -> Self {
        match word.to_ascii_uppercase().as_str() {
            "READ" => Self::Read,
            "TRIAGE" => Self::Triage,
            "WRITE" => Self::Write,
            "MAINTAIN" => Self::Maintain,
            "ADMIN" => Self::Admin,
            _ => Self::Unknown,
        }
    }

    /// The word for people.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Read => "read",
            Self::Triage => "triage",
            Self::Write => "write",
            Self::Maintain => "maintain",
            Self::Admin => "admin",
        }
    }
}

/// What is known of a token at one repository.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Access {
    /// What its account may do there.
    pub role: Role,
    /// A classic token's scopes; `None` for tokens with fine-grained permissions, which do not say what they have.
    pub scopes: Option<Vec<String>>,
    /// Whether the repository is private: then a classic token needs more.
    pub private: bool,
    /// Areas whose reading was refused, such as `actions`: writing there is refused too.
    pub refused: Vec<String>,
}

/// What an act needs: fine-grained permissions, a classic scope besides `repo`, and the least role.
struct Need {
    areas: &'static [&'static str],
    scope: &'static str,
    role: Role,
}

const fn need(areas: &'static [&'static str], scope: &'static str, role: Role) -> Need {
    Need { areas, scope, role }
}

fn needs(act: &Act) -> Need {
    match act {
        Act::Review { .. } | Act::Remark { .. } | Act::FileRemark { .. } | Act::Reply { .. } => need(&["pull_requests"], "", Role::Read),
        Act::DismissReview { .. } | Act::OpenPull { .. } => need(&["pull_requests"], "", Role::Write),
        Act::Label { .. } => need(&["pull_requests"], "", Role::Triage),
        Act::MakeLabel { .. } | Act::Lock { .. } => need(&["pull_requests"], "", Role::Write),
        Act::Merge { .. } | Act::PushRevert { .. } => need(&["contents"], "", Role::Write),
        Act::Enqueue | Act::Dequeue | Act::AutoMerge { .. } | Act::Draft { .. } | Act::RevertPull { .. } | Act::Settle { .. } => {
            need(&["contents", "pull_requests"], "", Role::Write)
        }
        Act::CancelRun { .. } => need(&["actions"], "", Role::Write),
        Act::Status { .. } => need(&["statuses"], "repo:status", Role::Write),
        Act::AgentAccess { .. } => need(&["organization_copilot_agent_settings"], "admin:org", Role::Unknown),
        Act::BlockAccount { .. } => need(&["organization_user_blocking"], "admin:org", Role::Unknown),
        Act::PullCap { .. } | Act::Narrow { .. } => need(&["administration"], "", Role::Admin),
    }
}

impl Access {
    /// What is known to be missing for `act`, by name; empty when nothing is.
    #[must_use]
    pub fn lacks(&self, act: &Act) -> String {
        let need = needs(act);
        if self.role != Role::Unknown && self.role < need.role {
            return format!("the role {} in the repository (its account has {})", need.role.word(), self.role.word());
        }
        if let Some(scopes) = &self.scopes {
            let lacks = self.scope(scopes, &need);
            // A scope lends no more than its account has.
            let owner =
                need.scope == "admin:org" && lacks.is_empty() && need.areas.iter().any(|area| self.refused.iter().any(|no| no == area));
            return if owner { "an owner's rights in the organisation".to_owned() } else { lacks };
        }
        let refused = need.areas.iter().find(|area| self.refused.iter().any(|refused| refused == *area));
        refused.map(|area| format!("the permission {area}=write")).unwrap_or_default()
    }

    fn scope(&self, scopes: &[String], need: &Need) -> String {
        let has = |scope: &str| scopes.iter().any(|known| known == scope);
        let organisation = need.scope == "admin:org";
        let fits = has(need.scope) || (!organisation && (has("repo") || (!self.private && has("public_repo"))));
        match (fits, organisation, self.private) {
            (true, ..) => String::new(),
            (_, true, _) => "the scope admin:org".to_owned(),
            (_, _, true) => "the scope repo".to_owned(),
            (_, _, false) => "the scope public_repo or repo".to_owned(),
        }
    }

    /// Notes that reading what `act` would write was refused.
    pub fn refuse(&mut self, act: &Act) {
        self.refused.extend(needs(act).areas.iter().map(|area| (*area).to_owned()));
    }

    /// The permission to write workflows, which changing a file below `.github/workflows` takes besides all others: whether it is
    /// there, where the token says so.
    #[must_use]
    pub fn workflows(&self) -> Option<bool> {
        self.scopes.as_ref().map(|scopes| scopes.iter().any(|scope| scope == "workflow"))
    }

    /// The permissions that `act` needs, as the forge names them.
    #[must_use]
    pub fn wanted(act: &Act) -> String {
        needs(act).areas.iter().map(|area| format!("{area}=write")).collect::<Vec<_>>().join(" and ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_has_its_name() {
        let label = Act::Label { name: String::new(), on: true };
        let status = Act::Status { pass: false, says: String::new() };
        let access = |role, scopes: Option<&[&str]>, private, refused: &[&str]| Access {
            role,
            scopes: scopes.map(|all| all.iter().map(|one| (*one).to_owned()).collect()),
            private,
            refused: refused.iter().map(|one| (*one).to_owned()).collect(),
        };
        for (access, act, missing) in [
            (access(Role::Write, None, true, &[]), &status, ""),
            (access(Role::Read, None, true, &[]), &label, "the role triage in the repository (its account has read)"),
            (access(Role::Triage, None, false, &[]), &label, ""),
            (access(Role::Write, Some(&["public_repo"]), true, &[]), &label, "the scope repo"),
            (access(Role::Write, Some(&["public_repo"]), false, &[]), &label, ""),
            (access(Role::Write, Some(&["repo:status"]), true, &[]), &status, ""),
            (access(Role::Write, Some(&[]), false, &[]), &status, "the scope public_repo or repo"),
            (access(Role::Write, None, false, &["statuses"]), &status, "the permission statuses=write"),
        ] {
            assert_eq!(access.lacks(act), missing, "{access:?}");
        }
        for (scopes, has) in [(None, None), (Some(&["repo"][..]), Some(false)), (Some(&["repo", "workflow"][..]), Some(true))] {
            assert_eq!(access(Role::Write, scopes, true, &[]).workflows(), has);
        }
    }
}
