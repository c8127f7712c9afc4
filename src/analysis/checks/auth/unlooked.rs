//! What somebody shows is handed to a function that decides, and it does not look at it any more. A part of `constant-auth`.
//!
//! Functions are compared with themselves. What is looked at less closely is for the rules about conditions.

use super::grant::grant;
use super::vocabulary::vocabulary;
use crate::analysis::check::{Draft, Sink};
use crate::analysis::checks::vuln::twins::{Twin, twins};
use crate::analysis::pattern::Pattern;
use crate::analysis::view::FileView;
use crate::model::rule::{Confidence, Severity};

/// A header goes on over so many lines.
const TALLEST: usize = 8;
/// A longer header is data.
const LONGEST: usize = 1_000;

/// Names of what somebody shows to be let in.
static SHOWN: Pattern = Pattern::new(
    r"(?i)\b(\w*(?:passw\w*|passphrase|passcode|pwd|secret|token|otp|totp|signature|credentials?|api_?key)|code|pin|mac|sig)\b",
);

/// Reports functions that decide and no longer look at what they are shown.
pub(super) fn report(file: &FileView<'_>, sink: &mut Sink<'_>) {
    for twin in twins(file) {
        let first = twin.is.start;
        let functions = twin.new.functions();
        let at = functions.partition_point(|function| function.first_line < first);
        let Some(function) = functions.get(at).filter(|function| twin.is.contains(&function.first_line)) else { continue };
        if !(vocabulary().answers(&function.name) || vocabulary().permits(&function.name)) {
            continue;
        }
        if let Some(name) = unlooked(&twin).filter(|_| lets_in(&twin)) {
            let title = format!("{} no longer looks at {name}", function.name);
            let draft = Draft::line(file, twin.new, function.first_line).title(title);
            sink.report(draft.severity(Severity::High).confidence(Confidence::Medium));
        }
    }
}

/// The first thing shown that the function used, and now only takes.
fn unlooked<'v>(twin: &Twin<'v, '_>) -> Option<&'v str> {
    let (was, is) = (header(twin.before()), header(twin.after()));
    if was.len() > LONGEST || is.len() > LONGEST {
        return None;
    }
    let mut shown = SHOWN.groups(was.split_once('(').map_or("", |(_, given)| given), 1);
    shown.find(|name| {
        let taken = has(is, name) || has(is, &format!("_{name}"));
        let used = |text: &str, header: &str| text.get(header.len()..).is_some_and(|body| has(body, name));
        taken
            && used(twin.before(), was)
            && !used(twin.after(), is)
            && !has(twin.after().get(is.len()..).unwrap_or(""), &format!("_{name}"))
    })
}

/// A function's text up to where its body begins.
fn header(text: &str) -> &str {
    let mut end = 0;
    for line in text.split_inclusive('\n').take(TALLEST) {
        end += line.len();
        let ends = line.trim_end().ends_with(['{', ':', '=']) || line.contains('(') && line.trim_end().ends_with(')');
        if ends && !line.trim_start().starts_with(['@', '#', '[']) {
            break;
        }
    }
    text.get(..end).unwrap_or(text)
}

/// Whether `name` stands in `text` as a word.
fn has(text: &str, name: &str) -> bool {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == name)
}

/// Whether it still says yes to somebody: one that refuses everybody needs to look at nothing.
fn lets_in(twin: &Twin<'_, '_>) -> bool {
    twin.is.clone().any(|line| grant(twin.new.plain_line(line), twin.new.line(line).code()).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_end_where_bodies_begin() {
        assert_eq!(header("func check(a,\n\tb string) bool {\n\treturn a == b\n}\n"), "func check(a,\n\tb string) bool {\n");
        assert_eq!(header("def check(a, token):\n    return True\n"), "def check(a, token):\n");
        assert_eq!(header("def check(a, token)\n  token\nend\n"), "def check(a, token)\n");
    }
}
