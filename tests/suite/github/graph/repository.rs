//! Repositories, their labels and branches.

use serde_json::Value;

use super::pull::issue;
use super::query::nothing;
use super::{Field, Found, Run, Thing, all, leaf, maybe, one, shipped, unknown};
use crate::github::account::Role;
use crate::github::repo::Repo;
use crate::github::world::moment;

impl Run<'_> {
    pub fn repository(&self, id: u64, name: &str, arguments: &Value) -> Found {
        let world = self.world.borrow();
        let repo = world.repo_by(id).expect("a repository that was found");
        let text = |name: &str| arguments[name].as_str().unwrap_or_default();
        match name {
            "id" => leaf(repo.node()),
            "databaseId" => leaf(repo.id),
            "name" => leaf(repo.name.clone()),
            "nameWithOwner" => leaf(repo.full()),
            "owner" => one(Thing::Account(repo.owner)),
            "url" => leaf(format!("{}/{}", world.origin, repo.full())),
            "resourcePath" => leaf(format!("/{}", repo.full())),
            "isPrivate" => leaf(repo.private),
            "isArchived" => leaf(repo.archived),
            "isFork" => leaf(repo.parent.is_some()),
            "isDisabled" | "isLocked" | "isEmpty" | "isMirror" => leaf(false),
            "visibility" => leaf(if repo.private { "PRIVATE" } else { "PUBLIC" }),
            "createdAt" | "updatedAt" | "pushedAt" => leaf(moment(repo.created)),
            "description" | "homepageUrl" | "licenseInfo" | "primaryLanguage" => nothing(),
            "parent" => maybe(repo.parent.map(Thing::Repo)),
            "viewerPermission" => leaf(match world.role(repo, Some(self.viewer)) {
                Role::None => Value::Null,
                role => role.word().to_uppercase().into(),
            }),
            "viewerCanAdminister" => leaf(world.role(repo, Some(self.viewer)) >= Role::Admin),
            "autoMergeAllowed" => leaf(repo.auto_merge_allowed),
            "mergeCommitAllowed" | "squashMergeAllowed" | "rebaseMergeAllowed" => leaf(true),
            "hasIssuesEnabled" => leaf(repo.has_issues),
            "issueOrPullRequest" => self.numbered(repo, arguments["number"].as_u64().unwrap_or_default()),
            "issues" => all(repo.issues.keys().rev().filter_map(|number| issue(*world, repo, *number)).collect()),
            "discussions" => all(repo
                .discussions
                .iter()
                .rev()
                .map(|number| Thing::Plain("Discussion", vec![("number", Field::Leaf((*number).into()))]))
                .collect()),
            "viewerDefaultMergeMethod" => leaf("MERGE"),
            "deleteBranchOnMerge" => leaf(false),
            "defaultBranchRef" => maybe(branch(repo, &repo.default_branch)),
            "ref" => maybe(reference(repo, text("qualifiedName"))),
            "object" => maybe(self.object(repo, arguments)),
            "refs" => shipped::refs(repo, arguments),
            "releases" => shipped::releases(*world, repo, arguments),
            "deployments" => shipped::deployments(repo, arguments),
            "label" => maybe(repo.labels.iter().find(|label| label.name == text("name")).map(|label| label_of(repo, &label.name))),
            "labels" => all(repo.labels.iter().map(|label| label_of(repo, &label.name)).collect()),
            "pullRequest" => {
                let number = arguments["number"].as_u64().unwrap_or_default();
                if repo.pulls.contains_key(&number) {
                    return one(Thing::Pull(id, number));
                }
                Err(("NOT_FOUND", format!("Could not resolve to a PullRequest with the number of {number}.")))
            }
            "pullRequests" => {
                let states: Vec<&str> = arguments["states"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
                let head = arguments["headRefName"].as_str();
                let base = arguments["baseRefName"].as_str();
                let mut wanted: Vec<_> = repo
                    .pulls
                    .values()
                    .filter(|pull| states.is_empty() || states.contains(&pull.state()))
                    .filter(|pull| head.is_none_or(|head| pull.head_ref == head) && base.is_none_or(|base| pull.base_ref == base))
                    .collect();
                wanted.sort_by_key(|pull| if arguments["orderBy"]["field"] == "UPDATED_AT" { pull.updated } else { pull.created });
                if arguments["orderBy"]["direction"] == "DESC" {
                    wanted.reverse();
                }
                all(wanted.iter().map(|pull| Thing::Pull(id, pull.number)).collect())
            }
            _ => unknown(),
        }
    }

    /// An issue or a pull by its number.
    fn numbered(&self, repo: &Repo, number: u64) -> Found {
        let world = self.world.borrow();
        let pull = repo.pulls.contains_key(&number).then_some(Thing::Pull(repo.id, number));
        match pull.or_else(|| issue(*world, repo, number)) {
            Some(thing) => one(thing),
            None => Err(("NOT_FOUND", format!("Could not resolve to an issue or pull request with the number of {number}."))),
        }
    }

    fn object(&self, repo: &Repo, arguments: &Value) -> Option<Thing> {
        if let Some(oid) = arguments["oid"].as_str() {
            return repo.git.told(oid).map(|told| Thing::Commit(repo.id, told.sha));
        }
        let expression = arguments["expression"].as_str()?;
        let Some((name, path)) = expression.split_once(':') else {
            let sha = repo.git.tip(&format!("refs/heads/{expression}")).or_else(|| repo.git.told(expression).map(|told| told.sha))?;
            return Some(Thing::Commit(repo.id, sha));
        };
        let sha = ["refs/heads/", ""].iter().find_map(|prefix| repo.git.tip(&format!("{prefix}{name}")));
        let sha = sha.or_else(|| (name == "HEAD").then(|| repo.git.tip(&format!("refs/heads/{}", repo.default_branch))).flatten());
        let git = repo.git.open();
        let oid = git2::Oid::from_str(&sha.unwrap_or_else(|| name.to_owned())).ok()?;
        let tree = git.find_commit(oid).ok()?.tree().ok()?;
        let blob = git.find_blob(tree.get_path(std::path::Path::new(path)).ok()?.id()).ok()?;
        let text = std::str::from_utf8(blob.content()).ok();
        let binary = text.is_none_or(|text| text.contains('\0'));
        Some(Thing::Plain(
            "Blob",
            vec![
                ("oid", Field::Leaf(blob.id().to_string().into())),
                ("byteSize", Field::Leaf(blob.size().into())),
                ("isBinary", Field::Leaf(binary.into())),
                ("isTruncated", Field::Leaf(false.into())),
                ("text", Field::Leaf(text.filter(|_| !binary).map_or(Value::Null, Value::from))),
            ],
        ))
    }
}

pub fn label_of(repo: &Repo, name: &str) -> Thing {
    let known = repo.labels.iter().find(|label| label.name == name);
    let text = |pick: fn(&crate::github::repo::Label) -> Value| Field::Leaf(known.map_or(Value::Null, pick));
    Thing::Plain(
        "Label",
        vec![
            ("id", text(|label| format!("LA_{}", label.id).into())),
            ("name", Field::Leaf(name.into())),
            ("color", text(|label| label.color.clone().into())),
            ("description", text(|label| label.description.clone().into())),
            ("isDefault", Field::Leaf(false.into())),
        ],
    )
}

/// A branch, when it is there.
pub fn branch(repo: &Repo, name: &str) -> Option<Thing> {
    reference(repo, &format!("refs/heads/{name}"))
}

/// A ref by its full name or a branch by its short one, when it is there.
fn reference(repo: &Repo, name: &str) -> Option<Thing> {
    let full = if name.starts_with("refs/") { name.to_owned() } else { format!("refs/heads/{name}") };
    repo.git.tip(&full).map(|_| Thing::Ref(repo.id, full))
}

impl Run<'_> {
    pub fn reference(&self, id: u64, full: &str, name: &str, arguments: &Value) -> Found {
        let world = self.world.borrow();
        let repo = world.repo_by(id).expect("a repository that was found");
        let short = full.strip_prefix("refs/heads/").or_else(|| full.strip_prefix("refs/tags/")).unwrap_or(full);
        match name {
            "id" => leaf(format!("REF_{id}_{full}")),
            "name" => leaf(short),
            "prefix" => leaf(full.strip_suffix(short).unwrap_or_default()),
            "repository" => one(Thing::Repo(id)),
            "target" => maybe(repo.git.tip(full).map(|sha| Thing::Commit(id, sha))),
            "branchProtectionRule" => maybe(rule(repo, short)),
            "refUpdateRule" => maybe(update_rule(repo, short)),
            "compare" => {
                let head = arguments["headRef"].as_str().unwrap_or_default();
                let head = repo.git.told(head).map(|told| told.sha).or_else(|| repo.git.tip(&format!("refs/heads/{head}")));
                maybe(repo.git.tip(full).zip(head).map(|(base, head)| shipped::comparison(repo, &base, &head)))
            }
            _ => unknown(),
        }
    }
}

fn rule(repo: &Repo, branch: &str) -> Option<Thing> {
    let rule = repo.protections.get(branch)?;
    Some(Thing::Plain(
        "BranchProtectionRule",
        vec![
            ("requiresStatusChecks", Field::Leaf((!rule.contexts.is_empty()).into())),
            ("requiredStatusCheckContexts", Field::Leaf(rule.contexts.iter().map(|(context, _)| Value::from(context.clone())).collect())),
            ("requiresApprovingReviews", Field::Leaf(rule.approvals.is_some().into())),
            ("requiredApprovingReviewCount", Field::Leaf(rule.approvals.map_or(Value::Null, Value::from))),
            ("dismissesStaleReviews", Field::Leaf(rule.dismiss.into())),
            ("requireLastPushApproval", Field::Leaf(rule.last_push.into())),
            ("isAdminEnforced", Field::Leaf(rule.admins.into())),
            ("pattern", Field::Leaf(branch.into())),
        ],
    ))
}

/// What classic protection and rulesets ask of whoever updates a branch.
fn update_rule(repo: &Repo, branch: &str) -> Option<Thing> {
    let asked = crate::github::gate::asked(repo, branch);
    if !asked.reviewed && asked.contexts.is_empty() && !repo.protections.contains_key(branch) {
        return None;
    }
    let contexts = asked.contexts.iter().map(|(context, _)| Value::from(context.clone())).collect();
    Some(Thing::Plain(
        "RefUpdateRule",
        vec![
            ("requiredStatusCheckContexts", Field::Leaf(contexts)),
            ("requiredApprovingReviewCount", Field::Leaf(asked.approvals.into())),
            ("pattern", Field::Leaf(branch.into())),
            ("allowsDeletions", Field::Leaf(false.into())),
            ("allowsForcePushes", Field::Leaf(false.into())),
            ("viewerCanPush", Field::Leaf(false.into())),
        ],
    ))
}
