//! Conditions that a change touches and leaves as they are: moved further in or out, or with another remark. A part of `condition-weakened`.

use std::collections::{BTreeSet, HashMap};

use super::compared::{Compared, Half};

impl Compared<'_, '_, '_> {
    /// The branches of the old side that stand on the new one with all that follows from them, and those they became.
    pub(super) fn standing(&self, removed: &[usize], added: &[usize]) -> (BTreeSet<usize>, BTreeSet<usize>) {
        let says = |half: &Half<'_, '_>, at: usize| {
            let branch = half.branch(at, self.file.language)?;
            let follows = half.consequences(&branch);
            (!follows.is_empty()).then(|| (half.brief(at), follows))
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
}
