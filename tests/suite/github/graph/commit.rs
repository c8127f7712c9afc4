//! Commits, and what checks and statuses say about them together.

use serde_json::Value;

use super::account::somebody;
use super::query::nothing;
use super::{Field, Found, Run, Thing, all, leaf, maybe, unknown};
use crate::github::bare::Person;
use crate::github::repo::Repo;
use crate::github::world::{World, moment};

impl Run<'_> {
    pub fn commit(&self, repo: u64, sha: &str, name: &str, arguments: &Value) -> Found {
        let world = self.world.borrow();
        let repo = world.repo_by(repo).expect("a repository that was found");
        let told = repo.git.told(sha).ok_or(("NOT_FOUND", format!("Could not resolve to a commit {sha}")))?;
        let headline = told.message.lines().next().unwrap_or_default().to_owned();
        match name {
            "id" => leaf(format!("C_{}_{sha}", repo.id)),
            "oid" => leaf(told.sha),
            "abbreviatedOid" => leaf(&told.sha[..7]),
            "message" => leaf(told.message),
            "messageHeadline" => leaf(headline),
            "messageBody" => leaf(told.message.split_once("\n\n").map_or("", |(_, body)| body)),
            "authoredDate" => leaf(moment(told.author.1)),
            "committedDate" | "pushedDate" => leaf(moment(told.committer.1)),
            "url" | "commitUrl" => leaf(format!("{}/{}/commit/{sha}", world.origin, repo.full())),
            "author" => Ok(Field::One(actor(*world, &told.author))),
            "committer" => Ok(Field::One(actor(*world, &told.committer))),
            "authors" => all(authors(*world, &told)),
            "parents" => all(told.parents.iter().map(|parent| Thing::Commit(repo.id, parent.clone())).collect()),
            "signature" => nothing(),
            "repository" => Ok(Field::One(Thing::Repo(repo.id))),
            "tree" => Ok(Field::One(Thing::Plain("Tree", vec![("oid", Field::Leaf(told.tree.into()))]))),
            "statusCheckRollup" => maybe(rollup(repo, sha)),
            "associatedPullRequests" => {
                let holds = |pull: &&crate::github::pull::Pull| {
                    pull.merged.as_ref().is_some_and(|merged| merged.commit == sha)
                        || pull.commits(&repo.git).iter().any(|told| told.sha == sha)
                };
                all(repo.pulls.values().filter(holds).map(|pull| Thing::Pull(repo.id, pull.number)).collect())
            }
            "history" => {
                let bound = |name: &str| {
                    arguments[name].as_str().and_then(|text| chrono::DateTime::parse_from_rfc3339(text).ok()).map(|at| at.timestamp())
                };
                let (since, until) = (bound("since").unwrap_or(i64::MIN), bound("until").unwrap_or(i64::MAX));
                let listed = repo.git.history(sha).into_iter().filter(|told| (since..=until).contains(&told.committer.1));
                all(listed.map(|told| Thing::Commit(repo.id, told.sha)).collect())
            }
            _ => unknown(),
        }
    }
}

fn actor(world: &World, (person, at): &(Person, i64)) -> Thing {
    let user = world.account_of(&person.1).filter(|account| account.kind == crate::github::account::Kind::User).map(|account| account.id);
    Thing::Plain(
        "GitActor",
        vec![
            ("name", Field::Leaf(person.0.clone().into())),
            ("email", Field::Leaf(person.1.clone().into())),
            ("date", Field::Leaf(moment(*at).into())),
            ("user", somebody(user).map_or(Field::Leaf(Value::Null), Field::One)),
        ],
    )
}

/// The author and everybody of a `Co-authored-by` trailer.
fn authors(world: &World, told: &crate::github::bare::Told) -> Vec<Thing> {
    let mut made = vec![actor(world, &told.author)];
    for line in told.message.lines().filter(|line| line.to_lowercase().starts_with("co-authored-by:")) {
        if let Some((name, email)) = line.split_once(':').and_then(|(_, who)| who.split_once('<')) {
            made.push(actor(world, &((name.trim().to_owned(), email.trim_end_matches('>').to_owned()), told.author.1)));
        }
    }
    made
}

/// `SUCCESS`, `FAILURE`, `PENDING`; `None` without any check or status.
pub fn rolled(repo: &Repo, sha: &str) -> Option<&'static str> {
    let checks =
        repo.checks.iter().filter(|check| check.sha == sha).map(|check| check.conclusion.as_deref().unwrap_or("pending").to_owned());
    let states: Vec<String> = checks.chain(repo.latest(sha).into_iter().map(|status| status.state.clone())).collect();
    if states.is_empty() {
        return None;
    }
    let good = |state: &str| matches!(state, "success" | "neutral" | "skipped");
    if states.iter().any(|state| !good(state) && state != "pending") {
        return Some("FAILURE");
    }
    Some(if states.iter().all(|state| good(state)) { "SUCCESS" } else { "PENDING" })
}

pub fn rollup(repo: &Repo, sha: &str) -> Option<Thing> {
    let state = rolled(repo, sha)?;
    let checks = repo.checks.iter().filter(|check| check.sha == sha).map(check);
    let statuses = repo.latest(sha).into_iter().map(|status| {
        Thing::Plain(
            "StatusContext",
            vec![
                ("id", Field::Leaf(format!("SC_{}", status.id).into())),
                ("context", Field::Leaf(status.context.clone().into())),
                ("state", Field::Leaf(status.state.to_uppercase().into())),
                ("description", Field::Leaf(status.description.clone().into())),
                ("targetUrl", Field::Leaf(status.target.clone().into())),
                ("createdAt", Field::Leaf(moment(status.at).into())),
                ("creator", Field::One(Thing::Account(status.by))),
            ],
        )
    });
    Some(Thing::Plain(
        "StatusCheckRollup",
        vec![
            ("id", Field::Leaf(format!("SCR_{sha}").into())),
            ("state", Field::Leaf(state.into())),
            ("contexts", Field::All(checks.chain(statuses).collect())),
        ],
    ))
}

fn check(check: &crate::github::repo::Check) -> Thing {
    let app = Thing::Plain(
        "App",
        vec![
            ("id", Field::Leaf(format!("A_{}", check.app.0).into())),
            ("databaseId", Field::Leaf(check.app.0.into())),
            ("slug", Field::Leaf(check.app.1.clone().into())),
            ("name", Field::Leaf(check.app.1.clone().into())),
        ],
    );
    let run = check.run.map(|run| {
        Field::One(Thing::Plain(
            "WorkflowRun",
            vec![("id", Field::Leaf(format!("WFR_{run}").into())), ("databaseId", Field::Leaf(run.into()))],
        ))
    });
    let suite = Thing::Plain(
        "CheckSuite",
        vec![
            ("id", Field::Leaf(format!("CS_{}", check.id).into())),
            ("databaseId", Field::Leaf(check.id.into())),
            ("app", Field::One(app)),
            ("workflowRun", run.unwrap_or(Field::Leaf(Value::Null))),
        ],
    );
    let annotations = check.annotations.iter().map(|annotation| {
        let place = |line: u64| {
            Field::One(Thing::Plain(
                "CheckAnnotationPosition",
                vec![("line", Field::Leaf(line.into())), ("column", Field::Leaf(Value::Null))],
            ))
        };
        let span = Thing::Plain("CheckAnnotationSpan", vec![("start", place(annotation.lines.0)), ("end", place(annotation.lines.1))]);
        Thing::Plain(
            "CheckAnnotation",
            vec![
                ("path", Field::Leaf(annotation.path.clone().into())),
                ("message", Field::Leaf(annotation.message.clone().into())),
                ("annotationLevel", Field::Leaf(annotation.level.to_uppercase().into())),
                ("title", Field::Leaf(Value::Null)),
                ("rawDetails", Field::Leaf(Value::Null)),
                ("location", Field::One(span)),
            ],
        )
    });
    let url = format!("https://github.example/checks/{}", check.id);
    Thing::Plain(
        "CheckRun",
        vec![
            ("id", Field::Leaf(format!("CR_{}", check.id).into())),
            ("databaseId", Field::Leaf(check.id.into())),
            ("name", Field::Leaf(check.name.clone().into())),
            ("status", Field::Leaf(check.status.to_uppercase().into())),
            ("conclusion", Field::Leaf(check.conclusion.as_ref().map_or(Value::Null, |word| word.to_uppercase().into()))),
            ("detailsUrl", Field::Leaf(url.clone().into())),
            ("url", Field::Leaf(url.into())),
            ("startedAt", Field::Leaf(moment(check.at).into())),
            ("completedAt", Field::Leaf(check.conclusion.as_ref().map_or(Value::Null, |_| moment(check.at).into()))),
            ("checkSuite", Field::One(suite)),
            ("annotations", Field::All(annotations.collect())),
        ],
    )
}
