//! GitHub's dependency review: what it says of the packages that a change moves, from its dependency graph and its advisories.

use serde::Deserialize;

use super::ask;
use crate::model::asking::Take;
use crate::model::cancel::Cancel;
use crate::model::dependency::Ecosystem;
use crate::model::forge::{Forge, ForgeError};
use crate::model::lookup::{Advisory, Affected, Reviewed, Told};
use crate::model::pull::Revision;
use crate::model::time::Timestamp;

/// Pages that are read.
const MOST_PAGES: usize = 5;

#[derive(Deserialize)]
struct Row {
    change_type: String,
    ecosystem: String,
    name: String,
    version: String,
    package_url: Option<String>,
    license: Option<String>,
    #[serde(default)]
    vulnerabilities: Vec<Vulnerability>,
}

#[derive(Deserialize)]
struct Vulnerability {
    severity: String,
    advisory_ghsa_id: String,
    advisory_summary: String,
}

/// What it says of the packages that move between the ends of `revision`; `None` where it has none.
pub(super) fn read(
    forge: &dyn Forge,
    repository: &str,
    revision: &Revision,
    take: Take<'_>,
    cancel: &Cancel,
) -> Option<Told<Vec<Reviewed>>> {
    let (base, head) = (revision.base.as_ref().or(revision.merge_base.as_ref())?, revision.head.as_ref()?);
    let route = format!("/repos/{repository}/dependency-graph/compare/{base}...{head}");
    Some(match pages(forge, route, &format!("the dependency review of {repository}"), take, cancel) {
        Ok((rows, at)) => Told::Says { what: rows.into_iter().filter_map(reviewed).collect(), by: forge.host(), at },
        Err(told) => told,
    })
}

fn pages(
    forge: &dyn Forge,
    route: String,
    what: &str,
    take: Take<'_>,
    cancel: &Cancel,
) -> Result<(Vec<Row>, Timestamp), Told<Vec<Reviewed>>> {
    let (mut rows, mut next, mut read) = (Vec::new(), Some(route), Timestamp::default());
    for _ in 0..MOST_PAGES {
        let Some(route) = next.take() else { break };
        take().map_err(Told::Unreached)?;
        let (page, answer) = ask::rest::<Vec<Row>>(forge, &route, what, cancel).map_err(refused)?;
        rows.extend(page);
        (next, read) = (answer.next, answer.read);
    }
    Ok((rows, read))
}

/// A repository without dependency review, or a token that may not read it, stays so until somebody changes it.
fn refused(error: ForgeError) -> Told<Vec<Reviewed>> {
    match error {
        ForgeError::Forbidden { says, .. } | ForgeError::NotFound(says) | ForgeError::Unauthorised(says) => Told::Unchecked(says),
        ForgeError::Cancelled => Told::Unreached("nobody waited for it".to_owned()),
        other => Told::Unreached(other.says().to_owned()),
    }
}

fn reviewed(row: Row) -> Option<Reviewed> {
    let ecosystem = row.package_url.as_deref().and_then(of_url).or_else(|| of_word(&row.ecosystem))?;
    let advisories = row.vulnerabilities.into_iter().map(|one| Advisory {
        id: one.advisory_ghsa_id,
        summary: one.advisory_summary,
        severity: one.severity.to_lowercase(),
        // Which versions it is about is not told, only that this one is among them.
        affected: vec![Affected::default()],
        ..Advisory::default()
    });
    let license = row.license.filter(|license| !license.trim().is_empty());
    let added = row.change_type == "added";
    Some(Reviewed { ecosystem, name: row.name, version: row.version, added, license, advisories: advisories.collect() })
}

/// `pkg:npm/%40scope/name@1.0.0`, also written with a slash before the world.
fn of_url(url: &str) -> Option<Ecosystem> {
    let world = url.strip_prefix("pkg:")?.trim_start_matches('/').split('/').next()?;
    Ecosystem::ALL.into_iter().find(|one| one.word() == world)
}

/// The world as GitHub's dependency graph calls it.
fn of_word(word: &str) -> Option<Ecosystem> {
    Some(match word {
        "pip" => Ecosystem::Pypi,
        "rubygems" => Ecosystem::Gem,
        "gomod" | "go" => Ecosystem::Golang,
        "rust" => Ecosystem::Cargo,
        "actions" => Ecosystem::GithubActions,
        word => Ecosystem::ALL.into_iter().find(|one| one.word() == word)?,
    })
}
