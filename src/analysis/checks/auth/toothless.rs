//! Checks that only tell: a helper that the change brings refuses nobody, and what it answers is thrown away. A part of `guard-removed`.

use std::collections::HashMap;
use std::rc::Rc;

use super::refusal::is_of_somebody;
use crate::analysis::pattern::Pattern;
use crate::analysis::view::FileView;
use crate::model::diff::{FileDiff, LineKind};

/// Changes with more files than this are not looked through for the helper.
const MOST_FILES: usize = 300;
/// A helper is read up to so many lines.
const MOST_LINES: usize = 60;

/// A call that stands alone; group: what is called.
static ALONE: Pattern = Pattern::new(r"^\s*(?:await\s+)?(?:\$?\w+(?:\.|::|->))*(\w+[!?]?)\s*\(.*\)\s*;?\s*$");
static DEFINED: Pattern = Pattern::new(
    r"^(\s*)(?:(?:export|default|pub(?:\([^)]*\))?|public|private|protected|internal|static|async|final|suspend)\s+)*(?:def|fn|func|fun|function)\s+(?:\([^)]*\)\s*)?(?:self\.)?(\w+[!?]?)|^(?:(?:static|inline|extern|[A-Z_]{4,})\s+)*(?:void|int|bool)\s+(\w+)\s*\([^;{}]*\)\s*$",
);
/// What ends more than the helper itself, or answers the request.
static ENDS: Pattern = Pattern::new(
    r"(?i)\b(?:raise|throw|panic|abort\w*|die|exit|halt|bail|fail\w*|reject|redirect\w*|render|head|deny|denied|forbid\w*|unauthori[sz]ed|authori[sz]e\w*|require\w*|assert\w*|ensure\w*|enforce\w*|unwrap|expect|sendError|respond\w*)\b|\?\s*;|\b(?:res|resp|response|reply|ctx|call|c|w|http)\.\w+\s*\(",
);

/// A line of a helper that turns somebody away, and one on which it ends without.
static THROWS: Pattern = Pattern::new(r"^\s*(?:raise|throw)\b");
static LEAVES_QUIETLY: Pattern = Pattern::new(r"\breturn\s*(?:;|$|(?:None|nil|null|undefined|[Tt]rue)\b)");
static ABORTS: Pattern = Pattern::new(r"\babort\s*\(\s*40[13]\b");

/// Where the change brings a function of a name: its files and the lines of their diffs, the first of each file.
struct Defined(HashMap<String, Vec<(usize, usize)>>);

/// The functions that the change brings; none of a change with more files than are looked through.
fn defined(file: &FileView<'_>) -> Rc<Defined> {
    file.shared(|file| {
        let files = &file.change.patch.files;
        let mut found: HashMap<String, Vec<(usize, usize)>> = HashMap::new();
        for (at, text) in files.iter().enumerate().filter(|_| files.len() <= MOST_FILES).filter_map(|(at, one)| Some((at, one.text()?))) {
            for (index, line) in text.lines.iter().enumerate().filter(|(_, line)| line.kind == LineKind::Added) {
                let head = text.text(line);
                let Some(name) = DEFINED.group(head, 2).or_else(|| DEFINED.group(head, 3)) else { continue };
                let known = found.entry(name.to_owned()).or_default();
                if known.last().is_none_or(|(last, _)| *last != at) {
                    known.push((at, index));
                }
            }
        }
        Defined(found)
    })
}

/// The lines of a function below its head, and whether they are all of it.
struct Inside<'l> {
    lines: Vec<&'l str>,
    whole: bool,
}

impl<'l> Inside<'l> {
    /// Of the function whose head is the first of these lines, each with its number and whether it is new.
    fn of(mut lines: impl Iterator<Item = (u32, &'l str, bool)>) -> Self {
        // Behind a new line a hunk ends only where the file does.
        let mut inside = Self { lines: Vec::new(), whole: true };
        let Some((mut last, head, _)) = lines.next() else { return inside };
        let indent = |line: &str| line.len() - line.trim_start().len();
        let deep = indent(head);
        for (number, line, new) in lines.take(MOST_LINES) {
            let (text, out) = (line.trim_start(), !line.trim().is_empty() && indent(line) <= deep);
            if number != last + 1 {
                return inside;
            }
            if out && !text.starts_with(['}', ')', '{']) {
                return Self { whole: true, ..inside };
            }
            inside.lines.push(line);
            if out && text.starts_with('}') {
                return Self { whole: true, ..inside };
            }
            (last, inside.whole) = (number, new);
        }
        inside
    }

    /// As the change leaves it.
    fn shown(file: &'l FileView<'_>, (at, index): (usize, usize)) -> Self {
        let Some(text) = file.change.patch.files.get(at).and_then(FileDiff::text) else { return Self::of(std::iter::empty()) };
        let stands = text.lines.iter().skip(index).filter(|line| line.kind != LineKind::Removed);
        Self::of(stands.map(|line| (line.new, text.text(line), line.kind == LineKind::Added)))
    }

    /// Whether a line is one of those; `None` where there is none, or the rest is not shown.
    fn says(&self, is_one: impl Fn(&str) -> bool) -> Option<bool> {
        let found = self.lines.iter().any(|line| is_one(line));
        (found || self.whole && !self.lines.is_empty()).then_some(found)
    }
}

/// Whether a helper that `code` calls for nothing but itself can refuse; `None` when the change does not bring that helper.
#[must_use]
pub fn refuses(file: &FileView<'_>, code: &str) -> Option<bool> {
    let name = ALONE.group(code, 1)?;
    defined(file).0.get(name)?.iter().find_map(|head| Inside::shown(file, *head).says(|line| ENDS.is_match(line)))
}

/// Whether a helper that the change brings, and that `code` calls for nothing but itself, is seen to turn somebody away: it says so in its own
/// words.
#[must_use]
pub fn turns_away(file: &FileView<'_>, code: &str) -> bool {
    let throws = |line: &str| is_of_somebody(line) && THROWS.is_match(line) || ABORTS.is_match(line);
    let defined = defined(file);
    let Some(heads) = ALONE.group(code, 1).and_then(|name| defined.0.get(name)) else { return false };
    let any = |is_one: &dyn Fn(&str) -> bool| heads.iter().any(|head| Inside::shown(file, *head).says(is_one) == Some(true));
    // One that may leave before it is seen to do so only sometimes.
    any(&throws) && !any(&|line| LEAVES_QUIETLY.is_match(line))
}

/// Whether a helper that the change brings, and that `code` calls for nothing but itself, ends what runs whatever it is given: it throws at
/// once, or ends the program of C.
#[must_use]
pub fn ends_all(file: &FileView<'_>, code: &str) -> bool {
    static LAST: Pattern = Pattern::new(r"(?:^|[;{])\s*(?:_?exit|abort)\s*\([^()]*\)\s*;\s*\}?\s*$");
    static GOES: Pattern = Pattern::new(r"\b(?:return|goto|longjmp|if|while|for|switch)\b|^\s*#");
    /// Nothing stands before it.
    static AT_ONCE: Pattern = Pattern::new(r"^[\s{]*(?:throw\b|raise\b|panic!?\s*\()");
    let Some(body) = ALONE.group(code, 1).and_then(|name| written(file, name)) else { return false };
    if AT_ONCE.is_match(&body) {
        return true;
    }
    !body.lines().any(|line| GOES.is_match(line)) && LAST.is_match(&body.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// The body of a function as the change brings it, without its head's first line; `None` where it brings none, or several.
#[must_use]
pub fn written(file: &FileView<'_>, name: &str) -> Option<String> {
    let defined = defined(file);
    let [head] = defined.0.get(name)?.as_slice() else { return None };
    let mut body = Inside::shown(file, *head).lines.join("\n");
    body.push('\n');
    Some(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ends(text: &str) -> Option<bool> {
        let numbered = (1..).zip(text.lines());
        Inside::of(numbered.map(|(number, line)| (number, line, true))).says(|line| ENDS.is_match(line))
    }

    #[test]
    fn helpers_that_end_and_that_only_answer() {
        assert_eq!(ends("def check_owner(a, b):\n    if a != b:\n        return False\n    return True\n"), Some(false));
        assert_eq!(ends("def check_owner(a, b):\n    if a != b:\n        raise Denied()\n"), Some(true));
        assert_eq!(ends("def check_owner(a, b):\n    log(a)\ndef other():\n    raise Denied()\n"), Some(false));
        assert_eq!(ends("function check_owner(a) {\n  if (!a) res.status(403).end()\n}\n"), Some(true));
        assert_eq!(ends("def check_owner():\n"), None);
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
