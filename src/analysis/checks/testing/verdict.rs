//! Functions that decide for every test: what they do with a failure, which tests they let in, whether they ever say no.

use super::assertions::{asserts, is_weak};
use crate::analysis::outline::Function;
use crate::analysis::pattern::Pattern;
use crate::analysis::view::SideView;
use crate::model::rule::Severity;

static ONLY_TRUE: Pattern = Pattern::new(r"^\s*(return\s+)?(true|True|1)\s*;?\s*\}?\s*;?\s*$");
static EMPTIES: Pattern = Pattern::new(r"\bitems\[:\]\s*=\s*\[\s*\]|\bitems\.clear\(\)|\bdel\s+items\[:\]");
/// Those of some names are left out, without being told as left out.
static TAKEN_OUT: Pattern = Pattern::new(
    r"\bitems\[:\]\s*=.*\bif\b.*[\x22\x27]\w+[\x22\x27]\s+not\s+in\s+\w+\.(?:name|nodeid)|\bitems\[:\]\s*=.*\bif\s+not\b.*\.(?:name|nodeid)\b.*[\x22\x27]|\bitems\[:\]\s*=.*\.(?:name|nodeid)\s+not\s+in\b",
);
static SKIPS: Pattern = Pattern::new(r"\.add_marker\(\s*(?:pytest\.mark\.)?(?:skip|xfail|\w*skip\w*)");
static ASKS: Pattern = Pattern::new(r"^\s*(?:if|elif|else|unless|switch|case|when|match|return\s+\S+\s+(?:if|in|and|or))\b|\bif\b|\?");
/// A failure goes on, or the test is run at all.
static GOES_ON: Pattern = Pattern::new(
    r"\b(?:throw|raise|proceed|rethrow|super|parent|fail\w*|run|call|invoke\w*|yield|example|ex|log\w*|print\w*|capture\w*|report\w*|screenshot\w*|save\w*|add\w*|attach\w*|error\w*|dump\w*)\b",
);

/// Whether the body of `function` does nothing but say yes.
pub(super) fn answers_yes(side: &SideView<'_>, function: &Function) -> bool {
    if function.first_line == function.last_line {
        return side.line(function.first_line).code().rsplit(['{', '=', '>', ':']).next().is_some_and(|tail| ONLY_TRUE.is_match(tail));
    }
    let body = side.function_lines(function).skip(1).map(|line| line.code().trim()).filter(|code| !matches!(*code, "" | "{" | "}" | "end"));
    let body: Vec<&str> = body.collect();
    matches!(body.as_slice(), [only] if ONLY_TRUE.is_match(only))
}

/// Whether the line `code` does nothing but say yes.
pub(super) fn says_yes(code: &str) -> bool {
    ONLY_TRUE.is_match(code)
}

/// Whether a hook that chooses among the tests leaves none.
pub(super) fn collects_nothing(side: &SideView<'_>, function: &Function) -> Option<(&'static str, Severity)> {
    let lines: Vec<&str> = side.function_lines(function).skip(1).map(|line| line.code()).collect();
    let asks = lines.iter().any(|code| ASKS.is_match(code));
    match function.name.as_str() {
        "pytest_collection_modifyitems" if side.function_lines(function).any(|line| TAKEN_OUT.is_match(line.text)) => {
            Some(("Tests are taken out by their names", Severity::High))
        }
        "pytest_collection_modifyitems" if asks => None,
        "pytest_collection_modifyitems" if lines.iter().any(|code| EMPTIES.is_match(code)) => {
            Some(("No test is left to run", Severity::Critical))
        }
        "pytest_collection_modifyitems" if lines.iter().any(|code| SKIPS.is_match(code)) => Some(("Every test is skipped", Severity::High)),
        "pytest_ignore_collect" if answers_yes(side, function) => Some(("No file of tests is looked at", Severity::High)),
        _ => None,
    }
}

/// Whether what takes a failure lets it through as if there were none.
pub(super) fn lets_through(side: &SideView<'_>, function: &Function) -> Option<(&'static str, Severity)> {
    let name = function.name.as_str();
    if !matches!(name, "handleTestExecutionException" | "onNotSuccessfulTest" | "interceptTestMethod" | "runTest" | "invokeTestMethod") {
        return None;
    }
    // A helper of the tests themselves asserts what it runs.
    if name == "runTest" && side.function_lines(function).skip(1).any(|line| asserts(line.code()) && !is_weak(line.code())) {
        return None;
    }
    let body = side.function_lines(function).skip(1);
    let inline = side.line(function.first_line).code().split_once('{').map_or("", |(_, rest)| rest).to_owned();
    let silent = swallows(side, function) || body.map(|line| line.code()).chain([inline.as_str()]).all(|code| !GOES_ON.is_match(code));
    silent.then_some(("The failure of every test is taken for success", Severity::High))
}

/// Whether the function runs what may fail, takes every failure and says nothing of it from there on.
fn swallows(side: &SideView<'_>, function: &Function) -> bool {
    static TAKES: Pattern = Pattern::new(
        r"^\s*\}?\s*(?:catch\s*\(\s*\\?(?:Throwable|Exception|AssertionFailedError|AssertionError)\b|rescue\s+(?:Exception|StandardError|Minitest::Assertion)\b|except\s*(?::|\(?\s*(?:Base)?Exception|\(?\s*AssertionError))",
    );
    static SAYS: Pattern =
        Pattern::new(r"(?i)throw|raise|fail|\bassert|expect|verify|message|\bmark\w+|rethrow|error|exception|log|report|print");
    let mut lines = side.function_lines(function).skip(1).take(200).skip_while(|line| !TAKES.is_match(line.code()));
    lines.next().is_some() && lines.all(|line| !SAYS.is_match(line.code()) || is_weak(line.code()))
}
