//! One side of a file of the diff: whole, as the source has it, else what the diff shows of it at its own line numbers.

use std::sync::Arc;

use crate::message::errand::{Sheet, Wanted};
use crate::model::change::{Change, TextRequest, Texts};
use crate::model::diff::{Side, TextDiff};
use crate::model::inert;

/// The last line number up to which a file is put together from its diff.
const LAST: u32 = 1_000_000;

/// That side, asking `read` for whole files.
///
/// # Errors
/// When the file has no such side, is no text, or cannot be put together: one sentence.
pub fn sheet(change: &Change, wanted: Wanted, read: impl FnOnce(&[TextRequest]) -> Texts) -> Result<Sheet, String> {
    let file = change.patch.files.get(wanted.file).ok_or("that file is not in the diff any more; r reads the pull again")?;
    let path =
        file.path_on(wanted.side).ok_or_else(|| format!("{} has no {} side", inert::line(&file.path().text()), wanted.side.word()))?;
    let name = inert::line(&path.text()).into_owned();
    let diff = file.text().ok_or_else(|| format!("{name} is no text, so no editor is opened on it"))?;
    let texts = read(&[TextRequest { path: path.clone(), side: wanted.side }]);
    let (text, whole) = match texts.get(path, wanted.side) {
        Some(text) => (Arc::clone(text).to_string(), true),
        None => (shown(diff, wanted.side).ok_or_else(|| format!("{name} is too long to be put together from its diff"))?, false),
    };
    Ok(Sheet { path: path.clone(), side: wanted.side, line: wanted.line, text, whole })
}

/// The lines that the diff shows, each at its number; what lies between is empty.
fn shown(diff: &TextDiff, side: Side) -> Option<String> {
    let mut out = String::new();
    let mut next = 1;
    for line in &diff.lines {
        let Some(number) = line.number(side) else { continue };
        if number > LAST {
            return None;
        }
        while next < number {
            out.push('\n');
            next += 1;
        }
        out.push_str(diff.text(line));
        out.push('\n');
        next = number + 1;
    }
    Some(out)
}
