//! Lists of where tests are looked for that became shorter, and folders that a runner of JavaScript is told to pass over. A part of
//! `test-run-narrowed`.

use super::left_out::{BESIDE, guarded};
use crate::analysis::check::{Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::view::{FileView, SideView};
use crate::model::diff::FileStatus;
use crate::model::rule::Severity;

/// A list of places and what stands behind its name.
pub(super) static PLACES: Pattern = Pattern::new(r#"^\s*["']?(testpaths|specPattern|testMatch)["']?\s*[:=]\s*(.*)$"#);
/// A longer list is data.
const LONGEST: usize = 40;

/// Reports both.
pub(super) fn report(file: &FileView<'_>, old: &SideView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    shorter(file, old, side, sink);
    if file.name().starts_with("vitest") || file.name().starts_with("vite.config.") {
        passed_over(file, old, side, sink);
    }
}

fn shorter(file: &FileView<'_>, old: &SideView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    let Some((line, now)) = places(side) else { return };
    let Some((_, before)) = places(old) else { return };
    if now.is_empty() || !now.iter().all(|place| before.contains(place)) {
        return;
    }
    let holds = |place: &&str, lost: &str| {
        let place = place.trim_end_matches('/');
        matches!(place, "." | "./") || lost.strip_prefix(place).is_some_and(|rest| rest.starts_with('/'))
    };
    let gone = |lost: &str| {
        let below = format!("{}/", lost.trim_end_matches('/'));
        let leaves = |status: FileStatus| matches!(status, FileStatus::Deleted | FileStatus::Renamed { .. });
        let files = file.change.patch.files.iter().take(2_000).filter(|other| leaves(other.status));
        files.filter_map(|other| other.old_path.as_ref()).any(|path| path.text().starts_with(&below))
    };
    let lost = before.iter().find(|place| !now.contains(place) && !now.iter().any(|kept| holds(kept, place)) && !gone(place));
    if let Some(lost) = lost.filter(|lost| !BESIDE.is_match(lost)) {
        let severity = if guarded(file, lost) { Severity::High } else { Severity::Medium };
        sink.report(Draft::line(file, side, line).title(format!("No tests are looked for in `{lost}` any more")).severity(severity));
    }
}

/// The line of the list, and what stands in it.
fn places<'s>(side: &'s SideView<'_>) -> Option<(usize, Vec<&'s str>)> {
    let (first, rest) = side.lines().find_map(|line| Some((line.index, PLACES.group(line.text, 2)?)))?;
    let split = |text: &'s str| text.split(['"', '\'', ',', '[', ']', ' ', '\t']).filter(|one| !one.is_empty());
    let mut out: Vec<&str> = split(rest).collect();
    let open = rest.contains('[') && !rest.contains(']');
    if open || rest.is_empty() {
        for line in (first + 1..side.len().min(first + LONGEST)).map(|at| side.line(at).text) {
            if !open && !line.starts_with([' ', '\t']) {
                break;
            }
            out.extend(split(line.split('#').next().unwrap_or("")));
            if open && line.contains(']') {
                break;
            }
        }
    }
    Some((first, out))
}

/// `exclude: ["**/auth/**"]` in the block of tests.
fn passed_over(file: &FileView<'_>, old: &SideView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    static EXCLUDE: Pattern = Pattern::new(r"\bexclude\s*:\s*\[([^\]]*)");
    static BLOCK: Pattern = Pattern::new(
        r"\b(test|coverage|optimizeDeps|typecheck|build|server|esbuild|benchmark|watch|resolve|plugins?)\s*:\s*[\[{(]|\b\w+\s*\(\s*\{",
    );
    static QUOTED: Pattern = Pattern::new(r#"['"`]([^'"`]+)['"`]"#);
    let within = |index: usize, upto: usize| {
        let here = side.line(index).text.get(..upto).unwrap_or("");
        let above = (index.saturating_sub(LONGEST)..index).rev().map(|at| side.line(at).text);
        std::iter::once(here).chain(above).find_map(|text| BLOCK.groups(text, 0).last()).is_some_and(|block| block.starts_with("test"))
    };
    let lines = side.lines().filter(|line| line.text.len() < 600);
    for (line, found) in lines.filter_map(|line| Some((line, EXCLUDE.find(line.text)?))).take(LONGEST) {
        let last = (line.index..side.len().min(line.index + LONGEST)).find(|at| {
            let text = side.line(*at).text;
            let from = if *at == line.index { found.start } else { 0 };
            text.get(from..).is_some_and(|rest| rest.contains(']'))
        });
        let new = |text: &&str| !BESIDE.is_match(text) && !old.text().contains(*text);
        let lines = (line.index..=last.unwrap_or(line.index)).filter(|at| side.is_changed(*at));
        let named = lines.filter_map(|at| QUOTED.groups(side.line(at).text, 1).find(new).map(|text| (at, text))).next();
        if let Some((at, text)) = named.filter(|_| within(line.index, found.start)) {
            let severity = if guarded(file, text) { Severity::High } else { Severity::Medium };
            sink.report(Draft::line(file, side, at).title(format!("Tests below `{text}` are left out")).severity(severity));
        }
    }
}
