//! What GitHub says of what a message claims, in one request: checks of the head, the issues it closes, and whether those it names are
//! there; one more where it names issues of other repositories. Never a verdict.

use serde::Deserialize;
use serde_json::json;

use super::address::Address;
use super::ask;
use super::dossier::runs::{Context, check};
use super::foreign;
use super::queries::TESTIMONY;
use super::shapes::{Named as Repo, Nodes, or_default};
use crate::model::cancel::Cancel;
use crate::model::change::Change;
use crate::model::dossier::CheckRun;
use crate::model::forge::{Forge, GraphError};
use crate::model::testimony::{Issue, Named, Question, Testimony};

/// The fields in which the numbers are asked for.
const FIELDS: [&str; 8] = ["a", "b", "c", "d", "e", "f", "g", "h"];

#[derive(Debug, Deserialize)]
struct Root {
    repository: Option<Repository>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Repository {
    name_with_owner: String,
    #[serde(default)]
    is_fork: bool,
    #[serde(default)]
    is_mirror: bool,
    #[serde(default)]
    has_issues_enabled: bool,
    pull_request: Option<Pull>,
    #[serde(default, deserialize_with = "or_default")]
    issues: Nodes<Newest>,
    #[serde(default, deserialize_with = "or_default")]
    pull_requests: Nodes<Newest>,
    #[serde(default, deserialize_with = "or_default")]
    discussions: Nodes<Newest>,
    /// What stands under each of [`FIELDS`].
    #[serde(flatten)]
    numbered: std::collections::BTreeMap<String, Option<Numbered>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Pull {
    #[serde(deserialize_with = "or_default")]
    closing_issues_references: Nodes<Numbered>,
    #[serde(deserialize_with = "or_default")]
    commits: Nodes<Head>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Head {
    commit: Commit,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Commit {
    oid: String,
    status_check_rollup: Option<Rollup>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Rollup {
    #[serde(deserialize_with = "or_default")]
    contexts: Nodes<Context>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Newest {
    number: u64,
}

/// An issue or a pull.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Numbered {
    #[serde(rename = "__typename")]
    kind: Option<String>,
    number: u64,
    title: String,
    body: Option<String>,
    repository: Option<Repo>,
}

impl Numbered {
    fn issue(self, here: &str) -> Issue {
        Issue {
            repository: self.repository.map_or_else(|| here.to_owned(), |repository| repository.name_with_owner),
            number: self.number,
            title: self.title,
            body: self.body.unwrap_or_default(),
            pull: self.kind.as_deref() == Some("PullRequest"),
        }
    }
}

/// Asks `question` about the pull `number` of `address`, which `change` is.
pub(super) fn read(
    forge: &dyn Forge,
    address: &Address,
    number: u64,
    (change, question): (&Change, &Question),
    cancel: &Cancel,
) -> Testimony {
    let asks_here = question.checks || question.linked || !question.issues.is_empty();
    let here = if asks_here { own(forge, address, number, (change, question), cancel) } else { Testimony::default() };
    Testimony { foreign: foreign::read(forge, (address, number), &question.foreign, cancel), ..here }
}

fn own(forge: &dyn Forge, address: &Address, number: u64, (change, question): (&Change, &Question), cancel: &Cancel) -> Testimony {
    let mut variables = json!({ "owner": address.owner, "name": address.name, "number": number });
    for (at, field) in FIELDS.iter().enumerate() {
        variables[*field] = json!(question.issues.get(at).copied().unwrap_or(number));
    }
    let what = format!("the issues and checks of pull {address}#{number}");
    let reply = match ask::graph::<Root>(forge, TESTIMONY, &variables, &what, cancel) {
        Ok(reply) => reply,
        Err(why) => return Testimony::unasked(why.to_string()),
    };
    if reply.stale {
        return Testimony::unasked(ask::STALE);
    }
    let Some(mut repository) = reply.data.repository else {
        return Testimony::unasked(ask::refused(&reply.errors, &format!("repository {address}")).to_string());
    };
    let numbered = std::mem::take(&mut repository.numbered);
    let mut testimony = Testimony::default();
    let mut found: Vec<Issue> = numbered.into_values().flatten().map(|one| one.issue(&repository.name_with_owner)).collect();
    for (number, field) in question.issues.iter().zip(FIELDS) {
        let there = found.iter().position(|issue| issue.number == *number).map(|at| found.swap_remove(at));
        let named = there.map_or_else(|| repository.absent(*number, field, &reply.errors), Named::There);
        testimony.named.insert(*number, named);
    }
    if let Some(pull) = repository.pull_request.take() {
        let here = &repository.name_with_owner;
        testimony.linked = pull.closing_issues_references.seen().map(|issue| issue.issue(here)).collect();
        testimony.checks = pull.commits.seen().last().and_then(|head| head.commit.checks(change));
    }
    testimony
}

impl Commit {
    /// Its checks, all of them, when it is the head that was judged.
    fn checks(self, change: &Change) -> Option<Vec<CheckRun>> {
        let judged = change.pull.revision.head.as_ref().is_some_and(|head| head.as_str() == self.oid);
        let contexts = self.status_check_rollup.map(|rollup| rollup.contexts).unwrap_or_default();
        (judged && !contexts.page_info.has_next_page).then(|| contexts.seen().map(check).collect())
    }
}

impl Repository {
    /// What it means that there is no `number`, which was asked for in `field`.
    fn absent(&self, number: u64, field: &str, errors: &[GraphError]) -> Named {
        let newest = [&self.issues, &self.pull_requests, &self.discussions];
        let newest = newest.into_iter().flat_map(|list| &list.nodes).flatten().map(|one| one.number).max().unwrap_or_default();
        let says = |field: &str| errors.iter().find(|error| error.path == format!("repository.{field}"));
        let refused = says(field).is_none_or(|error| error.kind != "NOT_FOUND");
        let hidden = refused || ["issues", "pullRequests", "discussions"].iter().any(|list| says(list).is_some());
        Named::Unknown(match () {
            () if hidden => "this token may not see it".to_owned(),
            () if !self.has_issues_enabled => "the repository keeps its issues elsewhere".to_owned(),
            () if self.is_fork || self.is_mirror => "it may be meant of the repository that this one was copied from".to_owned(),
            () if number <= newest => "it is not there any more, or it is a discussion".to_owned(),
            () => return Named::Never(format!("there is no such issue or pull; the newest is #{newest}")),
        })
    }
}
