//! `subject-mocked`: the very code a test is about is replaced by a double, so that the test asks the double.

use std::collections::BTreeSet;

use super::assertions::{asserts, guard_changes, subject};
use super::cases::{Case, cases};
use super::doubles::{self, BEAN, DOUBLE};
use super::stood_in;
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Hint, Needs, Reach, Words};
use crate::analysis::role::{Role, fold};
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::{RuleId, Severity};

/// A whole module of JavaScript, by its relative path.
static MODULE: Pattern = Pattern::new(r#"\b(?:jest|vi)\.(?:mock|doMock)\(\s*['"`](\.{1,2}/[^'"`]+)['"`]"#);
/// One name of Python: the module it is replaced in, and the name.
static NAME: Pattern = Pattern::new(r#"\bpatch\(\s*['"]([\w.]+)\.(\w+)['"]"#);
static REPLACES: Hint = Hint::new(|| Words::of([&MODULE, &NAME, &TOLD, &DOUBLE, &BEAN, &stood_in::DOUBLE, &stood_in::MADE]));
/// One function of an object is told what to answer; groups: the object and the function.
static TOLD: Pattern = Pattern::new(
    r#"(?x) \ballow\(\s*(\w+)\s*\)\.to\s+receive\(\s*:(\w+[?!]?)\s*\)\.and_return | \bwhen\(\s*(\w+)\.(\w+)\( | \b(?:jest|vi)\.spyOn\(\s*(\w+)\s*,\s*['"](\w+)['"]\s*\)\.mock(?:Return|Resolved|Implementation)
      | \bpatch\.object\(\s*(\w+)\s*,\s*['"](\w+)['"].*return_value | ^\s*(\w+)\.(\w+)\s*=\s*(?:mock\.)?(?:Mock|MagicMock|AsyncMock)\(\s*return_value | ^\s*(\w+)\.(\w+)\s*=\s*(?:jest|vi)\.fn\( | \bsinon\.stub\(\s*(\w+)\s*,\s*['"](\w+)['"]\s*\)\.(?:returns|resolves)
      | \$(\w+)->(?:method|shouldReceive)\(\s*['"](\w+)['"] | \b(?:every|coEvery)\s*\{\s*(\w+)\.(\w+)\( | \bdo(?:Return|Answer)\(.*\)\.when\(\s*(\w+)\s*\)\.(\w+)\("#,
);
/// What keeps the real module.
static ACTUAL: Pattern = Pattern::new(r"importActual|requireActual|importOriginal|\bspy\s*:\s*true");
/// Folders of tests, beside whose parent stands what they are about.
static FOLDER: Pattern = Pattern::new(r"(?:^|/)(?:__tests__|tests?|specs?)/[^/]+$");
/// So many lines of a double are read.
const REACH: usize = 8;

/// See `rules/code/subject-mocked.toml`.
pub struct SubjectMocked;

impl Check for SubjectMocked {
    fn rule(&self) -> RuleId {
        RuleId("subject-mocked")
    }

    fn needs(&self) -> Needs {
        Needs::nothing().and_on(Reach::ADDED, &REPLACES)
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let Some(side) = file.new_side() else { return };
        if file.role != Role::Test || !file.language.is_code() {
            return;
        }
        told(file, side, sink);
        doubles::report(file, side, sink);
        stood_in::report(file, side, sink);
        for line in file.added_on(&REPLACES).filter(|line| line.text.len() < 400) {
            let whole = MODULE
                .group(line.text, 1)
                .is_some_and(|path| (is_own_module(file, path) || is_asserted(file, side, path)) && !keeps_actual(side, line.index));
            let one =
                NAME.group(line.text, 1).zip(NAME.group(line.text, 2)).is_some_and(|(module, name)| is_own_name(file, side, module, name));
            if whole || one {
                let severity = match file.old() {
                    Some(_) if guard_changes(file) => Severity::High,
                    Some(_) => Severity::Medium,
                    None => Severity::Low,
                };
                sink.report(
                    Draft::line(file, side, line.index).title("The code this test is about is replaced by a double").severity(severity),
                );
            }
        }
    }
}

/// Within one test: what an object is told to answer is what the test then asserts that it answers.
fn told(file: &FileView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    let lines: Vec<_> = file.added_on(&REPLACES).filter(|line| line.text.len() < 400 && TOLD.is_match(line.text)).take(100).collect();
    if lines.is_empty() {
        return;
    }
    let now = cases(file, side);
    let before = file.old().map(|old| (old, cases(file, old)));
    for line in lines {
        let pair = (0..10).find_map(|at| TOLD.group(line.text, 2 * at + 1).zip(TOLD.group(line.text, 2 * at + 2)));
        let Some((object, function)) = pair else { continue };
        // A decorator stands above the test that it changes.
        let above = |case: &Case| {
            line.index < case.first
                && case.first <= line.index + REACH
                && (line.index..case.first).all(|at| side.line(at).text.trim_start().starts_with('@'))
        };
        let Some((name, case)) = now.iter().find(|(_, case)| (case.first..=case.last).contains(&line.index) || above(case)) else {
            continue;
        };
        let mut asks = vec![format!("{object}.{function}"), format!("{object}->{function}("), format!("{object}::{function}(")];
        asks.extend(instances(side, object).into_iter().map(|name| format!("{name}.{function}(")));
        let asserted = |side: &SideView<'_>, from: usize, to: usize| {
            (from..=to).find(|at| {
                let text = side.line(*at).text;
                text.len() < 400
                    && asserts(side.line(*at).code())
                    && !SEEN.is_match(text)
                    && asks.iter().any(|call| text.contains(call.as_str()))
            })
        };
        let Some(at) = asserted(side, (line.index + 1).max(case.first), case.last) else { continue };
        let stood = before.as_ref().and_then(|(old, cases)| cases.get(name).map(|case| (old, case)));
        // What was really asked before is only told now.
        let asked = stood.is_some_and(|(old, case)| {
            let real =
                |at: usize| old.line(at).text.contains(&format!(".{function}")) || old.line(at).text.contains(&format!("->{function}"));
            let tells = |text: &str| (0..10).any(|at| TOLD.group(text, 2 * at + 2) == Some(function));
            let stubbed = (case.first..=case.last).any(|at| old.line(at).text.len() < 400 && tells(old.line(at).text));
            !stubbed && (case.first..=case.last).any(|at| asserts(old.line(at).code()) && real(at))
        });
        let severity = if asked { Severity::High } else { Severity::Low };
        let draft = Draft::line(file, side, at).title(format!("The test asserts what it told `{function}` to answer"));
        sink.report(draft.severity(severity));
    }
}

/// The names under which a file of Python keeps what it makes of the class `class`: variables, and fixtures.
fn instances<'s>(side: &'s SideView<'_>, class: &str) -> BTreeSet<&'s str> {
    static KEPT: Pattern = Pattern::new(r"^\s*(?:self\.)?([a-z_]\w*)\s*=\s*(\w+)\(");
    static GIVEN: Pattern = Pattern::new(r"^\s*(?:return|yield)\s+(\w+)\(");
    let mut out = BTreeSet::new();
    if !class.starts_with(|first: char| first.is_ascii_uppercase()) {
        return out;
    }
    for line in side.lines().filter(|line| line.text.len() < 400 && line.text.contains(class)).take(100) {
        if KEPT.group(line.text, 2) == Some(class) {
            out.extend(KEPT.group(line.text, 1));
        } else if GIVEN.group(line.text, 1) == Some(class) {
            out.extend(side.function_at(line.index).map(|function| function.name.as_str()));
        }
    }
    out
}

/// That something was called is no answer of it.
static SEEN: Pattern = Pattern::new(r"toHaveBeen|have_received|assert_called|assertCalled|verify\(|called|mock\.calls");

/// Whether the module at `path`, seen from the test, is the one the test is named after.
fn is_own_module(file: &FileView<'_>, path: &str) -> bool {
    let beside = path.strip_prefix("./").is_some_and(|rest| !rest.contains('/'));
    let above = path.strip_prefix("../").is_some_and(|rest| !rest.contains('/')) && FOLDER.is_match(&fold(&file.path));
    (beside || above) && subject(path.trim_start_matches(['.', '/'])) == subject(&file.path)
}

/// Whether the test is named after the module at `path` and asserts what functions of it answer, by the names it brings in from there.
fn is_asserted(file: &FileView<'_>, side: &SideView<'_>, path: &str) -> bool {
    static BROUGHT: Pattern = Pattern::new(r"^\s*(?:import|const|let|var)\s+(?:(\w+)\s*,?\s*)?(?:\{([^}]*)\})?\s*(?:from|=)\s");
    static ASKED: Pattern = Pattern::new(r"\b(?:expect|assert(?:\.\w+)?)\(\s*(?:await\s+|\(\)\s*=>\s*)?(\w+)(?:\.\w+)?\(");
    if subject(path.trim_start_matches(['.', '/'])) != subject(&file.path) {
        return false;
    }
    let quoted = ["'", "\""].map(|quote| format!("{quote}{path}{quote}"));
    let short = || side.lines().filter(|line| line.text.len() < 400);
    let from = short().take(500).map(|line| line.text).filter(|text| quoted.iter().any(|path| text.contains(path.as_str())));
    let names = from.take(10).flat_map(|text| {
        let listed = BROUGHT.group(text, 2).into_iter().flat_map(|list| list.split(','));
        listed.chain(BROUGHT.group(text, 1)).filter_map(|name| name.split([' ', ':']).rfind(|part| !part.is_empty()))
    });
    let names: BTreeSet<&str> = names.collect();
    !names.is_empty() && short().any(|line| !SEEN.is_match(line.text) && ASKED.group(line.text, 1).is_some_and(|name| names.contains(name)))
}

fn keeps_actual(side: &SideView<'_>, index: usize) -> bool {
    (index..side.len().min(index + REACH)).any(|at| ACTUAL.is_match(side.line(at).text))
}

/// Names that a test imports from the module it is named after.
struct Own(BTreeSet<String>);

/// Whether `name` is replaced in the test itself, where it stands for what was imported from the module the test is named after.
fn is_own_name(file: &FileView<'_>, side: &SideView<'_>, module: &str, name: &str) -> bool {
    let stem = file.name().split('.').next().unwrap_or("");
    let here = module.rsplit('.').next() == Some(stem) || module == "__name__";
    here && file.shared(|file| Own(own_names(file, side))).0.contains(name)
}

fn own_names(file: &FileView<'_>, side: &SideView<'_>) -> BTreeSet<String> {
    static IMPORTS: Pattern = Pattern::new(r"^from\s+([\w.]+)\s+import\s+(.+)$");
    let own = subject(&file.path);
    let imports = side.lines().filter(|line| line.text.starts_with("from "));
    let imports = imports.filter_map(|line| IMPORTS.group(line.text, 1).zip(IMPORTS.group(line.text, 2)));
    let from_own = imports.filter(|(from, _)| subject(from.rsplit('.').next().unwrap_or("")) == own);
    let brought = from_own.flat_map(|(_, names)| names.split([',', '(', ')']));
    brought.filter_map(|brought| brought.split_whitespace().next_back()).map(str::to_owned).collect()
}
