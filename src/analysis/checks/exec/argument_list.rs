//! A shell of .NET that is given its line word by word: `ArgumentList.Add("-c")`, and then a text with values in it. A part of `shell-nonliteral`.

use crate::analysis::check::{Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::Words;
use crate::analysis::view::FileView;
use crate::model::rule::Severity;

/// The word by which a shell takes its line.
static OPENS: Pattern = Pattern::new(r#"\bArgumentList\.Add\s*\(\s*"(?:-[a-z]*c|/[cCkK]|-[cC]ommand)"\s*\)"#);
/// A text with a value in it, or a value.
static LINE: Pattern = Pattern::new(
    r#"\bArgumentList\.Add\s*\(\s*(?:(?:\$@?|@\$)"[^"\n]*\{|"[^"\n]*"\s*\+|[a-z_]\w*\s*\)|(?:string|String)\.(?:Format|Concat|Join)\s*\()"#,
);
static SHELL: Pattern = Pattern::new(r#""(?:/usr)?(?:/bin/)?(?:(?:ba|z|da|k)?sh|cmd(?:\.exe)?|powershell(?:\.exe)?|pwsh)""#);
/// More statements above the word are not read for the shell.
const NEAR: usize = 12;
/// A longer statement is data.
const LONGEST: usize = 2_000;

/// What such a list is called by.
pub(super) fn words() -> Words {
    Words::of([&OPENS])
}

/// Reports a line with values that a shell is given.
pub(super) fn report(file: &FileView<'_>, sink: &mut Sink<'_>) {
    let Some(side) = file.new_side().filter(|_| file.role.is_live()) else { return };
    let statements = side.statements();
    for (at, pair) in statements.windows(2).enumerate() {
        let [opens, line] = pair else { continue };
        let short = opens.bytes.len() <= LONGEST && line.bytes.len() <= LONGEST;
        if !short || !side.touches(line.first_line, line.last_line) || !OPENS.is_match(side.plain_of(opens)) {
            continue;
        }
        let above = statements.get(at.saturating_sub(NEAR)..at).unwrap_or_default();
        let shell = || above.iter().filter(|one| one.bytes.len() <= LONGEST).any(|one| SHELL.is_match(side.plain_of(one)));
        if LINE.is_match(side.plain_of(line)) && shell() {
            sink.report(Draft::lines(file, side, line.first_line, line.last_line).severity(Severity::Medium));
        }
    }
}
