//! One pull as it is now, with everything that decides whether a step is needed, possible and binding. Reads only.

use serde_json::json;

use crate::model::commit_id::CommitId;
use crate::model::forge::ForgeError;
use crate::model::forge_step::{HOLD_CONTEXT, HOLD_LABEL, MergeMethod, Spot};
use crate::response::access::{Access, Role};
use crate::response::facts::forge::{OwnReview, Phase, PullFacts, Run};
use crate::response::github::ask::{Ask, encoded};
use crate::response::github::fence;
use crate::response::github::shapes::{self, About, GitCommit, PullAnswer, Repository, Status};

/// Digits that a commit is called by.
const SHORT: usize = 12;

const PULL: &str = include_str!("queries/pull.graphql");

/// The pull `number` of `repo` without reviews, runs, status and rules: one query.
pub(crate) fn pull(ask: &Ask<'_>, repo: &str, number: u64) -> Result<(PullFacts, Repo), ForgeError> {
    let (owner, name) = split(repo)?;
    let variables = json!({ "owner": owner, "name": name, "number": number, "label": HOLD_LABEL });
    let answer: PullAnswer = ask.query(PULL, &variables)?;
    let gone = || ForgeError::NotFound(format!("{repo}#{number} is not there, or the token may not see it"));
    let mut repository = answer.repository.ok_or_else(gone)?;
    let pull = repository.pull_request.take().ok_or_else(gone)?;
    if pull.number != number {
        return Err(ForgeError::Garbled(format!(
            "asked for {repo}#{number}, the forge answered with #{}: nothing is decided on it",
            pull.number
        )));
    }
    let here = Repo {
        viewer: answer.viewer.login,
        archived: repository.is_archived,
        merged_at: pull.merged_at.clone().unwrap_or_default(),
        protection: fence::protection(pull.base_ref.as_ref(), pull.viewer_can_merge_as_admin),
    };
    Ok((facts(repo, number, &repository, pull, ask)?, here))
}

/// The commit `id` of `repo`, which no pull brought: what is known of it, where a pull has more. It stands on `branch`, or on the
/// default branch where none is named.
pub(crate) fn commit(ask: &Ask<'_>, repo: &str, id: &CommitId, branch: &str) -> Result<(PullFacts, GitCommit), ForgeError> {
    let about: About = ask.read(&format!("/repos/{repo}"))?;
    let commit: GitCommit = ask.read(&format!("/repos/{repo}/git/commits/{id}"))?;
    let may = &about.permissions;
    let roles = [(may.admin, Role::Admin), (may.maintain, Role::Maintain), (may.push, Role::Write), (may.triage, Role::Triage)];
    let role = roles.iter().chain(&[(may.pull, Role::Read)]).find(|(may, _)| *may).map_or(Role::Unknown, |(_, role)| *role);
    let short: String = id.as_str().chars().take(SHORT).collect();
    let facts = PullFacts {
        name: format!("{repo}@{short}"),
        spot: Spot { repo: repo.to_owned(), head: Some(id.clone()), ..Spot::default() },
        title: commit.message.lines().next().unwrap_or_default().to_owned(),
        phase: Phase::Merged(Some(id.clone())),
        base: (if branch.is_empty() { about.default_branch } else { branch.to_owned() }, None),
        access: Access { role, scopes: ask.forge.scopes(), private: about.private, refused: Vec::new() },
        archived: about.archived,
        ..PullFacts::default()
    };
    Ok((facts, commit))
}

/// What a look at a pull tells of its repository and its account.
pub(crate) struct Repo {
    pub(crate) viewer: String,
    pub(crate) archived: bool,
    pub(crate) merged_at: String,
    pub(crate) protection: fence::Protection,
}

fn facts(repo: &str, number: u64, repository: &Repository, pull: shapes::Pull, ask: &Ask<'_>) -> Result<PullFacts, ForgeError> {
    let head = id(&pull.head_ref_oid)?;
    let phase = match pull.state.as_str() {
        "MERGED" => Phase::Merged(pull.merge_commit.as_ref().map(|commit| id(&commit.oid)).transpose()?),
        "CLOSED" => Phase::Closed,
        _ => Phase::Open,
    };
    let access = Access {
        role: Role::parse(repository.viewer_permission.as_deref().unwrap_or_default()),
        scopes: ask.forge.scopes(),
        private: repository.is_private,
        refused: Vec::new(),
    };
    Ok(PullFacts {
        name: format!("{repo}#{number}"),
        spot: Spot { repo: repo.to_owned(), pull: number, node: pull.id, head: Some(head), base: pull.base_ref_name.clone() },
        title: pull.title,
        phase,
        base: (pull.base_ref_name, CommitId::parse(&pull.base_ref_oid)),
        draft: pull.is_draft,
        locked: pull.locked,
        own: pull.viewer_did_author,
        author: pull.author.map(shapes::Opener::login).unwrap_or_default(),
        created: pull.created_at,
        labels: pull.labels.into_iter().flat_map(shapes::Nodes::all).map(|label| label.name).collect(),
        label_known: repository.label.as_ref().is_some_and(|label| label.name.eq_ignore_ascii_case(HOLD_LABEL)),
        auto_merge: pull.auto_merge_request.map(|request| MergeMethod::parse(&request.merge_method).unwrap_or_default()),
        queued: pull.is_in_merge_queue,
        queue: pull.is_merge_queue_enabled,
        conflicts: pull.merge_state_status == "DIRTY",
        methods: methods(repository),
        access,
        ..PullFacts::default()
    })
}

/// The allowed ways of merging, the usual one first.
fn methods(repository: &Repository) -> Vec<MergeMethod> {
    let usual = MergeMethod::parse(&repository.viewer_default_merge_method);
    let allowed = |method: &MergeMethod| match method {
        MergeMethod::Merge => repository.merge_commit_allowed,
        MergeMethod::Squash => repository.squash_merge_allowed,
        MergeMethod::Rebase => repository.rebase_merge_allowed,
    };
    let mut methods: Vec<_> = MergeMethod::ALL.into_iter().filter(allowed).collect();
    methods.sort_by_key(|method| Some(*method) != usual);
    methods
}

/// The pull with everything around it. What cannot be read is named in the facts; only the pull itself must be readable.
pub(crate) fn around(ask: &Ask<'_>, repo: &str, number: u64) -> Result<(PullFacts, Repo), ForgeError> {
    let (mut facts, here) = pull(ask, repo, number)?;
    facts.fence = fence::read(ask, repo, &facts.base.0, &here.protection)?;
    let head = facts.spot.head.clone().map(|id| id.to_string()).unwrap_or_default();
    let reviews = reviews(ask, &facts.spot, &here.viewer);
    facts.reviews = noted(&mut facts, "reviews", "pull_requests", reviews)?;
    let status = status(ask, repo, &head);
    facts.passes = noted(&mut facts, "statuses", "statuses", status)?.map(|(passes, _)| passes);
    let runs = runs(ask, repo, &head);
    facts.runs = noted(&mut facts, "workflow runs", "actions", runs)?;
    // Not every answer tells them, so they are taken after the last one.
    facts.access.scopes = ask.forge.scopes();
    Ok((facts, here))
}

/// The value, or an empty one with a note of what could not be read. A forge that cannot be reached ends it all.
fn noted<T: Default>(facts: &mut PullFacts, what: &str, area: &str, read: Result<T, ForgeError>) -> Result<T, ForgeError> {
    match read {
        Ok(value) => Ok(value),
        Err(error @ (ForgeError::Forbidden { .. } | ForgeError::NotFound(_))) => {
            facts.unread.push(format!("the {what} of {} could not be read: {}", facts.name, error.says()));
            facts.access.refused.push(area.to_owned());
            Ok(T::default())
        }
        Err(error) => Err(error),
    }
}

/// Reviews by `viewer`, oldest first.
pub(crate) fn reviews(ask: &Ask<'_>, spot: &Spot, viewer: &str) -> Result<Vec<OwnReview>, ForgeError> {
    let all = sent_reviews(ask, spot, viewer)?;
    let own = |review: shapes::Review| OwnReview {
        id: review.id,
        state: review.state,
        commit: review.commit_id.as_deref().and_then(CommitId::parse),
    };
    Ok(all.into_iter().map(own).collect())
}

/// Reviews by `viewer` as they were sent.
pub(crate) fn sent_reviews(ask: &Ask<'_>, spot: &Spot, viewer: &str) -> Result<Vec<shapes::Review>, ForgeError> {
    let all: Vec<shapes::Review> = ask.read_all(&format!("/repos/{}/pulls/{}/reviews?per_page=100", spot.repo, spot.pull))?;
    let own = |review: &shapes::Review| review.user.as_ref().is_some_and(|user| same_login(&user.login, viewer));
    Ok(all.into_iter().filter(own).collect())
}

/// GraphQL drops `[bot]`, REST keeps it.
fn same_login(one: &str, other: &str) -> bool {
    let bare = |login: &str| login.strip_suffix("[bot]").unwrap_or(login).to_ascii_lowercase();
    bare(one) == bare(other)
}

/// Whether the latest status of a hold on `head` lets it pass, and what it says.
pub(crate) fn status(ask: &Ask<'_>, repo: &str, head: &str) -> Result<Option<(bool, String)>, ForgeError> {
    let all: Vec<Status> = ask.read_all(&format!("/repos/{repo}/commits/{head}/statuses?per_page=100"))?;
    let ours = all.into_iter().find(|status| status.context == HOLD_CONTEXT);
    Ok(ours.map(|status| (status.state == "success", status.description.unwrap_or_default())))
}

/// Runs of `head` that are not over.
pub(crate) fn runs(ask: &Ask<'_>, repo: &str, head: &str) -> Result<Vec<Run>, ForgeError> {
    let pages: Vec<shapes::Runs> = ask.read_pages(&format!("/repos/{repo}/actions/runs?head_sha={head}&per_page=100"))?;
    let going = |run: &shapes::Run| run.status.as_deref() != Some("completed");
    let named = |run: shapes::Run| Run { id: run.id, name: run.name.unwrap_or_default() };
    Ok(pages.into_iter().flat_map(|page| page.workflow_runs).filter(going).map(named).collect())
}

/// `owner` and `name`.
pub(crate) fn split(repo: &str) -> Result<(&str, &str), ForgeError> {
    let parts = repo.split_once('/').filter(|(owner, name)| !owner.is_empty() && !name.is_empty() && !name.contains('/'));
    parts.ok_or_else(|| ForgeError::Invalid(format!("{repo} is no repository; write owner/name")))
}

pub(crate) fn id(hex: &str) -> Result<CommitId, ForgeError> {
    CommitId::parse(hex).ok_or_else(|| ForgeError::Garbled(format!("the forge named {hex:?} where a commit was expected")))
}

/// A label as a part of a route.
pub(crate) fn label_route(spot: &Spot, name: &str) -> String {
    format!("/repos/{}/issues/{}/labels/{}", spot.repo, spot.pull, encoded(name))
}
