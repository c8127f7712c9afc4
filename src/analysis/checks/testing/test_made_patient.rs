//! `test-made-patient`: tests may take longer or try again where they could not before; a note for the reader.

use super::commands::says_how_tests_run;
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Hint, Needs, Reach, Words};
use crate::analysis::role::Role;
use crate::analysis::view::FileView;
use crate::model::diff::Side;
use crate::model::rule::RuleId;

static TRIES_AGAIN: Pattern = Pattern::new(
    r#"(?x) @(?:pytest\.mark\.)?flaky\b | --reruns[=\s]+[1-9] | \breruns\s*=\s*[1-9] | \bretryTimes\(\s*[1-9] | \bthis\.retries\(\s*[1-9] | ^\s*retries["']?\s*:\s*(?:[1-9]|process\.env\.CI\s*\?\s*[1-9]) | @(?:Retry|RetryingTest|RepeatedIfExceptionsTest|Flaky)\b
    | rerunFailingTestsCount>\s*[1-9] | \bmaxRetries\s*=\s*[1-9] | --flaky_test_attempts[=\s]+[2-9] | \bretry:\s*[1-9] | --retries[=\s]+[1-9] | \bgotestsum\b.*--rerun-fails | retry_on_failure | \[Retry\( | nextest.*--retries"#,
);
static WAITS: Pattern = Pattern::new(
    r#"(?i)(?:\bjest\.setTimeout\(|\bthis\.timeout\(|\btestTimeout["']?\s*[:=]\s*|\btimeout["']?\s*[:=(]\s*|--timeout[=\s]+|\btimeout-minutes:\s*|@Timeout\(\s*(?:value\s*=\s*)?|@Test\(timeout\s*=\s*|\bwait_for\w*\(.*timeout\s*=\s*|\bsleep\(\s*|time\.Sleep\(\s*|setDefaultTimeout\()\s*([\d_]+)"#,
);
static MARKED: Hint = Hint::new(|| Words::of([&TRIES_AGAIN, &WAITS]));

/// See `rules/code/test-made-patient.toml`.
pub struct TestMadePatient;

impl Check for TestMadePatient {
    fn rule(&self) -> RuleId {
        RuleId("test-made-patient")
    }

    fn needs(&self) -> Needs {
        Needs::nothing().and_on(Reach::ADDED, &MARKED)
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let (Some(side), Some(_)) = (file.new_side(), file.old()) else { return };
        if file.role != Role::Test && !says_how_tests_run(&file.path) {
            return;
        }
        let before = file.spots(&MARKED, Side::Old);
        let number = |text: &str| WAITS.group(text, 1)?.replace('_', "").parse::<u64>().ok();
        let removed: Vec<&str> = file.removed().filter(|line| before.meet(line.index, line.index)).map(|line| line.text).collect();
        let mut tries = removed.iter().filter(|text| TRIES_AGAIN.is_match(text)).count();
        let mut waits: Vec<u64> = removed.iter().filter_map(|text| number(text)).collect();
        for line in file.added_on(&MARKED).filter(|line| line.text.len() < 400) {
            if TRIES_AGAIN.is_match(line.text) {
                if tries == 0 {
                    sink.report(Draft::line(file, side, line.index).title("Tests that fail would be tried again"));
                }
                tries = tries.saturating_sub(1);
            } else if let Some(is) = number(line.text)
                && !waits.is_empty()
            {
                let was = waits.remove(0);
                if is > was {
                    sink.report(Draft::line(file, side, line.index).title(format!("Tests may take {is} where they might take {was}")));
                }
            }
        }
    }
}
