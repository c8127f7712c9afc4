//! What a guard stands in: the function around it, or the block without one that something is handed, before and after. A part of
//! `guard-removed`.

use std::cell::OnceCell;
use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use super::functions::{Bodies, Body, key};
use super::reworked::reworked;
use crate::analysis::pattern::Pattern;
use crate::analysis::statements::Statement;
use crate::analysis::view::SideView;

/// Blocks further out say nothing.
const DEEPEST: usize = 16;
/// A longer head is data.
const LONGEST: usize = 600;

/// The functions of both sides of a file, to find those of one again in the other.
pub(super) struct Around<'v, 'a> {
    old: &'v SideView<'a>,
    new: &'v SideView<'a>,
    before: Vec<Body<'v>>,
    were: Bodies<'v>,
    are: Bodies<'v>,
    by_name: HashMap<&'v str, Body<'v>>,
    blocks: OnceCell<[HashMap<String, Option<usize>>; 2]>,
}

impl<'v, 'a> Around<'v, 'a> {
    /// Those of these sides.
    pub(super) fn of(old: &'v SideView<'a>, new: &'v SideView<'a>) -> Self {
        let (before, were) = (Body::all(old), Bodies::of(old));
        Self { old, new, before, were, are: Bodies::of(new), by_name: Body::by_name(new), blocks: OnceCell::new() }
    }

    /// The statements around one of the old side, before and after, by position.
    fn both(&self, at: usize) -> Option<(Range<usize>, Range<usize>)> {
        let statement = &self.old.statements()[at];
        let Some(function) = statement.function.map(|at| &self.old.functions()[at]) else { return self.block(at) };
        let was = self.before.iter().find(|body| std::ptr::eq(body.function, function))?;
        let is = if function.name.is_empty() {
            self.were.same_head(self.old, was).and_then(|_| self.are.same_head(self.old, was))?
        } else {
            // Methods of several classes may have one name.
            self.are.same_as(self.old, was).or_else(|| self.by_name.get(function.name.as_str()).copied())?
        };
        Some((was.inside(self.old), is.inside(self.new)))
    }

    /// The innermost block outside of all functions that has a head of its own: `post "/notes/:id" do`.
    fn block(&self, at: usize) -> Option<(Range<usize>, Range<usize>)> {
        let [were, are] = self.blocks.get_or_init(|| [blocks(self.old), blocks(self.new)]);
        let inside = |side: &SideView<'_>, at: usize| at + 1..side.statements()[at].end.max(at + 1);
        let outer = std::iter::successors(self.old.statements()[at].parent, |at| self.old.statements()[*at].parent);
        outer.take(DEEPEST).find_map(|outer| {
            let head = head(self.old, &self.old.statements()[outer])?;
            were.get(&head).copied().flatten()?;
            let now = are.get(&head).copied().flatten()?;
            Some((inside(self.old, outer), inside(self.new, now)))
        })
    }

    /// Whether what stands around the statement at `at` does its work in another way now.
    pub(super) fn is_reworked(&self, at: usize) -> bool {
        self.both(at).is_some_and(|(was, is)| reworked((self.old, was), (self.new, is)))
    }

    /// Whether it still does what the guard at `at` stood in front of, with no other guard, by position of the new side, in its place.
    pub(super) fn survives(&self, at: usize, guards: impl IntoIterator<Item = usize>) -> bool {
        let Some((was, is)) = self.both(at) else { return false };
        if guards.into_iter().any(|other| is.contains(&other)) {
            return false;
        }
        let (old, statement) = (self.old, &self.old.statements()[at]);
        let kept: BTreeSet<String> = is.map(|at| key(self.new, &self.new.statements()[at])).collect();
        let said = |at: usize| key(old, &old.statements()[at]);
        let left: Vec<String> = was.clone().filter(|at| !old.is_changed(old.statements()[*at].first_line)).map(said).collect();
        let other = |at: &usize| !(statement.first_line..=statement.last_line).contains(&old.statements()[*at].first_line);
        // Where every line was laid out anew, it counts what is said there.
        let rest = if left.is_empty() { was.filter(other).map(said).collect() } else { left };
        !rest.is_empty() && rest.iter().filter(|text| kept.contains(*text)).count() * 2 >= rest.len()
    }
}

/// The blocks of a side that stand in no function, by their heads; `None` where several share one.
fn blocks(side: &SideView<'_>) -> HashMap<String, Option<usize>> {
    let mut found = HashMap::new();
    for (at, statement) in
        side.statements().iter().enumerate().filter(|(at, statement)| statement.function.is_none() && statement.end > at + 1)
    {
        if let Some(head) = head(side, statement) {
            found.entry(head).and_modify(|known| *known = None).or_insert(Some(at));
        }
    }
    found
}

/// The head of a block that something is handed, and not of one that only chooses or names what stands in it.
fn head(side: &SideView<'_>, statement: &Statement) -> Option<String> {
    static CHOOSES: Pattern = Pattern::new(
        r"^\s*(?:\}?\s*(?:if|elif|elsif|else|unless|case|when|while|until|for|foreach|begin|rescue|ensure|switch|try|catch|finally|match|with|loop)\b|(?:[\w@]+\s+)*(?:class|module|namespace|interface|trait|enum|struct|impl)\b)",
    );
    let short = statement.bytes.len() <= LONGEST && !CHOOSES.is_match(side.code_of(statement));
    short.then(|| key(side, statement))
}
