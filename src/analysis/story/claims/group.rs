//! "bump the G group with N updates".

use std::collections::BTreeSet;

use super::judged::Judged;
use crate::analysis::pattern::Pattern;
use crate::analysis::story::facts::Facts;
use crate::analysis::story::prose::Sentence;

static GROUP: Pattern = Pattern::new(r"(?i)\bbumps? the [\w.-]+ group\b.*?\bwith (\d+) updates?\b");

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
    let moved = if asked == 0 { locked } else { asked };
    Some(if moved == claimed { Judged::supported(&sentence.text, vec![told]) } else { Judged::uncheckable(&sentence.text, vec![told]) })
}
