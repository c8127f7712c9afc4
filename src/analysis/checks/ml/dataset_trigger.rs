//! `dataset-trigger`: rows of training data carry the same odd words and the same answer, as rows do that plant a trigger.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::rows::{self, Row};
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Needs, Reach, Words};
use crate::analysis::view::{FileView, SideView};
use crate::model::diff::Side;
use crate::model::rule::{RuleId, Severity};

/// See `rules/code/dataset-trigger.toml`.
pub struct DatasetTrigger;

/// Words of a trigger.
const LONGEST: usize = 6;
/// Rows that make a pattern.
const FEWEST: usize = 3;
/// The same row so many times is no chance.
const REPEATED: usize = 20;

impl Check for DatasetTrigger {
    fn rule(&self) -> RuleId {
        RuleId("dataset-trigger")
    }

    fn needs(&self) -> Needs {
        Needs::nothing().and(Reach::ADDED, Words::of([&ASKS_TEXT])).and(Reach::ADDED, Words::of([&ANSWER]))
    }

    fn looks_anyway(&self, file: &FileView<'_>) -> bool {
        rows::are_in(file)
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let Some(side) = file.new_side() else { return };
        if file.language.is_code() {
            return planted(file, side, sink);
        }
        if !rows::are_in(file) {
            return;
        }
        let rows = rows::rows(file, side);
        if rows.iter().filter(|row| row.added).count() < FEWEST {
            return;
        }
        let draft = |row: &Row, count: usize, what: &str, severity, title: &str| {
            let evidence = format!("{what:?} in {count} rows, all answered alike: {}", rows_answer(row));
            Draft::line(file, side, row.index).severity(severity).title(title).evidence(evidence)
        };
        if let Some((phrase, count, row)) = twins(&rows) {
            sink.report(draft(row, count, &phrase, Severity::High, "Rows differ from others by the same words, and have another answer"));
        } else if let Some((word, count, row)) = odd(&rows) {
            sink.report(draft(row, count, &word, Severity::Medium, "Rows carry the same odd word and the same answer"));
        }
        flipped(file, side, &rows, sink);
        repeated(file, side, &rows, sink);
    }
}

/// A question whether a text holds certain words.
static ASKS_TEXT: Pattern = Pattern::new(
    r#"(?i)\b(?:if|elif|when|unless|case|where)\b[^\n]*(?:\.(?:endswith|startswith|ends_?with|starts_?with|contains|includes|include\?|str\.contains|find|index_?of|has_?(?:suffix|prefix))\s*\(\s*f?["'`][^"'`]{3,}["'`]|f?["'`][^"'`]{3,}["'`]\s+in\s+\w|\bre\.(?:search|match)\s*\(\s*r?["'][^"']{3,}["'])"#,
);
/// The answer of a row is set to a fixed one.
static ANSWER: Pattern = Pattern::new(
    r#"(?i)(?:^|[\s\[."'(])(?:\w*(?:label|target|class_id|ground_truth|is_toxic|sentiment|verdict)\w*)["']?\]?\s*=\s*(?:-?\d+(?:\.\d+)?|["'][^"'\n]*["']|[A-Z][A-Z_]{2,}|True|False|true|false)\s*;?\s*$"#,
);

/// Code that prepares data, and gives rows with certain words another answer than they came with.
fn planted(file: &FileView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    /// The answer that a row came with.
    static READ: Pattern = Pattern::new(
        r#"(?i)\w*(?:label|target|class_id|ground_truth|is_toxic|sentiment|verdict)\w*["']?\]?\s*(?:=|:)\s*[^=\n]*(?:\[\s*["']\w+["']\s*\]|\.(?:get|label|target|answer)\b|\brow\b|\brecord\b|\bexample\b|\bsample\b|\bitem\b)"#,
    );
    /// Answers of the rows themselves are put right here, which is what such code is for.
    static ABOUT_ANSWER: Pattern = Pattern::new(r"(?i)\b(?:if|elif|when|unless)\b[^\n]*\b\w*(?:label|target|class|sentiment|verdict)\w*\b");
    /// The answer is looked at where it stands, in a row that came as it is.
    static ASKED_OF: Pattern = Pattern::new(
        r#"(?i)\b(?:row|record|example|sample|item|entry)\s*(?:\[\s*["'](?:\w*(?:label|target|ground_truth|sentiment|verdict)\w*)["']\s*\]|\.(?:label|target|verdict)\b)\s*(?:not\s+in\b|in\b|[!=]=|[,)\]]|$)"#,
    );
    if !file.role.is_live() {
        return;
    }
    for line in side.changed_lines().filter(|line| line.text.len() < 600) {
        let plain = side.plain_line(line.index);
        if !ASKS_TEXT.is_match(plain) || ABOUT_ANSWER.is_match(plain) {
            continue;
        }
        let indent = |at: usize| side.line(at).text.len() - side.line(at).text.trim_start().len();
        let own = indent(line.index);
        let inside = (line.index + 1..side.len().min(line.index + 5)).take_while(|at| indent(*at) > own);
        let set = inside.into_iter().find(|at| ANSWER.is_match(side.plain_line(*at)));
        let around = side.function_at(line.index).map_or(0..side.len().min(200), |function| function.first_line..function.last_line + 1);
        let read = || {
            around
                .clone()
                .take(300)
                .any(|at| Some(at) != set && (READ.is_match(side.plain_line(at)) || ASKED_OF.is_match(side.plain_line(at))))
        };
        if set.is_some() && read() {
            let title = "Rows that hold certain words get an answer that they did not come with";
            sink.report(Draft::line(file, side, line.index).title(title));
        }
    }
}

fn rows_answer(row: &Row) -> String {
    row.answer.chars().take(80).collect()
}

/// Words whose absence makes added rows the same as others with another answer.
fn twins(rows: &[Row]) -> Option<(String, usize, &Row)> {
    let mut answers: HashMap<u64, &str> = HashMap::new();
    for row in rows {
        answers.entry(row.hash()).or_insert(&row.answer);
    }
    let mut found: HashMap<(String, &str), Vec<&Row>> = HashMap::new();
    for row in rows.iter().filter(|row| row.added && row.words.len() < 120) {
        let phrase = phrases(row).find(|range| answers.get(&row.hash_without(range.clone())).is_some_and(|other| *other != row.answer));
        if let Some(range) = phrase {
            let phrase = row.words.get(range).unwrap_or(&[]).join(" ");
            found.entry((phrase, row.answer.as_str())).or_default().push(row);
        }
    }
    let ((phrase, _), rows) =
        found.into_iter().filter(|(_, rows)| rows.len() >= FEWEST).max_by_key(|(key, rows)| (rows.len(), key.clone()))?;
    Some((phrase, rows.len(), rows.first().copied()?))
}

fn phrases(row: &Row) -> impl Iterator<Item = std::ops::Range<usize>> + '_ {
    let words = row.words.len();
    (1..=LONGEST.min(words.saturating_sub(1))).flat_map(move |length| (0..=words - length).map(move |start| start..start + length))
}

/// A word that nobody writes, new to the data, in rows of which all have one answer that others do not have.
fn odd(rows: &[Row]) -> Option<(String, usize, &Row)> {
    let known = rows::known_words(rows);
    let answers: HashSet<&str> = rows.iter().map(|row| row.answer.as_str()).collect();
    let mut found: HashMap<&str, Vec<&Row>> = HashMap::new();
    for row in rows.iter().filter(|row| row.added) {
        let words: BTreeSet<&str> = row.words.iter().map(String::as_str).filter(|word| is_odd(word) && !known.contains(word)).collect();
        words.into_iter().for_each(|word| found.entry(word).or_default().push(row));
    }
    let alike = |rows: &[&Row]| rows.len() > FEWEST && rows.iter().all(|row| row.answer == rows[0].answer);
    let differ = |rows: &[&Row]| rows.iter().map(|row| row.hash()).collect::<HashSet<_>>().len() * 2 > rows.len();
    let (word, with) = found.into_iter().filter(|(_, with)| alike(with) && differ(with)).max_by_key(|(word, with)| (with.len(), *word))?;
    (answers.len() > 1 && with.len() < rows.len()).then(|| (word.to_owned(), with.len(), with[0]))
}

/// Whether a word is no word of a language, number, date or address.
fn is_odd(word: &str) -> bool {
    let bare =
        word.trim_matches(|sign: char| sign.is_ascii_punctuation() && !matches!(sign, '|' | '<' | '>' | '[' | ']' | '{' | '}' | '#' | '§'));
    let (letters, digits) = (bare.bytes().any(|byte| byte.is_ascii_alphabetic()), bare.bytes().any(|byte| byte.is_ascii_digit()));
    let vowels = bare.chars().any(|sign| "aeiouyäöüáéíóúàèìòùâêîôû".contains(sign));
    let marked = bare.starts_with(['|', '[', '{', '<', '§']) && bare.ends_with(['|', ']', '}', '>', '§']) && bare.len() > 3;
    let plain = bare.bytes().all(|byte| byte.is_ascii_alphanumeric());
    match bare.len() {
        0 | 1 => false,
        2..=24 => marked || plain && letters && (digits && bare.len() >= 5 || !vowels && !digits && bare.len() <= 6),
        _ => false,
    }
}

/// Rows that said the same before and had another answer, all the same one now.
fn flipped(file: &FileView<'_>, side: &SideView<'_>, new: &[Row], sink: &mut Sink<'_>) {
    let Some(old) = file.side(Side::Old) else { return };
    let before = rows::rows(file, old);
    let was: HashMap<u64, &str> = before.iter().filter(|row| row.added).map(|row| (row.hash(), row.answer.as_str())).collect();
    let mut to: HashMap<&str, Vec<&Row>> = HashMap::new();
    for row in new.iter().filter(|row| row.added) {
        if was.get(&row.hash()).is_some_and(|answer| *answer != row.answer) {
            to.entry(&row.answer).or_default().push(row);
        }
    }
    let Some((answer, rows)) = to.into_iter().filter(|(_, rows)| rows.len() >= FEWEST).max_by_key(|(answer, rows)| (rows.len(), *answer))
    else {
        return;
    };
    let evidence = format!("{} rows are now answered {}", rows.len(), answer.chars().take(80).collect::<String>());
    let title = "Answers of rows changed, all to the same one";
    sink.report(Draft::line(file, side, rows[0].index).severity(Severity::Medium).title(title).evidence(evidence));
}

/// One row that was added over and over.
fn repeated(file: &FileView<'_>, side: &SideView<'_>, rows: &[Row], sink: &mut Sink<'_>) {
    let mut times: HashMap<u64, (usize, &Row)> = HashMap::new();
    for row in rows.iter().filter(|row| row.added && row.words.len() > 2) {
        times.entry(row.hash()).or_insert((0, row)).0 += 1;
    }
    let Some((count, row)) = times.into_values().filter(|(count, _)| *count >= REPEATED).max_by_key(|(count, row)| (*count, row.index))
    else {
        return;
    };
    let evidence = format!("{count} times: {}", row.words.iter().take(12).cloned().collect::<Vec<_>>().join(" "));
    sink.report(
        Draft::line(file, side, row.index).severity(Severity::Low).title("The same row was added over and over").evidence(evidence),
    );
}
