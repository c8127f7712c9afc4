//! Whether a pull may be merged by the rules that apply to its base branch. Reads only.

use super::pull::Pull;
use super::repo::{Repo, Rule};
use super::world::World;

/// What a branch asks for before a merge.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    pub contexts: Vec<(String, Option<u64>)>,
    pub approvals: u64,
    pub last_push: bool,
    pub reviewed: bool,
}

/// What rulesets and classic protection of the base branch ask together.
pub fn asked(repo: &Repo, branch: &str) -> Asked {
    let mut asked = Asked::default();
    for (_, rule) in repo.rules(branch) {
        match rule {
            Rule::Checks(contexts) => asked.contexts.extend(contexts.clone()),
            Rule::Reviews { count, last_push, .. } => {
                asked.reviewed = true;
                asked.approvals = asked.approvals.max(*count);
                asked.last_push |= last_push;
            }
            Rule::Queue | Rule::Deletion | Rule::NonFastForward => {}
        }
    }
    if let Some(protection) = repo.protections.get(branch) {
        asked.contexts.extend(protection.contexts.clone());
        asked.reviewed |= protection.approvals.is_some();
        asked.approvals = asked.approvals.max(protection.approvals.unwrap_or(0));
        asked.last_push |= protection.last_push;
    }
    asked
}

/// The state of `context` on `sha`: `success`, `failure`, `pending`; a skipped or neutral check counts as success.
pub fn state(repo: &Repo, sha: &str, context: &str, app: Option<u64>) -> &'static str {
    let word = |state: &str| match state {
        "success" | "neutral" | "skipped" => "success",
        "pending" | "queued" | "in_progress" => "pending",
        _ => "failure",
    };
    let check =
        repo.checks.iter().rev().find(|check| check.sha == sha && check.name == context && app.is_none_or(|app| app == check.app.0));
    if let Some(check) = check {
        return word(check.conclusion.as_deref().unwrap_or("pending"));
    }
    let status = repo.latest(sha).into_iter().find(|status| status.context == context);
    status.filter(|_| app.is_none()).map_or("pending", |status| word(&status.state))
}

/// Why the rules forbid a merge, when they do.
pub fn blocked(world: &World, repo: &Repo, pull: &Pull) -> Option<String> {
    let asked = asked(repo, &pull.base_ref);
    for (context, app) in &asked.contexts {
        match state(repo, &pull.head_sha, context, *app) {
            "success" => {}
            "pending" => return Some(format!("Required status check \"{context}\" is expected.")),
            _ => return Some(format!("Required status check \"{context}\" is failing.")),
        }
    }
    let opinions = pull.opinions();
    let counts = |by: Option<u64>| world.role(repo, by) >= super::account::Role::Write;
    if asked.reviewed && opinions.iter().any(|review| review.state == "CHANGES_REQUESTED" && counts(review.by)) {
        return Some("Changes have been requested by a reviewer with write access.".to_owned());
    }
    let pusher = pull.pushes.last().map_or(pull.author, |push| push.by);
    let approvals = opinions
        .iter()
        .filter(|review| review.state == "APPROVED" && counts(review.by) && !(asked.last_push && review.by == pusher))
        .count() as u64;
    (approvals < asked.approvals).then(|| {
        format!(
            "At least {} approving review{} required by reviewers with write access.",
            asked.approvals,
            if asked.approvals == 1 { " is" } else { "s are" }
        )
    })
}

/// Whether somebody may pass by the rules of a branch: an administrator where no rule binds administrators, or a bypass actor.
pub fn bypasses(world: &World, repo: &Repo, who: u64, branch: &str) -> bool {
    let role = world.role(repo, Some(who));
    let sets = repo.rules(branch);
    let named = |set: &super::repo::Ruleset| {
        set.bypass.iter().any(|(kind, id)| match *kind {
            "RepositoryRole" => {
                *id == Some(5) && role >= super::account::Role::Admin || *id == Some(4) && role >= super::account::Role::Write
            }
            "OrganizationAdmin" => role >= super::account::Role::Admin,
            _ => *id == Some(who),
        })
    };
    sets.iter().all(|(set, _)| named(set))
        && repo.protections.get(branch).is_none_or(|rule| !rule.admins && role >= super::account::Role::Admin)
}
