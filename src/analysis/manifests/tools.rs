//! What automation, containers, charts and agents fetch when they run. One file each below.

pub mod actions;
pub mod docker;
pub mod helm;
pub mod mcp;
pub mod precommit;
pub mod terraform;

use std::collections::HashSet;

use super::format::Entry;

/// Without what a file names again in the same version: twenty jobs that check out the code do one thing.
fn once(entries: Vec<Entry>) -> Vec<Entry> {
    let mut seen = HashSet::new();
    let mut entries = entries;
    entries.retain(|entry| {
        let dependency = &entry.dependency;
        seen.insert((dependency.ecosystem, dependency.name.clone(), dependency.version.clone(), dependency.source.clone()))
    });
    entries
}
