//! The rules of the base branch, of rulesets and of classic protection, and who may pass them by.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Desk;
use crate::model::dossier::BranchRule;
use crate::model::forge::ForgeError;
use crate::sources::github::{ask, route};

/// Pages of rules that are read.
const MOST_PAGES: usize = 10;
/// Rulesets whose bypass lists are read.
const MOST_RULESETS: usize = 20;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Rule {
    #[serde(rename = "type")]
    kind: String,
    parameters: Option<Parameters>,
    ruleset_source_type: String,
    ruleset_source: String,
    ruleset_id: Option<u64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Parameters {
    required_status_checks: Vec<Context>,
    required_approving_review_count: u64,
    dismiss_stale_reviews_on_push: bool,
    require_last_push_approval: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Context {
    context: String,
    #[serde(alias = "app_id")]
    integration_id: Option<i64>,
}

impl Context {
    /// An app id below zero means "any app".
    fn pinned(self) -> (String, Option<u64>) {
        (self.context, self.integration_id.and_then(|id| u64::try_from(id).ok()))
    }
}

/// Reads the rules of branch `target`.
pub(super) fn read(desk: &mut Desk<'_>, target: &str) -> Result<(), ForgeError> {
    let repository = desk.address.path();
    let route = format!("/repos/{repository}/rules/branches/{}?per_page=100", route::segment(target));
    let rules = ask::pages::<Rule>(desk.forge, route, "the rules of the base branch", MOST_PAGES, desk.cancel);
    let rules = desk.or_omit("the rulesets of the base branch are not known", rules)?;
    if rules.as_ref().is_some_and(|rules| rules.cut) {
        desk.omit("the base branch has more rules than were read".to_owned());
    }
    let rules = rules.map(|rules| rules.items).unwrap_or_default();
    let mut sets = BTreeMap::new();
    for rule in rules {
        let from = rule.from();
        sets.extend(rule.ruleset_id.map(|id| (id, from.clone())));
        desk.dossier.rules.rules.push(rule.branch_rule(from));
    }
    bypasses(desk, &sets)?;
    classic(desk, target)
}

impl Rule {
    fn from(&self) -> String {
        let id = self.ruleset_id.map_or_else(|| "a ruleset".to_owned(), |id| format!("ruleset {id}"));
        match self.ruleset_source_type.as_str() {
            "" => id,
            kind => format!("{id} of {} {}", kind.to_lowercase(), self.ruleset_source),
        }
    }

    fn branch_rule(self, from: String) -> BranchRule {
        let parameters = self.parameters.unwrap_or_default();
        BranchRule {
            kind: self.kind,
            contexts: parameters.required_status_checks.into_iter().map(Context::pinned).collect(),
            approvals: parameters.required_approving_review_count,
            dismiss_stale: parameters.dismiss_stale_reviews_on_push,
            last_push: parameters.require_last_push_approval,
            from,
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Ruleset {
    name: String,
    /// Absent when the token may not see it.
    bypass_actors: Option<Vec<Bypass>>,
    current_user_can_bypass: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Bypass {
    actor_id: Option<i64>,
    actor_type: String,
    bypass_mode: String,
}

impl Bypass {
    fn words(&self, ruleset: &str) -> String {
        let who = match (self.actor_type.as_str(), self.actor_id) {
            ("OrganizationAdmin", _) => "owners of the organisation".to_owned(),
            ("DeployKey", _) => "deploy keys".to_owned(),
            ("RepositoryRole", Some(5)) => "repository admins".to_owned(),
            ("RepositoryRole", Some(4)) => "people with write access".to_owned(),
            ("RepositoryRole", Some(2)) => "maintainers".to_owned(),
            (kind, Some(id)) => format!("{} {id}", kind.to_lowercase()),
            (kind, None) => kind.to_lowercase(),
        };
        let mode = match self.bypass_mode.as_str() {
            "pull_request" => " (by a pull request)",
            "exempt" => " (without a trace)",
            _ => "",
        };
        format!("{who}{mode}: `{ruleset}`")
    }
}

fn bypasses(desk: &mut Desk<'_>, sets: &BTreeMap<u64, String>) -> Result<(), ForgeError> {
    let mut seen = Some(Vec::new());
    let mut viewer = None;
    if sets.len() > MOST_RULESETS {
        desk.omit(format!("who may pass rules by is read of {MOST_RULESETS} of {} rulesets", sets.len()));
        seen = None;
    }
    for (id, from) in sets.iter().take(MOST_RULESETS) {
        let route = format!("/repos/{}/rulesets/{id}?includes_parents=true", desk.address.path());
        let set = ask::rest::<Ruleset>(desk.forge, &route, from, desk.cancel);
        let Some((set, _)) = desk.or_omit(&format!("who may pass {from} by is not known"), set)? else {
            seen = None;
            continue;
        };
        if let Some(word) = &set.current_user_can_bypass {
            viewer = Some(viewer.unwrap_or(false) || word != "never");
        }
        match (set.bypass_actors, &mut seen) {
            (Some(actors), Some(seen)) => seen.extend(actors.iter().map(|actor| actor.words(&set.name))),
            (None, _) => seen = None,
            (Some(_), None) => {}
        }
    }
    desk.dossier.rules.bypass = seen;
    desk.dossier.rules.viewer_bypasses = viewer;
    Ok(())
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Branch {
    protection: Option<Shown>,
}

/// What everybody who can read sees of a classic protection.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Shown {
    enabled: bool,
    required_status_checks: Option<Checks>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Checks {
    checks: Vec<Context>,
    contexts: Vec<String>,
}

impl Checks {
    fn pinned(self) -> Vec<(String, Option<u64>)> {
        let named = self.contexts.into_iter().map(|context| (context, None));
        if self.checks.is_empty() { named.collect() } else { self.checks.into_iter().map(Context::pinned).collect() }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Protection {
    required_status_checks: Option<Checks>,
    required_pull_request_reviews: Option<Reviews>,
    enforce_admins: Option<Switch>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Reviews {
    required_approving_review_count: u64,
    dismiss_stale_reviews: bool,
    require_last_push_approval: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Switch {
    enabled: bool,
}

/// Classic protection: whole for admins, its required checks for everybody else.
fn classic(desk: &mut Desk<'_>, target: &str) -> Result<(), ForgeError> {
    let route = format!("/repos/{}/branches/{}", desk.address.path(), route::segment(target));
    let branch = ask::rest::<Branch>(desk.forge, &route, "the base branch", desk.cancel);
    let Some((branch, _)) = desk.or_omit("the base branch's own protection is not known", branch)? else { return Ok(()) };
    let Some(shown) = branch.protection.filter(|shown| shown.enabled) else { return Ok(()) };
    let whole = ask::rest::<Protection>(desk.forge, &format!("{route}/protection"), "the branch protection", desk.cancel);
    match whole {
        Ok((whole, _)) => {
            let bypass = desk.dossier.rules.bypass.as_mut();
            if let (Some(bypass), false) = (bypass, whole.enforce_admins.as_ref().is_some_and(|switch| switch.enabled)) {
                bypass.push("repository admins: branch protection".to_owned());
            }
            desk.dossier.rules.rules.push(protection(whole.required_status_checks, whole.required_pull_request_reviews));
        }
        Err(ForgeError::Cancelled) => return Err(ForgeError::Cancelled),
        Err(why) => {
            desk.omit(match why {
                ForgeError::Forbidden { .. } | ForgeError::NotFound(_) => {
                    "of the branch protection only required checks are visible to this token: reviews and bypasses need admin rights"
                        .to_owned()
                }
                why => format!("of the branch protection only required checks are known: {why}"),
            });
            desk.dossier.rules.bypass = None;
            desk.dossier.rules.rules.push(protection(shown.required_status_checks, None));
        }
    }
    Ok(())
}

fn protection(checks: Option<Checks>, reviews: Option<Reviews>) -> BranchRule {
    let reviews = reviews.unwrap_or_default();
    BranchRule {
        kind: "branch protection".to_owned(),
        contexts: checks.map(Checks::pinned).unwrap_or_default(),
        approvals: reviews.required_approving_review_count,
        dismiss_stale: reviews.dismiss_stale_reviews,
        last_push: reviews.require_last_push_approval,
        from: "branch protection".to_owned(),
    }
}
