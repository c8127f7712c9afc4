//! `test-harness-tampered`: tests made to pass whatever the code does.

use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::document::node::Node;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Hint, Needs, Reach, Words};
use crate::analysis::role::Role;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::{RuleId, Severity};

static REPORT_HOOK: Pattern = Pattern::new(
    r"\bdef\s+(pytest_runtest_(makereport|call|logreport|protocol)|pytest_pyfunc_call|pytest_sessionfinish|pytest_report_teststatus|pytest_exception_interact)\b",
);
static FORCES: Pattern = Pattern::new(
    r#"\b(outcome|exitstatus|failed|testsfailed|exit_?code)\s*=\s*(["']passed["']|0\b|False\b|True\b)|force_result\(|\.wasxfail\s*=|return\s+["']passed["']|excinfo\s*=\s*None"#,
);
static EXITS: Pattern = Pattern::new(
    r"\b(sys\.exit\(\s*0?\s*\)|os\._exit\(\s*0\s*\)|process\.exit\(\s*0?\s*\)|System\.exit\(\s*0\s*\)|os\.Exit\(\s*0\s*\)|std::process::exit\(\s*0\s*\)|exit\(EXIT_SUCCESS\))",
);
static REDEFINES: Pattern = Pattern::new(
    r"^\s*(global(This)?\.|window\.)?(expect|assert)\s*=\s*(\(|function|lambda|async|jest\.fn|vi\.fn|new\s+Proxy)|\bTestCase\.(assert\w+|fail)\s*=|\b(builtins|__builtins__)\.(AssertionError|assert)\b\s*=|Assert\.prototype|expect\.extend\(\s*\{\s*to(Be|Equal)\b",
);
static ALWAYS_EQUAL: Pattern = Pattern::new(
    r"\bdef\s+__(eq|ne)__\s*\(|\bboolean\s+equals\s*\(\s*(final\s+)?Object\b|\bfn\s+eq\s*\(\s*&self|\boperator\s*==\s*\(|\bdef\s+==\s*\(",
);
static ONLY_TRUE: Pattern = Pattern::new(r"^\s*(return\s+)?(true|True)\s*;?\s*\}?\s*$");
static KNOWS_TEST: Pattern = Pattern::new(
    r#"PYTEST_CURRENT_TEST|JEST_WORKER_ID|["']pytest["']\s+in\s+sys\.modules|flag\.Lookup\(\s*["']test\.v|process\.env\.VITEST\b|VITEST_WORKER_ID|unittest["']\s+in\s+sys\.modules"#,
);
static DOES_NOTHING: Pattern = Pattern::new(r#"^\s*(echo\b[^&|;]*|exit 0|true|:|node -e ['" ]*)\s*((&&|;)\s*exit 0\s*)?$"#);
static NO_TESTS_YET: Pattern = Pattern::new(r"(?i)no test");

/// Every line on which something may be found.
static TELLING: Hint = Hint::new(|| Words::of([&REPORT_HOOK, &FORCES, &REDEFINES, &EXITS, &ONLY_TRUE, &KNOWS_TEST]));

/// See `rules/code/test-harness-tampered.toml`.
pub struct TestHarnessTampered;

impl Check for TestHarnessTampered {
    fn rule(&self) -> RuleId {
        RuleId("test-harness-tampered")
    }

    fn needs(&self) -> Needs {
        Needs::nothing()
            .noting(&TELLING)
            .and(Reach::AFTER, Words::of([&REPORT_HOOK, &FORCES, &REDEFINES, &EXITS, &ALWAYS_EQUAL, &KNOWS_TEST]))
    }

    fn looks_anyway(&self, file: &FileView<'_>) -> bool {
        file.name() == "package.json"
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let Some(side) = file.new_side() else { return };
        if file.name() == "package.json" {
            script(file, side, sink);
        }
        if !file.language.is_code() || file.role.is_mechanical() {
            return;
        }
        for line in file.added_on(&TELLING) {
            if let Some((title, severity)) = judged(file, side, line.index) {
                sink.report(Draft::line(file, side, line.index).title(title).severity(severity));
            }
        }
    }
}

fn judged(file: &FileView<'_>, side: &SideView<'_>, index: usize) -> Option<(&'static str, Severity)> {
    let line = side.line(index);
    let test = file.role == Role::Test;
    if REPORT_HOOK.is_match(line.code()) && body_has(side, index, |text| FORCES.is_match(text)) {
        return Some(("A hook of the test runner makes every test pass", Severity::Critical));
    }
    // The hook was there and now forces its outcome.
    if test && FORCES.is_match(line.text) && side.function_at(index).is_some_and(|function| function.name.starts_with("pytest_")) {
        return Some(("A hook of the test runner sets the outcome of tests", Severity::High));
    }
    if test && REDEFINES.is_match(line.code()) {
        return Some(("The assertion itself is replaced", Severity::High));
    }
    if test && is_test_file(file) && EXITS.is_match(line.code()) {
        return Some((
            "The test run ends with success before it is over",
            if ends_script(side, index) { Severity::Low } else { Severity::High },
        ));
    }
    if ONLY_TRUE.is_match(line.code().rsplit('{').next().unwrap_or("")) && only_true(side, index) {
        return Some(("Everything is equal to this type", if test { Severity::Low } else { Severity::High }));
    }
    let live = file.role.is_live() && KNOWS_TEST.is_match(line.text) && !line.code().trim().is_empty();
    live.then_some(("Product code behaves differently while tests run", Severity::Medium))
}

fn is_test_file(file: &FileView<'_>) -> bool {
    let name = file.name().to_lowercase();
    name == "conftest.py" || name.contains("test") || name.contains("spec")
}

/// A script at its end, or behind `if __name__`, ends itself in the ordinary way.
fn ends_script(side: &SideView<'_>, index: usize) -> bool {
    let guarded =
        (index.saturating_sub(8)..index).any(|at| side.line(at).code().contains("__main__") || side.line(at).text.contains("__main__"));
    let in_main = side.function_at(index).is_some_and(|function| matches!(function.name.as_str(), "main" | "TestMain" | "run"));
    guarded || in_main
}

fn body_has(side: &SideView<'_>, index: usize, holds: impl Fn(&str) -> bool) -> bool {
    side.function_at(index).is_some_and(|function| side.function_lines(function).any(|line| holds(line.text)))
}

/// A body of one line that says yes.
fn only_true(side: &SideView<'_>, index: usize) -> bool {
    let Some(function) = side.function_at(index).filter(|function| ALWAYS_EQUAL.is_match(side.line(function.first_line).code())) else {
        return false;
    };
    if function.first_line == function.last_line {
        return true;
    }
    let body = side.function_lines(function).skip(1).map(|line| line.code().trim()).filter(|code| !matches!(*code, "" | "{" | "}"));
    let body: Vec<&str> = body.collect();
    matches!(body.as_slice(), [only] if ONLY_TRUE.is_match(only))
}

/// However the file is laid out, so it is read as a tree.
fn script(file: &FileView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    let scripts = |side: &SideView<'_>| -> Vec<(String, String, usize)> {
        let scripts = side.document().ok().and_then(|tree| tree.get("scripts")).map_or(&[][..], Node::entries);
        let tests = scripts.iter().filter(|(name, _)| name == "test" || name.starts_with("test:"));
        tests.map(|(name, node)| (name.clone(), node.scalar(), node.line)).collect()
    };
    let before = file.old().map(scripts).unwrap_or_default();
    for (name, command, line) in scripts(side) {
        let idle = DOES_NOTHING.is_match(&command) && !NO_TESTS_YET.is_match(&command);
        let ran = before.iter().any(|(known, was, _)| *known == name && !DOES_NOTHING.is_match(was));
        if idle && ran {
            let draft = Draft::line(file, side, line).title("The test script no longer runs any test");
            sink.report(draft.evidence(format!("{name}: {command}")).severity(Severity::High));
        }
    }
}
