//! Scans that would let more pass: a bar for severities that goes up, and languages or queries that CodeQL no longer looks at.

use super::steps::{line_with, steps};
use crate::analysis::document::node::Node;
use crate::analysis::pattern::Pattern;
use crate::analysis::view::{FileView, SideView};

/// The option that sets a bar, and what it says.
static BAR: Pattern = Pattern::new(
    r"(?i)(?:--|\b)(?:audit-level|severity-threshold|severity-cutoff|fail-on-severity|fail[-_]on|min(?:imum)?-severity|severity)['\x22]?\s*[=:\s]\s*['\x22]?((?:unknown|info|negligible|low|moderate|medium|high|critical|none)(?:\s*,\s*(?:low|moderate|medium|high|critical|unknown))*)\b",
);

/// The first line of `file` that asks for graver findings before anything stops, with the least that still does.
pub(super) fn raised_bar(file: &FileView<'_>) -> Option<(usize, String)> {
    let read = |text: &str| text.len().lt(&600).then(|| BAR.group(text, 1)).flatten().map(|said| (lowest(said), said.to_owned()));
    let before: Vec<u8> = file.removed().filter_map(|line| read(line.text)).map(|(rank, _)| rank).collect();
    let after: Vec<(usize, u8, String)> =
        file.added().filter_map(|line| read(line.text).map(|(rank, said)| (line.index, rank, said))).collect();
    // As many bars as before, each in its place: another one is another scan.
    let pairs = before.iter().zip(&after).filter(|_| before.len() == after.len());
    pairs.filter(|(was, (_, is, _))| is > *was).map(|(_, (line, _, said))| (*line, said.clone())).next()
}

fn lowest(said: &str) -> u8 {
    let rank = |word: &str| match word.trim().to_lowercase().as_str() {
        "unknown" | "info" | "negligible" => 0,
        "low" => 1,
        "moderate" | "medium" => 2,
        "high" => 3,
        "critical" => 4,
        _ => 5,
    };
    said.split(',').map(rank).min().unwrap_or(0)
}

/// What CodeQL would no longer look at, and the line that said so before.
pub(super) fn less_scanned(old: &Node, new: &Node, side: &SideView<'_>) -> Option<(String, usize)> {
    let (before, after) = (Scan::of(old)?, Scan::of(new)?);
    let lost = before.languages.iter().find(|name| !after.languages.contains(name));
    let what = match lost {
        Some(lost) if !after.languages.is_empty() => format!("`{lost}`"),
        _ if !before.queries.is_empty() && after.queries.is_empty() && !after.has_config => format!("`{}`", before.queries),
        _ => return None,
    };
    let needle = what.trim_matches('`');
    Some((format!("CodeQL would no longer look for {what}"), line_with(side, before.line, needle)))
}

/// What CodeQL is told to look at.
struct Scan {
    languages: Vec<String>,
    queries: String,
    has_config: bool,
    line: usize,
}

impl Scan {
    /// The first of a workflow; `None` where there is none, or a language is not written out.
    fn of(tree: &Node) -> Option<Self> {
        let all = steps(tree);
        let step = all.iter().find(|step| step.uses().is_some_and(|uses| uses.starts_with("github/codeql-action/init")))?;
        let said = step.with("languages");
        let matrix = step.job.and_then(|job| job.at(&["strategy", "matrix", "language"])).map(Node::texts).unwrap_or_default();
        let languages = if said.contains("matrix.") { matrix } else { said.split(',').map(|name| name.trim().to_owned()).collect() };
        Some(Self {
            languages: languages.into_iter().filter(|name| !name.is_empty() && !name.contains('$')).collect(),
            queries: step.with("queries"),
            has_config: !step.with("config-file").is_empty() || !step.with("config").is_empty(),
            line: step.job.map_or(step.node.line, |job| job.line),
        })
    }
}
