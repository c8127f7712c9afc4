//! Keys that stand twice in one table of JSON: readers differ in which one they take, so both are rows, and it is said.

use std::collections::HashSet;

use super::format::Reading;
use crate::analysis::document::node::Node;

/// Says which keys stand twice in `root` or anything in it.
pub fn tell(root: &Node, reading: &mut Reading) {
    let mut waiting = vec![root];
    while let Some(node) = waiting.pop() {
        table(node, reading);
        waiting.extend(node.entries().iter().map(|(_, node)| node).chain(node.items()));
    }
}

/// Says which keys stand twice in `node` itself.
pub fn table(node: &Node, reading: &mut Reading) {
    let mut seen = HashSet::new();
    let repeated = node.entries().iter().filter(|(key, _)| !seen.insert(key.as_str()));
    reading.unread.extend(repeated.map(|(key, value)| sentence(value.key + 1, key)));
}

/// The sentence on one key.
#[must_use]
pub fn sentence(line: usize, key: &str) -> String {
    let key: String = key.chars().take(60).collect();
    format!("line {line}: `{key}` stands twice in one table, and tools differ in which one they take")
}
