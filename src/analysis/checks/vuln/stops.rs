//! Refusals of a function: the statements that stop it, with the conditions under which they do. Never what they refuse.

use crate::analysis::branch::branch;
use crate::analysis::checks::auth::refusal::leaves;
use crate::analysis::statements::Statement;
use crate::analysis::view::{FileView, SideView};

/// A block of more statements is no refusal.
const LONGEST_REFUSAL: usize = 4;

/// The conditions of refusals that the change touches between `lines`, each with its line.
pub fn refusals<'v>(file: &FileView<'_>, side: &'v SideView<'_>, lines: &std::ops::Range<usize>) -> impl Iterator<Item = (usize, &'v str)> {
    stops(file, side, lines)
        .filter(|(statement, _)| side.touches(statement.first_line, statement.last_line))
        .map(|(statement, asked)| (statement.first_line, asked))
}

/// All refusals between `lines`, touched or not: the statement of each and its condition.
pub fn stops<'v>(
    file: &FileView<'_>,
    side: &'v SideView<'_>,
    lines: &std::ops::Range<usize>,
) -> impl Iterator<Item = (&'v Statement, &'v str)> {
    let (language, lines) = (file.language, lines.clone());
    side.statements().iter().enumerate().filter_map(move |(at, statement)| {
        let inside = lines.contains(&statement.first_line);
        let branch = inside.then(|| branch(side, language, at)).flatten()?;
        let inline = side.plain().get(branch.inline.clone()).unwrap_or("").trim_matches(['{', '}', ' ', ';']);
        let block = || branch.block.clone().take(LONGEST_REFUSAL).filter_map(|at| side.statements().get(at));
        let refuses = branch.block.len() <= LONGEST_REFUSAL && (leaves(inline) || block().any(|one| leaves_at_once(side.plain_of(one))));
        refuses.then(|| Some((statement, side.plain().get(branch.condition)?))).flatten()
    })
}

/// `goto`, and what else leaves.
fn leaves_at_once(text: &str) -> bool {
    text.trim_start().starts_with("goto ") || leaves(text)
}
