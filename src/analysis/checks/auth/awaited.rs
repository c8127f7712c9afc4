//! Questions that are no longer awaited: whether what they ask answers at once now. A part of `condition-weakened`.

use std::cell::OnceCell;
use std::collections::BTreeSet;

use crate::analysis::pattern::Pattern;
use crate::analysis::view::FileView;

/// Changes with more files than this are asked only about the file at hand.
const MOST_FILES: usize = 300;
/// A longer line is data.
const LONGEST: usize = 400;

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

/// The functions of a change that promised and answer at once now, looked for when the first question is no longer awaited.
#[derive(Default)]
pub struct AtOnce(OnceCell<BTreeSet<String>>);

impl AtOnce {
    fn names(&self, file: &FileView<'_>) -> &BTreeSet<String> {
        self.0.get_or_init(|| {
            let files = &file.change.patch.files;
            let (mut went, mut came, mut promise) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
            let texts = files.iter().filter(|other| files.len() <= MOST_FILES || other.path() == file.repo_path());
            for text in texts.filter_map(|other| other.text()) {
                let defined =
                    |line: &str, later: bool| defines(line).filter(|(_, promises)| *promises == later).map(|(name, _)| name.to_owned());
                went.extend(text.removed().filter_map(|(_, line)| defined(line, true)));
                came.extend(text.added().filter_map(|(_, line)| defined(line, false)));
                promise.extend(text.added().filter_map(|(_, line)| defined(line, true)));
            }
            went.intersection(&came).filter(|name| !promise.contains(*name)).cloned().collect()
        })
    }
}

/// How what the condition `was` awaits is answered now.
#[must_use]
pub(super) fn answer(file: &FileView<'_>, at_once: &AtOnce, was: &str) -> Answer {
    static AWAITED: Pattern = Pattern::new(r"\bawait\s+\(?(?:[\w$]+\??\.)*([\w$]+)\s*\(");
    let Some(name) = AWAITED.group(was, 1) else { return Answer::Unknown };
    let here = || file.new_side().is_some_and(|new| new.functions().iter().any(|function| function.name == name));
    if at_once.names(file).contains(name) {
        Answer::AtOnce
    } else if here() {
        Answer::Later
    } else {
        Answer::Unknown
    }
}

/// The function that a line defines, and whether with a promise.
fn defines(line: &str) -> Option<(&str, bool)> {
    static FUNCTION: Pattern = Pattern::new(
        r"^\s*(?:(?:export|default|public|private|protected|static|override)\s+)*(async\s+)?(?:function\s*\*?\s+|def\s+)([\w$]+)\s*[(<]",
    );
    static VALUE: Pattern =
        Pattern::new(r"^\s*(?:export\s+)?(?:const|let|var)\s+([\w$]+)\s*(?::[^=]+)?=\s*(async\b)?\s*(?:function\b|\(|[\w$]+\s*=>)");
    if line.len() > LONGEST {
        return None;
    }
    let function = || Some((FUNCTION.group(line, 2)?, FUNCTION.group(line, 1).is_some()));
    function().or_else(|| Some((VALUE.group(line, 1)?, VALUE.group(line, 2).is_some())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_that_promise() {
        for line in ["async function isBanned(req) {", "export const isBanned = async (req) => {", "async def isBanned(req):"] {
            assert_eq!(defines(line), Some(("isBanned", true)), "{line}");
        }
        for line in ["function isBanned(req: Req) {", "export const isBanned = (req) => {", "const isBanned = req => {"] {
            assert_eq!(defines(line), Some(("isBanned", false)), "{line}");
        }
        assert_eq!(defines("if (await isBanned(req)) {"), None);
    }
}
