//! Which words differ between a removed and an added line.

use std::ops::Range;
use std::time::Duration;

use similar::{ChangeTag, TextDiff};

/// Bytes of a line beyond which its words are not compared.
const LONGEST: usize = 2_048;
/// How long one pair may take.
const PATIENCE: Duration = Duration::from_millis(20);
/// Below this likeness everything differs, and marking everything says nothing.
const ALIKE: f32 = 0.35;

/// Byte ranges of the old and the new line that the other does not have.
pub type Changed = (Vec<Range<u32>>, Vec<Range<u32>>);

/// The words that differ; `None` when the lines are too long or too unlike to say anything.
#[must_use]
pub fn changed(old: &str, new: &str) -> Option<Changed> {
    if old.len() > LONGEST || new.len() > LONGEST {
        return None;
    }
    let diff = TextDiff::configure().timeout(PATIENCE).diff_unicode_words(old, new);
    if diff.ratio() < ALIKE {
        return None;
    }
    let (mut olds, mut news) = (Vec::new(), Vec::new());
    let (mut at_old, mut at_new) = (0, 0);
    for change in diff.iter_all_changes() {
        let len = change.value().len();
        match change.tag() {
            ChangeTag::Equal => {
                at_old += len;
                at_new += len;
            }
            ChangeTag::Delete => {
                push(&mut olds, old, at_old..at_old + len);
                at_old += len;
            }
            ChangeTag::Insert => {
                push(&mut news, new, at_new..at_new + len);
                at_new += len;
            }
        }
    }
    Some((olds, news))
}

/// Adds a range; one that follows the last with nothing but spaces between lengthens it.
fn push(ranges: &mut Vec<Range<u32>>, line: &str, range: Range<usize>) {
    let (Ok(start), Ok(end)) = (u32::try_from(range.start), u32::try_from(range.end)) else { return };
    match ranges.last_mut() {
        Some(last) if line.get(last.end as usize..range.start).is_some_and(|gap| gap.trim().is_empty()) => last.end = end,
        _ => ranges.push(start..end),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_is_marked() {
        let (old, new) = changed("return check(user, password)", "return check(user, token)").unwrap();
        assert_eq!((old.first(), new.first(), old.len() + new.len()), (Some(&(19..27)), Some(&(19..24)), 2));
    }

    #[test]
    fn unlike_and_endless_lines_are_left_alone() {
        assert_eq!(changed("import os", "}"), None);
        assert_eq!(changed(&"a ".repeat(5_000), "a"), None);
    }
}
