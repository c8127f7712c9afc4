//! Workflows of CircleCI: what a job that delivers waits for, and for which branches it runs.

use super::gates::DELIVERS;
use crate::analysis::document::node::Node;
use crate::analysis::pattern::Pattern;

/// A job of a workflow, with what holds it back.
struct Held {
    name: String,
    requires: Vec<String>,
    filtered: bool,
    line: usize,
}

/// What was held back before it delivered and is not now: what to say, and the line.
pub(super) fn let_go(old: &Node, new: &Node) -> Vec<(String, usize)> {
    static NAMED: Pattern = Pattern::new(r"(?i)deploy|release|publish");
    let before = held(old);
    let after = held(new);
    let mut out = Vec::new();
    for now in after.iter().filter(|job| NAMED.is_match(&job.name) || DELIVERS.is_match(&job.name)) {
        let Some(known) = before.iter().find(|known| known.name == now.name) else { continue };
        let lost = known.requires.iter().find(|name| !now.requires.contains(name) && after.iter().any(|job| job.name == **name));
        if let Some(lost) = lost.filter(|_| now.requires.len() < known.requires.len()) {
            out.push((format!("`{}` no longer waits for `{lost}`", now.name), now.line));
        } else if known.filtered && !now.filtered {
            out.push((format!("`{}` would run for every branch", now.name), now.line));
        }
    }
    out
}

fn held(tree: &Node) -> Vec<Held> {
    let workflows = tree.get("workflows").map_or(&[][..], Node::entries).iter();
    let jobs = workflows.filter_map(|(_, workflow)| workflow.get("jobs")).flat_map(Node::items);
    let read = |item: &Node| match item.entries().first() {
        Some((job, inside)) => Held {
            name: inside.get("name").map_or_else(|| job.clone(), Node::scalar),
            requires: inside.get("requires").map(Node::texts).unwrap_or_default(),
            filtered: inside.get("filters").is_some(),
            line: item.line,
        },
        None => Held { name: item.scalar(), requires: Vec::new(), filtered: false, line: item.line },
    };
    jobs.map(read).collect()
}
