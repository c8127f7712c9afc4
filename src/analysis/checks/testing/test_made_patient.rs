//! `test-made-patient`: tests may take longer or try again where they could not before; a note for the reader.

use super::commands::{runs_tests, says_how_tests_run};
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Hint, Needs, Reach, Words};
use crate::analysis::role::Role;
use crate::analysis::view::FileView;
use crate::model::diff::Side;
use crate::model::rule::RuleId;

static TRIES_AGAIN: Pattern = Pattern::new(
    r#"(?x) @(?:pytest\.mark\.)?flaky\b | --reruns[=\s]+[1-9] | \breruns\s*=\s*[1-9] | \bretryTimes\(\s*[1-9] | \bthis\.retries\(\s*[1-9] | ^\s*retries["']?\s*:\s*(?:[1-9]|process\.env\.CI\s*\?\s*[1-9]) | @(?:Retry|RetryingTest|RepeatedIfExceptionsTest|Flaky)\b
    | rerunFailingTestsCount>\s*[1-9] | \bmaxRetries\s*=\s*[1-9] | --flaky_test_attempts[=\s]+[2-9] | \bretry:\s*[1-9] | --retries[=\s]+[1-9] | \bgotestsum\b.*--rerun-fails | retry_on_failure | \[(?:\w+(?:\([^)]*\))?\s*,\s*)*Retry\( | nextest.*--retries
    | \bdefault_retry_count\s*=\s*[2-9] | ^\s*(?:for|while)\b[^;{]*\b(?:attempts?|try|tries|retry|retries)\b\s*(?::?=|in\b|<) | \.times\s+(?:do|\{)\s*\|\s*(?:attempt|try|retry)\w*\s*\|"#,
);
static WAITS: Pattern = Pattern::new(
    r#"(?i)(?:\bjest\.setTimeout\(|\bthis\.timeout\(|\btestTimeout["']?\s*[:=]\s*|\btimeout["']?\s*[:=(]\s*|--timeout[=\s]+|\btimeout-minutes:\s*|@Timeout\(\s*(?:value\s*=\s*)?|@Test\(timeout\s*=\s*|\bwait_for\w*\(.*timeout\s*=\s*|\bsleep\(\s*|time\.Sleep\(\s*|setDefaultTimeout\(|default_max_wait_time\s*=\s*|\b(?:from_secs|from_millis|ofSeconds|ofMinutes|ofMillis)\(\s*|\bTimeSpan\.From\w+\(\s*|\bTask\.Delay\(\s*|\bmicrotime\(true\)\s*\+\s*|\btime\(\)\s*\+\s*|\bmonotonic\(\)\s*\+\s*)\s*([\d_]+(?:\.\d+)?)|(?:^|[(,\s])([\d_]+)\s*\*\s*time\.(?:Millisecond|Second|Minute|Hour)\b|\b([\d_]+)\.(?:milliseconds|seconds|minutes|hours)\b"#,
);
/// What a number counts, where a line says so.
static COUNTED: Pattern = Pattern::new(
    r"(?i)milli|\bms\b|from_?secs|ofSeconds|FromSeconds|time\.Second|\.seconds|minutes?\b|ofMinutes|FromMinutes|time\.Hour|\.hours|FromHours",
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
        let script = || file.language == Language::Shell && runs_tests(side);
        if file.role != Role::Test && !says_how_tests_run(&file.path) && !script() {
            return;
        }
        let before = file.spots(&MARKED, Side::Old);
        let removed: Vec<&str> = file.removed().filter(|line| before.meet(line.index, line.index)).map(|line| line.text).collect();
        let mut tries = removed.iter().filter(|text| TRIES_AGAIN.is_match(text)).count();
        let mut waits: Vec<(f64, String)> = removed.iter().filter_map(|text| waited(text)).collect();
        for line in file.added_on(&MARKED).filter(|line| line.text.len() < 400) {
            if TRIES_AGAIN.is_match(line.text) {
                if tries == 0 {
                    sink.report(Draft::line(file, side, line.index).title("Tests that fail would be tried again"));
                }
                tries = tries.saturating_sub(1);
            } else if let Some((is, told)) = waited(line.text)
                && !waits.is_empty()
            {
                let (was, before) = waits.remove(0);
                if is > was {
                    sink.report(Draft::line(file, side, line.index).title(format!("Tests may take {told} where they might take {before}")));
                }
            }
        }
    }
}

/// How long a line waits, in whatever it counts in, or in milliseconds where it says so; and how it is written.
fn waited(text: &str) -> Option<(f64, String)> {
    let told = (1..=3).find_map(|group| WAITS.group(text, group))?;
    let number = told.replace('_', "").parse::<f64>().ok()?;
    let unit = COUNTED.find(text).and_then(|found| text.get(found)).unwrap_or("").to_lowercase();
    let each = match () {
        () if unit.contains("milli") || unit == "ms" => 1.0,
        () if unit.contains("sec") => 1e3,
        () if unit.contains("minute") => 6e4,
        () if unit.contains("hour") => 36e5,
        () => return Some((number, told.to_owned())),
    };
    Some((number * each, format!("{told} ({unit})")))
}
