//! What other tools say: which tool saw a finding, the file it was imported from, and what became of the results in it. Never
//! how such a file is written.

use std::fmt;

use super::rule::Severity;

/// Another tool, as its file names it. Outside text: hostile until shown through [`super::inert`].
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tool {
    /// Its name, such as `semgrep`.
    pub name: String,
    /// Its version, where it says one.
    pub version: Option<String>,
}

impl fmt::Display for Tool {
    /// `semgrep 1.97.0`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        self.version.iter().try_for_each(|version| write!(f, " {version}"))
    }
}

/// A file of results of other tools, as it was read. Its text is hostile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResultFile {
    /// The file, as it was named.
    pub name: String,
    /// Its text.
    pub text: String,
    /// Lower-case hexadecimal SHA-256 of its bytes.
    pub digest: String,
}

/// A file of results that is none that could be read; it is left out alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnreadFile {
    /// The file, as it was named.
    pub name: String,
    /// Lower-case hexadecimal SHA-256 of its bytes; of its first ones where it is too large to be read whole.
    pub digest: String,
    /// Why, in one sentence that goes on from the name. Outside text.
    pub why: String,
    /// The line it is about, from 1, where one is known.
    pub line: Option<u32>,
}

impl fmt::Display for UnreadFile {
    /// `old.sarif is SARIF of version 2.0.0 …; it was left out`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        self.line.iter().try_for_each(|line| write!(f, ":{line}"))?;
        write!(f, ": {}", self.why)
    }
}

/// That another tool saw something, and what it makes of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sighting {
    /// The tool.
    pub tool: Tool,
    /// The rule, by the tool's own name for it.
    pub rule: String,
    /// How bad it is as that tool has it.
    pub severity: Severity,
}

impl fmt::Display for Sighting {
    /// `semgrep 1.97.0: python.lang.x (medium)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} ({})", self.tool, self.rule, self.severity.word())
    }
}

/// What became of one imported file in the report of one change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// The file, as it was named.
    pub file: String,
    /// Lower-case hexadecimal SHA-256 of its bytes.
    pub digest: String,
    /// The tools that wrote it.
    pub tools: Vec<Tool>,
    /// Results it holds.
    pub results: usize,
    /// Of those, findings of the report.
    pub taken: usize,
    /// Of those, told on findings of the report that say the same.
    pub folded: usize,
    /// What became of the others, each kind in one sentence with its count.
    pub others: Vec<String>,
}

impl Import {
    /// What it is and what became of it, in one sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        let tools: Vec<String> = self.tools.iter().map(ToString::to_string).collect();
        let (results, taken, folded) = (counted(self.results, "result"), self.taken, self.folded);
        let short: String = self.digest.chars().take(12).collect();
        let of = if tools.is_empty() { String::new() } else { format!(" of {}", tools.join(", ")) };
        format!("{}{of} ({results}, sha256 {short}): {taken} taken, {folded} seen already", self.file)
    }
}

fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}
