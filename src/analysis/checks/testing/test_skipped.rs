//! `test-skipped`: tests that no longer run, or that keep all others from running.

use super::assertions::{asserts, begins_test, guard_changes, guards};
use super::cases::end_of;
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Hint, Needs, Reach, Words};
use crate::analysis::role::Role;
use crate::analysis::view::{FileView, LineView, SideView};
use crate::model::diff::Side;
use crate::model::rule::{RuleId, Severity};

static SKIPPED: Pattern = Pattern::new(
    r"(?x) @(pytest\.mark\.(skip|xfail)|unittest\.(skip|expectedFailure)|skip|Disabled|Ignore)\b | \bpytest\.skip\( | \bself\.skipTest\(
    | \b(it|test|describe|context|suite)\.(skip|todo|failing|fails)\s*[(.] | \b(xit|xdescribe|xtest|xcontext|xspecify)\s*[(\x22\x27] | \bthis\.skip\(\)
    | \b[tb]\.Skip(f|Now)?\( | \#\[ignore | \[(\w+(\([^)]*\))?,\s*)*(Ignore|Explicit)\b | \bSkip\s*=\s*\x22 | markTest(Skipped|Incomplete)\( | XCTSkip\b | @tag\s+:skip | \bassumeTrue\(\s*false | ^\s*(skip|pending)\s+['\x22]
    | \bGTEST_SKIP\w*\( | ^\s*TEST_(IGNORE|PASS)(_MESSAGE)?\( | ^\s*SKIP\( | \bcr_skip_test\( | ^\s*(?:skip|pending)(\(\)\s*;)?\s*$ | ^\s*\w*TEST\w*\(\s*(\w+\s*,\s*)?DISABLED_ | \bdoctest::skip\( | \bunit_test::disabled\(
    | \.config\([^)]*\benabled\s*=\s*false | \b(xshould|xtest|xfeature|xscenario|xgiven)\s*\(\x22",
);
static FOCUSED: Pattern = Pattern::new(
    r"\b(it|test|describe|context|suite)\.only\s*[(.]|\b(fit|fdescribe|fcontext|fspecify)\s*[(\x22\x27]|,\s*focus:\s*true\b|:focus\b.*\bdo\b",
);
/// A test that is left out by a sign in the text it is called by: Kotest's `!`, the hidden tags of Catch2.
static SIGNED: Pattern = Pattern::new(
    r"^\s*(?:(?:it|test|should)\s*\(\s*)?\x22![A-Za-z][^\x22]*\x22\s*\)?.*\{\s*$|^\s*(?:TEST_CASE|SCENARIO)\w*\s*\(.*\[(?:\.\w*|!hide|!mayfail|!shouldfail)\]",
);
/// A test that runs only where no automation does.
static NOT_IN_AUTOMATION: Pattern = Pattern::new(
    r"\bassum(?:e|ing)\w*\s*[({].*\b(?:CI|GITHUB_ACTIONS|GITLAB_CI|CIRCLECI|TRAVIS|BUILDKITE|JENKINS_URL|TF_BUILD)\b|@DisabledIfEnvironmentVariable\(.*\b(?:CI|GITHUB_ACTIONS|GITLAB_CI)\b",
);
/// A test that runs only where the environment says so.
static WHERE_TOLD: Pattern = Pattern::new(
    r"\bassum(?:e|ing)\w*\s*[({].*(?:getenv|getProperty|environ|env::var)|\.config\([^\n]*\benabled(?:If|OrReasonIf)?\s*=.*(?:getenv|getProperty)|@EnabledIf(?:EnvironmentVariable|SystemProperty)\s*\(",
);
static CONDITION: Pattern = Pattern::new(
    r"^\s*(\}?\s*else\s+)?if\b|^\s*#\s*(?:if|el)|^\s*(elif|unless|except|catch|switch|case|when)\b|\bif\s+\w|skip_?[iI]f|skipUnless|importorskip|importlib",
);
/// A condition that holds whatever happens is none.
static ALWAYS: Pattern = Pattern::new(
    r"@(?:pytest\.mark\.|unittest\.)?skip(?:if|If)\(\s*(?:True|1|not\s+False)\b|@(?:unittest\.)?skipUnless\(\s*(?:False|0|not\s+True)\b|\.skipIf\(\s*(?:true|1)\s*\)|\.runIf\(\s*(?:false|0)\s*\)",
);
static MARKED: Hint = Hint::new(|| {
    Words::of([&SKIPPED, &FOCUSED, &NOT_IN_AUTOMATION, &WHERE_TOLD, &ALWAYS]).or(Words::named(["\"!", "[.", "[!", "skip", "pending"]))
});
/// How many lines below a mark the test it belongs to may begin.
const REACH: usize = 6;

/// See `rules/code/test-skipped.toml`.
pub struct TestSkipped;

impl Check for TestSkipped {
    fn rule(&self) -> RuleId {
        RuleId("test-skipped")
    }

    fn needs(&self) -> Needs {
        Needs::nothing()
            .and(
                Reach::ADDED,
                Words::of([&SKIPPED, &FOCUSED, &NOT_IN_AUTOMATION, &WHERE_TOLD, &ALWAYS]).or(Words::named([
                    "go:build",
                    "cfg(",
                    "\"!",
                    "[.",
                    "[!",
                    "skip",
                    "pending",
                    "should_panic",
                    "testing.short",
                ])),
            )
            .noting(&MARKED)
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let Some(side) = file.new_side() else { return };
        let rust = file.path.ends_with(".rs");
        if !(file.role == Role::Test || rust) || !file.language.is_code() {
            return;
        }
        constrained(file, side, sink);
        panics(file, side, sink);
        left_when_short(file, side, sink);
        // Marks that were there and only move.
        let before = file.spots(&MARKED, Side::Old);
        let mut known = file
            .removed()
            .filter(|line| before.meet(line.index, line.index))
            .filter(|line| skips(line) || FOCUSED.is_match(line.code()))
            .count();
        for line in file.added_on(&MARKED) {
            let focused = FOCUSED.is_match(line.code());
            if !focused && !skips(&line) {
                continue;
            }
            if known > 0 {
                known -= 1;
                continue;
            }
            let Some((title, severity)) = judged(file, side, line.index, focused) else { continue };
            // Whoever runs it may say so.
            let told = !focused && WHERE_TOLD.is_match(line.text) && !NOT_IN_AUTOMATION.is_match(line.text);
            let severity = if told { severity.min(Severity::Medium) } else { severity };
            sink.report(Draft::line(file, side, line.index).title(title).severity(severity));
        }
    }
}

fn skips(line: &LineView<'_>) -> bool {
    let code = line.code();
    SKIPPED.is_match(code)
        || ALWAYS.is_match(code)
        || line.text.len() < 400
            && !code.trim().is_empty()
            && (SIGNED.is_match(line.text) || NOT_IN_AUTOMATION.is_match(line.text) || WHERE_TOLD.is_match(line.text))
}

/// A test of Rust that stands there line for line as before, and passes now where it panics.
fn panics(file: &FileView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    let Some(old) = file.old().filter(|_| file.path.ends_with(".rs")) else { return };
    let marks = |text: &str| text.trim_start().starts_with("#[should_panic");
    for line in file.added().filter(|line| marks(line.text)).take(100) {
        let header = (line.index + 1..side.len().min(line.index + REACH)).find(|at| side.line(*at).code().contains("fn "));
        let Some(function) = header.and_then(|at| side.function_at(at)) else { continue };
        let same = (function.first_line..=function.last_line).all(|at| !side.is_changed(at));
        let asked = || (function.first_line..=function.last_line).take(400).any(|at| asserts(side.line(at).code()));
        let known = old.functions().iter().find(|known| known.name == function.name);
        let marked = |first: usize| (first.saturating_sub(4)..first).any(|at| marks(old.line(at).text));
        if same && asked() && known.is_some_and(|known| !marked(known.first_line)) {
            let draft = Draft::line(file, side, line.index).title("A test that asserts as before passes now where it panics");
            sink.report(draft.severity(Severity::Medium));
        }
    }
}

/// A test of Go that stood there leaves in a short run as if it had passed, and is not counted as skipped.
fn left_when_short(file: &FileView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    static SHORT: Pattern = Pattern::new(r"^\s*if\s+testing\.Short\(\)\s*\{\s*(?:return\s*\}\s*)?$");
    if !file.path.ends_with("_test.go") {
        return;
    }
    for line in file.added().filter(|line| SHORT.is_match(line.code())).take(100) {
        let leaves = line.code().contains("return") || line.index + 1 < side.len() && side.line(line.index + 1).code().trim() == "return";
        if leaves && side.function_at(line.index).is_some() && tested_before(file, side, line.index) {
            let draft = Draft::line(file, side, line.index).title("A test leaves in a short run, and counts as passed there");
            sink.report(draft.severity(Severity::Low));
        }
    }
}

/// A file of tests that ran before is built only under a word that nobody gives.
fn constrained(file: &FileView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    static BUILT: Pattern = Pattern::new(r"^//go:build\s+(.+?)\s*$|^#!?\[cfg\((any\(\)|FALSE|false|not\(all\(\)\))\)\]");
    static TAG: Pattern = Pattern::new(r"!?[A-Za-z_][\w.]*");
    /// Words of a name that says it never holds, or is given by hand only.
    static NEVER: Pattern = Pattern::new(
        r"(?i)^(?:never|ignore|ignored|disabled?|skip(?:ped)?|none|no|off|false|todo|broken|wip|tmp|temp|manual|todo|unused|deprecated)$",
    );
    /// What the tools themselves give.
    static GIVEN: Pattern = Pattern::new(
        r"^(?:linux|darwin|windows|freebsd|openbsd|netbsd|unix|js|wasm|wasip1|android|ios|amd64|arm64|arm|386|riscv64|ppc64le|s390x|cgo|gc|gccgo|race|msan|asan|go1\.\d+|purego|boringcrypto|integration|e2e|slow|acceptance|functional|bench|smoke)$",
    );
    let Some(old) = file.old() else { return };
    if old.lines().take(40).any(|line| BUILT.is_match(line.text)) {
        return;
    }
    for line in file.added().filter(|line| line.text.len() < 300 && (line.index < 40 || line.text.starts_with("#!["))) {
        let text = line.text.trim();
        let Some(given) = BUILT.group(text, 1).or_else(|| BUILT.group(text, 2)) else { continue };
        let rust = text.starts_with('#');
        let tags: Vec<&str> = TAG.groups(given, 0).collect();
        let named = |tag: &str| {
            let told = |other: &crate::model::diff::FileDiff| {
                other.path() != file.repo_path()
                    && other.text().is_some_and(|diff| diff.added().any(|(_, line)| line.contains("-tags") && line.contains(tag)))
            };
            file.change.patch.files.iter().take(500).any(told)
        };
        let free = |tag: &&str| tag.starts_with('!') || GIVEN.is_match(tag) || named(tag);
        if !rust && tags.iter().any(free) {
            continue;
        }
        let never = rust || tags.iter().all(|tag| NEVER.is_match(tag));
        let severity = if never || guards(&file.path) { Severity::High } else { Severity::Medium };
        let title = if never {
            "These tests are built nowhere any more"
        } else {
            "These tests ran always, and run only where somebody gives a word for them"
        };
        sink.report(Draft::line(file, side, line.index).title(title).severity(severity));
        return;
    }
}

fn judged(file: &FileView<'_>, side: &SideView<'_>, index: usize, focused: bool) -> Option<(&'static str, Severity)> {
    if focused {
        return Some(("Only this test would run; all others of the file are left out", Severity::Medium));
    }
    let line = side.line(index);
    let above = index.checked_sub(1).map_or("", |before| side.line(before).code());
    if !ALWAYS.is_match(line.code()) && (CONDITION.is_match(line.code()) || CONDITION.is_match(above)) {
        return None;
    }
    // A skipped test that is itself new was never a guard.
    let existing = tested_before(file, side, index);
    Some(match existing {
        true if guard_changes(file) => ("A test is skipped while the guard it tests changes", Severity::High),
        true if refuses(file, side, index) && !announced(file) => {
            ("A test that somebody is turned away is skipped, and no message says so", Severity::High)
        }
        true => ("A test that ran before is skipped", Severity::Medium),
        false => ("A new test is skipped", Severity::Low),
    })
}

/// Whether the test below or around the mark asserts that somebody is turned away.
fn refuses(file: &FileView<'_>, side: &SideView<'_>, index: usize) -> bool {
    static TURNED_AWAY: Pattern = Pattern::new(
        r"(?i)\b(?:401|403)\b|Status(?:Unauthorized|Forbidden)\b|\b(?:UNAUTHORIZED|FORBIDDEN|PERMISSION_DENIED|UNAUTHENTICATED)\b|\bis(?:Unauthorized|Forbidden)\(\)|\bassert(?:Unauthorized|Forbidden)\(|PermissionDenied|AccessDenied|:(?:unauthorized|forbidden)\b|Unauthorized\w*(?:Error|Exception)|Forbidden\w*(?:Error|Exception)|NotAuthori[sz]ed",
    );
    let below = || (index..side.len().min(index + REACH)).find(|at| begins_test(side.line(*at).text));
    let around = side.function_at(index).map(|function| function.first_line..=function.last_line);
    let lines = around.or_else(|| below().and_then(|first| Some(first..=end_of(file, side, first)?)));
    let mut told = lines.into_iter().flatten().take(200);
    told.any(|at| {
        let line = side.line(at);
        line.text.len() < 400
            && TURNED_AWAY.is_match(line.text)
            && (asserts(line.code()) || line.text.to_lowercase().contains("status") || line.code().contains("expect"))
    })
}

/// Whether a message says that something is not tested.
fn announced(file: &FileView<'_>) -> bool {
    static SAID: Pattern = Pattern::new(
        r"(?i)\b(?:skip\w*|disabl\w+|flak\w+|ignor\w+|pending|quarantin\w+|mut(?:e|ed|ing)\b|deactivat\w+|turn\w*\s+off|xfail)",
    );
    let pull = &file.change.pull;
    let commits = file.change.commits.iter().map(|commit| commit.message.as_str());
    [pull.title.as_str(), pull.body.as_str()].into_iter().chain(commits).any(|text| SAID.is_match(text))
}

/// Whether the test the mark belongs to stood there before: its first line is not an added one, or the old text has it.
fn tested_before(file: &FileView<'_>, side: &SideView<'_>, index: usize) -> bool {
    let Some(old) = file.old() else { return false };
    let around = side.function_at(index).map(|function| function.first_line).filter(|first| *first < index);
    let below = (index..side.len().min(index + REACH)).find(|at| begins_test(side.line(*at).text));
    let Some(start) = around.or(below) else { return true };
    let first = side.line(start);
    if !first.changed {
        return true;
    }
    static DISABLED: Pattern = Pattern::new(r"\bDISABLED_(\w+)");
    // `it.skip('name'` was `it('name'`: what stands in the quotes tells.
    let quoted = || first.text.split(['\'', '"', '`']).nth(1).unwrap_or("").trim_start_matches('!');
    let name = DISABLED.group(first.text, 1).unwrap_or_else(quoted);
    name.len() > 3 && old.text().contains(name)
}
