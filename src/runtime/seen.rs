//! What a verb needs to know of a change that was read and judged. Nothing is decided here.

use sha2::{Digest as _, Sha256};

use crate::analysis::engine::Engine;
use crate::analysis::redact::shown;
use crate::export::json;
use crate::export::judged::Judged;
use crate::model::ban::{self, Ban, Banned};
use crate::model::change::Change;
use crate::model::decision::{Subject, Verb};
use crate::model::diff::{Content, FileDiff, Patch, Side};
use crate::model::dossier::Dossier;
use crate::model::finding::{Finding, Fingerprint};
use crate::model::inert;
use crate::model::path::RepoPath;
use crate::model::report::Report;
use crate::model::review::{Disposition, DraftComment, Spot};
use crate::model::rule::Severity;
use crate::response::request::Target;
use crate::runtime::touched::touched;

/// Parts of a change that were not read, where all of it has to be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} could not be read, and nobody can approve what nobody can read; it can be held all the same: lazaret quarantine")]
pub struct Unread(String);

/// Whether enough of `change` was there to be read for `verb`: an approval is a statement about all of it. What is held, let go
/// or taken back is commits, so nothing unread may ever stand in the way of containment.
///
/// # Errors
/// When `verb` is approve and parts were not read.
pub fn readable(verb: Verb, change: &Change) -> Result<(), Unread> {
    let parts = change.patch.unreadable;
    if verb != Verb::Approve || parts == 0 {
        return Ok(());
    }
    let first = first_unread(&change.patch).map(|why| format!(" ({why})")).unwrap_or_default();
    let noun = if parts == 1 { "part" } else { "parts" };
    Err(Unread(format!("{parts} {noun} of this change{first}")))
}

/// The first part that was not read, with its reason.
fn first_unread(patch: &Patch) -> Option<String> {
    let omitted = patch.files.iter().find_map(|file| match &file.content {
        Content::Omitted(why) => Some((Some(file.path()), why)),
        _ => None,
    });
    let (path, why) = omitted.or_else(|| patch.omissions.first().map(|omission| (omission.path.as_ref(), &omission.why)))?;
    let place = path.map(|path| format!("{}: ", inert::line(&path.text()))).unwrap_or_default();
    Some(format!("{place}{}", inert::line(why)))
}

/// What a verb needs to know of a change that was read and judged. Only judgements of its own findings go along.
#[must_use]
pub fn target(change: &Change, report: &Report, dispositions: &[(Fingerprint, Disposition)]) -> Target {
    let pull = &change.pull;
    let dispositions = spread(report, dispositions);
    let judged = |finding: &&Finding| dispositions.iter().any(|(id, _)| *id == finding.id);
    let rules = report.findings.iter().filter(judged).map(|finding| (finding.id.clone(), finding.rule)).collect();
    let weighs = |finding: &&Finding| finding.severity > Severity::Info;
    Target {
        rules,
        found: report.findings.iter().filter(weighs).map(|finding| (finding.id.clone(), finding.rule)).collect(),
        pull: pull.at.clone(),
        branch: pull.branch.clone(),
        base: pull.target.clone(),
        subject: Subject {
            revision: pull.revision.clone(),
            diff_digest: change.digest.clone(),
            findings_digest: findings_digest(report),
            rules_digest: report.rules_digest.clone(),
            policy_digest: String::new(),
        },
        hard: report.hard().map(|finding| finding.id.clone()).collect(),
        dispositions,
        touched: touched(change, report),
        known_by: known_by(change),
        session: pull.provenance.session.clone(),
        shipped: Vec::new(),
        refused: Vec::new(),
    }
}

/// The judgements of findings of `report`; one of a group judges those of its group that were not judged by themselves.
fn spread(report: &Report, dispositions: &[(Fingerprint, Disposition)]) -> Vec<(Fingerprint, Disposition)> {
    let find = |id: &Fingerprint| report.findings.iter().find(|finding| finding.id == *id);
    let own: Vec<(&Finding, &Disposition)> = dispositions.iter().filter_map(|(id, judged)| Some((find(id)?, judged))).collect();
    let mut all: Vec<(Fingerprint, Disposition)> = own.iter().map(|(finding, judged)| (finding.id.clone(), (*judged).clone())).collect();
    for finding in report.findings.iter().filter(|finding| own.iter().all(|(judged, _)| judged.id != finding.id)) {
        let told = own.iter().find(|(judged, _)| judged.is_one_with(finding));
        all.extend(told.map(|(_, judged)| (finding.id.clone(), (*judged).clone())));
    }
    all
}

/// Which remarks name lines or files that `change` does not show; the forge would refuse all of them for one.
#[must_use]
pub fn misplaced(change: &Change, comments: &[DraftComment]) -> Vec<String> {
    let file = |path: &RepoPath, side| change.patch.files.iter().find(|file| file.path_on(side) == Some(path));
    let shown = |path: &RepoPath, side, line| {
        let lines = file(path, side).and_then(FileDiff::text).map(|text| text.lines.iter());
        lines.is_some_and(|mut lines| lines.any(|known| known.number(side) == Some(line)))
    };
    let strays = comments.iter().filter_map(|comment| match &comment.spot {
        Spot::Lines { path, side, first, last } => {
            let stray = [first, last].into_iter().find(|line| !shown(path, *side, **line))?;
            Some(format!("line {stray} of {} ({}) is not in the diff of this pull", inert::line(&path.text()), side.word()))
        }
        Spot::File(path) if file(path, Side::New).is_none() && file(path, Side::Old).is_none() => {
            Some(format!("{} is no file of this pull", inert::line(&path.text())))
        }
        _ => None,
    });
    strays.collect()
}

/// What of `bans` means `change`.
#[must_use]
pub fn refused(change: &Change, bans: &[Ban]) -> Vec<Ban> {
    bans.iter().filter(|ban| ban.what.meets_change(change)).cloned().collect()
}

/// Tags, releases and deployments that contain the change already, in words.
#[must_use]
pub fn shipped(dossier: &Dossier) -> Vec<String> {
    let links = dossier.links.iter();
    links.filter(|link| matches!(link.kind, "tag" | "release" | "deployment")).map(|link| format!("{} {}", link.kind, link.name)).collect()
}

/// What the same change would be known by if it came again.
fn known_by(change: &Change) -> Vec<Banned> {
    let commits = change.commits.iter().filter_map(|commit| commit.id.clone()).map(Banned::Commit);
    commits.chain(ban::print(&change.patch).map(Banned::Patch)).collect()
}

/// The report of a change as it is kept with its evidence.
#[must_use]
pub fn kept_report(change: &Change, report: &Report, engine: &Engine) -> Vec<u8> {
    let mut bytes = Vec::new();
    let shown = shown::change(change, &engine.book().veil());
    // Writing to memory does not fail.
    let _ = json::report(&mut bytes, Judged { change: shown.as_ref().unwrap_or(change), report });
    bytes
}

/// SHA-256 over every finding with its weight. What it comes to in company is left out: whoever looks at it again may look at it alone.
fn findings_digest(report: &Report) -> String {
    let mut hash = Sha256::new();
    for finding in report.findings.iter().filter(|finding| !report.together.contains(&finding.id)) {
        hash.update(format!("{} {} {}\n", finding.id, finding.rule, finding.severity.word()));
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
