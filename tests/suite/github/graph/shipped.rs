//! Where commits went: tags, releases, deployments, comparisons.

use serde_json::Value;

use super::{Field, Found, Thing, all};
use crate::github::repo::Repo;
use crate::github::world::{World, moment};

fn text(value: impl Into<Value>) -> Field {
    Field::Leaf(value.into())
}

/// Refs below a prefix, by name.
pub fn refs(repo: &Repo, arguments: &Value) -> Found {
    let prefix = arguments["refPrefix"].as_str().unwrap_or("refs/heads/");
    let git = repo.git.open();
    let mut names: Vec<String> = git
        .references()
        .map(|found| found.filter_map(Result::ok).map(|reference| String::from_utf8_lossy(reference.name_bytes()).into_owned()).collect())
        .unwrap_or_default();
    names.retain(|name| name.starts_with(prefix));
    names.sort();
    if arguments["orderBy"]["field"] == "TAG_COMMIT_DATE" {
        names.sort_by_key(|name| repo.git.tip(name).and_then(|sha| repo.git.told(&sha)).map(|told| told.committer.1));
    }
    if arguments["orderBy"]["direction"] == "DESC" {
        names.reverse();
    }
    all(names.iter().map(|name| Thing::Ref(repo.id, name.clone())).collect())
}

/// How `head` stands to `base`.
pub fn comparison(repo: &Repo, base: &str, head: &str) -> Thing {
    let (ahead, behind) = (repo.git.between(base, head).len(), repo.git.between(head, base).len());
    let status = match (ahead, behind) {
        (0, 0) => "IDENTICAL",
        (_, 0) => "AHEAD",
        (0, _) => "BEHIND",
        _ => "DIVERGED",
    };
    Thing::Plain(
        "Comparison",
        vec![
            ("id", text(format!("CMP_{base}_{head}"))),
            ("aheadBy", text(ahead)),
            ("behindBy", text(behind)),
            ("status", text(status)),
            ("baseTarget", Field::One(Thing::Commit(repo.id, base.to_owned()))),
            ("headTarget", Field::One(Thing::Commit(repo.id, head.to_owned()))),
        ],
    )
}

/// Releases, newest first when asked so.
pub fn releases(world: &World, repo: &Repo, arguments: &Value) -> Found {
    let mut listed: Vec<Thing> = repo
        .releases
        .iter()
        .map(|release| {
            let url = format!("{}/{}/releases/tag/{}", world.origin, repo.full(), release.tag);
            Thing::Plain(
                "Release",
                vec![
                    ("id", text(format!("RE_{}", release.id))),
                    ("databaseId", text(release.id)),
                    ("name", text(release.name.clone())),
                    ("tagName", text(release.tag.clone())),
                    ("url", text(url)),
                    ("isDraft", text(false)),
                    ("isPrerelease", text(false)),
                    ("createdAt", text(moment(release.at))),
                    ("publishedAt", text(moment(release.at))),
                    ("author", Field::One(Thing::Account(release.by))),
                    (
                        "tagCommit",
                        repo.git
                            .tip(&format!("refs/tags/{}", release.tag))
                            .map_or(text(Value::Null), |sha| Field::One(Thing::Commit(repo.id, sha))),
                    ),
                ],
            )
        })
        .collect();
    if arguments["orderBy"]["direction"] == "DESC" {
        listed.reverse();
    }
    all(listed)
}

/// Deployments, newest first when asked so.
pub fn deployments(repo: &Repo, arguments: &Value) -> Found {
    let mut listed: Vec<Thing> = repo
        .deployments
        .iter()
        .map(|deployment| {
            Thing::Plain(
                "Deployment",
                vec![
                    ("id", text(format!("DE_{}", deployment.id))),
                    ("databaseId", text(deployment.id)),
                    ("commitOid", text(deployment.sha.clone())),
                    ("commit", Field::One(Thing::Commit(repo.id, deployment.sha.clone()))),
                    ("environment", text(deployment.environment.clone())),
                    ("state", text(deployment.state.to_uppercase())),
                    ("ref", deployment.reference.clone().map_or(text(Value::Null), |name| Field::One(Thing::Ref(repo.id, name)))),
                    ("creator", Field::One(Thing::Account(deployment.by))),
                    ("createdAt", text(moment(deployment.at))),
                ],
            )
        })
        .collect();
    if arguments["orderBy"]["direction"] == "DESC" {
        listed.reverse();
    }
    all(listed)
}
