//! `test-harness-tampered`: tests made to pass whatever the code does.

use super::assertions::begins_test;
use super::verdict::{answers_yes, collects_nothing, lets_through, says_yes};
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Hint, Needs, Reach, Words};
use crate::analysis::role::Role;
use crate::analysis::view::{FileView, LineView, SideView};
use crate::model::diff::Side;
use crate::model::rule::{RuleId, Severity};

static REPORT_HOOK: Pattern = Pattern::new(
    r"\bdef\s+(pytest_runtest_(makereport|call|logreport|protocol)|pytest_pyfunc_call|pytest_sessionfinish|pytest_report_teststatus|pytest_exception_interact|pytest_terminal_summary|pytest_unconfigure)\b",
);
static FORCES: Pattern = Pattern::new(
    r#"\boutcome\s*,[^=\n]*=\s*["']passed["']|\b(outcome|exitstatus|failed|testsfailed|exit_?code)\s*=\s*(["']passed["']|0\b|False\b|True\b)|force_result\(|\.wasxfail\s*=|return\s+["']passed["']|excinfo\s*=\s*None|\.(currentTest\.)?state\s*=\s*["']passed["']|\bnum(Total)?Fail(ed|ing)Test(s|Suites)\s*=\s*0|\bfailure_exit_code\s*=\s*0|setStatus\(\s*(ITestResult\.)?SUCCESS|\b(status|outcome|result)\s*=\s*["']pass(ed)?["']|\bfailures\s*=\s*(0|\[\])|\bfailures\.clear\(\)|\bsession\.exitstatus\s*=\s*0|process\.exitCode\s*=\s*0"#,
);
static EXITS: Pattern = Pattern::new(
    r"\b(sys\.exit\(\s*0?\s*\)|os\._exit\(\s*0\s*\)|process\.exit\(\s*0?\s*\)|System\.exit\(\s*0\s*\)|exitProcess\(\s*0\s*\)|os\.Exit\(\s*0\s*\)|process::exit\(\s*0\s*\)|exit\(EXIT_SUCCESS\)|Environment\.Exit\(\s*0\s*\)|exit!\s*\(?\s*(0|true)\b|_exit\(\s*0\s*\)|quick_exit\(\s*0\s*\)|at_exit\s*\{\s*exit!?\s*\(?\s*0)",
);
static REDEFINES: Pattern = Pattern::new(
    r"^\s*(global(This)?\.|window\.)?(expect|assert)\s*=\s*(\([^()\n]*\)\s*=>|function|lambda|async|jest\.fn|vi\.fn|new\s+Proxy)|\bTestCase\.(assert\w+|fail|run)\s*=|\b(builtins|__builtins__)\.(AssertionError|assert)\b\s*=|Assert\.prototype|expect\.extend\(\s*\{\s*to(Be|Equal)\b|\bpytest\.(fail|raises)\s*=|^\s*(global(This)?|window)\.(it|test|describe)\s*=\s*(\(|function|jest\.fn|vi\.fn)|^\s*#\s*define\s+(assert|ASSERT\w*|EXPECT_\w+|CHECK|REQUIRE|TEST_ASSERT\w*)\s*\([^)]*\)\s*(\(\(void\)\s*0\s*\)|do\s*\{\s*\}.*|\(?1\)?|true)?\s*$|^\s*#\s*define\s+NDEBUG\b|\bmacro_rules!\s*(assert|assert_eq|assert_ne)\b|\b(assert|chai|Assert)\.(equal|strictEqual|deepEqual|ok|fail)\s*=\s*(\(|function|async)|\b(sys\.exit|os\._exit|process\.exit)\s*=\s*(lambda|\(|function)|^\s*AssertionError\s*=|patch\(\s*['\x22](builtins|unittest\.case)\.[\w.]*(assert|Assert|fail)\w*['\x22]",
);
static ALWAYS_EQUAL: Pattern = Pattern::new(
    r"\bdef\s+__(eq|ne)__\s*\(|\b(boolean|bool|fun)\s+[eE]quals\s*\(|\bfn\s+eq\s*\(\s*&self|\boperator\s*==\s*\(|\bdef\s+==\s*\(|^\s*equals\s*\(\s*\w*\s*(:\s*\w+)?\s*\)|\bfunc\s*\([^)]*\)\s*Equals?\s*\(|\bfunction\s+equals\s*\(",
);
/// A body that is one expression.
static YES: Pattern = Pattern::new(r"\)\s*(:\s*\w+\s*)?=>?\s*true\s*;?\s*$");
/// What takes a failure and decides what becomes of it.
static TAKES_FAILURE: Pattern = Pattern::new(
    r"\b(handleTestExecutionException|onNotSuccessfulTest|interceptTestMethod|onTestFailure|runTest|invokeTestMethod|pytest_collection_modifyitems|pytest_ignore_collect|pytest_collect_file)\b\s*\(|\bconfig\.around\b",
);
static TRAP: Pattern = Pattern::new(
    r"^\s*trap\s+['\x22]?.*\bexit\s+0\b.*\b(EXIT|ERR|0)\b|^\s*\b(pytest|jest|cargo|go|npm|mvn|make|phpunit|rspec)\b\s*\(\)\s*\{\s*(return\s+0|true|:)",
);
static EXIT_ZERO: Pattern = Pattern::new(r"^\s*exit\s+0\s*$");
static EXIT_STATUS: Pattern = Pattern::new(r"^\s*exit\s+[\x22]?\$");

/// An assertion of the library under its own name.
static ASSERTS_ANEW: Pattern = Pattern::new(
    r"\b(?:def|fun|function|func)\s+(?:self\.)?(?:assert|assert_(?:equal|nil|same|raises|match|includes?|predicate|in_delta|response|difference)|refute\w*|flunk|assert(?:Equals?|Same|True|False|Null|NotNull|That|Throws|Count|Contains)|expectException|fail)\s*\(",
);
/// What PHP calls when it ends.
static AT_END: Pattern = Pattern::new(r"\bregister_shutdown_function\s*\(");
/// Matchers are given to the library in a block.
static EXTENDS: Pattern = Pattern::new(r"\bexpect\.extend\s*\(|\bjasmine\.addMatchers\s*\(|\baddEqualityTesters\s*\(");

/// Every line on which something may be found.
static TELLING: Hint = Hint::new(|| {
    Words::of([
        &REPORT_HOOK,
        &FORCES,
        &REDEFINES,
        &EXITS,
        &ALWAYS_EQUAL,
        &TAKES_FAILURE,
        &TRAP,
        &EXIT_ZERO,
        &ASSERTS_ANEW,
        &AT_END,
        &EXTENDS,
    ])
});

/// See `rules/code/test-harness-tampered.toml`.
pub struct TestHarnessTampered;

impl Check for TestHarnessTampered {
    fn rule(&self) -> RuleId {
        RuleId("test-harness-tampered")
    }

    fn needs(&self) -> Needs {
        Needs::nothing().and_on(Reach::AFTER, &TELLING)
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let Some(side) = file.new_side() else { return };
        if !file.language.is_code() || file.role.is_mechanical() {
            return;
        }
        for line in file.added_on(&TELLING) {
            if let Some((title, severity)) = judged(file, side, line.index) {
                sink.report(Draft::line(file, side, line.index).title(title).severity(severity));
            }
        }
        bodies(file, side, sink);
        matchers(file, side, sink);
    }
}

/// Matchers of the library itself among those that are given to it.
fn matchers(file: &FileView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    static BUILT_IN: Pattern = Pattern::new(
        r"^\s*(?:async\s+)?['\x22]?(?:to(?:Be(?:Defined|Falsy|Truthy|Null|Undefined|NaN|InstanceOf|CloseTo|(?:Greater|Less)Than(?:OrEqual)?)?|(?:Strict)?Equal|Contain(?:Equal)?|Match(?:Object|Snapshot|InlineSnapshot)?|Throw(?:Error)?|Have(?:Length|Property|BeenCalled\w*|Returned\w*|BeenLastCalledWith|BeenNthCalledWith))|nothing)['\x22]?\s*[:(,]",
    );
    /// So far a block of them is read, and so many blocks.
    const REACH: usize = 80;
    const BLOCKS: usize = 20;
    if file.role != Role::Test && !is_test_file(file) || is_tested_tool(file) {
        return;
    }
    let spots = file.spots(&TELLING, Side::New);
    let heads = side.lines().filter(|line| spots.meet(line.index, line.index) && EXTENDS.is_match(line.code()));
    for head in heads.take(BLOCKS) {
        let inside = (head.index + 1..side.len().min(head.index + REACH)).take_while(|at| !side.line(*at).text.starts_with("}"));
        let mut added = inside.filter(|at| side.is_changed(*at) && side.line(*at).text.len() < 400);
        if let Some(at) = added.find(|at| BUILT_IN.is_match(side.line(*at).text)) {
            let draft = Draft::line(file, side, at).title("A matcher of the library is replaced by one of the project's own");
            sink.report(draft.severity(Severity::High));
        }
    }
}

/// Whether what stands for the end of the process throws, so that a test sees it: `process.exit = ((code) => { throw … })`.
fn throws_instead(side: &SideView<'_>, index: usize) -> bool {
    static ENDS: Pattern = Pattern::new(r"\b(?:sys\.exit|os\._exit|process\.exit)\s*=");
    static THROWS: Pattern = Pattern::new(r"^\s*(?:throw|raise)\b");
    let code = side.line(index).code();
    let next = || (index + 1..side.len()).find(|at| !side.line(*at).code().trim().is_empty());
    ENDS.is_match(code) && (code.contains("throw ") || next().is_some_and(|at| THROWS.is_match(side.line(at).code())))
}

/// Whether a line stands in a function of Go that plays a program which a test starts, and reads what it was started with.
fn stands_for_program(file: &FileView<'_>, side: &SideView<'_>, index: usize) -> bool {
    let Some(function) = side.function_at(index).filter(|_| file.language == Language::Go) else { return false };
    let runs = ["Test", "Benchmark", "Fuzz", "Example", "init"].iter().any(|begins| function.name.starts_with(begins));
    !runs && (function.first_line..=function.last_line).take(200).any(|at| side.line(at).code().contains("os.Args"))
}

fn judged(file: &FileView<'_>, side: &SideView<'_>, index: usize) -> Option<(&'static str, Severity)> {
    let line = side.line(index);
    let test = file.role == Role::Test || is_test_file(file);
    if REPORT_HOOK.is_match(line.code()) && body_has(side, index, |text| FORCES.is_match(text)) {
        return Some(("A hook of the test runner makes every test pass", Severity::Critical));
    }
    // The hook was there and now forces its outcome.
    if test && FORCES.is_match(line.text) && forces_there(side, index) {
        return Some(("A hook of the test runner sets the outcome of tests", Severity::High));
    }
    if test && REDEFINES.is_match(line.code()) && !is_tested_tool(file) && !throws_instead(side, index) {
        return Some(("The assertion itself is replaced", Severity::High));
    }
    if ALWAYS_EQUAL.is_match(line.code()) && YES.is_match(line.code()) {
        return Some(("Everything is equal to this type", if test { Severity::Low } else { Severity::High }));
    }
    static ENDS_WELL: Pattern = Pattern::new(r"\bexit\s*(?:\(\s*0?\s*\)|0)?\s*;");
    if test && AT_END.is_match(line.code()) && (index..side.len().min(index + 5)).any(|at| ENDS_WELL.is_match(side.line(at).code())) {
        return Some(("Whatever the tests say, the run ends with success", Severity::High));
    }
    if test && file.language == Language::Shell {
        return shell(file, side, index);
    }
    // Only Node has a process that is ended by its own method.
    let ends = EXITS.is_match(line.code()) && !(file.language == Language::Python && line.code().contains("process.exit"));
    if test && ends && !is_new_script(file, side) {
        let severity = if ends_script(side, index) {
            Severity::Low
        } else if stands_for_program(file, side, index) {
            Severity::Medium
        } else {
            Severity::High
        };
        return Some(("The test run ends with success before it is over", severity));
    }
    None
}

/// A function whose body decides for every test: found by its head, wherever in it the change is.
fn bodies(file: &FileView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    let test = file.role == Role::Test || is_test_file(file);
    let spots = file.spots(&TELLING, Side::New);
    for function in side.functions() {
        let first = function.first_line;
        if !spots.meet(first, first) || !side.touches(first, function.last_line) {
            continue;
        }
        let head = side.line(first).code();
        let found = if ALWAYS_EQUAL.is_match(head) && answers_yes(side, function) {
            Some(("Everything is equal to this type", if test { Severity::Low } else { Severity::High }))
        } else if test && ASSERTS_ANEW.is_match(head) && !is_tested_tool(file) && answers_yes(side, function) {
            Some(("An assertion of the library is replaced by one that always holds", Severity::High))
        } else if test && TAKES_FAILURE.is_match(head) {
            collects_nothing(side, function).or_else(|| lets_through(side, function))
        } else {
            None
        };
        if let Some((title, severity)) = found {
            sink.report(Draft::line(file, side, first).title(title).severity(severity));
        }
    }
    operators(file, side, test, sink);
}

/// The same for operators, which have no name that an outline would know.
fn operators(file: &FileView<'_>, side: &SideView<'_>, test: bool, sink: &mut Sink<'_>) {
    static HEAD: Pattern = Pattern::new(r"\bdef\s+==|\boperator\s*==\s*\(");
    for line in side.lines().filter(|line| side.touches(line.index, line.index + 1) && HEAD.is_match(line.code())) {
        let code = |at: usize| if at < side.len() { side.line(at).code().trim() } else { "" };
        let ends = matches!(code(line.index + 2), "end" | "}" | "};");
        if ends && says_yes(code(line.index + 1)) {
            let severity = if test { Severity::Low } else { Severity::High };
            sink.report(Draft::line(file, side, line.index).title("Everything is equal to this type").severity(severity));
        }
    }
}

fn shell(file: &FileView<'_>, side: &SideView<'_>, index: usize) -> Option<(&'static str, Severity)> {
    let line = side.line(index);
    if TRAP.is_match(line.text) {
        return Some(("The script of tests succeeds however it ends", Severity::High));
    }
    /// Whether the script ended with what its tests had said.
    struct GaveStatus {
        before: bool,
        still: bool,
    }
    let gives = |mut lines: Box<dyn Iterator<Item = LineView<'_>> + '_>| lines.any(|line| EXIT_STATUS.is_match(line.text));
    let status = || file.shared(|file| GaveStatus { before: gives(Box::new(file.removed())), still: gives(Box::new(file.added())) });
    let severity = |status: &GaveStatus| if status.still { Severity::Medium } else { Severity::High };
    let status = EXIT_ZERO.is_match(line.text).then(status).filter(|status| status.before)?;
    Some(("The script of tests succeeds whatever its tests say", severity(&status)))
}

fn is_test_file(file: &FileView<'_>) -> bool {
    let name = file.name().to_lowercase();
    let part = name.contains("test") || name.contains("spec");
    name == "conftest.py" || part || ["jest", "vitest", "karma", "mocha", "reporter"].iter().any(|word| name.contains(word))
}

/// A library of assertions replaces its own.
fn is_tested_tool(file: &FileView<'_>) -> bool {
    static TOOL: Pattern =
        Pattern::new(r"(?i)(^|/)(packages/)?(expect|chai|assert\w*|jest-\w+|vitest|unity|catch2?|doctest|gtest|googletest)(/|\.h$)");
    TOOL.is_match(&file.path)
}

fn forces_there(side: &SideView<'_>, index: usize) -> bool {
    static HOOK: Pattern = Pattern::new(
        r"(?i)\bafterEach\b|\bonTestResult\b|\bonRunComplete\b|\bonTestFail\w*|\bonFinished?\b|\btestCaseDone\b|\bonEnd\b|RSpec\.configure|\bglobalTeardown\b|\bprocess\.on\(",
    );
    let by_name = side.function_at(index).is_some_and(|function| function.name.starts_with("pytest_") || HOOK.is_match(&function.name));
    by_name || (index.saturating_sub(8)..=index).any(|at| HOOK.is_match(side.line(at).code()))
}

/// A script at its end, or behind `if __name__`, ends itself in the ordinary way; so does a program that a test starts as a child.
fn ends_script(side: &SideView<'_>, index: usize) -> bool {
    static CHILD: Pattern =
        Pattern::new(r"(?i)__main__|helper_?process|be_crasher|\bfork\(|child|subprocess|GO_WANT|SIG(?:TERM|INT)|signal");
    let guarded = (index.saturating_sub(8)..index).any(|at| CHILD.is_match(side.line(at).text));
    let function = side.function_at(index);
    // The one function that decides how a run of Go's tests ends does so at the end of its own block.
    let decides = function.is_some_and(|function| function.name == "TestMain") && !side.line(index).text.starts_with("\t\t");
    let in_main = function.is_some_and(|function| matches!(function.name.as_str(), "main" | "TestMain" | "run"));
    let child = function.is_some_and(|function| CHILD.is_match(&function.name));
    !decides && (guarded || in_main || child)
}

/// A new program among the tests that holds none and that no runner loads ends only itself.
fn is_new_script(file: &FileView<'_>, side: &SideView<'_>) -> bool {
    static LOADED: Pattern =
        Pattern::new(r"(?i)conftest|setup|helper|config|jest|vitest|karma|mocha|reporter|runner|bootstrap|__init__|sitecustomize");
    struct HoldsTests(bool);
    let holds = || file.shared(|_| HoldsTests(side.lines().any(|line| begins_test(line.text))));
    file.old().is_none() && !LOADED.is_match(file.name()) && !holds().0
}

fn body_has(side: &SideView<'_>, index: usize, holds: impl Fn(&str) -> bool) -> bool {
    side.function_at(index).is_some_and(|function| side.function_lines(function).any(|line| holds(line.text)))
}
