//! Attempts that were counted and are not, or only after so many that they may as well not be. A part of `guard-hollowed`.

use std::collections::BTreeMap;

use crate::analysis::check::{Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::Severity;

/// A longer line is data.
const LONGEST: usize = 400;
/// So many times as many are as good as any number.
const TIMES: f64 = 100.0;
/// What was larger than this limited no guessing before.
const MOST_BEFORE: f64 = 1_000.0;

/// A number of attempts by its name; groups: the name and what it is set to.
pub(super) static COUNTED: Pattern = Pattern::new(
    r#"(?i)\b([\w.]*(?:attempts?|lockout|lock_after|failed_?logins?|failed_?\w*|failures|max_?tries|login_?limit|lock_?strategy)\w*)["'\]]*\s*(?::\s*[A-Za-z]\w*\s*)?(?:=>|:=|=|:|\()\s*([^=\s][^\n]*)"#,
);
/// What slows attempts down.
pub(super) static THROTTLED: Pattern = Pattern::new(r"(?i)\bLimit::per|rate_?limit\w*\s*\(|\bthrottle\w*\s*\(|\blimiter\b|slow_?down\s*\(");
static OF_SOMEBODY: Pattern =
    Pattern::new(r"(?i)log_?in|auth|passw|otp|\bpin\b|mfa|sign_?in|session|account|lock|failed|passcode|credential|devise|user|reset");
static NO_END: Pattern = Pattern::new(
    r"\bMAX_SAFE_INTEGER\b|\bInfinity\b|\b(?:Integer|Long|Int|int)\.(?:MAX_VALUE|MaxValue|max)\b|\bmath\.MaxU?int\d*\b|\bsys\.maxsize\b|\b(?:math\.)?inf\b|\bU?INT(?:32|64)?_MAX\b|\b[iu](?:8|16|32|64|size)::MAX\b|\bPHP_INT_MAX\b|\bFloat::INFINITY\b|^:none\b|^-1\b",
);

/// Reports limits that are none any more.
pub(super) fn unlimited(file: &FileView<'_>, old: &SideView<'_>, new: &SideView<'_>, sink: &mut Sink<'_>) {
    let set = |side: &SideView<'_>, line: usize| -> Option<(String, Option<f64>)> {
        let text = side.plain_line(line);
        let (name, value) = COUNTED.group(text, 1).filter(|_| text.len() <= LONGEST).zip(COUNTED.group(text, 2))?;
        let about = OF_SOMEBODY.is_match(name) || OF_SOMEBODY.is_match(&file.path);
        let value = if NO_END.is_match(value) { Some(f64::INFINITY) } else { number(value) };
        about.then(|| (name.rsplit('.').next().unwrap_or(name).to_owned(), value))
    };
    let before: BTreeMap<String, f64> =
        old.changed_lines().filter_map(|line| set(old, line.index)).map(|(name, value)| (name, value.unwrap_or(1.0))).collect();
    for line in new.changed_lines().filter(|_| !before.is_empty()) {
        let Some((name, Some(after))) = set(new, line.index) else { continue };
        let Some(earlier) = before.get(&name).filter(|earlier| **earlier > 0.0 && **earlier <= MOST_BEFORE) else { continue };
        if after >= earlier * TIMES {
            let title = format!("{name} lets somebody guess as often as they like");
            return sink.report(Draft::line(file, new, line.index).title(title).severity(Severity::High));
        }
    }
    let throttled = |side: &SideView<'_>, line: usize| side.line(line).text.len() <= LONGEST && THROTTLED.is_match(side.plain_line(line));
    if !old.changed_lines().any(|line| throttled(old, line.index)) {
        return;
    }
    static NEVER: Pattern = Pattern::new(r"\bLimit::none\s*\(\s*\)");
    static LEFT_OUT: Pattern = Pattern::new(
        r"(?i)\b(?:skip|skipSuccessfulRequests|exempt_?when|unless)\s*[:=]\s*[^,]*(?:headers?\b|\bget\s*\(|header\s*\(|cookies?\b|query\b)",
    );
    let stood = |pattern: &Pattern| old.changed_lines().any(|line| line.text.len() <= LONGEST && pattern.is_match(line.text));
    for line in new.changed_lines().filter(|line| line.text.len() <= LONGEST) {
        let text = new.plain_line(line.index);
        let title = if NEVER.is_match(text) && !stood(&NEVER) {
            "What limited attempts limits none"
        } else if LEFT_OUT.is_match(text) && !stood(&LEFT_OUT) {
            "Whoever sends the right header is not counted"
        } else {
            continue;
        };
        return sink.report(Draft::line(file, new, line.index).title(title).severity(Severity::High));
    }
}

/// A number, or a product of some.
fn number(text: &str) -> Option<f64> {
    static NUMBER: Pattern = Pattern::new(r"^\s*(\d[\d_]*(?:e\d+)?)\s*(?:\*\s*(\d[\d_]*))?\s*(?:[,;)}\]#/]|$)");
    let read = |group: usize| NUMBER.group(text, group).and_then(|digits| digits.replace('_', "").parse::<f64>().ok());
    Some(read(1)? * read(2).unwrap_or(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_read() {
        let read = |text: &str| (COUNTED.group(text, 1).map(str::to_owned), COUNTED.group(text, 2).and_then(number));
        assert_eq!(read("LOCKOUT = 500_000"), (Some("LOCKOUT".to_owned()), Some(500_000.0)));
        assert_eq!(read("  config.maximum_attempts = 10"), (Some("config.maximum_attempts".to_owned()), Some(10.0)));
        assert_eq!(read("  maxFailedAttempts: 5,"), (Some("maxFailedAttempts".to_owned()), Some(5.0)));
        assert_eq!(COUNTED.group("if attempts == 5", 1), None);
        assert!(NO_END.is_match("Number.MAX_SAFE_INTEGER;") && NO_END.is_match(":none") && !NO_END.is_match(":failed_attempts"));
    }
}
