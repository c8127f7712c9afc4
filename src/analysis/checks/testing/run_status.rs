//! What a program or a script of tests says when it ends: whether its last word still is that of its tests. No rule of its own.

use super::commands::says_how_tests_run;
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::role::Role;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::Severity;

/// A program of tests in C or C++ that ends with what its tests said.
pub(super) static SAYS: Pattern = Pattern::new(
    r"(?x) \b(?:return|exit\s*\()\s*\(?\s*(?:UNITY_END|RUN_ALL_TESTS|cmocka_run_\w+|UnityMain|CommandLineTestRunner::RunAllTests|QTest::qExec|criterion_run_all_tests|(?:Catch::Session\(\)|session|context)\.run)\s*\(
    | \b(?:return|exit\s*\()\s*\(?\s*\(?\s*!?\s*\w*(?:fail|failures|failed|errors|result|status|ret|rc)\w*\s*(?:\)|;|[!=>]=?\s*0) | \breturn\b[^;?]*\bsrunner_ntests_failed\s*\(",
);
/// The same, whatever they said.
static SUCCEEDS: Pattern = Pattern::new(
    r"^\s*(?:return|(?:std::)?exit\s*\()\s*\(?\s*(?:0|EXIT_SUCCESS)\s*\)*\s*;|\b(?:return|exit\s*\()\s*\(?\s*\w*fail\w*\s*>=\s*0\s*\)?\s*\?",
);
/// What runs tests in such a program.
static RUNS: Pattern = Pattern::new(
    r"\b(?:UNITY_END|RUN_ALL_TESTS|cmocka_run_\w+|srunner_run_all|RunAllTests|qExec|criterion_run_all_tests|\w+\.run|RUN_TEST)\s*\(",
);
/// A script stops at the first command that fails.
pub(super) static STOPS: Pattern = Pattern::new(r"^\s*set\s+(?:[^#;]*\s)?(?:-\w*e\w*|-o\s+errexit|-\w*o\s+pipefail)\b|^#!.*\bsh\s+-\w*e");

/// Where the change makes tests end with success whatever they say, and how grave that is.
pub(super) fn hushed(file: &FileView<'_>, old: &SideView<'_>, side: &SideView<'_>) -> Option<(usize, &'static str, Severity)> {
    match file.language {
        Language::C | Language::Cpp if file.role == Role::Test => program(old, side),
        Language::Shell if file.role == Role::Test || says_how_tests_run(&file.path) => script(old, side),
        _ => None,
    }
}

fn program(old: &SideView<'_>, side: &SideView<'_>) -> Option<(usize, &'static str, Severity)> {
    let main = side.functions().iter().find(|function| function.name == "main")?;
    let mut lines = main.first_line..=main.last_line;
    let mut runs = lines.clone().take(400);
    if !old.changed_lines().any(|line| SAYS.is_match(line.code())) || !runs.any(|at| RUNS.is_match(side.line(at).code())) {
        return None;
    }
    let said = lines.clone().take(400).any(|at| SAYS.is_match(side.line(at).code()) && !SUCCEEDS.is_match(side.line(at).code()));
    let ends = lines.find(|at| side.is_changed(*at) && SUCCEEDS.is_match(side.line(*at).code())).filter(|_| !said)?;
    Some((ends, "The program ends with success whatever its tests say", Severity::High))
}

/// It stops at once.
static ERREXIT: Pattern = Pattern::new(r"^\s*set\s+(?:[^#;]*\s)?(?:-\w*e\w*|-o\s+errexit)\b|^#!.*\bsh\s+-\w*e");

/// A script that runs tests, and went on only where each of them had succeeded.
fn script(old: &SideView<'_>, side: &SideView<'_>) -> Option<(usize, &'static str, Severity)> {
    static TESTS: Pattern = Pattern::new(
        r"^[^#]*\b(?:pytest|tox|nox|jest|vitest|mocha|rspec|phpunit|pest|ctest|bats\w*|(?:go|cargo|npm|yarn|pnpm|dotnet|mvn|gradlew?|make|mix|sbt|swift|flutter|bun|deno)\b[^|;&#]*\stest\w*)\b",
    );
    if !old.changed_lines().any(|line| STOPS.is_match(line.text)) {
        return None;
    }
    // Seeing a failure in a pipe alone stops nothing.
    let at_once = old.changed_lines().any(|line| ERREXIT.is_match(line.text));
    let still = |text: &str| STOPS.is_match(text) && (ERREXIT.is_match(text) || !at_once);
    if side.lines().take(4_000).any(|line| still(line.text)) {
        return None;
    }
    let tests = side.lines().take(4_000).filter(|line| TESTS.is_match(line.text)).count();
    let at = side.changed_lines().next().map_or(0, |line| line.index);
    (tests > 0).then_some((at, "The script goes on where its tests fail", Severity::Medium))
}
