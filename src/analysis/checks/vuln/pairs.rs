//! Removed and added lines that say the same but for what a rule is about.

use std::collections::{HashMap, HashSet};

use crate::analysis::view::{FileView, LineView, SideView};

/// A longer line is data.
const LONGEST: usize = 400;
/// More changed lines are a rewrite.
const MOST: usize = 4_000;

/// Removed and added lines whose code is the same after `plain` made of both what they have in common, though they differ. Lines of which
/// `plain` makes nothing are none of its business.
pub fn pairs<'v>(file: &'v FileView<'_>, plain: impl Fn(&str) -> Option<String>) -> Vec<(LineView<'v>, &'v SideView<'v>, LineView<'v>)> {
    let (Some(old), Some(new)) = (file.old(), file.new_side()) else { return Vec::new() };
    let short = |line: &LineView<'_>| line.text.len() <= LONGEST;
    let mut removed: HashMap<String, (LineView<'_>, HashSet<String>)> = HashMap::new();
    for line in old.changed_lines().filter(short).take(MOST) {
        let code = old.plain_line(line.index);
        if let Some(key) = plain(code) {
            removed.entry(key).or_insert_with(|| (line, HashSet::new())).1.insert(squeezed(code));
        }
    }
    if removed.is_empty() {
        return Vec::new();
    }
    let same = |line: &LineView<'_>| {
        let code = new.plain_line(line.index);
        // A line that also stands as it was has not changed.
        let (was, _) = removed.get(&plain(code)?).filter(|(_, all)| !all.contains(&squeezed(code)))?;
        Some(*was)
    };
    new.changed_lines().filter(short).take(MOST).filter_map(|line| Some((same(&line)?, new, line))).collect()
}

/// `code` without blanks.
#[must_use]
pub fn squeezed(code: &str) -> String {
    code.chars().filter(|sign| !sign.is_whitespace()).collect()
}
