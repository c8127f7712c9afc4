//! Steps that add something: remarks, answers, pulls. Each carries a mark by which it is found again, so that none is sent twice.

use serde_json::json;

use crate::model::forge::{ForgeError, Method};
use crate::model::forge_step::Act;
use crate::response::github::ask::encoded;
use crate::response::github::look;
use crate::response::github::shapes::{Listed, Remark};
use crate::response::github::work::{State, Work};

const REVERT: &str = include_str!("../queries/revert.graphql");

/// Whether it was added.
pub(super) fn look(work: &Work<'_>) -> Result<State, ForgeError> {
    let mark = work.mark();
    let found = match &work.step.act {
        Act::OpenPull { branch, .. } => {
            let (owner, _) = look::split(&work.step.spot.repo)?;
            let head = encoded(&format!("{owner}:{branch}"));
            pull(work, &format!("pulls?state=all&head={head}&per_page=10"), &mark)?
        }
        Act::RevertPull { .. } => pull(work, "pulls?state=all&sort=created&direction=desc&per_page=50", &mark)?,
        Act::Remark { .. } => remark(work, &work.below("issues", "comments?per_page=100"), &mark)?,
        _ => remark(work, &work.below("pulls", "comments?per_page=100"), &mark)?,
    };
    Ok(found.map_or(State::Not, State::So))
}

fn pull(work: &Work<'_>, route: &str, mark: &str) -> Result<Option<String>, ForgeError> {
    let all: Vec<Listed> = work.ask.read(&work.route(route))?;
    let ours = all.into_iter().find(|pull| pull.body.as_deref().is_some_and(|body| body.contains(mark)));
    Ok(ours.map(|pull| format!("{}#{}", work.step.spot.repo, pull.number)))
}

fn remark(work: &Work<'_>, route: &str, mark: &str) -> Result<Option<String>, ForgeError> {
    let all: Vec<Remark> = work.ask.read_all(route)?;
    let ours = all.into_iter().find(|remark| remark.body.as_deref().is_some_and(|body| body.contains(mark)));
    Ok(ours.map(|remark| remark.id.to_string()))
}

/// Adds it.
pub(super) fn write(work: &Work<'_>) -> Result<(), ForgeError> {
    let marked = |body: &str| format!("{body}\n\n{}", work.mark());
    let (route, body) = match &work.step.act {
        Act::Remark { body } => (work.below("issues", "comments"), json!({ "body": marked(body) })),
        Act::FileRemark { path, body } => {
            let body = json!({ "body": marked(body), "commit_id": work.head(), "path": path, "subject_type": "file" });
            (work.below("pulls", "comments"), body)
        }
        Act::Reply { to, body } => (work.below("pulls", &format!("comments/{to}/replies")), json!({ "body": marked(body) })),
        Act::OpenPull { branch, base, title, body } => {
            let body = json!({ "title": title, "head": branch, "base": base, "body": marked(body), "maintainer_can_modify": false });
            (work.route("pulls"), body)
        }
        Act::RevertPull { title, body } => {
            let variables = json!({ "id": work.step.spot.node, "title": title, "body": marked(body) });
            return work.ask.mutate(REVERT, &variables).map(drop);
        }
        act => return Err(ForgeError::Invalid(format!("{act:?} adds nothing"))),
    };
    work.ask.write(Method::Post, route, Some(&body)).map(drop)
}
