//! Conditions that a change touches and leaves as they are: moved further in or out, or with another remark. A part of `condition-weakened`.

use std::collections::{BTreeSet, HashMap};

use super::compared::{Compared, Half};
use super::functions::key;
use crate::analysis::pattern::Pattern;

impl Compared<'_, '_, '_> {
    /// The branches of the old side that stand on the new one with all that follows from them, and those they became.
    pub(super) fn standing(&self, removed: &[usize], added: &[usize]) -> (BTreeSet<usize>, BTreeSet<usize>) {
        let says = |half: &Half<'_, '_>, at: usize| {
            let branch = half.branch(at, self.file.language)?;
            let follows = half.consequences(&branch);
            (!follows.is_empty()).then(|| (key(half.side, &half.side.statements()[at]), follows))
        };
        let mut came: HashMap<(String, Vec<String>), Vec<usize>> = HashMap::new();
        for at in added.iter().rev().copied() {
            if let Some(key) = says(&self.new, at) {
                came.entry(key).or_default().push(at);
            }
        }
        let (mut were, mut are) = (BTreeSet::new(), BTreeSet::new());
        for at in removed.iter().copied() {
            if let Some(is) = says(&self.old, at).and_then(|key| came.get_mut(&key)).and_then(Vec::pop) {
                were.insert(at);
                are.insert(is);
            }
        }
        (were, are)
    }

    /// Whether all that is asked is what a function of this file answered, and the change touches that function: it may say the opposite too.
    pub(super) fn answers_the_other_way(&self, asked: &str, at: usize) -> bool {
        static BARE: Pattern = Pattern::new(r"^\s*(?:if)?\s*\(?\s*!?\s*\(?\s*(\w+)\s*\)*\s*\{?\s*$");
        static MADE: Pattern = Pattern::new(r"^\s*(?:\w+\s+)?(\w+)\s*=\s*(\w+)\s*\(");
        let Some(name) = BARE.group(asked, 1) else { return false };
        let before = self.new.body.inside(self.new.side).take_while(|one| *one < at);
        let made = before.filter_map(|one| MADE.group(self.new.code(one), 2).filter(|_| MADE.group(self.new.code(one), 1) == Some(name)));
        let Some(by) = made.last() else { return false };
        let own = self.new.side.functions().iter().find(|function| function.name == by);
        own.is_some_and(|function| self.new.side.touches(function.first_line, function.last_line))
    }
}
