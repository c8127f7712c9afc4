//! A pull's facts as GraphQL writes them, and the pull they make.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::actor::{Actor, account};
use super::commit::{CommitPage, Made, Oid, commit};
use super::parts::{Nodes, moment, or_default};
use crate::model::agent::Provenance;
use crate::model::commit_id::CommitId;
use crate::model::forge::Account;
use crate::model::pull::{Author, Commit, Pull, PullState, Revision};
use crate::model::standing::{Merged, OwnReview, QUARANTINE_LABEL, Rollup, Standing, Verdict};
use crate::model::time::Timestamp;
use crate::sources::github::address::Address;

/// The fragment `Facts` of the documents.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Facts {
    pub(crate) id: String,
    pub(crate) number: u64,
    title: String,
    body: String,
    url: String,
    state: String,
    is_draft: bool,
    locked: bool,
    is_in_merge_queue: bool,
    pub(crate) created_at: String,
    updated_at: String,
    merged_at: Option<String>,
    additions: u64,
    deletions: u64,
    pub(crate) changed_files: u64,
    total_comments_count: Option<u64>,
    base_ref_name: String,
    base_ref_oid: String,
    head_ref_name: String,
    head_ref_oid: String,
    review_decision: Option<String>,
    viewer_did_author: bool,
    author: Option<Actor>,
    merged_by: Option<Actor>,
    auto_merge_request: Option<AutoMerge>,
    merge_commit: Option<Made>,
    head_ref: Option<HeadRef>,
    head_repository: Option<Named>,
    pub(crate) repository: Option<Named>,
    status_check_rollup: Option<State>,
    viewer_latest_review: Option<Review>,
    viewer_latest_review_request: Option<IgnoredAny>,
    #[serde(deserialize_with = "or_default")]
    labels: Nodes<Label>,
    #[serde(deserialize_with = "or_default")]
    reviews: Nodes<Review>,
    /// Only in `pull.graphql`.
    #[serde(deserialize_with = "or_default")]
    closing_issues_references: Nodes<IgnoredAny>,
    /// Only in `pull.graphql`.
    #[serde(deserialize_with = "or_default")]
    pub(crate) commits: CommitPage,
}

/// A repository's name.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Named {
    /// `owner/name`.
    pub(crate) name_with_owner: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct AutoMerge {
    enabled_by: Option<Actor>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct HeadRef {
    target: Option<Made>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct State {
    state: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Label {
    name: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Review {
    state: String,
    author: Option<Actor>,
    commit: Option<Oid>,
}

/// The pull at `address`, and those of its commits that came with it. `provenance` stays empty; `read` and `stale` as the answer
/// says.
pub(crate) fn pull(facts: Facts, address: &Address, read: Timestamp, stale: bool) -> (Pull, Vec<Commit>) {
    let author = facts.author.map(account);
    let head = CommitId::parse(&facts.head_ref_oid);
    let labels: Vec<String> = facts.labels.seen().map(|label| label.name).collect();
    let state = state(&facts.state, &labels);
    let commit_count = facts.commits.total_count.and_then(|count| usize::try_from(count).ok());
    let mut known: Vec<Made> = facts.commits.seen().map(|entry| entry.commit).collect();
    if known.is_empty() {
        known.extend(facts.head_ref.and_then(|found| found.target).filter(|made| made.id() == head && head.is_some()));
    }
    let merged = facts.merged_at.as_deref().map(|at| Merged {
        at: moment(at),
        by: facts.merged_by.map(account),
        commit: facts.merge_commit.as_ref().and_then(Made::id),
    });
    let said = facts.total_comments_count.unwrap_or_default() + facts.reviews.total_count.unwrap_or_default();
    let standing = Standing {
        number: facts.number,
        node: facts.id,
        approvals: approvals(facts.reviews, head.as_ref(), author.as_ref()),
        viewer_is_author: facts.viewer_did_author,
        requested: facts.viewer_latest_review_request.is_some(),
        own_review: facts.viewer_latest_review.map(|own| OwnReview { state: own.state, commit: own.commit.as_ref().and_then(Oid::id) }),
        draft: facts.is_draft,
        labels,
        checks: rollup(facts.status_check_rollup.as_ref()),
        verdict: verdict(facts.review_decision.as_deref()),
        auto_merge: facts.auto_merge_request.map(|on| on.enabled_by.map(account).unwrap_or_default()),
        queued: facts.is_in_merge_queue,
        locked: facts.locked,
        merged,
        fork: facts.head_repository.map(|named| named.name_with_owner),
        additions: facts.additions,
        deletions: facts.deletions,
        files: facts.changed_files,
        said,
        linked: facts.closing_issues_references.total_count.unwrap_or_default(),
        read,
        stale,
        author,
        ..Standing::default()
    };
    let pull = Pull {
        at: address.pull(facts.number),
        alias: None,
        revision: Revision { base: CommitId::parse(&facts.base_ref_oid), head, merge_base: None },
        title: facts.title,
        body: facts.body,
        branch: facts.head_ref_name,
        target: facts.base_ref_name,
        author: standing.author.as_ref().map(|who| Author { name: who.login.clone(), email: String::new() }).unwrap_or_default(),
        provenance: Provenance::default(),
        state,
        opened: moment(&facts.created_at),
        updated: moment(&facts.updated_at),
        commit_count,
        url: Some(facts.url).filter(|url| !url.is_empty()),
        standing: Some(Box::new(standing)),
    };
    (pull, known.into_iter().map(commit).collect())
}

fn state(word: &str, labels: &[String]) -> PullState {
    match word {
        "MERGED" => PullState::Merged,
        "CLOSED" => PullState::Closed,
        _ if labels.iter().any(|label| label.eq_ignore_ascii_case(QUARANTINE_LABEL)) => PullState::Quarantined,
        _ => PullState::Open,
    }
}

/// How many people approved `head`: neither bots nor who opened it, and each once.
fn approvals(reviews: Nodes<Review>, head: Option<&CommitId>, opener: Option<&Account>) -> u64 {
    let on_head = |review: &Review| head.is_some() && review.commit.as_ref().and_then(Oid::id).as_ref() == head;
    let people = reviews.seen().filter(|review| review.state == "APPROVED").filter(on_head).filter_map(|review| review.author.map(account));
    let people: BTreeSet<String> = people.filter(|who| !who.bot && Some(who) != opener).map(|who| who.login).collect();
    people.len() as u64
}

fn rollup(state: Option<&State>) -> Rollup {
    match state.map(|found| found.state.as_str()) {
        None => Rollup::None,
        Some("SUCCESS") => Rollup::Passing,
        Some("FAILURE" | "ERROR") => Rollup::Failing,
        Some(_) => Rollup::Pending,
    }
}

fn verdict(decision: Option<&str>) -> Verdict {
    match decision {
        Some("APPROVED") => Verdict::Approved,
        Some("CHANGES_REQUESTED") => Verdict::ChangesRequested,
        Some("REVIEW_REQUIRED") => Verdict::Required,
        _ => Verdict::None,
    }
}
