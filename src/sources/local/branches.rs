//! The branches a queue may hold: local heads, remote-tracking ones without a local twin, and quarantined ones.

use std::collections::BTreeSet;

use git2::{Oid, Repository};

use super::ancestry::Ancestry;
use super::default_branch::{self, is_damage, reach};
use super::failure::unreadable;
use super::span::{self, QUARANTINE, Span};
use crate::model::cancel::Cancel;
use crate::model::inert;
use crate::sources::source::SourceError;

/// One reference that may become a pull.
struct Candidate {
    /// What it is asked for by.
    name: String,
    /// The branch without its remote or case.
    short: String,
    head: Result<Oid, SourceError>,
}

/// A branch against the default one, or its name and why that is not possible.
pub(super) type Placed = Result<Span, (String, SourceError)>;

/// Every branch except the default one, against it; one that cannot be placed has its name and reason. Nothing is judged here.
pub(super) fn candidates(repo: &Repository, cancel: &Cancel) -> Result<Vec<Placed>, SourceError> {
    let default = default_branch::find(repo)?;
    let mut history = Ancestry::of(repo, default.tip)?;
    let mut place = |found: &Candidate, name: &str| {
        let head = found.head.clone().map_err(|why| (found.name.clone(), why))?;
        let parting = history.part(head, cancel).and_then(|parting| {
            let merge_base = match parting.bases.first() {
                Some(newest) => Some(*newest),
                None => span::merge_base(repo, default.tip, head)?,
            };
            Ok((merge_base, parting.own))
        });
        let (merge_base, own) = parting.map_err(|why| (found.name.clone(), why))?;
        Ok(Span { own: Some(own), ..span::branch(&default, name, &found.short, head, merge_base) })
    };
    let mut seen = BTreeSet::from([default.name.clone()]);
    let mut spans = Vec::new();
    let heads = under(repo, "refs/heads/", |name| Some((name.to_owned(), name.to_owned())))?;
    for found in heads.into_iter().chain(remotes(repo)?) {
        if seen.insert(found.short.clone()) {
            spans.push(place(&found, &found.name));
        }
    }
    for found in under(repo, QUARANTINE, |rest| rest.split_once('/').map(|(_, short)| (rest.to_owned(), short.to_owned())))? {
        let held = place(&found, &format!("{QUARANTINE}{}", found.name)).map(Span::held);
        spans.push(held.map(|held| Span { shadowed: seen.contains(&found.short), ..held }));
    }
    Ok(spans)
}

/// Remote-tracking branches, those of `origin` first; `HEAD` of a remote is only a pointer.
fn remotes(repo: &Repository) -> Result<Vec<Candidate>, SourceError> {
    let mut found = under(repo, "refs/remotes/", |name| {
        let (_, short) = name.split_once('/')?;
        (short != "HEAD").then(|| (name.to_owned(), short.to_owned()))
    })?;
    found.sort_by_key(|found| !found.name.starts_with("origin/"));
    Ok(found)
}

fn under(repo: &Repository, prefix: &str, names: impl Fn(&str) -> Option<(String, String)>) -> Result<Vec<Candidate>, SourceError> {
    let failed = unreadable("the list of branches");
    let mut found = Vec::new();
    for reference in repo.references_glob(&format!("{prefix}*")).map_err(&failed)? {
        let reference = reference.map_err(&failed)?;
        let full = inert::decode(reference.name_bytes()).into_owned();
        let Some((name, short)) = full.strip_prefix(prefix).and_then(&names) else { continue };
        match reach(repo, &reference) {
            Ok(head) => found.push(Candidate { name, short, head: Ok(head) }),
            Err(e) if is_damage(&e) => found.push(Candidate { name, short, head: Err(unreadable("its last commit")(e)) }),
            // A reference to something else than a commit is no branch.
            Err(_) => {}
        }
    }
    Ok(found)
}
