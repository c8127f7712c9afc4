//! Routes about what a branch asks for: effective rules, rulesets, branches and their protection.

use serde_json::{Value, json};

use super::{Ask, Done, Reply, Route, route, shape};
use crate::github::account::Role;
use crate::github::gate;
use crate::github::repo::{Repo, Rule, Ruleset};
use crate::github::world::World;

const META: &[(&str, &str)] = &[("metadata", "read")];

pub const ROUTES: &[Route] = &[
    route("GET /repos/{owner}/{repo}/rules/branches/{branch}", META, Role::Read, effective),
    route("GET /repos/{owner}/{repo}/rulesets", META, Role::Read, rulesets),
    route("GET /repos/{owner}/{repo}/rulesets/{ruleset_id}", META, Role::Read, ruleset),
    route("GET /repos/{owner}/{repo}/branches", &[("contents", "read")], Role::Read, branches),
    route("GET /repos/{owner}/{repo}/branches/{branch}", &[("contents", "read")], Role::Read, branch),
    route("GET /repos/{owner}/{repo}/branches/{branch}/protection", &[("administration", "read")], Role::Admin, protection),
];

fn told(rule: &Rule) -> Value {
    match rule {
        Rule::Checks(contexts) => {
            let each = contexts.iter().map(|(context, app)| match app {
                Some(app) => json!({ "context": context, "integration_id": app }),
                None => json!({ "context": context }),
            });
            json!({ "type": "required_status_checks", "parameters": {
                "required_status_checks": each.collect::<Vec<_>>(), "strict_required_status_checks_policy": false, "do_not_enforce_on_create": false } })
        }
        Rule::Reviews { count, dismiss, last_push, owners } => json!({ "type": "pull_request", "parameters": {
            "required_approving_review_count": count, "dismiss_stale_reviews_on_push": dismiss, "require_last_push_approval": last_push,
            "require_code_owner_review": owners, "required_review_thread_resolution": false } }),
        Rule::Queue => json!({ "type": "merge_queue", "parameters": {
            "check_response_timeout_minutes": 60, "grouping_strategy": "ALLGREEN", "max_entries_to_build": 5, "max_entries_to_merge": 5,
            "merge_method": "MERGE", "min_entries_to_merge": 1, "min_entries_to_merge_wait_minutes": 5 } }),
        Rule::Deletion => json!({ "type": "deletion" }),
        Rule::NonFastForward => json!({ "type": "non_fast_forward" }),
    }
}

fn effective(world: &mut World, ask: &Ask) -> Done {
    let repo = ask.repo(world);
    let listed = repo.rules(ask.param("branch")).into_iter().map(|(set, rule)| {
        let mut made = told(rule);
        made["ruleset_source_type"] = set.source_type.into();
        made["ruleset_source"] = set.source.clone().into();
        made["ruleset_id"] = set.id.into();
        made
    });
    Ok(ask.page(listed.collect()))
}

/// Who may pass a ruleset by is shown to those who may edit it only.
fn set(world: &World, repo: &Repo, ask: &Ask, set: &Ruleset, whole: bool) -> Value {
    let mut made = json!({
        "id": set.id, "name": set.name, "target": "branch", "source_type": set.source_type, "source": set.source, "enforcement": "active",
        "node_id": format!("RRS_{}", set.id),
    });
    if !whole {
        return made;
    }
    made["rules"] = set.rules.iter().map(told).collect();
    made["conditions"] = json!({ "ref_name": { "include": set.branches, "exclude": [] } });
    let passes = ask.viewer.is_some_and(|viewer| {
        set.branches
            .iter()
            .any(|branch| gate::bypasses(world, repo, viewer, if branch.starts_with('~') { &repo.default_branch } else { branch }))
    });
    made["current_user_can_bypass"] = if passes && !set.bypass.is_empty() { "always" } else { "never" }.into();
    if world.role(repo, ask.viewer) >= Role::Admin {
        let actor = |(kind, id): &(&str, Option<u64>)| json!({ "actor_type": kind, "actor_id": id, "bypass_mode": "always" });
        made["bypass_actors"] = set.bypass.iter().map(actor).collect();
    }
    made
}

fn rulesets(world: &mut World, ask: &Ask) -> Done {
    let repo = ask.repo(world);
    Ok(ask.page(repo.rulesets.iter().map(|found| set(world, repo, ask, found, false)).collect()))
}

fn ruleset(world: &mut World, ask: &Ask) -> Done {
    let repo = ask.repo(world);
    let found = repo.rulesets.iter().find(|found| found.id == ask.number("ruleset_id")).ok_or_else(Reply::missing)?;
    Ok(Reply::json(200, set(world, repo, ask, found, true)))
}

fn checks(contexts: &[(String, Option<u64>)]) -> (Vec<&str>, Vec<Value>) {
    let names = contexts.iter().map(|(context, _)| context.as_str()).collect();
    (names, contexts.iter().map(|(context, app)| json!({ "context": context, "app_id": app })).collect())
}

/// What everybody who reads may see of a branch's classic protection.
fn summary(repo: &Repo, name: &str) -> Value {
    let Some(rule) = repo.protections.get(name) else {
        return json!({ "enabled": false, "required_status_checks": { "enforcement_level": "off", "contexts": [], "checks": [] } });
    };
    let (contexts, checks) = checks(&rule.contexts);
    json!({ "enabled": true, "required_status_checks": { "enforcement_level": if rule.admins { "everyone" } else { "non_admins" }, "contexts": contexts, "checks": checks } })
}

fn branches(world: &mut World, ask: &Ask) -> Done {
    let repo = ask.repo(world);
    let git = repo.git.open();
    let names = git.references_glob("refs/heads/*").map_err(|_| Reply::missing())?;
    let listed = names.filter_map(Result::ok).filter_map(|reference| {
        let name = String::from_utf8_lossy(reference.name_bytes()).strip_prefix("refs/heads/")?.to_owned();
        let sha = reference.target()?.to_string();
        let url = format!("{}/repos/{}/commits/{sha}", ask.base, repo.full());
        Some(json!({ "name": name, "commit": { "sha": sha, "url": url }, "protected": repo.protections.contains_key(&name) || !repo.rules(&name).is_empty() }))
    });
    Ok(ask.page(listed.collect()))
}

fn branch(world: &mut World, ask: &Ask) -> Done {
    let (repo, name) = (ask.repo(world), ask.param("branch"));
    let told = repo.git.tip(&format!("refs/heads/{name}")).and_then(|sha| repo.git.told(&sha));
    let told = told.ok_or_else(|| Reply::error(404, "Branch not found"))?;
    let url = format!("{}/repos/{}/branches/{name}", ask.base, repo.full());
    Ok(Reply::json(
        200,
        json!({
            "name": name, "commit": shape::commit(world, &ask.base, repo, &told), "protection_url": format!("{url}/protection"),
            "_links": { "self": url, "html": format!("{}/{}/tree/{name}", world.origin, repo.full()) },
            "protected": repo.protections.contains_key(name) || !repo.rules(name).is_empty(), "protection": summary(repo, name),
        }),
    ))
}

fn protection(world: &mut World, ask: &Ask) -> Done {
    let (repo, name) = (ask.repo(world), ask.param("branch"));
    let rule = repo.protections.get(name).ok_or_else(|| Reply::error(404, "Branch not protected"))?;
    let url = format!("{}/repos/{}/branches/{name}/protection", ask.base, repo.full());
    let (contexts, checks) = checks(&rule.contexts);
    let mut made = json!({
        "url": url, "enforce_admins": { "url": format!("{url}/enforce_admins"), "enabled": rule.admins },
        "allow_force_pushes": { "enabled": false }, "allow_deletions": { "enabled": false },
    });
    if !rule.contexts.is_empty() {
        made["required_status_checks"] = json!({ "url": format!("{url}/required_status_checks"), "strict": false, "contexts": contexts, "checks": checks, "contexts_url": format!("{url}/required_status_checks/contexts") });
    }
    if let Some(count) = rule.approvals {
        made["required_pull_request_reviews"] = json!({ "url": format!("{url}/required_pull_request_reviews"), "dismiss_stale_reviews": rule.dismiss,
            "require_code_owner_reviews": false, "required_approving_review_count": count, "require_last_push_approval": rule.last_push });
    }
    Ok(Reply::json(200, made))
}
