//! Questions that are no longer awaited: whether what they ask answers at once now. A part of `condition-weakened`.

use crate::analysis::pattern::Pattern;
use crate::analysis::view::FileView;

/// Changes with more files than this are asked only about the file at hand.
const MOST_FILES: usize = 300;

/// How a question that is not awaited any more is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// The change made its function answer at once.
    AtOnce,
    /// Its function stands in the file and still promises.
    Later,
    /// Its function is elsewhere.
    Unknown,
}

/// How what the condition `was` awaits is answered now.
#[must_use]
pub(super) fn answer(file: &FileView<'_>, was: &str) -> Answer {
    static AWAITED: Pattern = Pattern::new(r"\bawait\s+\(?(?:[\w$]+\??\.)*([\w$]+)\s*\(");
    let Some(name) = AWAITED.group(was, 1) else { return Answer::Unknown };
    let files = &file.change.patch.files;
    let (mut went, mut came) = (false, false);
    for text in files.iter().filter(|other| files.len() <= MOST_FILES || other.path() == file.repo_path()).filter_map(|other| other.text())
    {
        went |= text.removed().any(|(_, line)| defines(line, name) == Some(true));
        came |= text.added().any(|(_, line)| defines(line, name) == Some(false));
    }
    let here = || file.new_side().is_some_and(|new| new.functions().iter().any(|function| function.name == name));
    match (went && came, here()) {
        (true, _) => Answer::AtOnce,
        (false, true) => Answer::Later,
        (false, false) => Answer::Unknown,
    }
}

/// Whether a line defines the function `name`, and with a promise.
fn defines(line: &str, name: &str) -> Option<bool> {
    static FUNCTION: Pattern = Pattern::new(
        r"^\s*(?:(?:export|default|public|private|protected|static|override)\s+)*(async\s+)?(?:function\s*\*?\s+|def\s+)([\w$]+)\s*[(<]",
    );
    static VALUE: Pattern =
        Pattern::new(r"^\s*(?:export\s+)?(?:const|let|var)\s+([\w$]+)\s*(?::[^=]+)?=\s*(async\b)?\s*(?:function\b|\(|[\w$]+\s*=>)");
    if FUNCTION.group(line, 2) == Some(name) {
        return Some(FUNCTION.group(line, 1).is_some());
    }
    (VALUE.group(line, 1) == Some(name)).then(|| VALUE.group(line, 2).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_that_promise() {
        for line in ["async function isBanned(req) {", "export const isBanned = async (req) => {", "async def isBanned(req):"] {
            assert_eq!(defines(line, "isBanned"), Some(true), "{line}");
        }
        for line in ["function isBanned(req: Req) {", "export const isBanned = (req) => {", "const isBanned = req => {"] {
            assert_eq!(defines(line, "isBanned"), Some(false), "{line}");
        }
        assert_eq!(defines("if (await isBanned(req)) {", "isBanned"), None);
    }
}
