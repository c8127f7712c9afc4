//! What the base branch demands and who may pass it by: rulesets by REST, classic protection by GraphQL. Reads only.

use crate::model::forge::ForgeError;
use crate::response::facts::forge::{Bypass, Fence, Required};
use crate::response::github::ask::{Ask, encoded};
use crate::response::github::shapes::{BaseRef, Branch, Rule, Ruleset};

/// An app that none of ours is.
const NOBODY: u64 = 0;

/// What classic branch protection demands of the token's own account.
#[derive(Clone, Debug, Default)]
pub(crate) struct Protection {
    contexts: Vec<String>,
    approvals: u64,
    /// Whether that account may merge all the same, as an administrator.
    as_admin: bool,
}

pub(crate) fn protection(base: Option<&BaseRef>, as_admin: bool) -> Protection {
    let Some(rule) = base.and_then(|base| base.ref_update_rule.as_ref()) else {
        return Protection { as_admin, ..Protection::default() };
    };
    Protection {
        as_admin,
        contexts: rule.required_status_check_contexts.iter().flatten().flatten().cloned().collect(),
        approvals: rule.required_approving_review_count.unwrap_or_default(),
    }
}

/// The rules of `branch`. Rules that the token may not read are named; nothing is taken for binding then.
pub(crate) fn read(ask: &Ask<'_>, repo: &str, branch: &str, classic: &Protection) -> Result<Fence, ForgeError> {
    let mut fence = Fence { approvals: classic.approvals, ..Fence::default() };
    let rules: Vec<Rule> = match ask.read_all(&format!("/repos/{repo}/rules/branches/{}?per_page=100", encoded(branch))) {
        Ok(rules) => rules,
        Err(error @ (ForgeError::Forbidden { .. } | ForgeError::NotFound(_))) => {
            fence.unread = format!("the rules of {branch} could not be read: {}", error.says());
            Vec::new()
        }
        Err(error) => return Err(error),
    };
    let mut sets: Vec<u64> = Vec::new();
    for rule in rules {
        let asked = &rule.parameters;
        fence.approvals = fence.approvals.max(asked.required_approving_review_count);
        let checks = asked.required_status_checks.iter();
        fence.checks.extend(checks.map(|check| Required { context: check.context.clone(), app: check.integration_id }));
        if matches!(rule.kind.as_str(), "required_status_checks" | "pull_request") {
            sets.extend(rule.ruleset_id.filter(|id| !sets.contains(id)));
        }
    }
    let known = |context: &&String| fence.checks.iter().any(|check| check.context == **context);
    let (_, rest): (Vec<&String>, Vec<&String>) = classic.contexts.iter().partition(known);
    if !rest.is_empty() {
        fence.checks.extend(pins(ask, repo, branch, &rest)?);
    }
    passes(ask, repo, &sets, classic.as_admin, &mut fence)?;
    Ok(fence)
}

/// Checks that classic protection requires, with the apps they are pinned to; where that cannot be read, pinned to none of ours.
fn pins(ask: &Ask<'_>, repo: &str, branch: &str, contexts: &[&String]) -> Result<Vec<Required>, ForgeError> {
    let required = |app: Option<u64>| contexts.iter().map(|context| Required { context: (*context).clone(), app }).collect();
    let about: Branch = match ask.read(&format!("/repos/{repo}/branches/{}", encoded(branch))) {
        Ok(about) => about,
        Err(ForgeError::Forbidden { .. } | ForgeError::NotFound(_)) => return Ok(required(Some(NOBODY))),
        Err(error) => return Err(error),
    };
    let Some(checks) = about.protection.and_then(|protection| protection.required_status_checks) else { return Ok(required(Some(NOBODY))) };
    let pinned = |context: &String| {
        let check = checks.checks.iter().find(|check| check.context == *context);
        // No app, or -1: whoever reports it.
        check.map_or(Some(NOBODY), |check| check.app_id.and_then(|id| u64::try_from(id).ok()))
    };
    Ok(contexts.iter().map(|context| Required { context: (*context).clone(), app: pinned(context) }).collect())
}

/// Who may pass the rules by: by each ruleset's own word, and as an administrator where that is enough.
fn passes(ask: &Ask<'_>, repo: &str, sets: &[u64], as_admin: bool, fence: &mut Fence) -> Result<(), ForgeError> {
    fence.bypass = if as_admin { Bypass::May("an administrator's right to merge all the same".to_owned()) } else { Bypass::Never };
    for id in sets {
        let set: Ruleset = match ask.read(&format!("/repos/{repo}/rulesets/{id}")) {
            Ok(set) => set,
            Err(ForgeError::Forbidden { .. } | ForgeError::NotFound(_)) => {
                weaken(fence, Bypass::Unknown);
                continue;
            }
            Err(error) => return Err(error),
        };
        match set.current_user_can_bypass.as_deref() {
            Some("never") => {}
            Some(_) => weaken(fence, Bypass::May(format!("the exceptions of ruleset {}", set.name))),
            None => weaken(fence, Bypass::Unknown),
        }
        let actors = set.bypass_actors.unwrap_or_default();
        if !actors.is_empty() {
            let kinds: Vec<_> = actors.iter().map(|actor| actor.actor_type.clone()).collect();
            fence.others.push(format!("{} of ruleset {}", kinds.join(", "), set.name));
        }
    }
    Ok(())
}

/// What is known to be open stays open; what is unknown is never taken for closed.
fn weaken(fence: &mut Fence, to: Bypass) {
    if !matches!(fence.bypass, Bypass::May(_)) {
        fence.bypass = to;
    }
}
