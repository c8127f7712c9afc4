//! What failed a test and is only said now: `t.Fatalf(…)` -> `t.Logf(…)` with the same words. A part of `assertion-unreached`.

use std::collections::BTreeSet;

use super::assertions::guard_changes;
use crate::analysis::check::{Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::Severity;

/// A longer line is data, and more of them are a rewrite.
const WIDEST: usize = 400;
const MOST: usize = 200;

/// It fails the test; group: what it says.
static FAILS: Pattern = Pattern::new(
    r"^\s*(?:(?:t|b|tb|f|s\.T\(\))\.(?:Fatal|Fatalf|Error|Errorf)|(?:pytest\.|self\.|\$this->|assert\.|Assert\.|Assertions\.|expect\.)?[fF]ail|flunk|XCTFail|panic!)\s*\((.+)\)\s*;?\s*$",
);
/// It says something, and the test goes on.
static TELLS: Pattern = Pattern::new(
    r"^\s*(?:(?:t|b|tb|f|s\.T\(\))\.(?:Log|Logf)|(?:fmt|log)\.Print\w*|(?:logging|logger|log|LOG)\.\w+|print|println|eprintln!|println!|console\.\w+|warnings\.warn|System\.(?:out|err)\.print\w*|Console\.WriteLine|puts|warn|NSLog)\s*\((.+)\)\s*;?\s*$",
);

/// Reports lines that only tell what a line that went failed for.
pub(super) fn report(file: &FileView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    let short = |text: &str| text.len() < WIDEST;
    let squeezed = |text: &str| text.split_whitespace().collect::<String>();
    let said = file.removed().filter(|line| short(line.text)).filter_map(|line| FAILS.group(line.text, 1).map(squeezed));
    let failed: BTreeSet<String> = said.take(MOST).collect();
    if failed.is_empty() {
        return;
    }
    let tells = |text: &str| short(text) && TELLS.group(text, 1).is_some_and(|said| failed.contains(&squeezed(said)));
    let stays = |text: &str| short(text) && FAILS.group(text, 1).is_some_and(|said| failed.contains(&squeezed(said)));
    if side.changed_lines().any(|line| stays(line.text)) {
        return;
    }
    if let Some(line) = side.changed_lines().take(MOST * 10).find(|line| tells(line.text)) {
        let severity = if guard_changes(file) { Severity::High } else { Severity::Medium };
        sink.report(Draft::line(file, side, line.index).title("What failed the test is only written down now").severity(severity));
    }
}
