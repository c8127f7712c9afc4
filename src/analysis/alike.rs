//! Findings that are one decision: the same rule on the same changed lines in several files.
//!
//! Only whole hunks are compared, so that a line that is harmless in a test never judges the same line elsewhere in other company.

use std::collections::{BTreeMap, HashMap};

use sha2::{Digest as _, Sha256};

use crate::model::change::Change;
use crate::model::diff::{FileDiff, LineKind, Side, TextDiff};
use crate::model::finding::{Finding, Where};
use crate::model::path::RepoPath;
use crate::model::rule::RuleId;

/// Fills in `group` of findings that stand in the same hunk of several files.
pub fn group(change: &Change, findings: &mut [Finding]) {
    let mut alike: BTreeMap<(RuleId, String), Vec<usize>> = BTreeMap::new();
    for (at, finding) in findings.iter().enumerate().filter(|(_, finding)| finding.at.place().is_some()) {
        alike.entry((finding.rule, squeezed(&finding.evidence))).or_default().push(at);
    }
    alike.retain(|_, all| all.len() > 1);
    if alike.is_empty() {
        return;
    }
    let files: HashMap<&RepoPath, &FileDiff> = change.patch.files.iter().map(|file| (file.path(), file)).collect();
    for ((rule, _), all) in alike {
        let mut hunks: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for at in all {
            let digest = findings.get(at).and_then(|finding| hunk(&files, rule, &finding.at));
            digest.into_iter().for_each(|digest| hunks.entry(digest).or_default().push(at));
        }
        for (digest, members) in hunks.into_iter().filter(|(_, members)| members.len() > 1) {
            members.into_iter().for_each(|at| findings[at].group = Some(digest.clone()));
        }
    }
}

/// The digest of the changed lines around a finding, white space aside: 16 hexadecimal digits.
fn hunk(files: &HashMap<&RepoPath, &FileDiff>, rule: RuleId, at: &Where) -> Option<String> {
    let place = at.place()?;
    let text = files.get(&place.path)?.text()?;
    let hunk = text.hunks.iter().find(|hunk| {
        let (start, len) = if place.side == Side::New { (hunk.new_start, hunk.new_len) } else { (hunk.old_start, hunk.old_len) };
        (start..start.saturating_add(len.max(1))).contains(&place.line)
    })?;
    let mut sha = Sha256::new();
    sha.update(rule.0);
    for line in text.lines.get(hunk.lines.clone())?.iter().filter(|line| line.kind != LineKind::Context) {
        sha.update(sign(line.kind));
        sha.update(squeezed(TextDiff::text(text, line)));
    }
    Some(sha.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect())
}

fn sign(kind: LineKind) -> &'static str {
    if kind == LineKind::Added { "\n+" } else { "\n-" }
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
