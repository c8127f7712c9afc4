//! Assertions that stood where they were reached, and stand behind what raises, or are questions whose answer nobody waits for. No rule of its
//! own.

use std::collections::BTreeSet;

use super::assertions::guard_changes;
use crate::analysis::check::{Draft, Sink};
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::statements::Statement;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::Severity;

/// The head of a block that must raise.
static RAISES: Pattern = Pattern::new(
    r"^\s*(?:async\s+)?with\s.*\b(?:raises|assertRaises\w*)\s*\(|\bassert_raises?\b.*(?:\bdo\b|\{|->)|\bassertThrows\w*\s*[(<\[]|\bassertThatThrownBy\s*\(|\bassertFailsWith\b|\b[sS]houldThrow\w*\b|\bassert(?:ThatException|ThatIllegal)\w*\b|\bAssert\.(?:Throws|Catch)\w*\b|\bassert\.(?:throws|rejects)\s*\(|\b(?:EXPECT|ASSERT)_(?:ANY_)?THROW\b|\bintercept\s*\[|\bXCTAssertThrowsError\s*\(",
);
/// The same where only the end of the block says so.
static ASKED: Pattern = Pattern::new(r"^\s*(?:await\s+|return\s+)?expect\s*(?:\(.*(?:=>|function\b)|\{|do\b)");
static MUST_RAISE: Pattern = Pattern::new(r"\braise_error\b|\.toThrow|\.rejects\b|\bto\.throw\b");
/// What asks and must be waited for.
static LATER: Pattern = Pattern::new(
    r"^expect\s*\([\s\S]*\)\s*\.(?:rejects|resolves|eventually)\b|^expect\s*\([\s\S]*\.to\.be\.(?:rejected|fulfilled)|^assert\.(?:rejects|doesNotReject)\s*\(|^Assert\.\w*(?:Throws|Catch)\w*Async\b|\.Should\(\)\.(?:Not)?Throw\w*Async\b",
);
/// A longer statement is no assertion, and more of them are a suite.
const LONGEST: usize = 1_000;
const MOST: usize = 1_000;

/// Reports both; `asserting` says of each statement of `side` whether it asserts.
pub(super) fn report(file: &FileView<'_>, side: &SideView<'_>, asserting: &[bool], sink: &mut Sink<'_>) {
    let Some(old) = file.old() else { return };
    let statements = side.statements();
    let came = |at: &usize| {
        let one = statements.get(*at).filter(|_| asserting.get(*at).copied().unwrap_or(false));
        one.is_some_and(|one| one.bytes.len() <= LONGEST && side.touches(one.first_line, one.last_line))
    };
    let came: Vec<usize> = (0..statements.len()).filter(came).take(MOST).collect();
    let behind: Vec<usize> = came.iter().copied().filter(|at| is_behind(side, *at)).collect();
    let later: Vec<usize> = came
        .into_iter()
        .filter(|at| statements.get(*at).is_some_and(|one| waits(file.language, side) && LATER.is_match(side.plain_of(one).trim())))
        .collect();
    if behind.is_empty() && later.is_empty() {
        return;
    }
    let went = |one: &&Statement| one.bytes.len() <= LONGEST + 10 && old.touches(one.first_line, one.last_line);
    let went: BTreeSet<&str> = old
        .statements()
        .iter()
        .enumerate()
        .filter(|(at, one)| went(one) && !is_behind(old, *at))
        .map(|(_, one)| bare(old.plain_of(one)))
        .take(MOST)
        .collect();
    let severity = if guard_changes(file) { Severity::High } else { Severity::Medium };
    for at in behind {
        let Some(one) = statements.get(at).filter(|one| went.contains(bare(side.plain_of(one)))) else { continue };
        let title = "An assertion stands behind a call that must raise, so that nothing reaches it";
        sink.report(Draft::line(file, side, one.first_line).title(title).severity(severity));
    }
    for at in later {
        let Some(one) = statements.get(at) else { continue };
        let said = bare(side.plain_of(one));
        if ["await ", "return "].iter().any(|word| went.contains(format!("{word}{said}").as_str())) {
            let title = "The test ends before this is answered: nobody waits for it any more";
            sink.report(Draft::line(file, side, one.first_line).title(title).severity(severity));
        }
    }
}

/// Whether the statement at `at` ends a block that must raise, behind something that is called there.
fn is_behind(side: &SideView<'_>, at: usize) -> bool {
    let statements = side.statements();
    let Some((one, parent)) = statements.get(at).and_then(|one| Some((one, one.parent?))) else { return false };
    let Some(head) = statements.get(parent).filter(|head| head.bytes.len() <= LONGEST && one.end >= head.end) else { return false };
    let code = side.code_of(head);
    let called = statements.get(parent + 1..at).is_some_and(|above| above.iter().take(50).any(|above| side.code_of(above).contains('(')));
    let ends = || (one.last_line..side.len().min(one.last_line + 3)).any(|line| MUST_RAISE.is_match(side.line(line).code()));
    called && (RAISES.is_match(code) || ASKED.is_match(code) && ends())
}

/// Whether such questions of this file must be waited for; NUnit answers them at once.
fn waits(language: Language, side: &SideView<'_>) -> bool {
    match language {
        Language::JavaScript | Language::TypeScript => true,
        Language::CSharp => !side.text().contains("using NUnit"),
        _ => false,
    }
}

fn bare(text: &str) -> &str {
    text.trim().trim_end_matches(';').trim_end()
}
