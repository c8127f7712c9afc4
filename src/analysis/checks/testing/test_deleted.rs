//! `test-deleted`: a file of tests goes while what it tested stays, or those of its tests go that wait for a refusal.

use std::collections::BTreeMap;
use std::iter::once;

use super::assertions::{ASSERTION, asserts, begins_test, guards, is_tested_code, is_weak, polarity, subject};
use super::cases::{Case, cases};
use super::goes_along::{Gone, is_compound};
use super::refusal::{REFUSES, WAITS};
use super::rows_lost;
use crate::analysis::check::{ChangeView, Check, Draft, Sink};
use crate::analysis::language::Language;
use crate::analysis::prefilter::{Needs, Reach, Words};
use crate::analysis::role::Role;
use crate::analysis::view::{FileView, SideView};
use crate::model::diff::{FileDiff, FileStatus, Side};
use crate::model::rule::{RuleId, Severity};

/// See `rules/code/test-deleted.toml`.
pub struct TestDeleted;

impl Check for TestDeleted {
    fn rule(&self) -> RuleId {
        RuleId("test-deleted")
    }

    fn needs(&self) -> Needs {
        Needs::nothing().and(Reach::REMOVED, Words::of([&REFUSES, &WAITS, &ASSERTION, &rows_lost::EACH]))
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let (Some(side), Some(old)) = (file.new_side(), file.old()) else { return };
        let inline = file.language == Language::Rust && file.role.is_live();
        if file.role != Role::Test && !inline || !file.language.is_code() || !side.whole || !old.whole {
            return;
        }
        rows_lost::report(file, old, side, sink);
        let (before, now) = (cases(file, old), cases(file, side));
        let gone = before.iter().filter(|(name, case)| !now.contains_key(*name) && is_gone(old, case));
        let refusing = gone.clone().filter(|(name, case)| refuses(old, name, case)).count();
        let came = now.keys().filter(|name| !before.contains_key(*name)).count();
        // Another name, or cases that became rows of one test, take nothing away.
        if came == 0 && refusing > 0 {
            sink.count(GONE, i64::try_from(refusing).unwrap_or(i64::MAX));
        }
        let denying = gone.clone().filter(|(name, case)| refuses(old, name, case) || denies(old, case)).count();
        if came == 0 && denying > 0 {
            sink.count(DENYING, i64::try_from(denying).unwrap_or(i64::MAX));
            sink.count(BESIDE, i64::from(inline && old.changed_lines().count() > gone.map(|(_, case)| case.last + 6 - case.first).sum()));
        }
    }

    fn change(&self, view: &ChangeView<'_>, sink: &mut Sink<'_>) {
        let files = &view.change.patch.files;
        let tests_added: usize =
            files.iter().filter(|file| Role::of(&file.path().text()) == Role::Test).map(|file| tests(file, Side::New)).sum();
        // Tests may move into a file of any name: those beside the code of Rust do.
        let everywhere = |side: Side| -> usize {
            files.iter().filter(|file| Language::of(&file.path().text()).is_code()).map(|file| tests(file, side)).sum()
        };
        if everywhere(Side::Old) > everywhere(Side::New) {
            refusing(view, sink);
        }
        let mut moved = tests_added;
        for file in files.iter().filter(|file| file.status == FileStatus::Deleted && Role::of(&file.path().text()) == Role::Test) {
            let lost = tests(file, Side::Old);
            // Tests that appear elsewhere in the change were moved.
            if lost == 0 || moved >= lost {
                moved = moved.saturating_sub(lost);
                continue;
            }
            let about = subject(&file.path().text());
            let tested = |other: &&FileDiff| is_tested_code(&other.path().text()) && subject(&other.path().text()) == about;
            if files.iter().filter(tested).any(|other| other.status == FileStatus::Deleted) {
                continue;
            }
            let changed = files.iter().find(tested);
            // What is no longer there needs no test.
            let along = |other: &FileDiff| Gone::of(once(other)).was_tested(file, |_, name| is_compound(name));
            let severity = match changed {
                Some(other) if guards(&other.path().text()) && !along(other) => Severity::High,
                Some(_) => Severity::Medium,
                None => Severity::Low,
            };
            let hollow = hollow_instead(files, file);
            let severity = if hollow.is_some() { Severity::High } else { severity };
            let title = match changed {
                _ if hollow.is_some() => format!("{lost} tests are deleted, and a file that asserts nothing stands in their place"),
                Some(other) => format!("{lost} tests are deleted while `{}`, which they are about, changes", other.path().text()),
                None => format!("{lost} tests are deleted; what they are about stays"),
            };
            let first = file.text().and_then(|text| text.removed().find(|(_, line)| begins_test(line)));
            let (line, evidence) = first.unwrap_or((1, ""));
            sink.report(Draft::numbered(file.path(), Side::Old, line, evidence.trim()).title(title).severity(severity));
        }
    }
}

const GONE: &str = "tests that waited for a refusal and are gone";
const DENYING: &str = "tests that asserted that something is not so and are gone";
const BESIDE: &str = "what they were about changes beside them";

/// More files are not compared with what they are about.
const MOST_COMPARED: usize = 100;

/// Whether all of a test went.
fn is_gone(old: &SideView<'_>, case: &Case) -> bool {
    (case.first..=case.last).take(400).all(|at| {
        old.is_changed(at)
            || matches!(old.line(at).text.trim(), "" | "}" | "{" | "end" | "@Test" | "[Fact]" | "[Test]" | "[TestMethod]" | "#[test]")
    })
}

/// Whether a test waits for a refusal, by its name and by what it asserts.
fn refuses(old: &SideView<'_>, name: &str, case: &Case) -> bool {
    let mut lines = (case.first..=case.last).take(400).map(|at| old.line(at)).filter(|line| line.text.len() < 400);
    lines.any(|line| WAITS.is_match(line.text) || REFUSES.is_match(name) && asserts(line.code()))
}

/// Whether a test asserts that something is not so.
fn denies(old: &SideView<'_>, case: &Case) -> bool {
    let mut lines = (case.first..=case.last).take(400).map(|at| old.line(at)).filter(|line| line.text.len() < 400);
    lines.any(|line| asserts(line.code()) && !is_weak(line.text) && !polarity(line.text).1)
}

/// Files that stay and lose tests of what is turned away, though nothing else of the change brings tests.
fn refusing(view: &ChangeView<'_>, sink: &mut Sink<'_>) {
    let files = &view.change.patch.files;
    let mut changed: Option<BTreeMap<String, &FileDiff>> = None;
    let mut compared = 0;
    for (file, outcome) in files.iter().zip(view.outcomes) {
        let get = |name| outcome.counts.get(name).copied().unwrap_or(0);
        let path = file.path().text();
        if get(DENYING) == 0 {
            continue;
        }
        let changed = changed.get_or_insert_with(|| {
            let known = files.iter().filter(|file| file.old_path.is_some()).map(|file| (file.path().text(), file));
            known.filter(|(path, _)| is_tested_code(path)).map(|(path, file)| (subject(&path), file)).collect()
        });
        let about = if is_tested_code(&path) { (get(BESIDE) > 0).then_some(file) } else { changed.get(&subject(&path)).copied() };
        compared += 1;
        let severity = match about {
            // What is no longer there needs no test.
            Some(other) if compared < MOST_COMPARED && Gone::of(once(other)).was_tested(file, |line, _| asserts(line)) => Severity::Low,
            // What the change does to that code is judged by itself.
            Some(_) if get(GONE) > 0 => Severity::Medium,
            Some(_) => Severity::Low,
            None if get(GONE) > 0 => Severity::Low,
            None => continue,
        };
        let first = file.text().and_then(|text| text.removed().find(|(_, line)| begins_test(line)));
        let (line, evidence) = first.unwrap_or((1, ""));
        let title = match about {
            Some(_) => format!("{} tests of what is turned away go while what they are about changes", get(DENYING)),
            None => format!("{} tests of what is turned away go, and nothing else changes", get(GONE)),
        };
        sink.report(
            Draft::numbered(file.old_path.as_ref().unwrap_or(file.path()), Side::Old, line, evidence.trim())
                .title(title)
                .severity(severity),
        );
    }
}

/// A new file of tests beside a deleted one, about the same by its name, in which nothing is asserted though the old one asserted something.
fn hollow_instead<'f>(files: &'f [FileDiff], deleted: &FileDiff) -> Option<&'f FileDiff> {
    let folder = |path: &str| path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
    let (path, about) = (deleted.path().text(), subject(&deleted.path().text()));
    let asserted = |file: &FileDiff, side: Side| {
        file.text().is_some_and(|text| match side {
            Side::Old => text.removed().any(|(_, line)| asserts(line)),
            Side::New => text.added().any(|(_, line)| asserts(line)),
        })
    };
    let new = files.iter().filter(|file| file.status == FileStatus::Added && folder(&file.path().text()) == folder(&path));
    let mut same = new.filter(|file| about.len() > 3 && subject(&file.path().text()).starts_with(&about) && tests(file, Side::New) > 0);
    same.find(|file| asserted(deleted, Side::Old) && !asserted(file, Side::New))
}

fn tests(file: &FileDiff, side: Side) -> usize {
    let Some(text) = file.text() else { return 0 };
    match side {
        Side::Old => text.removed().filter(|(_, line)| begins_test(line)).count(),
        Side::New => text.added().filter(|(_, line)| begins_test(line)).count(),
    }
}
