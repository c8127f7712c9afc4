//! Reviews, conversations at lines, and comments of a pull.

use serde_json::Value;

use super::account::somebody;
use super::{Field, Found, Thing, all, maybe, unknown};
use crate::github::pull::{Comment, Pull, Review, ReviewComment, Thread};
use crate::github::repo::Repo;
use crate::github::world::{World, moment};

/// The lists of a pull that hold what people said.
pub fn lists(world: &World, viewer: u64, repo: &Repo, pull: &Pull, name: &str, arguments: &Value) -> Found {
    let seen = |review: &&Review| review.state != "PENDING" || review.by == Some(viewer);
    match name {
        "reviews" => {
            let states: Vec<&str> = arguments["states"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            let author = arguments["author"].as_str();
            let by = |review: &&Review| author.is_none_or(|login| review.by.is_some_and(|id| world.accounts[&id].graph_login() == login));
            let wanted = pull.reviews.iter().filter(seen).filter(|review| states.is_empty() || states.contains(&review.state)).filter(by);
            all(wanted.map(|found| review(world, repo, pull, found)).collect())
        }
        "latestReviews" => {
            let mut last: Vec<&Review> = Vec::new();
            for found in pull.reviews.iter().filter(|review| review.state != "PENDING") {
                last.retain(|known| known.by != found.by);
                last.push(found);
            }
            all(last.into_iter().map(|found| review(world, repo, pull, found)).collect())
        }
        "latestOpinionatedReviews" => all(pull.opinions().into_iter().map(|found| review(world, repo, pull, found)).collect()),
        "viewerLatestReview" => maybe(
            pull.reviews.iter().rev().filter(seen).find(|found| found.by == Some(viewer)).map(|found| review(world, repo, pull, found)),
        ),
        "viewerLatestReviewRequest" => maybe(pull.requested.contains(&viewer).then(|| request(world, repo, pull, viewer))),
        "reviewRequests" => {
            let teams = pull.requested_teams.iter().map(|slug| {
                let team = Thing::Plain(
                    "Team",
                    vec![
                        ("id", Field::Leaf(format!("T_{}_{slug}", repo.owner).into())),
                        ("slug", Field::Leaf(slug.clone().into())),
                        ("name", Field::Leaf(slug.clone().into())),
                        ("combinedSlug", Field::Leaf(format!("{}/{slug}", repo.owner_login).into())),
                    ],
                );
                requested(format!("RR_{}_{slug}", pull.id), repo, pull, team)
            });
            all(pull.requested.iter().map(|id| request(world, repo, pull, *id)).chain(teams).collect())
        }
        "reviewThreads" => all(pull.threads.iter().map(|found| thread(world, repo, pull, found, viewer)).collect()),
        "comments" => all(pull.comments.iter().map(|found| comment(world, repo, pull, found, viewer)).collect()),
        _ => unknown(),
    }
}

fn request(_: &World, repo: &Repo, pull: &Pull, who: u64) -> Thing {
    requested(format!("RR_{}_{who}", pull.id), repo, pull, Thing::Account(who))
}

fn requested(id: String, repo: &Repo, pull: &Pull, who: Thing) -> Thing {
    Thing::Plain(
        "ReviewRequest",
        vec![
            ("id", Field::Leaf(id.into())),
            ("asCodeOwner", Field::Leaf(false.into())),
            ("requestedReviewer", Field::One(who)),
            ("pullRequest", Field::One(Thing::Pull(repo.id, pull.number))),
        ],
    )
}

/// What everything somebody wrote has in common.
fn written(world: &World, repo: &Repo, pull: &Pull, (id, by, body, at): (u64, Option<u64>, &str, i64)) -> Vec<(&'static str, Field)> {
    let leaf = |value: Value| Field::Leaf(value);
    vec![
        ("databaseId", leaf(id.into())),
        ("fullDatabaseId", leaf(id.to_string().into())),
        ("author", somebody(by).map_or(leaf(Value::Null), Field::One)),
        ("authorAssociation", leaf(world.association(repo, by).into())),
        ("body", leaf(body.into())),
        ("bodyText", leaf(body.into())),
        ("createdAt", leaf(moment(at).into())),
        ("updatedAt", leaf(moment(at).into())),
        ("publishedAt", leaf(moment(at).into())),
        ("lastEditedAt", leaf(Value::Null)),
        ("editor", leaf(Value::Null)),
        ("isMinimized", leaf(false.into())),
        ("includesCreatedEdit", leaf(false.into())),
        ("url", leaf(format!("{}/{}/pull/{}#{id}", world.origin, repo.full(), pull.number).into())),
        ("pullRequest", Field::One(Thing::Pull(repo.id, pull.number))),
        ("repository", Field::One(Thing::Repo(repo.id))),
    ]
}

pub fn review(world: &World, repo: &Repo, pull: &Pull, found: &Review) -> Thing {
    let mut fields = written(world, repo, pull, (found.id, found.by, &found.body, found.at));
    let sent = if found.state == "PENDING" { Value::Null } else { moment(found.at).into() };
    let remarks = pull
        .threads
        .iter()
        .flat_map(|thread| thread.comments.iter().filter(|comment| comment.review == found.id).map(move |comment| (thread, comment)));
    fields.extend([
        ("id", Field::Leaf(format!("PRR_{}", found.id).into())),
        ("state", Field::Leaf(found.state.into())),
        ("submittedAt", Field::Leaf(sent)),
        ("authorCanPushToRepository", Field::Leaf((world.role(repo, found.by) >= crate::github::account::Role::Write).into())),
        ("commit", Field::One(Thing::Commit(repo.id, found.commit.clone()))),
        ("comments", Field::All(remarks.map(|(thread, comment)| remark(world, repo, pull, thread, comment)).collect())),
    ]);
    Thing::Plain("PullRequestReview", fields)
}

pub fn thread(world: &World, repo: &Repo, pull: &Pull, found: &Thread, viewer: u64) -> Thing {
    let writes = world.role(repo, Some(viewer)) >= crate::github::account::Role::Write || pull.author == Some(viewer);
    let number = |value: Option<u64>| Field::Leaf(value.map_or(Value::Null, Value::from));
    let here = if found.outdated { None } else { found.line };
    Thing::Plain(
        "PullRequestReviewThread",
        vec![
            ("id", Field::Leaf(format!("PRRT_{}", found.id).into())),
            ("path", Field::Leaf(found.path.clone().into())),
            ("diffSide", Field::Leaf(found.side.clone().into())),
            ("startDiffSide", Field::Leaf(found.start_side.clone().into())),
            ("line", number(here)),
            ("startLine", number(here.and(found.start_line))),
            ("originalLine", number(found.line)),
            ("originalStartLine", number(found.start_line)),
            ("subjectType", Field::Leaf(if found.whole_file { "FILE".into() } else { "LINE".into() })),
            ("isResolved", Field::Leaf(found.resolved.is_some().into())),
            ("resolvedBy", somebody(found.resolved).map_or(Field::Leaf(Value::Null), Field::One)),
            ("isOutdated", Field::Leaf(found.outdated.into())),
            ("isCollapsed", Field::Leaf(found.resolved.is_some().into())),
            ("viewerCanResolve", Field::Leaf((writes && found.resolved.is_none()).into())),
            ("viewerCanUnresolve", Field::Leaf((writes && found.resolved.is_some()).into())),
            ("viewerCanReply", Field::Leaf(true.into())),
            ("pullRequest", Field::One(Thing::Pull(repo.id, pull.number))),
            ("repository", Field::One(Thing::Repo(repo.id))),
            ("comments", Field::All(found.comments.iter().map(|comment| remark(world, repo, pull, found, comment)).collect())),
        ],
    )
}

pub fn remark(world: &World, repo: &Repo, pull: &Pull, thread: &Thread, found: &ReviewComment) -> Thing {
    let mut fields = written(world, repo, pull, (found.id, found.by, &found.body, found.at));
    let number = |value: Option<u64>| Field::Leaf(value.map_or(Value::Null, Value::from));
    let pending = pull.reviews.iter().any(|review| review.id == found.review && review.state == "PENDING");
    fields.extend([
        ("id", Field::Leaf(format!("PRRC_{}", found.id).into())),
        ("path", Field::Leaf(thread.path.clone().into())),
        ("line", number(thread.line)),
        ("startLine", number(thread.start_line)),
        ("outdated", Field::Leaf(thread.outdated.into())),
        ("state", Field::Leaf(if pending { "PENDING".into() } else { "SUBMITTED".into() })),
        ("commit", Field::One(Thing::Commit(repo.id, found.commit.clone()))),
        ("originalCommit", Field::One(Thing::Commit(repo.id, found.commit.clone()))),
    ]);
    Thing::Plain("PullRequestReviewComment", fields)
}

pub fn comment(world: &World, repo: &Repo, pull: &Pull, found: &Comment, viewer: u64) -> Thing {
    let mut fields = written(world, repo, pull, (found.id, found.by, &found.body, found.at));
    fields.push(("id", Field::Leaf(format!("IC_{}", found.id).into())));
    fields.push(("viewerDidAuthor", Field::Leaf((found.by == Some(viewer)).into())));
    Thing::Plain("IssueComment", fields)
}
