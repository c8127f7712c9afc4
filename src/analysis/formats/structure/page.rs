//! One document of a rule file as data, with the lines its keys stand on. Deep, wide and self-quoting documents end at a budget.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::plain;
use crate::analysis::formats::{note, yaml as bounded};
use crate::model::inert;
use crate::model::pack::{NoteKind, Pack, PackFile, RuleNote};

/// Rules nest this deep at most: whoever reads one follows it on the stack.
const DEEPEST: usize = 40;
/// Parts a document has at most.
const MOST_PARTS: usize = 20_000;
/// Bytes a rule's name has at most.
const LONGEST_NAME: usize = 100;

/// One document.
pub(super) struct Page<'f> {
    /// The file it is in.
    pub(super) file: &'f PackFile,
    /// The line it begins at, from 1.
    pub(super) line: u32,
    /// Its text.
    pub(super) text: &'f str,
    /// What it says.
    pub(super) keys: Map<String, Value>,
}

/// A sentence about a document, with the line it is about.
pub(super) struct Remark {
    /// The line in the file, from 1.
    pub(super) line: u32,
    /// What kind of thing it is.
    pub(super) kind: NoteKind,
    /// The sentence.
    pub(super) text: String,
}

impl Remark {
    /// It as a note of `pack`, about `rule` where one could be told.
    pub(super) fn note(self, pack: &Pack, file: &PackFile, rule: Option<&str>) -> RuleNote {
        let rule = rule.filter(|id| is_name(id));
        note(pack, file, Some(self.line), rule, self.kind, inert::line(&self.text))
    }
}

impl<'f> Page<'f> {
    /// Reads the document `text` of `file`, which begins at `line`.
    pub(super) fn read(file: &'f PackFile, line: u32, text: &'f str) -> Result<Self, Remark> {
        match yaml(text) {
            Ok(keys) => Ok(Self { file, line, text, keys }),
            Err((at, says)) => {
                // The reader of the other formats has plainer words for what costs too much.
                let plain = bounded::map(text, line).err().filter(|_| says.contains("budget") || says.contains("recursive"));
                let (line, text) = plain.map_or_else(|| (line + at.saturating_sub(1), says), |refused| (refused.line, refused.text));
                let large = format!("it has more parts than a rule needs: {MOST_PARTS} at most");
                let text = if text.starts_with("budget breached") { large } else { text };
                Err(Remark { line, kind: NoteKind::LeftOut, text })
            }
        }
    }

    /// The same for a rule of this program.
    pub(super) fn read_own(file: &'f PackFile, line: u32, text: &'f str) -> Result<Self, Remark> {
        plain::read(text).map_or_else(|| Self::read(file, line, text), |keys| Ok(Self { file, line, text, keys }))
    }

    /// What it says as a `T`, whose places are known, such as [`serde_saphyr::Spanned`].
    pub(super) fn as_placed<T: DeserializeOwned>(&self) -> Result<T, Remark> {
        yaml(self.text).map_err(|(at, text)| self.remark(self.line + at.saturating_sub(1), NoteKind::LeftOut, text))
    }

    /// The text under `key`.
    pub(super) fn text_of(&self, key: &str) -> Option<&str> {
        self.keys.get(key).and_then(Value::as_str)
    }

    /// The rule it is or is about.
    pub(super) fn id(&self) -> Option<&str> {
        self.text_of("id")
    }

    /// The line in the file of the first `key:`, at any depth; the document's first line when there is none.
    pub(super) fn line_of(&self, key: &str) -> u32 {
        let stands = |line: &str| {
            let line = line.trim_start().trim_start_matches("- ").trim_start_matches(['"', '\'']);
            line.strip_prefix(key).is_some_and(|rest| rest.trim_start_matches(['"', '\'']).trim_start().starts_with(':'))
        };
        let at = self.text.lines().position(stands).unwrap_or(0);
        self.line + u32::try_from(at).unwrap_or(0)
    }

    /// The line in the file of a pattern as it is written, or else that of the first `pattern:`.
    pub(super) fn line_with(&self, pattern: &str) -> u32 {
        let first = pattern.lines().next().unwrap_or("").trim();
        let at = self.text.lines().position(|line| !first.is_empty() && line.contains(first));
        at.map_or_else(|| self.line_of("pattern"), |at| self.line + u32::try_from(at).unwrap_or(0))
    }

    /// A remark at `line`.
    pub(super) fn remark(&self, line: u32, kind: NoteKind, text: impl Into<String>) -> Remark {
        Remark { line, kind, text: text.into() }
    }

    /// A remark that leaves the rule out, at the line of the first of its words in backticks that stands as a key.
    pub(super) fn fault(&self, text: impl Into<String>) -> Remark {
        let text = text.into();
        let named = text.split('`').skip(1).step_by(2).map(|key| self.line_of(key)).find(|line| *line > self.line);
        self.remark(named.unwrap_or(self.line), NoteKind::LeftOut, text)
    }
}

/// Whether a rule can be called `id`.
pub(super) fn is_name(id: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'/' | b':');
    (1..=LONGEST_NAME).contains(&id.len()) && id.bytes().all(plain)
}

fn yaml<T: DeserializeOwned>(text: &str) -> Result<T, (u32, String)> {
    let options = serde_saphyr::options! {
        strict_booleans: true,
        merge_keys: serde_saphyr::MergeKeyPolicy::AsOrdinary,
        budget: serde_saphyr::budget! { max_depth: DEEPEST, max_nodes: MOST_PARTS, max_events: 3 * MOST_PARTS, flow_nesting_limit: DEEPEST },
    };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| {
        let line = error.location().map_or(1, |at| u32::try_from(at.line()).unwrap_or(1));
        let said = error.without_snippet().to_string();
        // It counts lines from the document's first; the note counts them from the file's.
        (line, said.lines().next().and_then(|said| said.split(" at line ").next()).unwrap_or("").to_owned())
    })
}
