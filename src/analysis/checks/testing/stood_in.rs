//! What a test brought in and asked, replaced by a double of the same name or by a function of the test itself. A part of `subject-mocked`.

use super::assertions::{asserts, guard_changes, subject};
use crate::analysis::check::{Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::role::fold;
use crate::analysis::view::{FileView, LineView, SideView};
use crate::model::rule::Severity;

/// A double that stands for a name of the file; groups: the name.
pub(super) static DOUBLE: Pattern = Pattern::new(
    r"^(?:(?:const|let|var)\s+)?(\w+)\s*=\s*(?:(?:unittest\.)?mock\.)?(?:Magic|Async|NonCallable)?Mock\(|^(?:const|let|var)\s+(\w+)\s*=\s*(?:jest|vi|sinon|td)\.(?:fn|stub|mock|func)\w*\(|^(?:(?:unittest\.)?mock\.)?create_autospec\(",
);
/// A function that the test makes itself.
pub(super) static MADE: Pattern = Pattern::new(
    r"^(?:async\s+)?def\s+(\w+)\(|^(?:async\s+)?function\s+(\w+)\(|^(?:const|let|var)\s+(\w+)\s*=\s*(?:async\s*)?\([^)]*\)\s*=>|^(\w+)\s*=\s*lambda\b",
);
static BROUGHT: Pattern = Pattern::new(r"^\s*(?:from\s+\S+\s+import\b|import\b|(?:const|let|var)\s+.*\brequire\s*\()");
/// More of them are a suite.
const MOST: usize = 50;

/// Reports names that were brought in before and asserted about.
pub(super) fn report(file: &FileView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    let short = |line: &LineView<'_>| line.text.len() < 400;
    let went: Vec<&str> = file.removed().filter(short).map(|line| line.text).filter(|text| BROUGHT.is_match(text)).take(MOST).collect();
    if went.is_empty() {
        return;
    }
    let holds = |text: &str, name: &str| text.split(|sign: char| !sign.is_alphanumeric() && sign != '_').any(|word| word == name);
    let own = subject(&file.path);
    let named = |line: &LineView<'_>| {
        let double = (1..=2).find_map(|group| DOUBLE.group(line.text, group));
        let made = || (1..=4).find_map(|group| MADE.group(line.text, group)).filter(|name| fold(name).replace('_', "") == own);
        double.or_else(made).filter(|name| went.iter().any(|text| holds(text, name))).map(str::to_owned)
    };
    let found = file.added().filter(short).take(MOST * 40).filter_map(|line| Some((line.index, named(&line)?)));
    for (index, name) in found.take(20) {
        let still = side.lines().filter(short).any(|other| BROUGHT.is_match(other.text) && holds(other.text, &name));
        if !still && asked(side, &name, index) {
            let severity = if guard_changes(file) { Severity::High } else { Severity::Medium };
            let title = format!("`{name}`, which this test brought in, is made by the test itself");
            sink.report(Draft::line(file, side, index).title(title).severity(severity));
        }
    }
}

/// Whether the test calls `name` and asserts what comes of it, on that line or on the next ones.
fn asked(side: &SideView<'_>, name: &str, own: usize) -> bool {
    const BELOW: usize = 6;
    let call = format!("{name}(");
    let mut calls = side.lines().filter(|line| line.index != own && line.text.len() < 400 && line.code().contains(&call)).take(100);
    calls.any(|line| (line.index..side.len().min(line.index + BELOW)).any(|at| asserts(side.line(at).code())))
}
