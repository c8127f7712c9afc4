//! Keys that stand twice in one table of JSON: readers differ in which one they take, so both are rows, and it is said.

use std::collections::HashSet;

use super::format::{Reading, shown};
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
    repeated.for_each(|(key, value)| tell_one(value.key, key, reading));
}

/// Says it of one key, on the line at `index`.
pub fn tell_one(index: usize, key: &str, reading: &mut Reading) {
    reading.missed(index, format!("`{}` stands twice in one table, and tools differ in which one they take", shown(key)));
}
