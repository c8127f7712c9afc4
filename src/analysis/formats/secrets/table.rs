//! A TOML table read key by key, so that each mistake has its line. Keys are compared without case, as gitleaks does.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::analysis::text::line_starts;

/// What is wrong, and at which line, from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The line.
    pub line: u32,
    /// One sentence with the next step.
    pub text: String,
}

/// Where the lines of a text begin, and which number its first one has.
pub(super) struct Lines {
    starts: Vec<usize>,
    first: u32,
}

impl Lines {
    /// Those of `text`, which begins at line `first` of its file.
    pub(super) fn of(text: &str, first: u32) -> Self {
        Self { starts: line_starts(text), first }
    }

    /// The line that holds byte `at`.
    pub(super) fn at(&self, at: usize) -> u32 {
        let before = self.starts.partition_point(|start| *start <= at).max(1);
        self.first.saturating_add(u32::try_from(before - 1).unwrap_or(u32::MAX))
    }
}

/// A table of a file.
#[derive(Clone, Copy)]
pub(super) struct Section<'t> {
    table: &'t DeTable<'t>,
    lines: &'t Lines,
    /// The line it begins at.
    pub(super) line: u32,
}

/// A text with its line, or a table.
pub(super) enum Entry<'t> {
    Text(u32, String),
    Table(Section<'t>),
}

type Value<'t> = &'t Spanned<DeValue<'t>>;

impl<'t> Section<'t> {
    /// The whole file.
    pub(super) fn root(table: &'t Spanned<DeTable<'t>>, lines: &'t Lines) -> Self {
        Self { table: table.get_ref(), lines, line: lines.at(table.span().start) }
    }

    fn value(&self, key: &str) -> Option<Value<'t>> {
        self.table.iter().find(|(name, _)| name.get_ref().eq_ignore_ascii_case(key)).map(|(_, value)| value)
    }

    fn wrong<T>(&self, key: &str, value: Value<'_>, wants: &str) -> Result<T, Fault> {
        Err(Fault { line: self.lines.at(value.span().start), text: format!("`{key}` is {}; it wants {wants}", kind(value.get_ref())) })
    }

    /// The line of `key`, or of the table where it is not there.
    pub(super) fn line_of(&self, key: &str) -> u32 {
        self.value(key).map_or(self.line, |value| self.lines.at(value.span().start))
    }

    /// The text of `key`.
    pub(super) fn text(&self, key: &str) -> Result<Option<String>, Fault> {
        self.value(key).map(|value| self.one_text(key, value)).transpose()
    }

    fn one_text(&self, key: &str, value: Value<'_>) -> Result<String, Fault> {
        match value.get_ref() {
            DeValue::String(text) => Ok(text.to_string()),
            _ => self.wrong(key, value, "a text"),
        }
    }

    /// The texts of `key`, each with its line; a single text counts as a list of one.
    pub(super) fn texts(&self, key: &str) -> Result<Vec<(u32, String)>, Fault> {
        self.items(key).map(|value| Ok((self.lines.at(value.span().start), self.one_text(key, value)?))).collect()
    }

    fn items(&self, key: &str) -> impl Iterator<Item = Value<'t>> + use<'t> {
        let (one, many) = match self.value(key) {
            Some(value) => match value.get_ref() {
                DeValue::Array(items) => (None, Some(items)),
                _ => (Some(value), None),
            },
            None => (None, None),
        };
        one.into_iter().chain(many.into_iter().flat_map(|items| items.iter()))
    }

    /// The number of `key`.
    pub(super) fn number(&self, key: &str) -> Result<Option<f64>, Fault> {
        let Some(value) = self.value(key) else { return Ok(None) };
        let read = match value.get_ref() {
            DeValue::Integer(number) => number.to_string().parse::<f64>().ok(),
            DeValue::Float(number) => number.as_str().replace('_', "").parse::<f64>().ok(),
            _ => None,
        };
        match read.filter(|number| number.is_finite()) {
            Some(number) => Ok(Some(number)),
            None => self.wrong(key, value, "a number"),
        }
    }

    /// The whole number of `key`, not below 0.
    pub(super) fn count(&self, key: &str) -> Result<Option<usize>, Fault> {
        let Some(value) = self.value(key) else { return Ok(None) };
        let read = match value.get_ref() {
            DeValue::Integer(number) => number.to_string().parse().ok(),
            _ => None,
        };
        match read {
            Some(number) => Ok(Some(number)),
            None => self.wrong(key, value, "a whole number, 0 or more"),
        }
    }

    /// Whether `key` is true.
    pub(super) fn flag(&self, key: &str) -> Result<bool, Fault> {
        match self.value(key) {
            None => Ok(false),
            Some(value) => match value.get_ref() {
                DeValue::Boolean(flag) => Ok(*flag),
                _ => self.wrong(key, value, "true or false"),
            },
        }
    }

    /// The tables of `key`: one, or a list of them.
    pub(super) fn tables(&self, key: &str) -> Result<Vec<Self>, Fault> {
        let read = |value: Value<'t>| match value.get_ref() {
            DeValue::Table(table) => Ok(Self { table, lines: self.lines, line: self.lines.at(value.span().start) }),
            _ => self.wrong(key, value, "a table"),
        };
        self.items(key).map(read).collect()
    }

    /// The items of `key`, in their order.
    pub(super) fn texts_or_tables(&self, key: &str) -> Result<Vec<Entry<'t>>, Fault> {
        let read = |value: Value<'t>| match value.get_ref() {
            DeValue::Table(table) => Ok(Entry::Table(Self { table, lines: self.lines, line: self.lines.at(value.span().start) })),
            DeValue::String(text) => Ok(Entry::Text(self.lines.at(value.span().start), text.to_string())),
            _ => self.wrong(key, value, "texts, or tables with `text` and `path`"),
        };
        self.items(key).map(read).collect()
    }

    /// The first key that is none of `known`.
    pub(super) fn unknown(&self, known: &[&str]) -> Option<Fault> {
        let known_key = |name: &str| known.iter().any(|key| key.eq_ignore_ascii_case(name));
        let (key, _) = self.table.iter().filter(|(name, _)| !known_key(name.get_ref())).min_by_key(|(name, _)| name.span().start)?;
        let name = key.get_ref();
        let near = known.iter().find(|known| alike(known, name));
        let hint = near.map_or_else(|| format!("known are {}", known.join(", ")), |near| format!("did you mean `{near}`?"));
        Some(Fault { line: self.lines.at(key.span().start), text: format!("`{name}` is not a key that is read here; {hint}") })
    }
}

/// Whether two keys are the same but for one letter, case, dashes, and a plural.
fn alike(known: &str, written: &str) -> bool {
    let plain = |text: &str| text.to_lowercase().replace(['-', '_'], "").trim_end_matches('s').to_owned();
    let (known, written) = (plain(known), plain(written));
    if known == written {
        return true;
    }
    let (known, written): (Vec<char>, Vec<char>) = (known.chars().collect(), written.chars().collect());
    let front = known.iter().zip(&written).take_while(|(a, b)| a == b).count();
    let back = known.iter().rev().zip(written.iter().rev()).take_while(|(a, b)| a == b).count();
    let most = known.len().max(written.len());
    most > 3 && known.len().abs_diff(written.len()) <= 1 && front + back + 2 >= most && front + back > 2
}

fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
