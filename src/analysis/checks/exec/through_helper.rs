//! Helpers that run what they are given: a function whose statements the change brings, in any of its files, and whoever calls it with what
//! a request brings. A part of `dynamic-code` and `shell-nonliteral`, which know what runs.

use std::collections::BTreeMap;

use super::engines::LONGEST;
use crate::analysis::check::{ChangeView, Draft, Sink};
use crate::analysis::checks::net::carriers::parameters;
use crate::analysis::checks::vuln::request::{Place, ending};
use crate::analysis::flow::Flow;
use crate::analysis::pattern::Pattern;
use crate::analysis::statements::Statement;
use crate::analysis::view::{FileView, SideView};
use crate::model::change::Texts;
use crate::model::diff::FileDiff;
use crate::model::rule::{Confidence, Severity};

/// A change of more files or lines than this is not looked through for helpers.
const MOST_FILES: usize = 300;
const MOST_LINES: usize = 20_000;
/// No change brings more of them.
const MOST: usize = 100;
/// A shorter name says too little.
const SHORTEST_NAME: usize = 4;
/// A name of so many letters is hardly that of another function.
const TELLING_NAME: usize = 10;

static NONE: Pattern = Pattern::new(r"[^\s\S]");
/// A part of what the caller of a function was asked.
static PART: Pattern = Pattern::new(
    r"\b(?:query|queryParams|searchParams|body|payload|params|dto|form|(?:req|request)(?:Body|Query|Params)?)(?:[?!]?\.|\[)\s*[\x22\x27]?[A-Za-z_]\w*",
);

/// How a helper runs what it is given, in words.
#[derive(Clone, Copy)]
pub struct Told {
    /// The title of the finding.
    pub title: &'static str,
    /// Why it matters.
    pub why: &'static str,
}

/// Reports calls of helpers; `may`: whether a line of a change may run anything, `runs`: whether a statement runs what is no literal.
pub fn report(
    view: &ChangeView<'_>,
    may: &dyn Fn(&str) -> bool,
    runs: &dyn Fn(&FileView<'_>, &SideView<'_>, &Statement) -> bool,
    told: Told,
    sink: &mut Sink<'_>,
) {
    let files = &view.change.patch.files;
    let lines: usize = files.iter().map(FileDiff::added).sum();
    let any = || files.iter().filter_map(|file| file.text()).any(|text| text.added().any(|(_, line)| may(line)));
    if files.len() > MOST_FILES || lines > MOST_LINES || !any() {
        return;
    }
    let texts = Texts::default();
    let views: Vec<FileView<'_>> = files.iter().map(|diff| FileView::new(view.change, diff, &texts)).collect();
    let helpers = helpers(&views, runs);
    if helpers.is_empty() {
        return;
    }
    for (index, file) in views.iter().enumerate() {
        if let Some(side) = live(file) {
            let near = |other: &usize| *other == index || folder(views[*other].path.as_ref()) == folder(file.path.as_ref());
            let known = |name: &str, at: &usize| near(at) || name.len() >= TELLING_NAME;
            let names = helpers.iter().filter(|(name, at)| known(name, at)).map(|(name, _)| format!(r"\b{name}\s*(?:<[^<>()]*>)?\("));
            let names: Vec<String> = names.collect();
            if !names.is_empty() {
                calls(file, side, &Pattern::any_of(&names), told, sink);
            }
        }
    }
}

fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn live<'v, 'a>(file: &'v FileView<'a>) -> Option<&'v SideView<'a>> {
    let readable = file.language.is_code() && file.role.is_live() && file.diff.added() > 0;
    file.new_side().filter(|_| readable)
}

/// The functions that run a parameter in a statement of the change, by name, with the position of their file.
fn helpers(views: &[FileView<'_>], runs: &dyn Fn(&FileView<'_>, &SideView<'_>, &Statement) -> bool) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    for (index, file) in views.iter().enumerate() {
        let Some(side) = live(file) else { continue };
        let short = |s: &Statement| s.bytes.len() <= LONGEST;
        let running = |s: &Statement| short(s) && side.touches(s.first_line, s.last_line) && runs(file, side, s);
        if !side.statements().iter().any(running) {
            continue;
        }
        let mut given = Flow::default();
        for (at, statement) in side.statements().iter().enumerate() {
            let Some(function) = statement.function.map(|at| &side.functions()[at]) else { continue };
            if statement.first_line == function.first_line {
                given = parameters(side.code_of(statement));
            }
            if statement.first_line == function.first_line || given.reaches(side, statement).is_none() {
                continue;
            }
            given.fill(side, statement, at);
            let plain = function.name.len() >= SHORTEST_NAME && function.name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
            if plain && found.len() < MOST && running(statement) {
                found.entry(function.name.clone()).or_insert(index);
            }
        }
    }
    found
}

fn calls(file: &FileView<'_>, side: &SideView<'_>, names: &Pattern, told: Told, sink: &mut Sink<'_>) {
    let asked = ending(&Place::of(&NONE, names), &[], file);
    let heads = |s: &Statement| s.function.is_some_and(|at| side.functions()[at].first_line == s.first_line);
    let new = side.statements().iter().filter(|s| s.bytes.len() <= LONGEST && side.touches(s.first_line, s.last_line) && !heads(s));
    let part = new.filter_map(|s| {
        let plain = side.plain_of(s);
        let given = plain.get(names.find(plain)?.end..)?;
        PART.is_match(given).then_some(s.first_line..s.last_line)
    });
    let mut lines: Vec<_> = asked.into_iter().chain(part).collect();
    lines.sort_by_key(|range| (range.start, range.end));
    lines.dedup();
    for range in lines.into_iter().take(MOST) {
        let draft = Draft::lines(file, side, range.start, range.end).title(told.title).why(told.why);
        sink.report(draft.severity(Severity::High).confidence(Confidence::Medium));
    }
}
