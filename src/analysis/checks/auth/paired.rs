//! Statements that went with what came in their place, by the words they share. Never what is wrong with them.

use std::collections::{BTreeSet, HashSet};

use super::functions::brief;
use crate::analysis::pattern::Pattern;
use crate::analysis::statements::Statement;
use crate::analysis::view::SideView;

/// More statements of one side are a rewrite.
const MOST: usize = 120;
/// A longer statement is data.
const LONGEST: usize = 3000;

/// A statement as it was and as it is.
pub struct Pair<'v> {
    /// As it was.
    pub was: &'v Statement,
    /// As it is.
    pub is: &'v Statement,
    /// Its text as it was, without comments.
    pub before: &'v str,
    /// Its text as it is, without comments.
    pub after: &'v str,
}

/// Statements that went, of which `told` says something, each with the one that came in the same function and shares most words with it: at
/// least half of the shorter one's.
#[must_use]
pub fn pairs<'v>(old: &'v SideView<'_>, new: &'v SideView<'_>, told: &Pattern) -> Vec<Pair<'v>> {
    let gone: Vec<&Statement> = touched(old).filter(|was| told.is_match(old.plain_of(was))).take(MOST).collect();
    if gone.is_empty() {
        return Vec::new();
    }
    let came: Vec<(&Statement, BTreeSet<&str>)> = touched(new).take(MOST).map(|is| (is, words(new.plain_of(is)))).collect();
    let standing: HashSet<String> = came.iter().map(|(is, _)| brief(new, is)).collect();
    let stood: HashSet<String> = gone.iter().map(|was| brief(old, was)).collect();
    let mut taken = vec![false; came.len()];
    let mut pairs = Vec::new();
    for was in gone.into_iter().filter(|was| !standing.contains(&brief(old, was))) {
        let (before, within) = (old.plain_of(was), function(old, was));
        let own = words(before);
        let shared = |is: &BTreeSet<&str>| own.intersection(is).count();
        let fits = |at: &usize| {
            let (is, said) = &came[*at];
            let least = own.len().min(said.len());
            let alike = least > 0 && shared(said) * 2 >= least || target(before).is_some_and(|name| target(new.plain_of(is)) == Some(name));
            !taken[*at] && function(new, is) == within && alike && !stood.contains(&brief(new, is))
        };
        if let Some(at) = (0..came.len()).filter(fits).max_by_key(|at| (shared(&came[*at].1), came.len() - at)) {
            taken[at] = true;
            pairs.push(Pair { was, is: came[at].0, before, after: new.plain_of(came[at].0) });
        }
    }
    pairs
}

fn touched<'v>(side: &'v SideView<'_>) -> impl Iterator<Item = &'v Statement> {
    side.statements().iter().filter(|s| s.bytes.len() <= LONGEST && side.touches(s.first_line, s.last_line))
}

/// The name that a statement sets, or the first of several: `keys` of `keys, err := …` and of `const keys = …`.
fn target(text: &str) -> Option<&str> {
    let (names, rest) = text.split_once('=')?;
    let names = names.trim().trim_end_matches(':').trim();
    let name = names.split(',').next()?.split_whitespace().next_back()?;
    (!rest.starts_with('=') && names.len() < 60 && !names.contains(['(', '"', '!', '<', '>'])).then_some(name)
}

fn words(text: &str) -> BTreeSet<&str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty()).collect()
}

fn function<'v>(side: &'v SideView<'_>, statement: &Statement) -> &'v str {
    statement.function.map_or("", |at| side.functions()[at].name.as_str())
}
