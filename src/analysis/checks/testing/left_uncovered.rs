//! Code that is counted no more when it is asked what tests reach. A part of `coverage-lowered`.

use super::assertions::guards;
use crate::analysis::check::{Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::Severity;

/// A list of what is not counted, and what stands behind its name.
static LIST: Pattern = Pattern::new(r#"^\s*["']?(?:omit|coveragePathIgnorePatterns|sonar\.coverage\.exclusions)["']?\s*[:=]\s*(.*)$"#);
/// The words of it.
pub(super) const LISTS: [&str; 3] = ["omit", "coveragepathignorepatterns", "coverage.exclusions"];
/// What nobody expects tests to reach.
static BESIDE: Pattern = Pattern::new(
    r"(?i)test|spec\b|migrations?|setup\.py|__init__|__main__|_?version|vendor|third_party|generated|_pb2|\.pb\.|node_modules|\bdist\b|\bbuild\b|venv|site-packages|\bdocs?\b|examples?|fixtures?|mocks?|stories|\.d\.ts|\btypes\b|config|settings|scripts?|manage\.py|[aw]sgi|alembic|bench|\btmp\b|/usr/|\.tox|\bcli\b|\bindex\.",
);
/// A longer list is data.
const LONGEST: usize = 40;

/// Reports what the change adds to such lists.
pub(super) fn report(file: &FileView<'_>, old: &SideView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    let Some((first, rest)) = side.lines().find_map(|line| Some((line.index, LIST.group(line.text, 1)?))) else { return };
    let open = rest.contains('[') && !rest.contains(']') || rest.trim().is_empty();
    let last = if open { (first + LONGEST).min(side.len()) } else { first + 1 };
    for at in first..last {
        let text = if at == first { rest } else { side.line(at).text };
        if at > first && (LIST.is_match(side.line(at).text) || text.trim_start().starts_with('[')) {
            return;
        }
        let named = text.split(['"', '\'', ',', '[', ']', ' ', '\t']).map(str::trim);
        let new = |one: &&str| one.len() > 2 && one.contains(['/', '.', '*']) && !BESIDE.is_match(one) && !old.text().contains(*one);
        if let Some(one) = named.into_iter().find(new).filter(|_| side.is_changed(at)) {
            let severity = if guards(one) { Severity::Medium } else { Severity::Low };
            let title = format!("Whether tests reach `{one}` is asked no more");
            sink.report(Draft::line(file, side, at).title(title).severity(severity));
            return;
        }
        if at > first && (text.contains(']') || !text.starts_with([' ', '\t'])) {
            return;
        }
    }
}
