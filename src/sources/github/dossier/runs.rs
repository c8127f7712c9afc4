//! Checks, statuses and annotations of the head, and the workflow runs behind them.

use std::collections::HashSet;

use serde::Deserialize;

use super::{Desk, Facts};
use crate::model::dossier::{Annotation, CheckRun};
use crate::model::forge::ForgeError;
use crate::model::path::RepoPath;
use crate::sources::github::ask;
use crate::sources::github::shapes::{Nodes, or_default};

/// Pages of workflow runs that are read.
const MOST_PAGES: usize = 5;

/// The last commit, with what checks say of it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Head {
    commit: Commit,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Commit {
    status_check_rollup: Option<Rollup>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Rollup {
    #[serde(deserialize_with = "or_default")]
    contexts: Nodes<Context>,
}

/// A check run or a status, told apart by its fields.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(in crate::sources::github) struct Context {
    name: String,
    status: String,
    conclusion: Option<String>,
    url: Option<String>,
    check_suite: Option<Suite>,
    #[serde(deserialize_with = "or_default")]
    annotations: Nodes<Note>,
    context: String,
    state: String,
    target_url: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Suite {
    workflow_run: Option<Run>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Run {
    database_id: Option<u64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Note {
    path: String,
    annotation_level: Option<String>,
    message: String,
    title: Option<String>,
    location: Location,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Location {
    start: Position,
    end: Position,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Position {
    line: u32,
}

impl Head {
    /// The page of checks, when there are any.
    pub(super) fn contexts(self) -> Option<Nodes<Context>> {
        self.commit.status_check_rollup.map(|rollup| rollup.contexts)
    }
}

/// Takes a page of checks over.
pub(super) fn take(desk: &mut Desk<'_>, contexts: Nodes<Context>) {
    for context in contexts.seen() {
        if context.annotations.page_info.has_next_page {
            desk.omit(format!("check `{}` has more than 50 annotations; the others are not read", context.name));
        }
        let (check, annotations) = context.split();
        desk.dossier.annotations.extend(annotations);
        desk.dossier.checks.push(check);
    }
}

/// The check or status, without what it says of lines.
pub(in crate::sources::github) fn check(context: Context) -> CheckRun {
    context.split().0
}

impl Context {
    fn split(self) -> (CheckRun, Vec<Annotation>) {
        if !self.context.is_empty() {
            return (CheckRun { name: self.context, state: self.state.to_lowercase(), url: self.target_url, run: None }, Vec::new());
        }
        let name = self.name;
        let annotations = self.annotations.seen().map(|note| note.annotation(&name)).collect();
        let state = self.conclusion.unwrap_or(self.status).to_lowercase();
        let run = self.check_suite.and_then(|suite| suite.workflow_run).and_then(|run| run.database_id);
        (CheckRun { name, state, url: self.url, run }, annotations)
    }
}

impl Note {
    fn annotation(self, check: &str) -> Annotation {
        let title = self.title.filter(|title| !title.is_empty() && !self.message.starts_with(title.as_str()));
        Annotation {
            check: check.to_owned(),
            path: RepoPath::from(self.path.as_str()),
            lines: (self.location.start.line, self.location.end.line.max(self.location.start.line)),
            level: self.annotation_level.unwrap_or_default().to_lowercase(),
            message: title.map_or(self.message.clone(), |title| format!("{title}: {}", self.message)),
        }
    }
}

#[derive(Debug, Deserialize)]
struct Listed {
    id: u64,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    status: Option<String>,
    #[serde(default)]
    conclusion: Option<String>,
    #[serde(default)]
    html_url: Option<String>,
}

/// Runs that have no check yet, because they wait for a runner or for somebody's leave: they can be cancelled too.
pub(super) fn read(desk: &mut Desk<'_>, facts: &Facts) -> Result<(), ForgeError> {
    let route = format!("/repos/{}/actions/runs?head_sha={}&per_page=100", desk.address.path(), facts.head);
    let listed = ask::pages::<Listed>(desk.forge, route, "the workflow runs of the head", MOST_PAGES, desk.cancel);
    let Some(listed) = desk.or_omit("workflow runs that wait for a runner are not known", listed)? else { return Ok(()) };
    if listed.cut {
        desk.omit(format!("the head has more workflow runs than the {} that were read", listed.items.len()));
    }
    let known: HashSet<u64> = desk.dossier.checks.iter().filter_map(|check| check.run).collect();
    let new = listed.items.into_iter().filter(|run| !known.contains(&run.id));
    desk.dossier.checks.extend(new.map(|run| CheckRun {
        name: run.name.unwrap_or_else(|| format!("run {}", run.id)),
        state: run.conclusion.or(run.status).unwrap_or_default(),
        url: run.html_url,
        run: Some(run.id),
    }));
    Ok(())
}
