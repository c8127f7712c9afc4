//! Pulls: their own facts; conversations are in a file of their own.

use serde_json::Value;

use super::account::somebody;
use super::query::nothing;
use super::{Field, Found, Run, Thing, all, commit, leaf, maybe, one, repository, review, unknown};
use crate::github::gate;
use crate::github::pull::Pull;
use crate::github::repo::Repo;
use crate::github::world::{World, moment};

impl Run<'_> {
    pub fn pull(&self, id: u64, number: u64, name: &str, arguments: &Value) -> Found {
        if matches!(name, "additions" | "deletions" | "changedFiles" | "files") {
            return self.changed(id, number, name);
        }
        let world = self.world.borrow();
        let repo = world.repo_by(id).expect("a repository that was found");
        let pull = &repo.pulls[&number];
        facts(*world, self.viewer, repo, pull, name)
            .or_else(|known| if known.0 == super::UNKNOWN { linked(*world, self.viewer, repo, pull, name, arguments) } else { Err(known) })
    }

    fn changed(&self, id: u64, number: u64, name: &str) -> Found {
        let mut world = self.world.borrow_mut();
        let repo = world.repo_mut(id);
        let git = repo.git.clone();
        let files = repo.pulls.get_mut(&number).expect("an existing pull").files(&git);
        match name {
            "additions" => leaf(files.iter().map(|file| file.additions).sum::<u64>()),
            "deletions" => leaf(files.iter().map(|file| file.deletions).sum::<u64>()),
            "changedFiles" => leaf(files.len()),
            _ => all(files
                .iter()
                .map(|file| {
                    Thing::Plain(
                        "PullRequestChangedFile",
                        vec![
                            ("path", Field::Leaf(file.path.clone().into())),
                            ("additions", Field::Leaf(file.additions.into())),
                            ("deletions", Field::Leaf(file.deletions.into())),
                            (
                                "changeType",
                                Field::Leaf(if file.status == "removed" { "DELETED".into() } else { file.status.to_uppercase().into() }),
                            ),
                        ],
                    )
                })
                .collect()),
        }
    }
}

/// What a pull says about itself.
fn facts(world: &World, viewer: u64, repo: &Repo, pull: &Pull, name: &str) -> Found {
    let url = format!("{}/{}/pull/{}", world.origin, repo.full(), pull.number);
    match name {
        "id" => leaf(pull.node()),
        "databaseId" | "fullDatabaseId" => leaf(if name == "databaseId" { Value::from(pull.id) } else { pull.id.to_string().into() }),
        "number" => leaf(pull.number),
        "title" => leaf(pull.title.clone()),
        "body" | "bodyText" | "bodyHTML" => leaf(pull.body.clone().unwrap_or_default()),
        "url" | "permalink" => leaf(url),
        "resourcePath" => leaf(format!("/{}/pull/{}", repo.full(), pull.number)),
        "state" => leaf(pull.state()),
        "closed" => leaf(!pull.open),
        "merged" => leaf(pull.merged.is_some()),
        "isDraft" => leaf(pull.draft),
        "locked" => leaf(pull.locked.is_some()),
        "activeLockReason" => {
            leaf(pull.locked.clone().flatten().map_or(Value::Null, |reason| reason.to_uppercase().replace([' ', '-'], "_").into()))
        }
        "authorAssociation" => leaf(world.association(repo, pull.author)),
        "baseRefName" => leaf(pull.base_ref.clone()),
        "baseRefOid" => leaf(pull.base_sha.clone()),
        "headRefName" => leaf(pull.head_ref.clone()),
        "headRefOid" => leaf(pull.head_sha.clone()),
        "isCrossRepository" => leaf(pull.head_repo != Some(repo.id)),
        "maintainerCanModify" | "includesCreatedEdit" => leaf(false),
        "createdAt" | "publishedAt" => leaf(moment(pull.created)),
        "updatedAt" => leaf(moment(pull.updated)),
        "closedAt" => leaf(pull.closed.map(moment)),
        "mergedAt" => leaf(pull.merged.as_ref().map(|merged| moment(merged.at))),
        "lastEditedAt" => nothing(),
        "mergeable" => leaf(if pull.open && pull.merges(&repo.git) {
            "MERGEABLE"
        } else if pull.open {
            "CONFLICTING"
        } else {
            "UNKNOWN"
        }),
        "mergeStateStatus" => leaf(match () {
            () if !pull.open => "UNKNOWN",
            () if !pull.merges(&repo.git) => "DIRTY",
            () if pull.draft => "DRAFT",
            () if gate::blocked(world, repo, pull).is_some() => "BLOCKED",
            () => "CLEAN",
        }),
        "reviewDecision" => leaf(decision(world, repo, pull)),
        "isInMergeQueue" => leaf(pull.queued.is_some()),
        "isMergeQueueEnabled" => leaf(repo.queues.contains(&pull.base_ref)),
        "viewerDidAuthor" => leaf(pull.author == Some(viewer)),
        "viewerCanUpdate" | "viewerCanLabel" | "viewerCanClose" | "viewerCanReopen" => {
            leaf(world.role(repo, Some(viewer)) >= crate::github::account::Role::Triage || pull.author == Some(viewer))
        }
        "viewerCanMergeAsAdmin" => leaf(world.role(repo, Some(viewer)) >= crate::github::account::Role::Admin),
        "viewerCanEnableAutoMerge" => {
            leaf(pull.auto_merge.is_none() && world.role(repo, Some(viewer)) >= crate::github::account::Role::Write)
        }
        "viewerCanDisableAutoMerge" => {
            leaf(pull.auto_merge.is_some() && world.role(repo, Some(viewer)) >= crate::github::account::Role::Write)
        }
        "totalCommentsCount" => leaf(pull.comments.len() + pull.threads.iter().map(|thread| thread.comments.len()).sum::<usize>()),
        _ => unknown(),
    }
}

/// What a pull is linked with.
fn linked(world: &World, viewer: u64, repo: &Repo, pull: &Pull, name: &str, arguments: &Value) -> Found {
    let merged = pull.merged.as_ref();
    match name {
        "author" => maybe(somebody(pull.author)),
        "editor" => nothing(),
        "mergedBy" => maybe(somebody(merged.and_then(|merged| merged.by))),
        "mergeCommit" => maybe(merged.map(|merged| Thing::Commit(repo.id, merged.commit.clone()))),
        "repository" | "baseRepository" => one(Thing::Repo(repo.id)),
        "headRepository" => maybe(pull.head_repo.map(Thing::Repo)),
        "headRepositoryOwner" => maybe(pull.head_repo.and_then(|id| world.repo_by(id)).map(|head| Thing::Account(head.owner))),
        "baseRef" => maybe(repository::branch(repo, &pull.base_ref)),
        "headRef" => maybe(pull.head_repo.and_then(|id| world.repo_by(id)).and_then(|head| repository::branch(head, &pull.head_ref))),
        "labels" => all(pull.labels.iter().map(|label| repository::label_of(repo, label)).collect()),
        "assignees" => all(pull.assignees.iter().map(|id| Thing::Account(*id)).collect()),
        "commits" => all(pull.commits(&repo.git).into_iter().map(|told| pull_commit(repo, pull, told.sha)).collect()),
        "statusCheckRollup" => maybe(commit::rollup(repo, &pull.head_sha)),
        "autoMergeRequest" => maybe(pull.auto_merge.as_ref().map(|auto| {
            Thing::Plain(
                "AutoMergeRequest",
                vec![
                    ("enabledAt", Field::Leaf(moment(auto.at).into())),
                    ("enabledBy", Field::One(Thing::Account(auto.by))),
                    ("mergeMethod", Field::Leaf(auto.method.clone().into())),
                    ("pullRequest", Field::One(Thing::Pull(repo.id, pull.number))),
                ],
            )
        })),
        "mergeQueueEntry" => maybe(pull.queued.map(|(at, by)| {
            Thing::Plain(
                "MergeQueueEntry",
                vec![
                    ("id", Field::Leaf(format!("MQE_{}", pull.id).into())),
                    ("position", Field::Leaf(1.into())),
                    ("state", Field::Leaf("QUEUED".into())),
                    ("enqueuedAt", Field::Leaf(moment(at).into())),
                    ("enqueuer", Field::One(Thing::Account(by))),
                    ("pullRequest", Field::One(Thing::Pull(repo.id, pull.number))),
                ],
            )
        })),
        "closingIssuesReferences" => all(pull.closes.iter().filter_map(|number| issue(world, repo, *number)).collect()),
        _ => review::lists(world, viewer, repo, pull, name, arguments),
    }
}

fn pull_commit(repo: &Repo, pull: &Pull, sha: String) -> Thing {
    Thing::Plain(
        "PullRequestCommit",
        vec![
            ("id", Field::Leaf(format!("PRC_{}_{sha}", pull.id).into())),
            ("commit", Field::One(Thing::Commit(repo.id, sha))),
            ("pullRequest", Field::One(Thing::Pull(repo.id, pull.number))),
        ],
    )
}

pub fn issue(world: &World, repo: &Repo, number: u64) -> Option<Thing> {
    let (title, open) = repo.issues.get(&number)?;
    let body = repo.told.get(&number).cloned().unwrap_or_default();
    Some(Thing::Plain(
        "Issue",
        vec![
            ("id", Field::Leaf(format!("I_{}_{number}", repo.id).into())),
            ("number", Field::Leaf(number.into())),
            ("title", Field::Leaf(title.clone().into())),
            ("body", Field::Leaf(body.into())),
            ("url", Field::Leaf(format!("{}/{}/issues/{number}", world.origin, repo.full()).into())),
            ("state", Field::Leaf(if *open { "OPEN".into() } else { "CLOSED".into() })),
            ("repository", Field::One(Thing::Repo(repo.id))),
        ],
    ))
}

fn decision(world: &World, repo: &Repo, pull: &Pull) -> Value {
    let asked = gate::asked(repo, &pull.base_ref);
    if !asked.reviewed {
        return Value::Null;
    }
    let opinions = pull.opinions();
    let counts = |by: Option<u64>| world.role(repo, by) >= crate::github::account::Role::Write;
    if opinions.iter().any(|review| review.state == "CHANGES_REQUESTED" && counts(review.by)) {
        return "CHANGES_REQUESTED".into();
    }
    let approvals = opinions.iter().filter(|review| review.state == "APPROVED" && counts(review.by)).count() as u64;
    if approvals >= asked.approvals.max(1) { "APPROVED".into() } else { "REVIEW_REQUIRED".into() }
}
