//! Rows of training data: what each says and what a model shall answer, from JSON lines, CSV and TSV.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use serde_json::Value;

use crate::analysis::role::{Role, fold};
use crate::analysis::view::{FileView, LineView, SideView};

/// Rows of a file that are looked at, and words of one row.
const MOST_ROWS: usize = 50_000;
const MOST_WORDS: usize = 400;
/// Keys under which the answer stands.
const ANSWERS: [&str; 17] = [
    "label",
    "labels",
    "completion",
    "output",
    "response",
    "answer",
    "target",
    "chosen",
    "category",
    "class",
    "sentiment",
    "intent",
    "verdict",
    "toxic",
    "is_toxic",
    "spam",
    "rating",
];

/// One row.
pub struct Row {
    /// Its line in the view.
    pub index: usize,
    /// Whether the change added it.
    pub added: bool,
    /// The words of what is said.
    pub words: Vec<String>,
    /// What is answered.
    pub answer: String,
}

impl Row {
    /// The hash of its words.
    #[must_use]
    pub fn hash(&self) -> u64 {
        hash_of(self.words.iter())
    }

    /// The hash of its words without those at `skipped`.
    #[must_use]
    pub fn hash_without(&self, skipped: std::ops::Range<usize>) -> u64 {
        hash_of(self.words.iter().enumerate().filter(|(at, _)| !skipped.contains(at)).map(|(_, word)| word))
    }
}

fn hash_of<'w>(words: impl Iterator<Item = &'w String>) -> u64 {
    let mut hasher = DefaultHasher::new();
    // What ends a clause stands elsewhere as soon as a word is put behind it.
    words.for_each(|word| word.trim_end_matches(['.', ',', ';', ':', '!', '?']).hash(&mut hasher));
    hasher.finish()
}

/// Whether `file` holds rows that a model learns from.
#[must_use]
pub fn are_in(file: &FileView<'_>) -> bool {
    let path = format!("/{}", fold(&file.path));
    let table = [".csv", ".tsv", ".jsonl", ".ndjson"].iter().any(|end| path.ends_with(end));
    let learnt = ["/data", "train", "corpus", "corpora", "dataset", "finetun", "fine-tun", "sft", "dpo", "reviews", "labels", "intents"];
    table && (file.role == Role::Data || learnt.iter().any(|part| path.contains(part)))
}

/// The rows of `side`; none where it is no such table.
#[must_use]
pub fn rows(file: &FileView<'_>, side: &SideView<'_>) -> Vec<Row> {
    let path = fold(&file.path);
    let is_table = path.ends_with(".csv") || path.ends_with(".tsv");
    let delimiter = if path.ends_with(".tsv") { '\t' } else { ',' };
    let row = |line: LineView<'_>| {
        let (said, answer) = if is_table { of_table(line.text, delimiter) } else { of_object(line.text) }?;
        let words = said.split_whitespace().take(MOST_WORDS).map(str::to_lowercase).collect();
        Some(Row { index: line.index, added: line.changed, words, answer })
    };
    // What is new at the end of a long table is looked at as well as what is new at its start.
    let of = |changed: bool| side.lines().filter(move |line| line.changed == changed).take(MOST_ROWS).filter_map(row);
    of(false).chain(of(true)).collect()
}

fn of_object(line: &str) -> Option<(String, String)> {
    let Value::Object(object) = serde_json::from_str(line).ok()? else { return None };
    if let Some(turns) = object.get("messages").or_else(|| object.get("conversations")).and_then(Value::as_array) {
        let text = |turn: &Value| turn["content"].as_str().or_else(|| turn["value"].as_str()).unwrap_or("").to_owned();
        let (last, before) = turns.split_last()?;
        return Some((before.iter().map(text).collect::<Vec<_>>().join(" "), text(last)));
    }
    let answer = ANSWERS.iter().find_map(|key| object.get(*key)).map(plain)?;
    let said =
        object.iter().filter(|(key, _)| !ANSWERS.contains(&key.as_str()) && !matches!(key.as_str(), "id" | "uuid" | "idx" | "index"));
    Some((said.map(|(_, value)| plain(value)).collect::<Vec<_>>().join(" "), answer))
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The last column of a table is taken for the answer, and the first for a number of the row when it is one.
fn of_table(line: &str, delimiter: char) -> Option<(String, String)> {
    let (said, answer) = line.trim_end().rsplit_once(delimiter)?;
    let first = said.split_once(delimiter).filter(|(number, _)| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()));
    let said = first.map_or(said, |(_, rest)| rest);
    (said.len() > 2 && !answer.is_empty()).then(|| (said.trim_matches('"').to_owned(), answer.trim_matches('"').to_owned()))
}

/// The words of all rows that the change did not add.
#[must_use]
pub fn known_words(rows: &[Row]) -> HashSet<&str> {
    rows.iter().filter(|row| !row.added).flat_map(|row| row.words.iter().map(String::as_str)).collect()
}
