//! Which model a change says it was made with. Whoever wrote it wrote that too: a claim, kept as it stands.

use super::table::Table;
use super::trailers::Trailer;
use crate::model::change::Change;

/// What is kept of a name, in characters.
const LONGEST: usize = 60;

/// The model that is named last.
pub(super) fn stated(table: &Table, change: &Change) -> Option<String> {
    let texts = change.commits.iter().rev().map(|commit| commit.message.as_str()).chain([change.pull.body.as_str()]);
    texts.into_iter().find_map(|text| text.lines().rev().find_map(|line| named(table, &Trailer::read(line.trim())?)))
}

/// `Co-authored-by: Claude Opus 4.6 <agent's address>` by its number, since an agent's name has none; `Assisted-by: TOOL:MODEL`; a trailer
/// that is about the model.
fn named(table: &Table, trailer: &Trailer<'_>) -> Option<String> {
    let person = || trailer.name().filter(|_| trailer.address().is_some_and(|address| table.address(address).is_some()));
    let versioned = || person().filter(|name| name.bytes().any(|b| b.is_ascii_digit()));
    let assisting = || trailer.assisting().filter(|(tool, _)| table.assisted(tool).is_some()).map(|(_, model)| model);
    let name = trailer.model().or_else(assisting).or_else(versioned)?;
    // How much it can read at once is no other model.
    let name = name.split_once('(').map_or(name, |(name, _)| name).trim();
    (!name.is_empty()).then(|| name.chars().take(LONGEST).collect())
}
