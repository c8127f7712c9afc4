//! An error that failed a test of Go where it came, and that is thrown away now. A part of `test-disarmed`.

use crate::analysis::check::{Draft, Sink};
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::Severity;

/// More lines of them are a rewrite.
const MOST: usize = 200;
/// How far below a call its error is asked about.
const BELOW: usize = 4;

/// Reports calls whose error was asked about.
pub(super) fn report(file: &FileView<'_>, old: &SideView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    static KEPT: Pattern = Pattern::new(r"^\s*[\w.,\s]*\berr\w*\s*:?=\s*(\S.*\))\s*$");
    static AWAY: Pattern = Pattern::new(r"^\s*\w+(?:\s*,\s*\w+)*\s*,\s*_\s*:?=\s*(\S.*\))\s*$");
    static ASKED: Pattern = Pattern::new(r"\bif\s+err\w*\s*!=\s*nil|\b(?:require|assert)\.(?:NoError|Nil|ErrorIs|Error)\w*\(");
    if file.language != Language::Go {
        return;
    }
    let asked = |at: usize| {
        let mut below = (at..old.len().min(at + BELOW)).map(|at| old.line(at));
        below.any(|line| line.changed && ASKED.is_match(line.code()))
    };
    let kept = old.changed_lines().filter(|line| line.text.len() < 400 && asked(line.index));
    let went: Vec<&str> = kept.filter_map(|line| KEPT.group(line.text, 1)).take(MOST).collect();
    if went.is_empty() {
        return;
    }
    let away = |text: &str| AWAY.group(text, 1).is_some_and(|call| text.len() < 400 && went.contains(&call));
    if let Some(line) = side.changed_lines().take(MOST * 10).find(|line| away(line.text)) {
        let draft = Draft::line(file, side, line.index).title("An error that failed the test is thrown away");
        sink.report(draft.severity(Severity::Low));
    }
}
