//! "to the latest version": which one that is only a registry knows; an impossible version or a step back is not it.

use super::bump::place;
use super::judged::{Judged, states};
use crate::analysis::manifests::version::{exact, oddity};
use crate::analysis::pattern::Pattern;
use crate::analysis::story::facts::Facts;
use crate::analysis::story::prose::Sentence;
use crate::model::dependency::{DependencyChange, DependencyMove};

static LATEST: Pattern =
    Pattern::new(r"(?i)\b(?:updat|upgrad|bump)\w*\s+(?:\S+\s+){1,8}?to\s+(?:the\s+|their\s+|its\s+)?(?:latest|newest|most recent)\b");

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
