//! A pack: a folder of rule files as texts, and what is to be said of them. Never how it was read or what its rules mean.

use std::fmt;

use super::rule::RuleId;

/// Rule files that belong together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pack {
    /// What it is called: the folder's name, or what its `pack.toml` says.
    pub name: String,
    /// Its version, where it has one.
    pub version: Option<String>,
    /// Its files, by path.
    pub files: Vec<PackFile>,
    /// What of the folder could not be read.
    pub notes: Vec<RuleNote>,
}

/// One rule file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackFile {
    /// Its path below the pack's folder, with `/` between folders.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// A pack as reports and `rules list` name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackName {
    /// What it is called.
    pub name: String,
    /// Its version, where it has one.
    pub version: Option<String>,
    /// Lower-case hexadecimal SHA-256 over its files' paths and texts.
    pub digest: String,
    /// How many rules of it can run.
    pub rules: usize,
}

/// Something to be said of a rule file, in one sentence.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RuleNote {
    /// The pack; empty for a file that is in none.
    pub pack: String,
    /// The file's path in the pack, else as it was named.
    pub path: String,
    /// The line it is about, from 1.
    pub line: Option<u32>,
    /// The rule it is about, where one could be told.
    pub rule: Option<RuleId>,
    /// What kind of thing it is.
    pub kind: NoteKind,
    /// The sentence. Outside text: hostile until shown through [`super::inert`].
    pub text: String,
}

/// What a note tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NoteKind {
    /// The file or rule does not run.
    LeftOut,
    /// A part of a rule can never match.
    NeverMatches,
    /// Something was not written as the standard has it, and was understood all the same.
    Mended,
    /// The rule runs, and could be better.
    Advice,
    /// A filter takes away what a rule of another pack finds.
    Filters,
}

impl NoteKind {
    /// The kind in words.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::LeftOut => "left out",
            Self::NeverMatches => "never matches",
            Self::Mended => "mended",
            Self::Advice => "advice",
            Self::Filters => "filters",
        }
    }
}

impl fmt::Display for RuleNote {
    /// `pack/file.yml:12: left out: …`; not yet safe to draw.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What is in no pack is named by where it lies.
        if !self.pack.is_empty() {
            write!(f, "{}/", self.pack)?;
        }
        f.write_str(&self.path)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        write!(f, ": {}: {}", self.kind.word(), self.text)
    }
}
