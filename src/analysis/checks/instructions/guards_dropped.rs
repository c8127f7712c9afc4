//! Instructions that have an agent pass by what guards: checks for security, reviews, tests, hooks. A part of `instruction-order`.

use super::passages::{Stand, of_file};
use super::phrases::negated;
use crate::analysis::check::{Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::view::FileView;
use crate::model::rule::Severity;

/// What looks for weaknesses is left out.
static SKIPS: Pattern = Pattern::new(
    r"(?i)\b(?:skip|bypass|disable|ignore|omit|suppress|turn\s+off|leave\s+out)\s+(?:(?:all|any|the|every|these|those|our)\s+)?(?:\w+\s+)?security[- ](?:checks?|scans?|scanners?|scanning|reviews?|audits?|warnings?|findings?|alerts?|tests?|gates?)\b",
);
/// A verdict before anything was read.
static APPROVES: Pattern = Pattern::new(
    r"(?i)\b(?:always|automatically|blindly)\s+(?:approve|merge)\s+(?:\w+\s+){0,3}(?:prs?|pull\s+requests?|merge\s+requests?|changes?|commits?|patch\w*)\b|\b(?:approve|merge)\b[^.]{0,40}\bwithout\s+(?:any\s+|a\s+|further\s+)?(?:human\s+)?(?:review\w*|reading|looking|checking)\b",
);
static NO_VERIFY: Pattern = Pattern::new(r"(?i)--no-verify\b");
/// What says that it must not be.
static FORBIDS: Pattern = Pattern::new(
    r"(?i)\b(?:never|not|don.t|do\s+not|must\s+not|avoid|without|forbid\w*|forbidden|prohibit\w*|disallow\w*|refuse\w*|reject\w*|block\w*|banned|no\s+use\s+of|instead\s+of|rather\s+than|unless|only\s+(?:if|when)|denied|deny)\b",
);
/// Tests, checks or hooks run before anything goes on.
static ALWAYS: Pattern = Pattern::new(
    r"(?i)\b(?:always|must|ensure|make\s+sure|be\s+sure|before\s+(?:each|every|you|any|committing|pushing|opening|merging|submitting))\b[^.]{0,60}\b(?:tests?|test\s+suite|checks?|lint\w*|hooks?)\b|\b(?:run|execute)\b[^.]{0,40}\b(?:tests?|test\s+suite|checks?|lint\w*|hooks?)\b[^.]{0,40}\b(?:always|before|every|each)\b",
);
/// They do not run.
static NEVER: Pattern = Pattern::new(
    r"(?i)\b(?:never|do\s+not|don.t|no\s+need\s+to|need\s+not|skip|avoid)\s+(?:run(?:ning)?\s+|execut(?:e|ing)\s+)?(?:(?:the|any|all|your|our)\s+)?(?:(?:unit|full|integration|whole)\s+)?(?:tests?|test\s+suite|checks?|lint\w*|hooks?)\b(?:\s+(?:before|when|for|on|again|after|locally|at)\b|\s*[.,;]|\s*$)",
);

/// Reports what the new side says.
pub(super) fn report(file: &FileView<'_>, sink: &mut Sink<'_>) {
    let Some(side) = file.new_side() else { return };
    for passage in of_file(file).iter().filter(|passage| passage.stand == Stand::Instructions) {
        let text = &passage.text;
        let said = |pattern: &Pattern| pattern.find(text).filter(|range| !negated(text, range) && !passage.is_quoted(range));
        let found = said(&SKIPS)
            .map(|range| (range, "Instructions tell an agent to pass by what looks for weaknesses"))
            .or_else(|| said(&APPROVES).map(|range| (range, "Instructions tell an agent to let changes pass that nobody read")));
        if let Some((range, title)) = found {
            sink.report(Draft::line(file, side, passage.line(range.start)).title(title).severity(Severity::Medium));
        }
    }
    unguarded(file, sink);
}

/// A line that had tests, checks or hooks run went, and one that says the opposite came.
fn unguarded(file: &FileView<'_>, sink: &mut Sink<'_>) {
    let Some(side) = file.new_side() else { return };
    let short = |text: &str| text.len() < 600;
    let asked = |text: &str| short(text) && ALWAYS.is_match(text) && !NEVER.is_match(text);
    let went = file.removed().any(|line| asked(line.text)) && !file.added().any(|line| asked(line.text));
    for line in file.added().filter(|line| short(line.text)) {
        let never = went && NEVER.find(line.text).is_some();
        let past = NO_VERIFY.is_match(line.text)
            && !FORBIDS.is_match(NO_VERIFY.find(line.text).map_or("", |range| around(line.text, range.start)));
        if never || past {
            let title = if never {
                "Instructions tell an agent to leave out the tests or checks that it had to run"
            } else {
                "Instructions tell an agent to commit past the hooks"
            };
            let severity = if went { Severity::Medium } else { Severity::Low };
            sink.report(Draft::line(file, side, line.index).title(title).severity(severity));
            return;
        }
    }
}

/// The sentence of a line that holds the byte `at`.
fn around(line: &str, at: usize) -> &str {
    let start = line.get(..at).and_then(|before| before.rfind(['.', ';', '!'])).map_or(0, |dot| dot + 1);
    let end = line.get(at..).and_then(|after| after.find([';', '!'])).map_or(line.len(), |dot| at + dot);
    line.get(start..end).unwrap_or(line)
}
