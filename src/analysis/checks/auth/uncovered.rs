//! Routes and actions that are behind fewer guards than they were. A part of `guard-removed`.

use std::collections::BTreeSet;

use super::cover::{self, Endpoint};
use crate::analysis::check::{Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::{Confidence, Severity};

/// Changes with more files than this are not asked for an equivalent elsewhere.
const MOST_FILES: usize = 300;
/// More kinds of losses than this in one file are not told one by one.
const MOST_LOSSES: usize = 50;

/// Routes and actions that are behind fewer guards than they were, whatever statement it was that went.
pub fn report(file: &FileView<'_>, new: &SideView<'_>, (were, are): (&[Endpoint], &[Endpoint]), sink: &mut Sink<'_>) {
    let losses = cover::losses(were, are);
    if losses.len() > MOST_LOSSES || were.iter().chain(are).any(Endpoint::is_cut) {
        let why =
            format!("guard-removed: only the first {MOST_LOSSES} losses of guards, and the first guards of each route, were compared");
        sink.skip(Some(file.repo_path()), why);
    }
    for loss in losses.into_iter().take(MOST_LOSSES) {
        let (first, last) = loss.endpoint.lines;
        let key = &loss.endpoint.key;
        if loss
            .gone
            .iter()
            .any(|guard| stands_elsewhere(file, guard, key) || comes_with_a_part(file, new, guard) || is_asked_behind(new, first, guard))
        {
            continue;
        }
        let guards = loss.gone.join(", ");
        let more = if loss.more == 0 { String::new() } else { format!(" (and {} more)", loss.more) };
        let draft = Draft::lines(file, new, first, last).title(format!("{key} is no longer behind {guards}{more}"));
        // What a class can do may be no guard of what it does.
        let able = loss.gone.iter().all(|guard| guard.ends_with("Interface"));
        let draft = if able { draft.severity(Severity::Medium) } else { draft };
        sink.report(draft.evidence(format!("{key}: {guards} → {}", kept(&loss.endpoint.guards))).confidence(Confidence::Medium));
    }
}

fn kept(guards: &BTreeSet<String>) -> String {
    if guards.is_empty() { "nothing".to_owned() } else { guards.iter().map(String::as_str).collect::<Vec<_>>().join(", ") }
}

/// Whether the function that holds the route is called where this guard stands: in a block that says it, or behind a statement that does.
fn is_asked_behind(new: &SideView<'_>, line: usize, guard: &str) -> bool {
    /// Blocks further out guard nothing.
    const DEEPEST: usize = 8;
    /// A longer statement is data.
    const LONGEST: usize = 4_000;
    let Some(function) = new.function_at(line).filter(|function| function.name.len() > 2) else { return false };
    let called = format!("{}(", function.name);
    let statements = new.statements();
    let says = |at: usize| statements[at].bytes.len() <= LONGEST && new.code_of(&statements[at]).contains(guard);
    let own = |line: usize| function.first_line <= line && line <= function.last_line;
    let calls = |at: &usize| {
        statements[*at].bytes.len() <= LONGEST && !own(statements[*at].first_line) && new.code_of(&statements[*at]).contains(&called)
    };
    let Some(call) = (0..statements.len()).find(calls) else { return false };
    let around = std::iter::successors(statements[call].parent, |at| statements[*at].parent).take(DEEPEST);
    let beside = (call.saturating_sub(MOST_LOSSES)..call).filter(|at| statements[*at].parent == statements[call].parent);
    says(call) || around.chain(beside).any(says)
}

/// Whether the class takes in a part, of another file of the change, that puts this guard in front of its actions.
fn comes_with_a_part(file: &FileView<'_>, new: &SideView<'_>, guard: &str) -> bool {
    static TAKES_IN: Pattern = Pattern::new(r"^\s*(?:include|prepend|use)\s+(?:[\w\\]*(?:::|\\))*(\w+)\s*;?\s*$");
    static PART: Pattern = Pattern::new(r"^\s*(?:module|trait)\s+(?:\w+::)*(\w+)");
    let taken: BTreeSet<&str> = new.changed_lines().filter_map(|line| TAKES_IN.group(line.text, 1)).collect();
    let files = &file.change.patch.files;
    !taken.is_empty()
        && files.len() <= MOST_FILES
        && files.iter().filter(|other| other.path() != file.repo_path()).filter_map(|other| other.text()).any(|text| {
            let is_it = |line: &str| PART.group(line, 1).is_some_and(|name| taken.contains(name));
            let stands = |line: &str| cover::of_class(line) && line.contains(guard.trim_end_matches(['!', '?']));
            text.added().any(|(_, line)| is_it(line)) && text.added().any(|(_, line)| stands(line))
        })
}

/// Whether an added line of another file puts this guard in front of the same path or class.
fn stands_elsewhere(file: &FileView<'_>, guard: &str, key: &str) -> bool {
    let thing = key.split(['.', ' ']).find(|part| part.starts_with('/') && part.len() > 1).or_else(|| key.split('.').next()).unwrap_or(key);
    let files = &file.change.patch.files;
    files.len() <= MOST_FILES
        && files.iter().filter(|other| other.path() != file.repo_path()).filter_map(|other| other.text()).any(|text| {
            text.added()
                .any(|(_, added)| added.contains(guard.trim_end_matches(['!', '?'])) && (added.contains(thing) || cover::stands(added)))
        })
}
