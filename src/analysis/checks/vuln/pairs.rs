//! Removed and added lines that say the same but for what a rule is about.

use std::collections::HashMap;

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
    let mut removed: HashMap<String, Vec<LineView<'_>>> = HashMap::new();
    for line in old.changed_lines().filter(short).take(MOST) {
        if let Some(key) = plain(old.plain_line(line.index)) {
            removed.entry(key).or_default().push(line);
        }
    }
    if removed.is_empty() {
        return Vec::new();
    }
    let same = |line: &LineView<'_>| {
        let before = removed.get(&plain(new.plain_line(line.index))?)?;
        let unlike = |was: &&LineView<'_>| squeezed(old.plain_line(was.index)) != squeezed(new.plain_line(line.index));
        // A line that also stands as it was has not changed.
        let all = before.iter().all(|was| unlike(&was));
        before.iter().find(unlike).filter(|_| all).copied()
    };
    new.changed_lines().filter(short).take(MOST).filter_map(|line| Some((same(&line)?, new, line))).collect()
}

/// `code` without blanks.
#[must_use]
pub fn squeezed(code: &str) -> String {
    code.chars().filter(|sign| !sign.is_whitespace()).collect()
}
