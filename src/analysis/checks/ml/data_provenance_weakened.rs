//! `data-provenance-weakened`: what says where a data set or model comes from, and binds it, is gone, weaker, or says something else.

use crate::analysis::branch::branch;
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::checks::vuln::twins::twins;
use crate::analysis::document::node::{Node, Value};
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Needs, Reach, Words};
use crate::analysis::role::{Role, fold};
use crate::analysis::sums;
use crate::analysis::view::{FileView, SideView};
use crate::model::diff::{FileStatus, Side};
use crate::model::rule::{RuleId, Severity};

/// See `rules/code/data-provenance-weakened.toml`.
pub struct DataProvenanceWeakened;

const HASHES: [&str; 9] = ["sha512", "sha256", "sha256sum", "digest", "hash", "checksum", "oid", "sha1", "md5"];
const SIGNATURES: [&str; 6] = ["signed_by", "signature", "signedby", "signer", "sig", "attestation"];
const SOURCES: [&str; 7] = ["source", "url", "download_url", "origin", "uri", "homepage", "repo"];
const NAMES: [&str; 6] = ["name", "path", "file", "filename", "id", "dataset"];
const MOST: usize = 5_000;

impl Check for DataProvenanceWeakened {
    fn rule(&self) -> RuleId {
        RuleId("data-provenance-weakened")
    }

    fn needs(&self) -> Needs {
        Needs::nothing().and(Reach::REMOVED, Words::of([&DIGEST]).or(Words::named(["https://"])))
    }

    fn looks_anyway(&self, file: &FileView<'_>) -> bool {
        is_about_data(file) || file.old().zip(file.new_side()).is_some_and(|(old, new)| is_pointer(old) && is_pointer(new))
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        if file.diff.status == FileStatus::Deleted || file.diff.text().is_none() {
            return;
        }
        pointer(file, sink);
        if file.language.is_code() {
            elsewhere(file, sink);
            return only_told(file, sink);
        }
        if !is_about_data(file) {
            return;
        }
        let Some(new) = file.new_side() else { return };
        let Ok(root) = new.document() else { return };
        let before = file.old().and_then(|old| old.document().ok()).map(entries).unwrap_or_default();
        let now = entries(root);
        let signed = before.iter().chain(&now).any(|entry| entry.signature.is_some());
        for entry in &now {
            let was = before.iter().find(|was| was.name == entry.name);
            if let Some((severity, title, evidence)) = judge(was, entry, signed) {
                sink.report(Draft::line(file, new, entry.line).severity(severity).title(title).evidence(evidence));
            }
        }
    }
}

/// What identifies bytes.
static DIGEST: Pattern = Pattern::new(r"(?i)\w*(?:digest|sha_?(?:1|256|384|512)|checksum|md5|blake\w*|hash_?sum|fingerprint|integrity)\w*");

/// A hash that did not agree stopped what went on, and only makes it say something now.
fn only_told(file: &FileView<'_>, sink: &mut Sink<'_>) {
    static COMPARES: Pattern = Pattern::new(r"!==?|\bnot\s+in\b|\bis\s+not\b|\bnot\b|!\s*\w|===?|\bne\b|\bunless\b|(?i:equal|compare)");
    static STOPS: Pattern = Pattern::new(
        r"(?i)^\s*(?:raise|throw|panic!?|abort|die|fail|bail!?|exit|sys\.exit|os\.exit|process\.exit|return\b|log\.fatal\w*|continue|break|goto|ensure!?|assert\w*!?)\b",
    );
    static TELLS: Pattern = Pattern::new(
        r"(?i)\b(?:print\w*|echo|puts|warn\w*|log\w*|console\.\w+|eprintln|println|fmt\.(?:Print|Fprint)\w*|error|info|debug)!?\s*[(.]|^\s*(?:pass|puts|echo|warn)\b",
    );
    let refusals = |side: &SideView<'_>, lines: &std::ops::Range<usize>, stops: bool| -> Vec<usize> {
        let heads = side.statements().iter().enumerate().filter(|(_, one)| lines.contains(&one.first_line));
        let asked = heads.filter_map(|(at, one)| Some((one, branch(side, file.language, at)?)));
        asked
            .filter(|(_, branch)| {
                let condition = side.plain().get(branch.condition.clone()).unwrap_or("");
                DIGEST.is_match(condition) && COMPARES.is_match(condition)
            })
            .filter(|(_, branch)| {
                let inline = side.plain().get(branch.inline.clone()).unwrap_or("").trim_matches(['{', '}', ' ', ';']).to_owned();
                let block: Vec<&str> =
                    branch.block.clone().take(8).filter_map(|at| side.statements().get(at)).map(|one| side.plain_of(one)).collect();
                let all = || std::iter::once(inline.as_str()).chain(block.iter().copied()).filter(|text| !text.trim().is_empty());
                if stops {
                    all().any(|text| STOPS.is_match(text))
                } else {
                    all().next().is_some() && all().all(|text| TELLS.is_match(text) && !STOPS.is_match(text))
                }
            })
            .map(|(one, _)| one.first_line)
            .collect()
    };
    for twin in twins(file) {
        let (stopped, stops) = (refusals(twin.old, &twin.was, true), refusals(twin.new, &twin.is, true));
        let told = refusals(twin.new, &twin.is, false);
        if let Some(line) = told.first().filter(|_| stopped.len() > stops.len() && refusals(twin.old, &twin.was, false).len() < told.len())
        {
            let title = "A hash that does not agree stops nothing any more: it is only told of";
            sink.report(Draft::line(file, twin.new, *line).severity(Severity::High).title(title));
        }
    }
}

/// The same file is fetched from another host than before, and over a line on which anybody can put something else in its place.
fn elsewhere(file: &FileView<'_>, sink: &mut Sink<'_>) {
    static ADDRESS: Pattern =
        Pattern::new(r"\b(https?)://([A-Za-z0-9.-]+\.[A-Za-z]{2,})(?::\d+)?/(?:[^\s\x22'`<>)]*/)?([\w.-]+\.[A-Za-z0-9]{2,8})\b");
    let Some(side) = file.new_side().filter(|_| file.role.is_live()) else { return };
    let read = |text: &str| -> Vec<(bool, String, String)> {
        if text.len() > 2000 {
            return Vec::new();
        }
        let found = ADDRESS.groups(text, 1).zip(ADDRESS.groups(text, 2)).zip(ADDRESS.groups(text, 3));
        found.map(|((scheme, host), name)| (scheme == "https", host.to_lowercase(), name.to_owned())).collect()
    };
    let before: Vec<_> = file.removed().flat_map(|line| read(line.text)).filter(|(safe, ..)| *safe).collect();
    if before.is_empty() {
        return;
    }
    for line in side.changed_lines() {
        let plain = side.plain_line(line.index);
        let moved =
            |(safe, host, name): &(bool, String, String)| !safe && before.iter().any(|(_, known, same)| same == name && known != host);
        if let Some((_, host, name)) = read(plain).into_iter().find(moved) {
            let title = format!("`{name}` is fetched from {host} instead, and unencrypted");
            sink.report(Draft::line(file, side, line.index).severity(Severity::High).title(title));
        }
    }
}

/// Whether a text of the change that is no pointer still names `oid` as what the file is.
fn still_claimed(file: &FileView<'_>, oid: &str) -> bool {
    use crate::model::diff::LineKind;
    oid.len() >= 32
        && file
            .change
            .patch
            .files
            .iter()
            .take(500)
            .filter(|other| other.path() != file.repo_path())
            .filter_map(|other| other.text())
            .any(|text| text.lines.iter().any(|line| line.kind != LineKind::Removed && text.text(line).contains(oid)))
}

/// A pointer of Git LFS that points elsewhere: what is there is not in the change.
fn pointer(file: &FileView<'_>, sink: &mut Sink<'_>) {
    let side = |side| file.bytes(side).and_then(|bytes| sums::pointed(&bytes));
    if let (Some(old), Some(new)) = (side(Side::Old), side(Side::New))
        && old != new
    {
        let short = |oid: &str| oid.get(..16).unwrap_or(oid).to_owned();
        let evidence = format!("{} → {}", short(&old), short(&new));
        if still_claimed(file, &old) {
            let title = "A pointer names another object, and what speaks of the file still claims the hash of the old one";
            sink.report(Draft::file(file, &evidence).severity(Severity::High).title(title));
        } else {
            let title = "A pointer names another object, which is kept elsewhere and was not looked at";
            sink.report(Draft::file(file, &evidence).severity(Severity::Low).title(title));
        }
    }
}

/// Whether a side begins as pointers of Git LFS do.
fn is_pointer(side: &SideView<'_>) -> bool {
    side.text().starts_with("version https://git-lfs")
}

fn is_about_data(file: &FileView<'_>) -> bool {
    let path = fold(&file.path);
    let about = [
        "dataset",
        "manifest",
        "corpus",
        "corpora",
        "provenance",
        "datasheet",
        "model_card",
        "weights",
        "checkpoint",
        "training",
        "models.",
    ];
    !matches!(file.role, Role::Manifest | Role::Lock | Role::Test | Role::Workflow | Role::AgentConfig)
        && about.iter().any(|part| path.contains(part))
}

/// What is said of one data set.
struct Entry {
    name: String,
    line: usize,
    hash: Option<(&'static str, String)>,
    signature: Option<String>,
    source: Option<String>,
}

fn entries(root: &Node) -> Vec<Entry> {
    let mut all = Vec::new();
    gather(root, "", &mut all);
    all
}

fn gather(node: &Node, key: &str, all: &mut Vec<Entry>) {
    if all.len() >= MOST {
        return;
    }
    if let Value::Map(entries) = &node.value {
        let text = |name: &&str| node.get(name).map(Node::scalar);
        let hash = HASHES.iter().find_map(|name| Some((*name, text(name)?))).filter(|(_, hash)| !hash.is_empty());
        let signature = SIGNATURES.iter().find_map(text);
        let source = SOURCES.iter().find_map(text);
        let has_name = NAMES.iter().find_map(text).filter(|name| !name.is_empty());
        if hash.is_some() || signature.is_some() || source.is_some() && has_name.is_some() {
            all.push(Entry { name: has_name.unwrap_or_else(|| key.to_owned()), line: node.line, hash, signature, source });
        }
        entries.iter().for_each(|(name, inner)| gather(inner, name, all));
    }
    node.items().iter().for_each(|item| gather(item, key, all));
}

type Judged = (Severity, &'static str, String);

fn judge(was: Option<&Entry>, entry: &Entry, signed: bool) -> Option<Judged> {
    let empty = |text: &Option<String>| text.as_ref().is_none_or(|text| text.trim().is_empty() || text == "none" || text == "unsigned");
    let Some(was) = was else {
        let unsigned = signed && empty(&entry.signature);
        return unsigned.then(|| (Severity::Low, "A data set is new and nobody signed it", entry.name.clone()));
    };
    let weaker = |(name, _): &(&str, String)| matches!(*name, "md5" | "sha1");
    match (&was.hash, &entry.hash) {
        (Some((name, _)), None) => {
            return Some((Severity::Medium, "A data set is no longer bound to a hash", format!("{}: {name}", entry.name)));
        }
        (Some(old), Some(new)) if weaker(new) && !weaker(old) => {
            return Some((Severity::Medium, "A data set is bound to a weaker hash", format!("{}: {} → {}", entry.name, old.0, new.0)));
        }
        _ => {}
    }
    if !empty(&was.signature) && empty(&entry.signature) {
        let evidence = format!("{}: {}", entry.name, was.signature.as_deref().unwrap_or(""));
        return Some((Severity::Medium, "A data set is no longer signed", evidence));
    }
    if !empty(&was.signature) && was.signature != entry.signature && was.hash == entry.hash {
        return Some((
            Severity::Medium,
            "A data set is signed by somebody else",
            format!("{}: {}", entry.name, entry.signature.as_deref().unwrap_or("")),
        ));
    }
    if let (Some(old), Some(new)) = (&was.source, &entry.source)
        && place(old) != place(new)
    {
        return Some((Severity::Medium, "A data set comes from somewhere else", format!("{}: {old} → {new}", entry.name)));
    }
    let changed = was.hash.is_some() && was.hash != entry.hash;
    changed.then(|| (Severity::Low, "Another hash is claimed for a data set", entry.name.clone()))
}

/// The host of an address, or the owner of a name on a hub.
fn place(source: &str) -> String {
    let rest = source.split_once("://").map_or(source, |(_, rest)| rest);
    rest.split('/').next().unwrap_or(rest).to_lowercase()
}
