//! `test-deleted`: a file of tests goes while what it tested stays.

use super::assertions::{asserts, begins_test, guards, is_tested_code, subject};
use crate::analysis::check::{ChangeView, Check, Draft, Sink};
use crate::analysis::hints::Needs;
use crate::analysis::role::Role;
use crate::model::diff::{FileDiff, FileStatus, Side};
use crate::model::rule::{RuleId, Severity};

/// See `rules/code/test-deleted.toml`.
pub struct TestDeleted;

impl Check for TestDeleted {
    fn rule(&self) -> RuleId {
        RuleId("test-deleted")
    }

    fn needs(&self) -> Needs {
        Needs::of_changes()
    }

    fn change(&self, view: &ChangeView<'_>, sink: &mut Sink<'_>) {
        let files = &view.change.patch.files;
        let tests_added: usize =
            files.iter().filter(|file| Role::of(&file.path().text()) == Role::Test).map(|file| tests(file, Side::New)).sum();
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
            let severity = match changed {
                Some(other) if guards(&other.path().text()) => Severity::High,
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
