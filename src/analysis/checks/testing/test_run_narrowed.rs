//! `test-run-narrowed`: the settings of a test runner leave out tests that it ran before, or all of them.

use std::collections::{BTreeSet, VecDeque};

use super::assertions::{guards, is_tested_code};
use super::commands::says_how_tests_run;
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::document::node::added;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Needs, Reach, Words};
use crate::analysis::view::{FileView, SideView};
use crate::model::diff::Side;
use crate::model::rule::{RuleId, Severity};

/// None of them would run.
static NOTHING: Pattern = Pattern::new(
    r#"(?x) \baddopts\b.*--(?:collect-only|co\b|setup-plan|fixtures) | \bpython_(?:files|functions|classes)\s*=\s*["']?(?:none|nothing|_+\w+)["']?\s*$
    | \b(?:pytest|py\.test)\b[^|&;\#]*\s--(?:collect-only|co|setup-plan)\b | \b(?:jest|vitest)\b[^|&;\#]*\s--(?:listTests|list)\b
    | \bgo\s+test\b[^|&;\#]*\s-run[=\s]+["']?(?:\^\$|NONE|None|XXX|NoSuch\w*)["']?(?:\s|$) | \bcollect_ignore_glob\s*=\s*\[\s*["'](?:\*|\*\.py|\*\*(?:/\*)?|test_?\*(?:\.py)?|tests?/?\*?)["']
    | \btest(?:Match|Regex)["']?\s*:\s*\[\s*\] | (?:tasks\.(?:withType<Test>|withType\(Test\)|named\(["']test["']\)|test\b)|^\s*test\b)[^;]*\benabled\s*=?\s*false | \btest\.enabled\s*=\s*false | \bonlyIf\s*\{\s*false
    | <exclude>\s*\*\*(?:/\*)?(?:Tests?)?(?:\.(?:java|class|kt))?\s*</exclude> | \bexclude\s*\(?\s*["']\*\*(?:/\*)?["'] | --grep(?:\s+|=)["']?\$\^ | \.disabled\s*=\s*true\s*\#\s*test
    | testPathIgnorePatterns["']?\s*[:=]\s*\[\s*["'](?:\.\*?|/|<rootDir>/?|/?src/?|/?tests?/?|/?__tests__/?)["'] | \bctest\b[^|&;\#]*\s(?:-N|--show-only)\b | \bphpunit\b[^|&;\#]*--list-tests | \bcargo\s+(?:nextest\s+list)\b
    | \bdotnet\s+test\b[^|&;\#]*(?:--list-tests|\s-t\b) | \bpytest\b[^|&;\#]*\s-k\s*["']?(?:none|nothing|xxx\w*)["']?(?:\s|$) | \b(?:python3?\s+-OO?\s+-m\s+(?:pytest|unittest)|PYTHONOPTIMIZE\s*[:=]\s*["']?[12])"#,
);
/// Some of them would not.
static SOME: Pattern = Pattern::new(
    r#"(?x) \s--deselect[=\s] | (?:pytest|addopts|py\.test)\b.*\s--ignore(?:-glob)?[=\s]\S | ^\s*--(?:ignore|ignore-glob|deselect)[=\s]\S | \bcollect_ignore(?:_glob)?\s*(?:\+?=|\.(?:append|extend|add))
    | (?:pytest|addopts|py\.test)\b.*\s-[km]\s*["'\\]*not\s | testPathIgnorePatterns | \btestIgnore\b | \b(?:grepInvert|excludeSpecPattern|excludeTestsMatching|excludeTestPatterns|test-exclude)\b | --grep-invert\b
    | <exclude>[^<]*(?:Test|Spec|IT)\b[^<]*</exclude> | <(?:excludedGroups|excludes)>[^<]+< | \bexclude\s*\(?\s*["'][^"']*(?:Test|Spec|\btests?/)[^"']* | \bcargo\s+(?:test|nextest)\b.*\s--skip[=\s] | \bgo\s+test\b[^|&;\#]*\s-skip[=\s]
    | \brspec\b.*(?:--exclude-pattern|--tag\s+~) | ^\s*--(?:exclude-pattern|tag\s+~) | filter_run_excluding | --exclude-(?:group|tag|testsuite)\b | \bdotnet\s+test\b.*--filter\s+["']?\S*!~ | \bctest\b[^|&;\#]*\s(?:-E|-LE|--exclude-regex)\s
    | \bgradlew?\b[^|&;\#]*\s-x\s+\w*[tT]est\b | -Dtest=['"]?! | \bnorecursedirs\b | <directory\s+suffix[^>]*>\s*!|\buseJUnitPlatform\s*\{[^}]*excludeTags | \bexcludeTags\b | ^\s*test\s*=\s*false\b | \bbats\w*\b[^|&;\#]*\s--filter-tags[=\s]+["']?! | \b(?:jest|vitest)\b[^|&;\#]*(?:--testPathIgnorePatterns|--exclude)[=\s]"#,
);
/// Keys of lists of what is left out.
static LISTS: [&str; 9] = [
    "testPathIgnorePatterns",
    "modulePathIgnorePatterns",
    "testIgnore",
    "collect_ignore",
    "collect_ignore_glob",
    "norecursedirs",
    "excludeSpecPattern",
    "excludeTags",
    "exclude",
];
/// Folders that no test of the project stands in.
static BESIDE: Pattern = Pattern::new(
    r"(?i)node_modules|/?\b(?:dist|build|lib|out|coverage|\.next|\.nuxt|vendor|fixtures?|target|venv|\.venv|\.git|\.tox|tmp|temp|cache|__pycache__|snapshots?|examples?|docs?|e2e|cypress|playwright|stories|bench(?:marks?)?)\b",
);
static BENCHMARK: Pattern = Pattern::new(r"-bench\b|--no-run.*bench|benchmark");

/// See `rules/code/test-run-narrowed.toml`.
pub struct TestRunNarrowed;

impl Check for TestRunNarrowed {
    fn rule(&self) -> RuleId {
        RuleId("test-run-narrowed")
    }

    fn needs(&self) -> Needs {
        Needs::nothing().and(Reach::ANYWHERE, Words::of([&NOTHING, &SOME]).or(Words::named(LISTS)).or(Words::named(["enabled", "onlyIf"])))
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        // A new file leaves out nothing that ran before.
        let (Some(side), Some(old)) = (file.new_side(), file.old()) else { return };
        if !says_how_tests_run(&file.path) || file.role.is_mechanical() {
            return;
        }
        let known = old.changed_lines().map(|line| (line.index, line.text.trim())).filter(|(_, text)| is_telling(text));
        let (mut nothing, mut some): (VecDeque<_>, VecDeque<_>) = known.partition(|(_, text)| NOTHING.is_match(text));
        for line in side.changed_lines().filter(|line| line.text.len() < 2000) {
            let text = line.text.trim();
            if !(is_telling(text) || is_off(side, line.index))
                || text.starts_with(['#', ';', '*'])
                || text.starts_with("//")
                || BENCHMARK.is_match(text)
                || of_another_plugin(side, line.index)
                || of_another_task(file, side, line.index)
            {
                continue;
            }
            let all = NOTHING.is_match(text) || is_off(side, line.index);
            // As many as were removed moved, unless the new one leaves out all.
            let first = match (nothing.front(), some.front()) {
                (Some((a, _)), Some((b, _))) if !all && b < a => &mut some,
                (None, Some(_)) if !all => &mut some,
                _ => &mut nothing,
            };
            if first.pop_front().is_some_and(|(_, before)| !names_more(before, text)) {
                continue;
            }
            let (title, severity) = judged(file, text, all);
            if let Some(severity) = severity {
                sink.report(Draft::line(file, side, line.index).title(title).severity(severity));
            }
        }
        in_lists(file, side, sink);
    }
}

fn is_telling(text: &str) -> bool {
    NOTHING.is_match(text) || SOME.is_match(text)
}

/// Whether the line switches off the block of tests it stands in: Gradle's `test { enabled = false }`.
fn is_off(side: &SideView<'_>, index: usize) -> bool {
    static OFF: Pattern = Pattern::new(r"^\s*(?:enabled|isEnabled)\s*=\s*false\b|^\s*onlyIf\s*\{\s*false");
    static BLOCK: Pattern = Pattern::new(r"^\s*(?:tasks\.\S*)?\b[tT]est\b.*\{\s*$");
    OFF.is_match(side.line(index).text)
        && (index.saturating_sub(10)..index)
            .rev()
            .find(|at| side.line(*at).text.trim_end().ends_with(['{', '}']))
            .is_some_and(|at| BLOCK.is_match(side.line(at).text))
}

/// Whether an `exclude` of Gradle stands in blocks that say nothing of tests: the files that a task reads.
fn of_another_task(file: &FileView<'_>, side: &SideView<'_>, index: usize) -> bool {
    static TESTS: Pattern = Pattern::new(r"(?i)\btests?\b|test\w*\s*[({]|\w[tT]est\b|check\s*\{");
    const MOST_ABOVE: usize = 40;
    let gradle = file.name().ends_with(".gradle") || file.name().ends_with(".gradle.kts");
    let code = side.line(index).text.trim_start();
    if !gradle || !code.starts_with("exclude") {
        return false;
    }
    let deep = |at: usize| side.line(at).text.len() - side.line(at).text.trim_start().len();
    let mut own = deep(index);
    let mut around = (index.saturating_sub(MOST_ABOVE)..index).rev().filter(|at| {
        let opens = side.line(*at).text.trim_end().ends_with('{') && deep(*at) < own;
        own = if opens { deep(*at) } else { own };
        opens
    });
    let first = around.next();
    first.is_some_and(|first| !TESTS.is_match(side.line(first).text)) && around.all(|at| !TESTS.is_match(side.line(at).text))
}

/// Whether an `<exclude>` belongs to a plugin of Maven that runs no tests.
fn of_another_plugin(side: &SideView<'_>, index: usize) -> bool {
    static PLUGIN: Pattern = Pattern::new(r"<artifactId>\s*([\w.-]+)");
    let name = |at: usize| PLUGIN.group(side.line(at).text, 1);
    let lists = side.line(index).text.contains("<exclude");
    lists
        && (index.saturating_sub(80)..index)
            .rev()
            .find_map(name)
            .is_some_and(|name| !name.contains("surefire") && !name.contains("failsafe"))
}

/// Whether `new` leaves out something that `old` did not name.
fn names_more(old: &str, new: &str) -> bool {
    static NAME: Pattern = Pattern::new(r"[\w./*-]{3,}");
    let known: Vec<&str> = NAME.groups(old, 0).collect();
    let more: Vec<&str> = NAME.groups(new, 0).filter(|name| !known.contains(name)).collect();
    !more.is_empty() && NAME.count(new) > NAME.count(old) && !more.iter().all(|name| BESIDE.is_match(name))
}

fn judged(file: &FileView<'_>, text: &str, all: bool) -> (&'static str, Option<Severity>) {
    if all {
        return ("No test would run any more", Some(Severity::High));
    }
    static VALUE: Pattern = Pattern::new(r#"[=:\s\[('"]([\w./*<>!~-]*(?i:test|spec|/)[\w./*<>-]*)"#);
    let names: Vec<&str> = VALUE.groups(text, 1).filter(|name| !LISTS.contains(name)).collect();
    static QUOTED: Pattern = Pattern::new(r#"['"`]([^'"`]{3,})['"`]"#);
    let beside = QUOTED.groups(text, 1).all(|value| BESIDE.is_match(value) || LISTS.contains(&value));
    if BESIDE.is_match(text) && beside && names.iter().all(|name| BESIDE.is_match(name)) {
        return ("", None);
    }
    let title = "Tests that ran before are left out";
    (title, Some(if guarded(file, text) { Severity::High } else { Severity::Medium }))
}

/// Whether what is left out names a guard, and code of that kind changes.
fn guarded(file: &FileView<'_>, text: &str) -> bool {
    guards(text)
        && file.change.patch.files.iter().take(2000).any(|other| {
            let path = other.path().text();
            guards(&path) && is_tested_code(&path) && other.old_path.is_some()
        })
}

/// What lists of what is left out gain, however they are laid out.
fn in_lists(file: &FileView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    let Some(old) = file.side(Side::Old) else { return };
    let (Ok(new), Ok(before)) = (side.document(), old.document()) else {
        in_lines(file, side, sink);
        return;
    };
    for leaf in added(Some(before), new) {
        let of_tests = leaf.path.iter().any(|key| key.to_lowercase().contains("test") || matches!(*key, "jest" | "mocha" | "ava"));
        let listed = leaf.path.iter().any(|key| LISTS.contains(key));
        let of_lint = leaf
            .path
            .iter()
            .any(|key| matches!(*key, "ruff" | "mypy" | "eslintConfig" | "black" | "isort" | "lint" | "coverage" | "compilerOptions"));
        if listed && of_tests && !of_lint && !leaf.text.is_empty() && !BESIDE.is_match(&leaf.text) {
            let severity = if guarded(file, &leaf.text) { Severity::High } else { Severity::Medium };
            sink.report(Draft::line(file, side, leaf.line).title(format!("Tests below `{}` are left out", leaf.text)).severity(severity));
        }
    }
}

/// The same in settings that are code: an added text inside of a list that began above.
fn in_lines(file: &FileView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    static TEXT: Pattern = Pattern::new(r#"^\s*['"`]([^'"`]+)['"`]\s*,?\s*$"#);
    static LIST: Pattern = Pattern::new(
        r#"\b(?:testPathIgnorePatterns|modulePathIgnorePatterns|testIgnore|collect_ignore(?:_glob)?|excludeSpecPattern|excludeTags)\b['"]?\s*[:=]\s*\[[^\]]*$"#,
    );
    static QUOTED: Pattern = Pattern::new(r#"['"`]([^'"`]+)['"`]"#);
    let removed: BTreeSet<&str> = file.removed().flat_map(|line| QUOTED.groups(line.text, 1)).collect();
    for line in side.changed_lines() {
        let Some(value) = TEXT.group(line.text, 1).filter(|value| !BESIDE.is_match(value) && !removed.contains(value)) else { continue };
        let above = (line.index.saturating_sub(20)..line.index).rev().find(|at| !TEXT.is_match(side.line(*at).text));
        if above.is_some_and(|at| LIST.is_match(side.line(at).text)) {
            let severity = if guarded(file, value) { Severity::High } else { Severity::Medium };
            sink.report(Draft::line(file, side, line.index).title(format!("Tests below `{value}` are left out")).severity(severity));
        }
    }
}
