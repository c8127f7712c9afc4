//! What a request names was looked up in a table, and is handed to a function of the file that loads or calls by name. A part of
//! `safe-call-replaced`; pairs of calls that stand on one line are that rule's own.

use super::asked::ASKED;
use super::place::looked_up;
use super::twins::Twin;
use crate::analysis::check::{Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::view::FileView;
use crate::model::rule::Severity;

/// A longer line is data.
const LONGEST: usize = 600;
/// A longer function is no helper, in bytes.
const LONGEST_HELPER: usize = 20_000;

/// Whether a line that went may have looked up what a request names.
pub(super) static TOLD: Pattern = Pattern::new(r"[\w)]\[\s*\$?_?(?:r|req|request|c|ctx|context|params?|query|GET|POST|call|event)\b");

/// Reports calls of `twin` that came; `loads`: what loads or calls by a name.
pub(super) fn report(file: &FileView<'_>, twin: &Twin<'_, '_>, loads: &'static Pattern, sink: &mut Sink<'_>) {
    static CALLED: Pattern = Pattern::new(r"(?:^|[^\w.>:])([A-Za-z_]\w*)\s*\(");
    let short = |text: &str| text.len() <= LONGEST;
    let in_table = |text: &str| ASKED.find_all(text).any(|asked| looked_up(text, asked.start));
    if !twin.removed().any(|(_, text)| short(text) && in_table(text)) {
        return;
    }
    let helps = |name: &str| {
        let helper = twin.new.functions().iter().find(|function| function.name == name);
        let body = helper.and_then(|one| twin.new.plain().get(twin.new.bytes_of(one.first_line, one.last_line)));
        body.is_some_and(|body| body.len() <= LONGEST_HELPER && loads.is_match(body))
    };
    for (line, text) in twin.added().filter(|(_, text)| short(text)) {
        let asked = ASKED.find_all(text).find(|asked| !looked_up(text, asked.start));
        let before = asked.and_then(|asked| text.get(..asked.start)).unwrap_or("");
        if CALLED.groups(before, 1).any(helps) {
            let title = "What a request names was looked up in a table; now it is loaded as it is named";
            return sink.report(Draft::line(file, twin.new, line).title(title).severity(Severity::High));
        }
    }
}
