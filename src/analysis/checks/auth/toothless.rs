//! Checks that only tell: a helper that the change brings refuses nobody, and what it answers is thrown away. A part of `guard-removed`.

use super::refusal::is_of_somebody;
use crate::analysis::pattern::Pattern;
use crate::analysis::view::FileView;

/// Changes with more files than this are not looked through for the helper.
const MOST_FILES: usize = 300;
/// A helper is read up to so many lines.
const MOST_LINES: usize = 60;

/// A call that stands alone; group: what is called.
static ALONE: Pattern = Pattern::new(r"^\s*(?:await\s+)?(?:\$?\w+(?:\.|::|->))*(\w+[!?]?)\s*\(.*\)\s*;?\s*$");
static DEFINED: Pattern = Pattern::new(
    r"^(\s*)(?:(?:export|default|pub(?:\([^)]*\))?|public|private|protected|internal|static|async|final|suspend)\s+)*(?:def|fn|func|fun|function)\s+(?:\([^)]*\)\s*)?(?:self\.)?(\w+[!?]?)",
);
/// What ends more than the helper itself, or answers the request.
static ENDS: Pattern = Pattern::new(
    r"(?i)\b(?:raise|throw|panic|abort\w*|die|exit|halt|bail|fail\w*|reject|redirect\w*|render|head|deny|denied|forbid\w*|unauthori[sz]ed|authori[sz]e\w*|require\w*|assert\w*|ensure\w*|enforce\w*|unwrap|expect|sendError|respond\w*)\b|\?\s*;|\b(?:res|resp|response|reply|ctx|call|c|w|http)\.\w+\s*\(",
);

/// A line of a helper that turns somebody away, and one on which it ends without.
static THROWS: Pattern = Pattern::new(r"^\s*(?:raise|throw)\b");
static LEAVES_QUIETLY: Pattern = Pattern::new(r"\breturn\s*(?:;|$|(?:None|nil|null|undefined|[Tt]rue)\b)");
static ABORTS: Pattern = Pattern::new(r"\babort\s*\(\s*40[13]\b");

/// Whether a helper that `code` calls for nothing but itself can refuse; `None` when the change does not bring that helper.
#[must_use]
pub fn refuses(file: &FileView<'_>, code: &str) -> Option<bool> {
    let files = &file.change.patch.files;
    let name = ALONE.group(code, 1).filter(|_| files.len() <= MOST_FILES)?;
    files.iter().find_map(|other| body(other.text()?.added().map(|(_, line)| line), name))
}

/// Whether a helper that the change brings, and that `code` calls for nothing but itself, is seen to turn somebody away: it says so in its own
/// words.
#[must_use]
pub fn turns_away(file: &FileView<'_>, code: &str) -> bool {
    let files = &file.change.patch.files;
    let Some(name) = ALONE.group(code, 1).filter(|_| files.len() <= MOST_FILES) else { return false };
    let throws = |line: &str| is_of_somebody(line) && THROWS.is_match(line) || ABORTS.is_match(line);
    let added = || files.iter().filter_map(|other| other.text());
    let any = |is_one: &dyn Fn(&str) -> bool| added().any(|text| says(text.added().map(|(_, line)| line), name, is_one) == Some(true));
    // One that may leave before it is seen to do so only sometimes.
    any(&throws) && !any(&|line| LEAVES_QUIETLY.is_match(line))
}

/// Whether a line of the function `name` among `lines` ends what runs; `None` when it is not defined there.
fn body<'l>(lines: impl Iterator<Item = &'l str>, name: &str) -> Option<bool> {
    says(lines, name, |line| ENDS.is_match(line))
}

/// Whether a line of the function `name` among `lines` is one of those; `None` when it is not defined there.
fn says<'l>(mut lines: impl Iterator<Item = &'l str>, name: &str, is_one: impl Fn(&str) -> bool) -> Option<bool> {
    let deep = lines.by_ref().find_map(|line| (DEFINED.group(line, 2)? == name).then(|| line.len() - line.trim_start().len()))?;
    let inside = lines.take(MOST_LINES).take_while(|line| {
        let own = line.len() - line.trim_start().len();
        line.trim().is_empty() || own > deep || line.trim_start().starts_with(['}', ')'])
    });
    let mut any = false;
    for line in inside {
        any = true;
        if is_one(line) {
            return Some(true);
        }
    }
    any.then_some(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ends(text: &str) -> Option<bool> {
        body(text.lines(), "check_owner")
    }

    #[test]
    fn helpers_that_end_and_that_only_answer() {
        assert_eq!(ends("def check_owner(a, b):\n    if a != b:\n        return False\n    return True\n"), Some(false));
        assert_eq!(ends("def check_owner(a, b):\n    if a != b:\n        raise Denied()\n"), Some(true));
        assert_eq!(ends("def check_owner(a, b):\n    log(a)\ndef other():\n    raise Denied()\n"), Some(false));
        assert_eq!(ends("function check_owner(a) {\n  if (!a) res.status(403).end()\n}\n"), Some(true));
        assert_eq!(ends("def other():\n    pass\n"), None);
    }

    #[test]
    fn calls_whose_answer_is_thrown_away() {
        for (code, name) in [("    check_owner(a, b)", Some("check_owner")), ("  await this.guard.check(a);", Some("check"))] {
            assert_eq!(ALONE.group(code, 1), name);
        }
        for code in ["if check_owner(a):", "return check_owner(a)", "ok = check_owner(a)", "err := check(a)"] {
            assert_eq!(ALONE.group(code, 1), None, "{code}");
        }
    }
}
