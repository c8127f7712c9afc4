//! "bump X to Y", "bump X from A to B": against the rows of X.

use super::bump::place;
use super::judged::{Judged, states};
use crate::analysis::manifests::version::exact;
use crate::analysis::manifests::version::parts::parts;
use crate::analysis::pattern::Pattern;
use crate::analysis::story::facts::Facts;
use crate::analysis::story::prose::Sentence;
use crate::model::dependency::{Dependency, DependencyChange, Ecosystem};

static TO_VERSION: Pattern = Pattern::new(
    r"(?i)\b(?:bump|bumps|bumped|update|updates|updated|upgrade|upgrades|upgraded)\s+(?:the\s+)?(?:(?:dependency|package|crate|requirement|module)\s+)?[\[`'\x22]?(@?[A-Za-z0-9][\w./-]*)[\]`'\x22]?(?:\([^)]*\))?\s+(?:(?:dependency|package|crate|requirement|version)\s+)?(?:from\s+[`'\x22]?[\w.^~=<>*+-]+[`'\x22]?\s+)?to\s+(?:version\s+)?[`'\x22]?[=^~]*v?(\d+(?:\.[\w+-]+)*)",
);

/// What a change calls itself by.
const OWN: [&str; 3] = ["version", "release", "python"];

/// "bump X to Y" against the rows of X.
#[must_use]
pub fn to_version(facts: &Facts<'_>, sentence: &Sentence) -> Option<Judged> {
    let (name, version) = (TO_VERSION.group(&sentence.text, 1)?, TO_VERSION.group(&sentence.text, 2)?);
    let version = version.trim_end_matches(['.', '-']);
    if !states(&sentence.text) || OWN.contains(&name.to_lowercase().as_str()) {
        return None;
    }
    let rows: Vec<&DependencyChange> = facts.dependencies().map(|(row, _)| row).filter(|row| is_called(row, name)).collect();
    let after = |row: &&DependencyChange| row.after.as_ref().is_some_and(|after| says(after, version));
    // "bump the timeout to 30": a number, and nothing that has versions.
    if rows.is_empty() && !version.contains('.') {
        return None;
    }
    let found: Vec<String> = rows.iter().copied().filter(after).map(place).collect();
    if !found.is_empty() {
        return Some(Judged::supported(&sentence.text, found));
    }
    let others: Vec<&Dependency> = rows.iter().filter_map(|row| row.after.as_ref()).filter(|after| !after.version.is_empty()).collect();
    let full = version.split('.').count() >= 3;
    let places: Vec<String> = rows.iter().filter(|row| row.after.is_some()).map(|row| place(row)).collect();
    // A looser requirement may allow the version that is named; only another exact one disproves it, such as the one that is locked.
    let locked = others.iter().any(|after| !after.direct && disproves(after));
    let exact_others = others.iter().filter(|after| disproves(after)).count();
    Some(if full && exact_others > 0 && (locked || exact_others == others.len()) && sentence.whole {
        Judged::contradicted(&sentence.text, places)
    } else {
        Judged::uncheckable(&sentence.text, places)
    })
}

/// Whether the version says which release it is. A commit, a digest and a tag that moves stand for releases they do not name.
fn disproves(after: &Dependency) -> bool {
    let moves = matches!(after.ecosystem, Ecosystem::GithubActions | Ecosystem::Docker | Ecosystem::PreCommit);
    !moves && exact(after.ecosystem, &after.version, !after.direct).is_some()
}

fn is_called(row: &DependencyChange, name: &str) -> bool {
    let plain = |name: &str| name.to_lowercase().replace(['_', '.'], "-");
    let name = plain(name.trim_end_matches('.'));
    row.dependency().is_some_and(|known| {
        let known = plain(&known.name);
        known == name || (known.contains(['/', ':']) && known.rsplit(['/', ':']).next() == Some(name.as_str()))
    })
}

/// Whether a requirement names `version`, or one that begins with it number by number.
fn says(after: &Dependency, version: &str) -> bool {
    parts(&after.version).iter().any(|part| {
        let known = part.version.trim_start_matches('v');
        known == version || known.strip_prefix(version).is_some_and(|rest| rest.starts_with(['.', '-', '+']))
    })
}
