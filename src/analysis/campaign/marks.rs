//! What a change is recognised by in other repositories: digests of its lines, its message, its people, its session, its new
//! hosts. All of it from the diff as it was read, so that no repository is needed to compare two changes.

use sha2::{Digest as _, Sha256};

use crate::analysis::pattern::Pattern;
use crate::analysis::provenance;
use crate::analysis::role::Role;
use crate::analysis::story::message::title;
use crate::model::change::Change;
use crate::model::diff::{FileDiff, LineKind, TextDiff};
use crate::model::report::Report;
use crate::model::sweep::{FileMark, HostMark, Marks};
use crate::model::thread::Novelty;

/// Added lines of one file that say less than this, in characters without white space, are found everywhere by chance.
const LEAST_ADDED: usize = 48;
/// Files that are kept of one change.
const MOST_FILES: usize = 2_000;

static NUMBER: Pattern = Pattern::new(r"(?i)\b(?:v?\d[\w.+-]*|[0-9a-f]{7,64})\b");
static REFERENCE: Pattern = Pattern::new(r"\(?#\d+\)?|https?://\S+");
static KIND: Pattern = Pattern::new(r"^[a-z]+(?:\([^)]*\))?!?:\s*");
static VERSION: Pattern = Pattern::new(r"(?i)v?\d[\w.+-]*|\b[0-9a-f]{7,64}\b|sha\d+-[\w+/=]+");

/// What `change`, judged by `report`, is recognised by.
#[must_use]
pub fn of(change: &Change, report: &Report) -> Marks {
    let files = &change.patch.files;
    let (patch, weight) = patch(files);
    let hard = report.hard().next().is_some();
    Marks {
        patch,
        weight,
        message: message(title(change)),
        author: author(change),
        session: change.pull.provenance.session.clone(),
        hosts: new_hosts(report),
        files: files.iter().take(MOST_FILES).map(file).collect(),
        routine: !hard && !files.is_empty() && files.iter().all(only_moves_versions),
    }
}

/// The digest of all changed lines by path, and how many of them say something.
fn patch(files: &[FileDiff]) -> (Option<String>, usize) {
    let mut parts = Vec::new();
    let mut weight = 0;
    for file in files {
        let Some(text) = file.text() else { continue };
        let mut hash = Sha256::new();
        hash.update(file.path().bytes());
        for line in text.lines.iter().filter(|line| line.kind != LineKind::Context) {
            let words = squeezed(text.text(line));
            if !words.is_empty() {
                hash.update(if line.kind == LineKind::Added { b"\n+" } else { b"\n-" });
                hash.update(&words);
                weight += usize::from(words.len() > 2);
            }
        }
        parts.push(hash.finalize());
    }
    parts.sort_unstable();
    let mut whole = Sha256::new();
    parts.iter().for_each(|part| whole.update(part));
    ((weight > 0).then(|| hex(&whole.finalize())), weight)
}

fn file(file: &FileDiff) -> FileMark {
    FileMark { path: file.path().clone(), status: file.status.letter(), added: file.text().and_then(|text| added(file, text)) }
}

/// The digest of a file's name and added lines, wherever it lies.
fn added(file: &FileDiff, text: &TextDiff) -> Option<String> {
    let mut hash = Sha256::new();
    hash.update(file.path().name().as_bytes());
    let mut said = 0;
    for (_, line) in text.added() {
        let words = squeezed(line);
        if !words.is_empty() {
            said += words.len();
            hash.update(b"\n");
            hash.update(&words);
        }
    }
    (said >= LEAST_ADDED).then(|| hex(&hash.finalize()))
}

fn squeezed(line: &str) -> String {
    line.chars().filter(|c| !c.is_whitespace()).collect()
}

/// A title without its kind, numbers, references, case and spacing; empty when nothing that tells is left.
fn message(title: &str) -> String {
    let lower = title.to_lowercase();
    let mut text = KIND.find(&lower).and_then(|kind| lower.get(kind.end..)).unwrap_or(&lower).to_owned();
    for pattern in [&REFERENCE, &NUMBER] {
        text = without(pattern, &text);
    }
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// `text` with every match of `pattern` blanked.
fn without(pattern: &Pattern, text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(found) = pattern.find(rest).filter(|found| found.end > 0) {
        out.push_str(rest.get(..found.start).unwrap_or_default());
        out.push(' ');
        rest = rest.get(found.end..).unwrap_or_default();
    }
    out + rest
}

/// The person behind it: who asked for it, else who opened it, else who committed it; never the agent's own account, which
/// stands behind everything it does.
fn author(change: &Change) -> String {
    let standing = change.pull.standing.as_deref();
    let accounts = standing.iter().flat_map(|standing| standing.requester.iter().chain(&standing.author));
    if let Some(person) = accounts.into_iter().find(|account| !provenance::is_machine(account)) {
        return person.login.to_lowercase();
    }
    let own = std::iter::once(&change.pull.author);
    let mut all = own.chain(change.commits.iter().flat_map(|commit| [&commit.author, &commit.committer]));
    let person = all.find(|who| !who.email.is_empty() && !provenance::is_agent(who) && who.email != "noreply@github.com");
    person.map(|who| who.email.to_lowercase()).unwrap_or_default()
}

/// Hosts in added lines of live files that no line before the change names.
fn new_hosts(report: &Report) -> Vec<HostMark> {
    let evidence: Vec<String> = report.hard().map(|finding| finding.evidence.to_lowercase()).collect();
    let suspected = |host: &str| evidence.iter().any(|text| text.contains(host));
    let hosts = report.threads.introduced.iter().filter(|one| one.kind == Novelty::Host);
    hosts.map(|host| HostMark { name: host.name.clone(), suspected: suspected(&host.name) }).collect()
}

/// Whether a file is a manifest or lock file, or each of its added lines is a removed one with another version.
fn only_moves_versions(file: &FileDiff) -> bool {
    let Some(text) = file.text() else { return false };
    if matches!(Role::of(&file.path().text()), Role::Manifest | Role::Lock) {
        return true;
    }
    let bare = |line: &str| squeezed(&without(&VERSION, line));
    let sorted = |mut lines: Vec<String>| {
        lines.sort_unstable();
        lines
    };
    let added = sorted(text.added().map(|(_, line)| bare(line)).collect());
    !added.is_empty() && added == sorted(text.removed().map(|(_, line)| bare(line)).collect())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_lose_what_varies() {
        assert_eq!(message("ci(build): Update  build configuration (#42)"), "update build configuration");
        assert_eq!(message("Bump left-pad from 1.2.3 to v1.3.0"), "bump left pad from to");
        assert_eq!(message("#12 https://a.example/x deadbeef01"), "");
    }
}
