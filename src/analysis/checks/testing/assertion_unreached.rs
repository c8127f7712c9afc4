//! `assertion-unreached`: an assertion that no longer stops the test: behind a return, in a `try` that swallows it, in a comment.

use std::collections::BTreeSet;

use super::assertions::{ASSERTION, asserts, begins_test, guard_changes, tested_changes};
use super::held_back::{self, inside};
use super::only_told;
use super::raised_over;
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Needs, Reach, Words};
use crate::analysis::role::Role;
use crate::analysis::statements::Statement;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::{RuleId, Severity};

static LEAVES: Pattern = Pattern::new(
    r"^\s*(?:return(?:\s+(?:None|nil|null|undefined|true|True|0|Ok\(\(\)\)|resolve\(\)|done\(\)))?|next|done\(\)|co_return)\s*;?\s*$",
);
/// Conditions under which a test would leave that say nothing about what it tests.
static ANYWAY: Pattern =
    Pattern::new(r#"(?i)^\s*(?:\}?\s*if|unless)\b.*(?:\btrue\b|\b1\s*\)?\s*:?$|environ|getenv|env\.|env\[|\bENV\b|\bCI\b|GITHUB_ACTIONS)"#);
static CONDITION: Pattern = Pattern::new(r"^\s*\}?\s*(?:if|unless)\b");
static HANDLER: Pattern = Pattern::new(r"^\s*\}?\s*(?:except|catch|rescue)\b");
static TRIES: Pattern = Pattern::new(r"^\s*(?:try|begin|do)\b");
static SUPPRESSES: Pattern = Pattern::new(
    r"\bwith\s+(?:contextlib\.)?suppress\(\s*(?:AssertionError|Exception|BaseException)\b|catch_unwind\s*\(|^\s*runCatching\b",
);
/// What looks at an outcome after all.
static LOOKS: Pattern = Pattern::new(
    r"\b(?:getOrThrow|onFailure|exceptionOrNull|isFailure|isSuccess|getOrElse|getOrNull|fold|unwrap\w*|is_ok|is_err|join|await|awaitAll|Wait\w*|GetAwaiter|Result)\b",
);
/// What is started and never waited for.
static STARTED: Pattern = Pattern::new(
    r"^\s*(?:_\s*=\s*)?(?:Task\.(?:Run|Factory\.StartNew)|ThreadPool\.QueueUserWorkItem)\s*\(|^\s*GlobalScope\.(?:launch|async)\b|^\s*let\s+_\w*\s*=\s*(?:tokio::(?:task::)?spawn|(?:std::)?thread::spawn)\s*\(",
);
/// The same on one line with its condition.
static LEAVES_WHERE: Pattern = Pattern::new(r"^\s*(?:if\b.*\)\s*return\s*;?\s*$|(?:return|next)\s+(?:if|unless)\b|if\b.*:\s*return\s*$)");
/// What is built to be called later, and its name.
static BUILT: Pattern = Pattern::new(
    r"^\s*(?:(?:val|var|let|const|final|auto|Action|Runnable|Executable|Func<\w+>)\s+)+\$?(\w+)\s*=\s*(?:\{|async\s|(?:\(\)|_)\s*[=-]>|\[[&=]?\]\s*(?:\(\))?\s*\{|\|\|\s|func\s*\(\)|function\s*\(\)|fn\s*\(\))",
);
/// What is called with what it is given.
static CALL: Pattern = Pattern::new(r"[A-Za-z_$][\w$.>:-]*\([^()]*\)");
/// What a question of Ruby is asked of: `order.refunds.empty?`.
static OF_WHAT: Pattern = Pattern::new(r"\b([a-z_]\w*(?:\.[a-z_]\w*)+)\.\w+\?");
/// It fails a test of Python with an error that only a handler of everything takes.
static FAILS_TEST: Pattern = Pattern::new(r"\bpytest\.fail\s*\(");
/// What stops the test after all.
static FAILS: Pattern = Pattern::new(
    r"(?i)\b(?:raise|throw|rethrow|fail|fatal|fatalf|panic|reject|done|errors?|failures?|failed|exit|skip\w*|retry|continue)\b|\bdone\(|\.push\(|\bt\.(?:Error|Fatal)",
);

/// No test leaves in more places than that.
const MOST: usize = 1_000;

/// See `rules/code/assertion-unreached.toml`.
pub struct AssertionUnreached;

impl Check for AssertionUnreached {
    fn rule(&self) -> RuleId {
        RuleId("assertion-unreached")
    }

    fn needs(&self) -> Needs {
        Needs::nothing().and(Reach::ANYWHERE, Words::of([&ASSERTION]))
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let Some(side) = file.new_side() else { return };
        if file.role != Role::Test || !file.language.is_code() || side.changed_lines().next().is_none() {
            return;
        }
        commented(file, side, sink);
        only_told::report(file, side, sink);
        let known: BTreeSet<String> = file.old().map(|old| of_assertions(old)).unwrap_or_default();
        let fails = |code: &str| file.language == Language::Python && FAILS_TEST.is_match(code);
        let told = side.statements().iter().map(|statement| side.code_of(statement));
        let asserting: Vec<bool> = told.map(|code| asserts(code) || fails(code)).collect();
        if !asserting.contains(&true) {
            return;
        }
        raised_over::report(file, side, &asserting, sink);
        held_back::report(file, side, &asserting, &known, sink);
        // Assertions that stand nowhere any more.
        let stands = of_assertions(side);
        let went: Vec<&str> = known.difference(&stands).map(String::as_str).filter(|one| one.len() < 600).take(200).collect();
        let mut looked_at = 0;
        for at in 0..side.statements().len() {
            let Some(statement) = side.statements().get(at).filter(|one| side.touches(one.first_line, one.last_line)) else { continue };
            let code = side.code_of(statement);
            let wary = LEAVES_WHERE.is_match(code) || BUILT.is_match(code) || LEAVES.is_match(code);
            looked_at += usize::from(wary);
            if wary && looked_at > MOST {
                continue;
            }
            let lost = match () {
                () if LEAVES.is_match(code) => behind(side, at, &asserting, &went),
                () if HANDLER.is_match(code) => swallowed(file, side, at, &asserting),
                () if LEAVES_WHERE.is_match(code) => asked_again(side, at, at, &asserting, &went),
                () if BUILT.is_match(code) => uncalled(side, at, &asserting),
                () if SUPPRESSES.is_match(code) || STARTED.is_match(code) => unlooked(side, at, &asserting),
                () => continue,
            };
            report(file, side, statement, &lost, &known, sink);
        }
    }
}

fn report(file: &FileView<'_>, side: &SideView<'_>, at: &Statement, lost: &[usize], known: &BTreeSet<String>, sink: &mut Sink<'_>) {
    if lost.is_empty() {
        return;
    }
    let statements = side.statements();
    let before = lost.iter().filter_map(|at| statements.get(*at)).filter(|one| known.contains(side.plain_of(one).trim())).count();
    let text = side.plain_of(at);
    let held = || known.iter().take(200).any(|one| one.len() > 8 && text.contains(one.trim_end_matches(';')));
    let before = if before == 0 && text.len() < 600 { usize::from(held()) } else { before };
    // It stands where another assertion went.
    let instead = || {
        let failing = |at: &usize| statements.get(*at).is_some_and(|one| FAILS_TEST.is_match(side.code_of(one)));
        lost.iter().any(failing) && file.removed().any(|line| asserts(line.code()))
    };
    let before = if before == 0 { usize::from(instead()) } else { before };
    let severity = match before {
        0 => Severity::Low,
        _ if guard_changes(file) => Severity::High,
        // It passes without a word just where it would stop something, and runs where nobody looks.
        _ if in_automation(side, at) => Severity::High,
        _ => Severity::Medium,
    };
    let code = side.code_of(at);
    let what = match () {
        () if LEAVES_WHERE.is_match(code) => "The test leaves before",
        () if BUILT.is_match(code) => "Nothing calls",
        () if LEAVES.is_match(code) => "The test leaves before",
        () if STARTED.is_match(code) => "The test does not wait for",
        () => "Failures are swallowed here of",
    };
    let title = format!("{what} {} of its assertions", lost.len());
    sink.report(Draft::line(file, side, at.first_line).title(title).severity(severity));
}

/// Whether a test leaves, without being counted as skipped, where automation runs it.
fn in_automation(side: &SideView<'_>, at: &Statement) -> bool {
    static RUNNER: Pattern = Pattern::new(
        r"\b(?:CI|CONTINUOUS_INTEGRATION|GITHUB_ACTIONS|GITLAB_CI|CIRCLECI|TRAVIS|BUILDKITE|JENKINS_URL|TF_BUILD|GITHUB_RUN_ID|TEAMCITY_VERSION)\b",
    );
    static ABSENT: Pattern = Pattern::new(
        r"(?i)\bunless\b|\bnot\b|==\s*(?:\x22\x22|'')|!\s*(?:process|os|env|ENV|System)|\bis\s+None|===?\s*undefined|is_err\(\)|\.nil\?",
    );
    let parent = at.parent.and_then(|parent| side.statements().get(parent));
    LEAVES.is_match(side.code_of(at))
        && parent.is_some_and(|one| RUNNER.is_match(side.plain_of(one)) && !ABSENT.is_match(side.plain_of(one)))
}

fn of_assertions(side: &SideView<'_>) -> BTreeSet<String> {
    let all = side.statements().iter().filter(|statement| asserts(side.code_of(statement)));
    all.map(|statement| side.plain_of(statement).trim().to_owned()).collect()
}

/// The assertions inside of the statement at `at`, unless somebody looks at what comes of it.
fn unlooked(side: &SideView<'_>, at: usize, asserting: &[bool]) -> Vec<usize> {
    let lost = inside(side, at, asserting);
    let Some(statement) = side.statements().get(at) else { return lost };
    let last = lost.last().and_then(|inner| side.statements().get(*inner)).map_or(statement.last_line, |one| one.last_line);
    // What follows the block: on its own last line, or on the line that closes it.
    let closed = side.line(last).code().rsplit_once('}').is_some_and(|(_, rest)| LOOKS.is_match(rest));
    let below = last + 1 < side.len() && looked(side.line(last + 1).code());
    let looks = closed || below || STARTED.is_match(side.code_of(statement)) && LOOKS.is_match(side.code_of(statement));
    if looks { Vec::new() } else { lost }
}

/// The assertions inside of what the statement at `at` builds, where the test that it stands in never names it again.
fn uncalled(side: &SideView<'_>, at: usize, asserting: &[bool]) -> Vec<usize> {
    let Some(statement) = side.statements().get(at) else { return Vec::new() };
    let Some(name) = BUILT.group(side.code_of(statement), 1) else { return Vec::new() };
    let lost = inside(side, at, asserting);
    let named = |line: usize| side.line(line).code().split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == name);
    let again = (statement.first_line + 1..side.len().min(statement.first_line + 400)).any(named);
    if again { Vec::new() } else { lost }
}

/// Whether the end of a block goes on with a look at its outcome.
fn looked(code: &str) -> bool {
    code.trim_start().starts_with(['}', ')', '.']) && LOOKS.is_match(code)
}

/// Whether the statement at `at` heads a test.
fn heads_test(side: &SideView<'_>, at: usize) -> bool {
    // What begins a test may itself begin with a condition.
    if side.statements().get(at).is_some_and(|one| CONDITION.is_match(side.code_of(one))) {
        return false;
    }
    (at.saturating_sub(2)..=at).any(|near| {
        let statements = side.statements();
        statements.get(near).is_some_and(|one| {
            let attribute = near == at || one.end == near + 1 && side.plain_of(one).trim_start().starts_with(['@', '#', '[']);
            attribute && begins_test(side.plain_of(one))
        })
    })
}

/// The assertions of a test that stand behind the statement at `at`, which leaves it.
fn behind(side: &SideView<'_>, at: usize, asserting: &[bool], went: &[&str]) -> Vec<usize> {
    let statements = side.statements();
    let Some(parent) = statements.get(at).and_then(|one| one.parent) else { return Vec::new() };
    let header = match statements.get(parent) {
        _ if heads_test(side, parent) => parent,
        Some(one) if ANYWAY.is_match(side.plain_of(one)) => match one.parent {
            Some(outer) if heads_test(side, outer) => outer,
            _ => return Vec::new(),
        },
        Some(one) if CONDITION.is_match(side.plain_of(one)) => return asked_again(side, at, parent, asserting, went),
        _ => return Vec::new(),
    };
    let end = statements.get(header).map_or(at, |one| one.end);
    (at + 1..end).filter(|later| asserting.get(*later).copied().unwrap_or(false)).collect()
}

/// The assertions behind a condition under which a test leaves, where the condition asks for the very thing that one of them asserts.
fn asked_again(side: &SideView<'_>, at: usize, condition: usize, asserting: &[bool], went: &[&str]) -> Vec<usize> {
    let statements = side.statements();
    let Some(one) = statements.get(condition).filter(|one| side.touches(one.first_line, one.last_line)) else { return Vec::new() };
    let Some(header) = one.parent.filter(|outer| heads_test(side, *outer)) else { return Vec::new() };
    let calls = CALL.groups(side.plain_of(one), 0).filter(|call| !call.starts_with("if"));
    let asked: BTreeSet<&str> = calls.chain(OF_WHAT.groups(side.plain_of(one), 1)).take(8).collect();
    let end = statements.get(header).map_or(at, |one| one.end);
    let behind: Vec<usize> = (at + 1..end).take(400).filter(|later| asserting.get(*later).copied().unwrap_or(false)).collect();
    let asks = |later: &usize| {
        let said = statements.get(*later).map_or("", |one| side.plain_of(one));
        said.len() < 600 && asked.iter().any(|call| said.contains(call))
    };
    // It leaves where that holds which it asserted not to.
    let turned = || asked.iter().any(|call| call.len() > 6 && went.iter().any(|one| one.contains(call)));
    let lacks = || {
        let named = |later: &usize, name: &str| statements.get(*later).is_some_and(|one| compares_whole(side.code_of(one), name));
        LACKS.parts(side.plain_of(one)).next().is_some_and(|name| behind.iter().any(|later| named(later, name)))
    };
    if behind.iter().any(asks) || turned() || lacks() { behind } else { Vec::new() }
}

/// Something is missing in what a name holds: `if "detail" not in body:`.
static LACKS: Pattern = Pattern::new(r"^\s*if\s+\S+\s+not\s+in\s+([a-z_]\w*)\s*:");

/// Whether an assertion says what all of `name` is.
fn compares_whole(code: &str, name: &str) -> bool {
    code.len() < 600
        && code
            .trim_start()
            .strip_prefix("assert ")
            .is_some_and(|said| said.trim_start().strip_prefix(name).is_some_and(|rest| rest.trim_start().starts_with("==")))
}

/// The assertions of the block that the handler at `at` belongs to, when it takes their failure and says nothing.
fn swallowed(file: &FileView<'_>, side: &SideView<'_>, at: usize, asserting: &[bool]) -> Vec<usize> {
    let statements = side.statements();
    let Some(handler) = statements.get(at) else { return Vec::new() };
    if !takes_everything(file.language, side.code_of(handler)) {
        return Vec::new();
    }
    let speaks = (at + 1..handler.end).any(|inner| {
        statements.get(inner).is_some_and(|one| asserting.get(inner).copied().unwrap_or(false) || FAILS.is_match(side.code_of(one)))
    });
    if speaks {
        return Vec::new();
    }
    let mut before = (0..at).rev().filter(|near| statements.get(*near).is_some_and(|one| one.parent == handler.parent));
    let Some(tried) = before.find(|near| statements.get(*near).is_some_and(|one| TRIES.is_match(side.code_of(one)))) else {
        return Vec::new();
    };
    let mut lost = inside(side, tried, asserting);
    // `pytest.fail` raises what is no ordinary exception.
    if file.language == Language::Python && side.code_of(handler).contains("Exception") && !side.code_of(handler).contains("BaseException")
    {
        lost.retain(|at| statements.get(*at).is_none_or(|one| !FAILS_TEST.is_match(side.code_of(one))));
    }
    lost
}

/// Whether a handler also takes what a failed assertion throws; that is another kind of error in some languages.
fn takes_everything(language: Language, code: &str) -> bool {
    static PYTHON: Pattern = Pattern::new(r"except\s*:|\b(?:Exception|BaseException|AssertionError)\b");
    static JVM: Pattern = Pattern::new(r"\b(?:Throwable|Error|AssertionError|AssertionFailedError|ComparisonFailure)\b");
    static DOTNET: Pattern = Pattern::new(r"catch\s*$|\b(?:Exception|AssertionException|XunitException|AssertFailedException)\b");
    static RUBY: Pattern = Pattern::new(r"\b(?:Exception|Assertion|ExpectationNotMetError)\b");
    static PHP: Pattern = Pattern::new(r"\b(?:Throwable|Exception|AssertionFailedError|ExpectationFailedException)\b");
    static CPP: Pattern = Pattern::new(r"catch\s*\(\s*\.\.\.\s*\)");
    match language {
        Language::Cpp => CPP.is_match(code),
        Language::Python => PYTHON.is_match(code),
        Language::Java | Language::Kotlin | Language::Scala => JVM.is_match(code),
        Language::CSharp => DOTNET.is_match(code),
        Language::Ruby => RUBY.is_match(code),
        Language::Php => PHP.is_match(code),
        Language::JavaScript | Language::TypeScript | Language::Dart | Language::Swift => true,
        _ => false,
    }
}

/// Assertions that ran before and are comments now.
fn commented(file: &FileView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    let removed: BTreeSet<&str> = file.removed().filter(|line| asserts(line.code())).map(|line| bare(line.text)).collect();
    if removed.is_empty() {
        return;
    }
    let mut lines = side.changed_lines().filter(|line| {
        let text = line.text.trim_start();
        let comment = ["//", "#", "--", "/*", "*"].iter().find_map(|sign| text.strip_prefix(sign));
        comment.is_some_and(|rest| removed.contains(bare(rest)) && line.code().trim().is_empty())
    });
    let Some(first) = lines.next() else { return };
    let many = lines.count() + 1;
    let severity = if guard_changes(file) {
        Severity::High
    } else if tested_changes(file) || many > 2 {
        Severity::Medium
    } else {
        Severity::Low
    };
    let title = if many == 1 { "An assertion becomes a comment".to_owned() } else { format!("{many} assertions become comments") };
    sink.report(Draft::line(file, side, first.index).title(title).severity(severity));
}

fn bare(text: &str) -> &str {
    text.trim().trim_end_matches("*/").trim_end().trim_end_matches(';')
}
