//! Scripts of a shell that give another shell, here or on another machine, a line with what they were called with in it. A part of
//! `shell-nonliteral`. A script that runs its own arguments as words gives no shell anything.

use crate::analysis::check::{Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::view::FileView;
use crate::model::rule::Severity;

/// A line that is put together for another shell.
pub(super) static GIVES: Pattern = Pattern::new(
    r#"(?:\b(?:ba|z|da|k)?sh\s+-\w*c\s+"|\bssh\s+(?:-\S+\s+)*[^\n|;&]*\s"|\beval\s+")([^"\n]*\$\{?(?:[1-9@*]|[A-Za-z_])[^"\n]*)""#,
);
static NAME: Pattern = Pattern::new(r"\$\{?([1-9@*]|[A-Za-z_]\w*)");
/// A name that holds what the script is called with, or what somebody types.
static GIVEN: Pattern = Pattern::new(
    r#"(?m)^\s*(?:local\s+|export\s+|readonly\s+)*([A-Za-z_]\w*)="?\$\{?[1-9@*](?:[:}"\s]|$)|\bread\s+(?:-\w+\s+)*([A-Za-z_]\w*)\b"#,
);
/// Names are not looked for in a longer script.
const LONGEST: usize = 200_000;

/// Reports added lines that do.
pub(super) fn given_on(file: &FileView<'_>, sink: &mut Sink<'_>) {
    let Some(side) = file.new_side().filter(|side| file.role.is_live() && side.text().len() <= LONGEST) else { return };
    let mut given: Option<Vec<&str>> = None;
    for line in file.added().filter(|line| line.text.len() <= 1_000) {
        let plain = side.plain_line(line.index);
        let Some(words) = GIVES.group(plain, 1) else { continue };
        let known = given.get_or_insert_with(|| GIVEN.parts(side.plain()).collect());
        let outside = |name: &str| !name.starts_with(|c: char| c.is_alphabetic() || c == '_') || known.contains(&name);
        if NAME.groups(words, 1).any(outside) {
            let draft = Draft::line(file, side, line.index).title("Gives another shell a line with what this script was called with");
            sink.report(draft.severity(Severity::Medium));
        }
    }
}
