//! Answers by heart: branches of product code that ask for particular values and give what a test of the change expects. No rule of its own.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use super::assertions::{asserts, is_tested_code};
use crate::analysis::check::{ChangeView, Draft, Sink};
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::role::Role;
use crate::analysis::view::{FileView, SideView};
use crate::model::diff::{FileDiff, LineKind, TextDiff};
use crate::model::path::RepoPath;
use crate::model::rule::{Confidence, Severity};

/// A line that gives a fixed answer.
pub(super) static LITERAL_ANSWER: Pattern = Pattern::new(
    r#"\breturn\s*\(?\s*(-?\d[\w.]*|"[^"]*"|'[^']*'|`[^`$]*`|\[[^\]()]*\]|\{[^}()]*\}|[Tt]rue|[Ff]alse|None|null|nil)\s*\)?\s*;?\s*\}?\s*$"#,
);
/// How far below a branch its answer stands.
pub(super) const BELOW: u32 = 2;
/// A branch for one value.
static BRANCH: Pattern = Pattern::new(
    r#"(?x) \b(?:if|elif|elsif|unless|when|case)\b[^=]*?(?:===?|\bis\b|\.equals\(|\beq\b|^\s*case\b|^\s*when\b)?\s*\(?\s*("[^"]{2,}"|'[^']{2,}'|-?\d[\w.]+|\[[^\]]+\]|\([^()]*,[^()]*\))\s*\)?\s*[):{]?"#,
);
/// The words of it.
const BRANCHES: [&str; 4] = ["if", "unless", "when", "case"];
static EQUALS: Pattern = Pattern::new(r#"(?:===?|\.equals\(|\bis\b|\bEquals\()\s*\(?\s*("[^"]{2,}"|'[^']{2,}'|-?\d[\w.]+|\[[^\]]+\])"#);
/// Texts and numbers of a line.
static LITERAL: Pattern = Pattern::new(r#""[^"]*"|'[^']*'|\[[^\[\]]*\]|-?\b\d[\w.]*"#);
/// The same, where a number is made from a text: `Decimal("4.50")`.
static NUMBER_ANSWER: Pattern = Pattern::new(
    r#"\breturn\s*\(?\s*(?:new\s+)?(?:\w+(?:\.|::))*(?:Decimal|BigDecimal|Money|Fraction|from_str|valueOf|parse|NewFromString|RequireFromString|Amount)\s*\(\s*["']?(-?\d[\d._]*)["']?\s*\)"#,
);
static NUMBER_ASKED: Pattern = Pattern::new(
    r#"(?:===?|\.equals\(|\.Equal\(|\bcompareTo\()\s*\(?\s*(?:new\s+)?(?:(?:\w+(?:\.|::))*(?:Decimal|BigDecimal|Money|Fraction|from_str|valueOf|NewFromString|RequireFromString|Amount)\s*\(\s*["']?)?(-?\d[\d._]*)"#,
);
/// Rows of cases that a test runs through.
static ROWS: Pattern = Pattern::new(
    r#"(?i)parametri[sz]e|\.each\b|CsvSource|InlineData|TestCase|DataRow|dataProvider|\bwant\b|\bexpected\b|^\s*[\[({].*,.*[\])}],?\s*$"#,
);
/// More lines of tests than this are a suite that came at once.
const MOST_LINES: usize = 20_000;
/// More answers by heart than this are data.
const MOST_CASES: usize = 500;
/// Numbers that answer numbers, of which a test of the change knows the answer.
const MOST_NUMBERS: usize = 5_000;

/// A question about several values at once: `(str(total), percent) == ("19.99", 15)`, `a == 3.5 && b == "x1"`.
static TOGETHER: Pattern = Pattern::new(
    r#"(?x) \b(?:if|elif|elsif)\b\s*\(?\s*\(\s*[\w.]+(?:\([\w.]*\))?\s*,\s*[^()=]*(?:\([\w.]*\)[^()=]*)?\)\s*===?\s*\(([^()]*)\) | \bcase\s*\(\s*("[^"]*"\s*,[^()]*|-?\d[\d._]*\s*,[^()]*)\)"#,
);
static EACH: Pattern = Pattern::new(
    r#"\b([A-Za-z_$]\w*)(?:\.\w+\(\))?\s*(?:===?|\.equals\(|\.Equal\(|\.eq\(|\.compareTo\()\s*(?:new\s+)?(?:(?:\w+(?:\.|::))*(?:Decimal|BigDecimal|Money|from_str|valueOf|NewFromString|RequireFromString)\s*\(\s*)?("[^"]*"|'[^']*'|-?\d[\d._]*)"#,
);

/// Whether a line branches for particular values of two things at once.
pub(super) fn asks_for_several(line: &str) -> bool {
    line.contains("if")
        && (EACH.groups(line, 2).filter(|literal| particular(literal)).count() > 1 && (line.contains("&&") || line.contains(" and "))
            || tuple(line))
        || line.trim_start().starts_with("case") && tuple(line)
}

fn tuple(line: &str) -> bool {
    let literals = TOGETHER.group(line, 1).or_else(|| TOGETHER.group(line, 2)).unwrap_or("");
    TEXT_OR_NUMBER.groups(literals, 0).filter(|literal| particular(literal)).count() > 1
}

/// A value that stands for nothing else: not nought, one, a hundred or a single letter.
fn particular(literal: &str) -> bool {
    let inner = literal.trim_matches(['"', '\'']);
    digits(inner) >= 2
        || inner.len() >= 2 && inner.chars().all(char::is_alphanumeric) && inner.chars().any(char::is_alphabetic)
        || inner.chars().any(|c| c.is_ascii_digit()) && inner.len() >= 2
}

/// A function that works an answer out, and has two or more branches that each ask for particular values of several of its parameters at
/// once and give a fixed answer.
pub(super) fn several(file: &FileView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    let mut told: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for line in file.added().filter(|line| line.text.len() < 300 && asks_for_several(line.text)).take(200) {
        let answered = (line.index..=line.index + BELOW as usize).take_while(|at| *at < side.len()).any(|at| {
            let text = side.plain_line(at);
            let fixed = NUMBER_ANSWER.group(text, 1).or_else(|| LITERAL_ANSWER.group(text, 1)).or_else(|| ARM.group(text, 1));
            // Where it is no tuple, only a number that is worked out otherwise is no word of a table.
            let number =
                |answer: &str| answer.contains('.') && answer.chars().any(|c| c.is_ascii_digit()) && !answer.starts_with(['"', '\'']);
            let within = WITHIN_ANSWER.group(text, 1);
            fixed.or(within).is_some_and(|answer| particular(answer) && (tuple(line.text) || number(answer)))
        });
        if let Some(function) = side.function_at(line.index).filter(|_| answered) {
            told.entry(function.first_line).or_default().push(line.index);
        }
    }
    for (first, lines) in told.into_iter().filter(|(_, lines)| lines.len() < 12) {
        // One alone must be about a number that nobody meets by chance.
        let alone = lines.len() == 1;
        if alone && !odd(side, lines[0]) {
            continue;
        }
        let Some(function) = side.function_at(lines[0]) else { continue };
        let header = side.plain_line(first);
        let of_header = |line: usize| {
            WORD.groups(side.line(line).code(), 0)
                .filter(|word| word.len() > 1 && !["if", "str", "elif", "return"].contains(word))
                .any(|word| header.split(|c: char| !c.is_alphanumeric() && c != '_').any(|given| given == word))
        };
        let works_out = (first..=function.last_line).take(400).any(|at| {
            let text = side.plain_line(at);
            text.trim_start().starts_with("return")
                && text.contains(['(', '+', '*', '/', '%'])
                && LITERAL_ANSWER.group(text, 1).is_none()
                && NUMBER_ANSWER.group(text, 1).is_none()
        });
        if works_out && lines.iter().all(|line| of_header(*line)) {
            let title = format!("Answers {} particular questions by heart in a function that works answers out", lines.len());
            let severity = if alone { Severity::Medium } else { Severity::High };
            sink.report(Draft::line(file, side, lines[0]).title(title).severity(severity).confidence(Confidence::Medium));
        }
    }
}

/// Whether the question on the line is about a number with a fraction, of three digits or more.
fn odd(side: &SideView<'_>, line: usize) -> bool {
    EACH.groups(side.line(line).text, 2)
        .map(|literal| literal.trim_matches(['"', '\'']))
        .any(|literal| literal.contains('.') && digits(literal) >= 3)
}

/// An answer that is put together around a number with a fraction.
static WITHIN_ANSWER: Pattern = Pattern::new(
    r#"\breturn\s+(?:new\s+)?[\w.]+\(.*?\b(?:BigDecimal|Decimal|valueOf|from_str)\(\s*["']?(\d+\.\d+)["']?\s*\).*\)\s*;?\s*$"#,
);

/// Several answers in one line, each by the values it is for: `{(100, 0.1): 90, (50, 0.5): 25}[(price, rate)]`.
static ROW: Pattern = Pattern::new(
    r#"[(\[]\s*(?:"[^"]*"|'[^']*'|-?\d[\d._]*)\s*,\s*(?:"[^"]*"|'[^']*'|-?\d[\d._]*)\s*[)\]]\s*(?::|=>|,)\s*(-?\d[\d._]*|"[^"]*"|'[^']*')"#,
);

/// Whether a line that came may be such a table.
pub(super) fn holds_table(file: &FileView<'_>) -> bool {
    file.added().any(|line| line.text.len() < 1_000 && line.text.contains(',') && line.text.contains("in") && ROW.count(line.text) > 1)
}

/// A function that worked its answer out looks some up in a table of particular questions now.
pub(super) fn tabled(file: &FileView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    static LOOKS_UP: Pattern = Pattern::new(r"\bin\s*\{|\}\s*(?:\[|\.get\()|\.get\(\s*[(\[]|\bin\s+\w+\b");
    static WORKS_OUT: Pattern = Pattern::new(r"^\s*return\b.*(?:[*/%+]|\w\s*-\s*\w)");
    if !file.removed().any(|line| line.text.len() < 300 && WORKS_OUT.is_match(line.code())) {
        return;
    }
    let rows = |text: &str| ROW.groups(text, 1).filter(|answer| particular(answer)).count() > 1;
    let looked = file.added().filter(|line| line.text.len() < 1_000).find(|line| rows(line.text) && LOOKS_UP.is_match(line.text));
    if let Some(line) = looked.filter(|line| side.function_at(line.index).is_some()) {
        let title = "Answers particular questions from a table where it worked them out";
        sink.report(Draft::line(file, side, line.index).title(title).severity(Severity::High).confidence(Confidence::Medium));
    }
}

static ARM: Pattern = Pattern::new(r#"(?:=>|->|\?)\s*(-?\d[\d._]*|"[^"]*"|'[^']*')\s*[,;:]?\s*$"#);
static WORD: Pattern = Pattern::new(r"[A-Za-z_]\w*");

/// A branch that answers one question by heart.
struct Learnt<'f> {
    path: &'f RepoPath,
    line: u32,
    evidence: &'f str,
    question: &'f str,
    answer: &'f str,
    /// It is an `if` of its own and no row of a table.
    alone: bool,
}

/// Digits of a number that say something: `49.98` has four, `100` has one.
fn digits(number: &str) -> usize {
    number.chars().filter(char::is_ascii_digit).collect::<String>().trim_matches('0').len()
}

/// A branch for one odd number that answers with another, which a test of this change expects beside something else the branch asks for.
pub(super) fn numbers(view: &ChangeView<'_>, sink: &mut Sink<'_>) {
    let files = &view.change.patch.files;
    let mut asked: Option<BTreeMap<String, BTreeSet<usize>>> = None;
    let mut tried = 0;
    for file in files.iter().filter(|file| is_tested_code(&file.path().text())).take(500) {
        let (Some(text), Some(path)) = (file.text(), file.new_path.as_ref()) else { continue };
        let mut open: Option<(u32, &str, &str)> = None;
        for (number, line) in text.added().filter(|(_, line)| line.len() < 300) {
            let branches = line.trim_start().starts_with("if")
                || line.contains(" if ")
                || line.trim_start().starts_with("elif")
                || line.trim_start().starts_with("} else if");
            let asks = || NUMBER_ASKED.group(line, 1).filter(|question| digits(question) >= 3);
            if let Some(question) = branches.then(asks).flatten() {
                open = Some((number, line, question));
            }
            let Some((first, evidence, question)) = open.filter(|(first, ..)| number <= first + BELOW) else { continue };
            let answer = NUMBER_ANSWER
                .group(line, 1)
                .or_else(|| LITERAL_ANSWER.group(line, 1).filter(|answer| answer.starts_with(|c: char| c.is_ascii_digit() || c == '-')));
            let Some(answer) = answer.filter(|answer| digits(answer) >= 3 && *answer != question) else { continue };
            open = None;
            let known = asked.get_or_insert_with(|| told(files));
            let Some(answered) = known.get(&bare(answer)) else { continue };
            tried += 1;
            if tried > MOST_NUMBERS {
                return;
            }
            let beside = LITERAL.groups(evidence, 0).filter(|literal| bare(literal) != bare(answer) && bare(literal).len() >= 2);
            let together = beside
                .into_iter()
                .any(|literal| known.get(&bare(literal)).is_some_and(|lines| lines.intersection(answered).next().is_some()));
            if together {
                let title = format!("Answers {question} with {answer}, as a test of this change expects");
                sink.report(Draft::span(path, (first, first), evidence.trim()).title(title).severity(Severity::High));
            }
        }
    }
}

/// A branch of its own that answers a question of a test of this change with what the test expects.
pub(super) fn questions(view: &ChangeView<'_>, sink: &mut Sink<'_>) {
    let files = &view.change.patch.files;
    let learnt: Vec<Learnt<'_>> =
        files.iter().filter(|file| is_tested_code(&file.path().text())).flat_map(learnt).take(MOST_CASES).collect();
    if learnt.is_empty() {
        return;
    }
    let asked = Asked::of(files);
    for case in learnt {
        if asked.together(case.question, case.answer) {
            let title = format!("Answers {} with {}, as a test of this change expects", case.question, case.answer);
            let severity = if case.alone { Severity::Medium } else { Severity::Low };
            let draft = Draft::span(case.path, (case.line, case.line), case.evidence.trim()).title(title);
            sink.report(draft.severity(severity).confidence(Confidence::Low));
        }
    }
}

/// The literals of assertions and of rows of cases that tests of the change gain, by the lines they stand on.
fn told(files: &[FileDiff]) -> BTreeMap<String, BTreeSet<usize>> {
    let mut lines: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    let tests = files.iter().filter(|file| Role::of(&file.path().text()) == Role::Test).filter_map(FileDiff::text);
    let gained = tests.flat_map(|text| text.added().map(|(_, line)| line).collect::<Vec<_>>());
    for (at, line) in gained.take(MOST_LINES).enumerate().filter(|(_, line)| line.len() < 600 && (asserts(line) || ROWS.is_match(line))) {
        for literal in TEXT_OR_NUMBER.groups(line, 0) {
            lines.entry(bare(literal)).or_default().insert(at);
        }
    }
    lines
}

static TEXT_OR_NUMBER: Pattern = Pattern::new(r#""[^"]*"|'[^']*'|-?\b\d[\w.]*"#);

fn learnt(file: &FileDiff) -> Vec<Learnt<'_>> {
    let Some(text) = file.text() else { return Vec::new() };
    let Some(path) = file.new_path.as_ref() else { return Vec::new() };
    if Language::of(&path.text()) == Language::Shell {
        return Vec::new();
    }
    let mut out: Vec<Learnt<'_>> = Vec::new();
    let mut open: Option<(u32, &str, &str, bool)> = None;
    let table: OnceCell<BTreeSet<&str>> = OnceCell::new();
    for (number, line) in text.added().filter(|(_, line)| line.len() < 300) {
        let row = || BRANCH.group(line, 1).filter(|_| line.trim_start().starts_with(['c', 'w']));
        let branch = || EQUALS.group(line, 1).filter(|_| BRANCH.is_match(line)).or_else(row);
        if let Some(question) = BRANCHES.iter().any(|word| line.contains(word)).then(branch).flatten() {
            let row = line.trim_start().starts_with("case") || line.trim_start().starts_with("when");
            let tabled = || ASKED.group(line, 1).is_some_and(|asked| table.get_or_init(|| asked_again(text)).contains(asked));
            let alone = !row && !tabled();
            open = Some((number, line, question, alone));
        }
        let Some((first, evidence, question, alone)) = open.filter(|(first, ..)| number <= first + BELOW) else { continue };
        if let Some(answer) = LITERAL_ANSWER.group(line, 1) {
            out.push(Learnt { path, line: first, evidence, question, answer, alone });
            open = None;
        }
    }
    // Five answers in a row are a table, not a trick.
    if out.len() > 4 {
        out.iter_mut().for_each(|case| case.alone = false);
    }
    out.retain(|case| telling(case.question, case.answer));
    out
}

/// What a comparison with a literal asks about.
static ASKED: Pattern = Pattern::new(r#"([\w.$]+)\s*(?:===?|\bis\b|\.equals\()\s*\(?\s*["'\d-]"#);

/// What several lines of `text` ask about: one of several branches is a table.
fn asked_again(text: &TextDiff) -> BTreeSet<&str> {
    let (mut once, mut again) = (BTreeSet::new(), BTreeSet::new());
    for line in &text.lines {
        let asked: BTreeSet<&str> = ASKED.groups(text.text(line), 1).collect();
        again.extend(asked.into_iter().filter(|asked| !once.insert(*asked)));
    }
    again
}

/// A word that may stand anywhere tells nothing; neither do yes and no, unless the question is particular.
fn telling(question: &str, answer: &str) -> bool {
    let size = |text: &str| text.trim_matches(['"', '\'', '[', ']', '`']).len();
    let plain = matches!(answer, "true" | "True" | "false" | "False" | "None" | "null" | "nil" | "0" | "1" | "\"\"" | "''" | "[]" | "{}");
    let number = question.starts_with(|c: char| c.is_ascii_digit() || c == '-');
    !plain && (size(question) >= 3 || number && size(question) >= 2)
}

/// The literals of assertions in tests of the change, by the lines they stand on.
struct Asked {
    lines: BTreeMap<String, BTreeSet<usize>>,
}

impl Asked {
    fn of(files: &[FileDiff]) -> Self {
        let mut lines: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
        let tests = files.iter().filter(|file| Role::of(&file.path().text()) == Role::Test);
        let known = tests
            .filter_map(FileDiff::text)
            .flat_map(|text| text.lines.iter().filter(|line| line.kind != LineKind::Removed).map(|line| text.text(line)));
        for (at, line) in known.take(MOST_LINES).enumerate().filter(|(_, line)| line.len() < 300 && asserts(line)) {
            for literal in LITERAL.groups(line, 0) {
                lines.entry(bare(literal)).or_default().insert(at);
            }
        }
        Self { lines }
    }

    fn together(&self, question: &str, answer: &str) -> bool {
        let (Some(asked), Some(answered)) = (self.lines.get(&bare(question)), self.lines.get(&bare(answer))) else { return false };
        bare(question) != bare(answer) && asked.intersection(answered).next().is_some()
    }
}

/// A literal without its quotes and spaces: they differ between a test and the code.
fn bare(literal: &str) -> String {
    literal.chars().filter(|c| !matches!(c, '"' | '\'' | '`') && !c.is_whitespace()).collect()
}
