//! `test-special-cased`: product code that behaves for its tests: it asks whether they run, or answers their very question by heart.

use std::collections::BTreeSet;

use super::by_heart::{self, BELOW, LITERAL_ANSWER};
use super::learnt_table;
use crate::analysis::check::{ChangeView, Check, Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Hint, Needs, Reach, Words};
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::{RuleId, Severity};

/// What only a running test leaves around.
static KNOWS_TEST: Pattern = Pattern::new(
    r#"(?x) PYTEST_CURRENT_TEST | JEST_WORKER_ID | ["'](?:pytest|unittest|nose)["']\s+in\s+sys\.modules | sys\._called_from_test | flag\.Lookup\(\s*["']test\.v | process\.env\.VITEST\b | VITEST_WORKER_ID
    | HasSuffix\(\s*os\.Args\[0\],\s*["']\.test | Class\.forName\(\s*["'](?:org\.junit|org\.testng) | ["']org\.junit[\w.]*["']\s*\) | XCTestConfigurationFilePath | NSClassFromString\(\s*["']XCTest
    | defined\(\s*['"](?:PHPUNIT_\w+|__PHPUNIT_\w+)['"] | class_exists\(\s*['"]\\*PHPUnit | defined\?\(\s*:*(?:RSpec|Minitest|Cucumber)\b | BATS_TEST_\w+ | typeof\s+(?:jest|describe|__karma__|mocha)\s*!==?\s*['"]undefined
    | env::var(?:_os)?\(\s*"(?:NEXTEST\w*|RUST_TEST_THREADS|CARGO_TARGET_TMPDIR|CARGO_BIN_EXE_\w+)" | testing\.Testing\(\) | (?:getClassName|getName|getStackTrace|StackTrace|ToString|toString)\(\)[^;]*\.(?i:contains|startsWith|indexOf|matches)\(\s*["'](?:org\.)?(?i:junit|testng|nunit|xunit|mstest|surefire)
    | inspect\.stack\(\).*["']_?(?:pytest|unittest) | ["']_?(?:pytest|unittest)["']\s+in\s+\w+\.(?:filename|f_code) | getProperty\(\s*"(?:surefire\.|org\.gradle\.test\.) | xunit\.(?:core|runner)|nunit\.framework["']\)
    | GetAssemblies\(\).*\b(?i:xunit|nunit|mstest|testhost|testplatform) | getenv\(\s*"(?:GTEST_\w+|CK_\w+|CTEST_\w+|BOOST_TEST_\w+|CMOCKA_\w+|UNITY_\w+)""#,
);
/// What settings call a test run, which ordinary code asks now and then.
static ASKS_SETTING: Pattern = Pattern::new(
    r#"(?x) (?:NODE|RAILS|RACK|APP|MIX)_ENV(?:['"]?[\])])?\s*={2,3}\s*['"]test(?:ing)?['"] | Rails\.env\.test\? | runningUnitTests\(\) | \bsettings\.TESTING\b | (?:getenv|environ(?:\.get)?|ENV|env|Getenv|var)[.(\[]\s*['"]?(?:CI|TESTING|TEST_MODE|GITHUB_ACTIONS|UNIT_TEST)\b | app\.testing\b | import\.meta\.env\.MODE\s*===\s*['"]test | \bif\s+cfg!\(\s*test\s*\)
    | ^\s*\#\s*if(?:def)?\s+(?:defined\s*\(?\s*)?(?:UNIT_?TEST(?:S|ING)?|TEST_?(?:BUILD|MODE)|TESTING|UNITY_\w+|GTEST\w*|CMOCKA\w*|CPPUTEST\w*)\b"#,
);
static TOLD: Hint = Hint::new(|| Words::of([&KNOWS_TEST, &ASKS_SETTING]));

/// See `rules/code/test-special-cased.toml`.
pub struct TestSpecialCased;

impl Check for TestSpecialCased {
    fn rule(&self) -> RuleId {
        RuleId("test-special-cased")
    }

    fn needs(&self) -> Needs {
        // Words of the environment stand everywhere; one of tests must stand beside them.
        let of_tests = ["test", "jest", "unit", "nose", "mocha", "karma", "describe", "rspec", "cucumber", "ci", "github_actions"];
        Needs::nothing().and_on(Reach::ADDED, &TOLD).and(Reach::ADDED, Words::named(of_tests))
    }

    /// What answers particular questions by heart needs no word of tests.
    fn looks_anyway(&self, file: &FileView<'_>) -> bool {
        file.role.is_live()
            && file.language.is_code()
            && (by_heart::holds_table(file)
                || learnt_table::may_hold(file)
                || file.added().any(|line| line.text.len() < 300 && by_heart::asks_for_several(line.text)))
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let Some(side) = file.new_side() else { return };
        if !file.role.is_live() || !file.language.is_code() || helps_tests(&file.path) {
            return;
        }
        by_heart::several(file, side, sink);
        by_heart::tabled(file, side, sink);
        learnt_table::report(file, side, sink);
        let before: BTreeSet<&str> = file.removed().map(|line| line.text.trim()).collect();
        for line in file.added_on(&TOLD) {
            if line.code().trim().is_empty() || before.contains(line.text.trim()) {
                continue;
            }
            if KNOWS_TEST.is_match(line.text) {
                let grave = answers(side, line.index) || leaves_outside_of_tests(side, line.index) || decides_result(side, line.index);
                let severity = if grave { Severity::High } else { Severity::Medium };
                sink.report(
                    Draft::line(file, side, line.index).title("Product code behaves differently while tests run").severity(severity),
                );
            } else if ASKS_SETTING.is_match(line.text) && (answers(side, line.index) || answers_otherwise(side, line.index)) {
                let draft = Draft::line(file, side, line.index).title("Product code gives a fixed answer where tests run");
                sink.report(draft.severity(Severity::Medium));
            }
        }
    }

    fn change(&self, view: &ChangeView<'_>, sink: &mut Sink<'_>) {
        by_heart::numbers(view, sink);
        by_heart::questions(view, sink);
    }
}

/// Libraries for tests ask such things for a living.
fn helps_tests(path: &str) -> bool {
    static HELPS: Pattern = Pattern::new(r"(?i)test|mock|fixture|fake|stub|spec\b");
    HELPS.is_match(path)
}

/// Whether what follows the question at `index` is a literal answer.
fn answers(side: &SideView<'_>, index: usize) -> bool {
    /// `return 100 if …`
    static BEFORE: Pattern =
        Pattern::new(r#"^\s*return\s+(?:-?\d[\w.]*|"[^"]*"|'[^']*'|:\w+|\[[^\]()]*\]|[Tt]rue|[Ff]alse|None|nil)\s+(?:if|unless)\s"#);
    /// `return night ? 19 : 31;`
    static EITHER: Pattern = Pattern::new(
        r#"^\s*return\s[^?;]*\?\s*(?:-?\d[\w.]*|"[^"]*"|[A-Z][A-Z0-9_]+)\s*:\s*(?:-?\d[\w.]*|"[^"]*"|[A-Z][A-Z0-9_]+)\s*;\s*$"#,
    );
    /// `return Ok(Quote { tax: Decimal::new(19, 2) })`: made of numbers and names alone.
    static MADE: Pattern = Pattern::new(
        r"^\s*return\s+(?:Ok|Some)\([\w:\s{},.()-]*\b\d{2,}[\w:\s{},.()-]*\)\s*;\s*$|(?:^|\{)\s*return\s+(?:(?:Ok|Some)\(\s*(?:\(\)|true|false|None|-?\d+|vec!\[\]|(?:Vec|String)::new\(\)|(?:\w+::)*default\(\))\s*\)|(?:\w+::)*default\(\))\s*;",
    );
    let asks = side.line(index).code();
    let decides = ["if", "unless", "?", "when", "&&"].iter().any(|word| asks.contains(word));
    let before = || BEFORE.is_match(side.plain_line(index)) && !asks.contains(" else ");
    decides
        && (before()
            || (index..=index + BELOW as usize).any(|at| {
                let text = if at < side.len() { side.plain_line(at) } else { "" };
                LITERAL_ANSWER.is_match(text) || EITHER.is_match(text) || MADE.is_match(text)
            }))
}

/// Whether what follows the question gives back something that is worked out, where the function goes on to work out another answer.
fn answers_otherwise(side: &SideView<'_>, index: usize) -> bool {
    static GIVES: Pattern = Pattern::new(r"^\s*return\s+[^;]*[\w\])](?:->|\.|::)\w+");
    /// What stands for something else in tests, and what is kept away from others.
    static STANDS_IN: Pattern = Pattern::new(
        r"(?i)fake|mock|stub|null|dummy|test|memory|noop|array|client|driver|connection|store|config|env|path|host|url|log|cache|parent::|super",
    );
    let asks = side.line(index).code().trim_start();
    let Some(function) = side.function_at(index).filter(|_| asks.starts_with("if") && !asks.contains('!') && !asks.contains("not ")) else {
        return false;
    };
    let gives = |at: usize| GIVES.is_match(side.plain_line(at));
    let own = index + 1;
    let other = || (own + 1..=function.last_line).take(60).any(|at| !side.is_changed(at) && gives(at));
    own <= function.last_line && gives(own) && !STANDS_IN.is_match(side.plain_line(own)) && other()
}

/// Whether what follows a question that users answer with yes leaves: tests see the rest, and users never do.
fn leaves_outside_of_tests(side: &SideView<'_>, index: usize) -> bool {
    static OUTSIDE: Pattern = Pattern::new(r"\bnot\s+in\b|\bnot\s+\w|!\s*\w|\bis\s+None\b|==\s*(?:None|null|nil|undefined)\b|\bunless\b");
    static LEAVES: Pattern = Pattern::new(r"^\s*(?:return|throw|raise|exit|next|break|continue)\b");
    let indent = |at: usize| side.line(at).text.len() - side.line(at).text.trim_start().len();
    let asks = side.line(index).code();
    let own = indent(index);
    let inside = (index + 1..side.len().min(index + 8)).take_while(|at| indent(*at) > own || side.line(*at).text.trim().is_empty());
    OUTSIDE.is_match(asks)
        && ["if", "unless"].iter().any(|word| asks.contains(word))
        && inside.into_iter().any(|at| LEAVES.is_match(side.line(at).code()))
}

/// Whether what follows the question sets what the function gives back or works with: a parameter, or a name that is used below.
fn decides_result(side: &SideView<'_>, index: usize) -> bool {
    static SETS: Pattern = Pattern::new(r"^\s*(?:(?:const|let|var|val|my|\w+)\s+)?\$?([A-Za-z_]\w*)\s*:?=\s*[^=]");
    /// What runs beside the product, or only how fast it is.
    static BESIDE: Pattern = Pattern::new(
        r"(?i)log|telemetry|metric|sentry|debug|verbos|level|timeout|retr(?:y|ies)|delay|sleep|wait|interval|url|host|port|database|\bdb|dsn|path|dir|cache|broker|backend|worker|thread|pool|colou?r|quiet|silent|enabled|disabled|env|mode|config|settings|client|eager|async",
    );
    let asks = side.line(index).code();
    let Some(function) = side.function_at(index).filter(|_| ["if", "unless"].iter().any(|word| asks.contains(word))) else { return false };
    let indent = |at: usize| side.line(at).text.len() - side.line(at).text.trim_start().len();
    let own = indent(index);
    let inside =
        (index + 1..=function.last_line.min(index + 8)).take_while(|at| indent(*at) > own || side.line(*at).text.trim().is_empty());
    let last = inside.clone().last().unwrap_or(index);
    let used = |name: &str, lines: std::ops::RangeInclusive<usize>| {
        lines
            .into_iter()
            .take(200)
            .any(|at| side.line(at).code().split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == name))
    };
    let mut set = inside.filter_map(|at| SETS.group(side.line(at).code(), 1)).filter(|name| !BESIDE.is_match(name));
    set.any(|name| used(name, function.first_line..=function.first_line) && used(name, last + 1..=function.last_line))
}
