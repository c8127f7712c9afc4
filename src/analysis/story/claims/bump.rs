//! "bump X from A to B", "update X to the latest version", "bump the G group with N updates".

use std::collections::BTreeSet;

use super::judged::{Judged, states};
use crate::analysis::manifests::version::parts::parts;
use crate::analysis::manifests::version::{exact, oddity};
use crate::analysis::pattern::Pattern;
use crate::analysis::story::facts::Facts;
use crate::analysis::story::prose::Sentence;
use crate::model::dependency::{Dependency, DependencyChange, DependencyMove, Ecosystem};

static TO_VERSION: Pattern = Pattern::new(
    r"(?i)\b(?:bump|bumps|bumped|update|updates|updated|upgrade|upgrades|upgraded)\s+(?:the\s+)?(?:(?:dependency|package|crate|requirement|module)\s+)?[\[`'\x22]?(@?[A-Za-z0-9][\w./-]*)[\]`'\x22]?(?:\([^)]*\))?\s+(?:(?:dependency|package|crate|requirement|version)\s+)?(?:from\s+[`'\x22]?[\w.^~=<>*+-]+[`'\x22]?\s+)?to\s+(?:version\s+)?[`'\x22]?v?(\d+(?:\.[\w+-]+)*)",
);
static LATEST: Pattern =
    Pattern::new(r"(?i)\b(?:updat|upgrad|bump)\w*\s+(?:\S+\s+){1,8}?to\s+(?:the\s+|their\s+|its\s+)?(?:latest|newest|most recent)\b");
static GROUP: Pattern = Pattern::new(r"(?i)\bbumps? the [\w.-]+ group\b.*?\bwith (\d+) updates?\b");

/// "bump X to Y" against the rows of X.
#[must_use]
pub fn to_version(facts: &Facts<'_>, sentence: &Sentence) -> Option<Judged> {
    let (name, version) = (TO_VERSION.group(&sentence.text, 1)?, TO_VERSION.group(&sentence.text, 2)?);
    let version = version.trim_end_matches(['.', '-']);
    if !states(&sentence.text) {
        return None;
    }
    let rows: Vec<&DependencyChange> = facts.dependencies().map(|(row, _)| row).filter(|row| is_called(row, name)).collect();
    let after = |row: &&DependencyChange| row.after.as_ref().is_some_and(|after| says(after, version));
    let found: Vec<String> = rows.iter().copied().filter(after).map(place).collect();
    if !found.is_empty() {
        return Some(Judged::supported(&sentence.text, found));
    }
    let others: Vec<&Dependency> = rows.iter().filter_map(|row| row.after.as_ref()).filter(|after| !after.version.is_empty()).collect();
    let full = version.split('.').count() >= 3;
    let places: Vec<String> = rows.iter().filter(|row| row.after.is_some()).map(|row| place(row)).collect();
    // A looser requirement may allow the version that is named; only another exact one disproves it.
    let exact_others = others.iter().filter(|after| disproves(after)).count();
    Some(if full && !others.is_empty() && exact_others == others.len() && sentence.whole {
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

/// "to the latest version": which one that is only a registry knows; an impossible version or a step back is not it.
#[must_use]
pub fn to_latest(facts: &Facts<'_>, sentence: &Sentence) -> Option<Judged> {
    if !LATEST.is_match(&sentence.text) || !states(&sentence.text) {
        return None;
    }
    let text = sentence.text.to_lowercase().replace('_', "-");
    let rows: Vec<(&DependencyChange, bool)> =
        facts.dependencies().filter(|(row, _)| row.after.is_some() && row.before.is_some()).collect();
    let named = |row: &DependencyChange| row.dependency().is_some_and(|known| text.contains(&known.name.to_lowercase().replace('_', "-")));
    let any_named = rows.iter().any(|(row, _)| named(row));
    let spoken_of = rows.iter().filter(|(row, manifest)| if any_named { named(row) } else { *manifest });
    let mut against: Vec<(&DependencyChange, bool)> = Vec::new();
    for (row, manifest) in spoken_of {
        let Some(after) = &row.after else { continue };
        let odd = exact(after.ecosystem, &after.version, !manifest).and_then(|version| oddity(after.ecosystem, version));
        if odd.is_some() || (row.change == DependencyMove::Downgraded && *manifest) {
            against.push((row, odd.is_some()));
        }
    }
    if !against.is_empty() && sentence.whole {
        let grave = against.iter().any(|(_, odd)| *odd);
        return Some(Judged::contradicted(&sentence.text, against.into_iter().map(|(row, _)| place(row)).collect()).grave(grave));
    }
    Some(Judged::uncheckable(&sentence.text, rows.iter().filter(|(_, manifest)| *manifest).map(|(row, _)| place(row)).collect()))
}

/// "bump the G group with N updates".
#[must_use]
pub fn group(facts: &Facts<'_>, sentence: &Sentence) -> Option<Judged> {
    let claimed: usize = GROUP.group(&sentence.text, 1)?.parse().ok()?;
    let moved = |manifests: bool| {
        let rows = facts.dependencies().filter(|(row, manifest)| *manifest == manifests && row.before.is_some() && row.after.is_some());
        rows.filter_map(|(row, _)| row.dependency()).map(|known| known.name.as_str()).collect::<BTreeSet<_>>().len()
    };
    let (asked, locked) = (moved(true), moved(false));
    let told = format!("{asked} packages move in manifests, {locked} in lock files");
    Some(if asked == claimed { Judged::supported(&sentence.text, vec![told]) } else { Judged::uncheckable(&sentence.text, vec![told]) })
}

fn is_called(row: &DependencyChange, name: &str) -> bool {
    let plain = |name: &str| name.to_lowercase().replace(['_', '.'], "-");
    let name = plain(name.trim_end_matches('.'));
    row.dependency().is_some_and(|known| {
        let known = plain(&known.name);
        known == name || (known.contains('/') && known.rsplit('/').next() == Some(name.as_str()))
    })
}

/// Whether a requirement names `version`, or one that begins with it number by number.
fn says(after: &Dependency, version: &str) -> bool {
    parts(&after.version).iter().any(|part| {
        let known = part.version.trim_start_matches('v');
        known == version || known.strip_prefix(version).is_some_and(|rest| rest.starts_with(['.', '-', '+']))
    })
}

fn place(row: &DependencyChange) -> String {
    let dependency = row.dependency();
    let (line, version) = dependency.map_or((0, ""), |known| (known.line, known.version.as_str()));
    match line {
        0 => format!("{}: {version}", row.manifest.text()),
        _ => format!("{}:{line} ({version})", row.manifest.text()),
    }
}
