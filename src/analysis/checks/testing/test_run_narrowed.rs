//! `test-run-narrowed`: the settings of a test runner leave out tests that it ran before, or all of them.

use std::collections::{BTreeSet, VecDeque};

use super::commands::says_how_tests_run;
use super::left_out::{BESIDE, NOTHING, SOME, guarded, is_telling};
use super::{run_chosen, run_folders};
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::document::node::added;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Needs, Reach, Words};
use crate::analysis::view::{FileView, SideView};
use crate::model::diff::Side;
use crate::model::rule::{RuleId, Severity};

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
static BENCHMARK: Pattern = Pattern::new(r"-bench\b|--no-run.*bench|benchmark");

/// See `rules/code/test-run-narrowed.toml`.
pub struct TestRunNarrowed;

impl Check for TestRunNarrowed {
    fn rule(&self) -> RuleId {
        RuleId("test-run-narrowed")
    }

    fn needs(&self) -> Needs {
        Needs::nothing().and(
            Reach::ANYWHERE,
            Words::of([&NOTHING, &SOME, &run_chosen::RUNS, &run_folders::PLACES])
                .or(Words::named(LISTS))
                .or(Words::named(["enabled", "onlyIf"])),
        )
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        // A new file leaves out nothing that ran before.
        let (Some(side), Some(old)) = (file.new_side(), file.old()) else { return };
        let vite = file.name().starts_with("vite.config.");
        if !(vite || says_how_tests_run(&file.path)) || file.role.is_mechanical() {
            return;
        }
        run_folders::report(file, old, side, sink);
        if vite {
            return;
        }
        run_chosen::report(file, old, side, sink);
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
        let of_lint = leaf.path.iter().any(|key| {
            matches!(*key, "ruff" | "mypy" | "eslintConfig" | "black" | "isort" | "lint" | "coverage" | "compilerOptions" | "matrix")
        });
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
