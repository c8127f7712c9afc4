//! Whether a function does its work in another way than before, rather than the same with less in front of it. Never what it lacks now.

use std::collections::BTreeSet;
use std::ops::Range;

use super::functions::key;
use crate::analysis::pattern::Pattern;
use crate::analysis::view::SideView;

/// With so many statements that stood nowhere in it, something may do what is missed.
const MANY: usize = 3;
/// A longer function is one that changed more often than not; only so much of it is compared.
const MOST: usize = 2_000;

/// A statement that asks or calls: what may stand in for a check.
static WORKS: Pattern = Pattern::new(r"[\w!?\])]\s*\(|^\s*(?:\}\s*)?(?:else\s+)?(?:if|elif|unless|match|switch|when|guard|for|while)\b");

/// Whether at least `MANY` statements that ask or call stand in `is` and stood nowhere in `was`, both by the positions of what they hold.
#[must_use]
pub(super) fn reworked((old, was): (&SideView<'_>, Range<usize>), (new, is): (&SideView<'_>, Range<usize>)) -> bool {
    let changed = |at: &usize| new.is_changed(new.statements()[*at].first_line);
    let works = |at: &usize| WORKS.is_match(new.code_of(&new.statements()[*at]));
    let mut fresh = is.take(MOST).filter(changed).filter(works).map(|at| key(new, &new.statements()[at])).peekable();
    if fresh.peek().is_none() {
        return false;
    }
    let stood: BTreeSet<String> = was.take(MOST).map(|at| key(old, &old.statements()[at])).collect();
    fresh.filter(|text| !stood.contains(text)).take(MANY).count() == MANY
}
