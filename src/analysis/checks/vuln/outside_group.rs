//! A new route that stands outside of the group to which its address belongs, and so without what that group asks; and procedures of tRPC
//! that anybody may call beside others that ask. A part of `unguarded-route`.

use crate::analysis::check::{Draft, Sink};
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::Words;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::Severity;

/// A group of Laravel with what it asks and what its addresses begin with; groups: either order of both.
static GROUP: Pattern = Pattern::new(
    r#"middleware\s*\(([^;{}]{1,200}?)\)\s*->[^;{}]{0,200}?prefix\s*\(\s*["']/?([\w-]+)|prefix\s*\(\s*["']/?([\w-]+)["'/][^;{}]{0,200}?middleware\s*\(([^;{}]{1,200}?)\)"#,
);
static ASKS: Pattern = Pattern::new(r"(?i)\bauth|\bcan:|role:|permission:|admin|verified");
/// A route at the start of a line; group: its address.
static ROUTE: Pattern = Pattern::new(r#"^Route::(?:get|post|put|patch|delete|any|resource|apiResource)\(\s*["']/?([\w/{}.-]+)["']"#);
/// A procedure that anybody may call; group: its name.
static OPEN: Pattern = Pattern::new(r"^\s*(\w+)\s*:\s*(?:public|base|open|anonymous)Procedure\b");
static HELD: Pattern =
    Pattern::new(r"^\s*\w+\s*:\s*(?:protected|private|authed?|authenticated|admin|user|member|owner|team)\w*Procedure\b");
/// What somebody does before they are known.
static BEFORE: Pattern = Pattern::new(
    r"(?i)log_?in|sign_?(?:in|up)|regist|contact|subscri|newsletter|feedback|verify|reset|forgot|request|otp|track|refresh|invite|webhook|callback|submit",
);
static CHANGES: Pattern = Pattern::new(r"\.mutation\s*\(");
/// A procedure goes on over so many lines.
const TALLEST: usize = 12;
const LONGEST: usize = 400;
/// More lines that came are not looked at.
const MOST: usize = 200;

/// Words of which one stands in what is new.
pub(super) fn words() -> Words {
    Words::of([&OPEN, &ROUTE])
}

/// Reports such routes.
pub(super) fn report(file: &FileView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    let found = match file.language {
        Language::Php => outside(file, side),
        Language::TypeScript | Language::JavaScript => open(file, side),
        _ => None,
    };
    if let Some(line) = found {
        let title = "A new route asks nobody where those it belongs to do";
        sink.report(Draft::line(file, side, line).title(title).severity(Severity::Medium));
    }
}

/// A route at the start of a line whose address begins with that of a group that asks.
fn outside(file: &FileView<'_>, side: &SideView<'_>) -> Option<usize> {
    let routes: Vec<(usize, &str)> = file
        .added()
        .filter(|line| line.text.len() <= LONGEST && !line.text.contains("middleware"))
        .filter_map(|line| Some((line.index, ROUTE.group(side.plain_line(line.index), 1)?)))
        .take(MOST)
        .collect();
    if routes.is_empty() {
        return None;
    }
    let groups = GROUP.find_all(side.plain()).take(MOST).filter_map(|range| side.plain().get(range));
    let guarded: Vec<&str> = groups
        .filter_map(|text| {
            let (asked, prefix) =
                GROUP.group(text, 1).zip(GROUP.group(text, 2)).or_else(|| GROUP.group(text, 4).zip(GROUP.group(text, 3)))?;
            ASKS.is_match(asked).then_some(prefix)
        })
        .collect();
    let below = |address: &str| guarded.iter().any(|prefix| address.split('/').next() == Some(prefix) && address.contains('/'));
    let ends = |at: usize| {
        (at..side.len().min(at + 4)).any(|line| side.plain_line(line).contains("middleware") && !side.plain_line(line).starts_with("Route"))
    };
    routes.into_iter().find(|(at, address)| below(address) && !ends(*at)).map(|(at, _)| at)
}

/// A procedure that changes something and asks nobody, beside one that asks.
fn open(file: &FileView<'_>, side: &SideView<'_>) -> Option<usize> {
    let named = |line: usize| OPEN.group(side.plain_line(line), 1).filter(|name| !BEFORE.is_match(name));
    let new: Vec<usize> =
        file.added().filter(|line| line.text.len() <= LONGEST && named(line.index).is_some()).map(|line| line.index).take(MOST).collect();
    let held = || side.lines().take(5_000).any(|line| !line.changed && line.text.len() <= LONGEST && HELD.is_match(line.text));
    let changes = |at: usize| {
        let own = (at..side.len())
            .take(TALLEST)
            .take_while(|line| *line == at || !OPEN.is_match(side.plain_line(*line)) && !HELD.is_match(side.plain_line(*line)));
        own.into_iter().any(|line| CHANGES.is_match(side.plain_line(line)))
    };
    new.into_iter().find(|at| changes(*at) && held())
}
