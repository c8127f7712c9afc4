//! Halves of a condition that became conditions of their own, each of which turns away as well: nothing of them is gone. A part of
//! `condition-weakened`.

use super::compared::Compared;
use super::refusal::{leaves, refuses};
use crate::analysis::checks::vuln::pairs::squeezed;
use crate::analysis::pattern::Pattern;

static OR: Pattern = Pattern::new(r"\|\||\bor\b");
/// More halves are no condition that people write.
const MOST: usize = 20;

impl Compared<'_, '_, '_> {
    /// Whether each half of `was` that `is` lacks is the whole condition of another added statement that leaves.
    pub(super) fn asked_apart(&self, was: &str, is: &str, added: &[usize], at: usize) -> bool {
        let halves = |text: &str| -> Vec<String> {
            let mut from = 0;
            let mut found = Vec::new();
            for or in OR.find_all(text).take(MOST) {
                found.push(squeezed(text.get(from..or.start).unwrap_or("")));
                from = or.end;
            }
            found.push(squeezed(text.get(from..).unwrap_or("")));
            found
        };
        let stay = halves(is);
        let gone: Vec<String> = halves(was).into_iter().filter(|half| !stay.contains(half) && !half.is_empty()).collect();
        let asked = |half: &String| added.iter().take(MOST * 2).any(|other| *other != at && self.turns_away(*other, half));
        !gone.is_empty() && gone.iter().all(asked)
    }

    /// Whether the statement at `other` asks just `half`, and what follows leaves or refuses.
    fn turns_away(&self, other: usize, half: &str) -> bool {
        let Some(block) = self.new.block(other, self.file.language) else { return false };
        let condition = self.new.side.plain().get(block.condition.clone()).map(squeezed).unwrap_or_default();
        let bare = condition.trim_start_matches('(').trim_end_matches(')');
        let same = bare == half.trim_start_matches('(').trim_end_matches(')');
        same && self.new.consequences(&block).iter().any(|text| leaves(text) || refuses(text))
    }
}
