//! Emphasis in plain text: none, or the sixteen colours of every terminal. Never applied to anything but our own words.

use crate::model::risk::Lane;
use crate::model::rule::Severity;
use crate::model::story::Verdict;

/// Whether words are coloured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Paint {
    /// Plain words only.
    #[default]
    None,
    /// SGR sequences around words.
    Ansi,
}

impl Paint {
    /// A heading or name.
    #[must_use]
    pub fn strong(self, words: &str) -> String {
        self.wrap("1", words)
    }

    /// Something that steps back.
    #[must_use]
    pub fn quiet(self, words: &str) -> String {
        self.wrap("2", words)
    }

    /// `words` in the colour of `severity`.
    #[must_use]
    pub fn severity(self, severity: Severity, words: &str) -> String {
        let code = match severity {
            Severity::Critical => "1;31",
            Severity::High => "31",
            Severity::Medium => "33",
            Severity::Low => "36",
            Severity::Info => "2",
        };
        self.wrap(code, words)
    }

    /// `words` in the colour of `lane`.
    #[must_use]
    pub fn lane(self, lane: Lane, words: &str) -> String {
        let code = match lane {
            Lane::Stop => "1;31",
            Lane::Review => "33",
            Lane::Look => "36",
            Lane::Clear => "32",
        };
        self.wrap(code, words)
    }

    /// `words` in the colour of `verdict`.
    #[must_use]
    pub fn verdict(self, verdict: Verdict, words: &str) -> String {
        let code = match verdict {
            Verdict::Supported => "32",
            Verdict::Contradicted => "31",
            Verdict::Uncheckable => "2",
        };
        self.wrap(code, words)
    }

    fn wrap(self, code: &str, words: &str) -> String {
        match self {
            Self::None => words.to_owned(),
            Self::Ansi => format!("\x1b[{code}m{words}\x1b[0m"),
        }
    }
}
