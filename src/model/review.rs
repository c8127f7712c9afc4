//! One reviewer's unsent work on one pull: what was seen, how findings were judged.

use std::collections::{BTreeMap, BTreeSet};

use super::diff::Side;
use super::finding::Fingerprint;
use super::path::RepoPath;

/// Why a finding is no cause for alarm: the six false-positive reasons of seed 000 (R062).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DismissReason {
    /// Debugging code with proper safeguards.
    SafeguardedDebugging,
    /// Environment variables used as configuration.
    EnvironmentConfiguration,
    /// External calls for monitoring or logging.
    ExternalMonitoring,
    /// A dependency update from a trusted source.
    TrustedUpdate,
    /// Legitimate authentication logic.
    LegitimateAuthentication,
    /// Development or test code.
    DevelopmentOrTest,
}

impl DismissReason {
    /// All, in seed order.
    pub const ALL: [Self; 6] = [
        Self::SafeguardedDebugging,
        Self::EnvironmentConfiguration,
        Self::ExternalMonitoring,
        Self::TrustedUpdate,
        Self::LegitimateAuthentication,
        Self::DevelopmentOrTest,
    ];

    /// The word used on the command line and in the ledger.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::SafeguardedDebugging => "safeguarded-debugging",
            Self::EnvironmentConfiguration => "environment-configuration",
            Self::ExternalMonitoring => "external-monitoring",
            Self::TrustedUpdate => "trusted-update",
            Self::LegitimateAuthentication => "legitimate-authentication",
            Self::DevelopmentOrTest => "development-or-test",
        }
    }

    /// The sentence people choose from.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::SafeguardedDebugging => "debugging code with proper safeguards",
            Self::EnvironmentConfiguration => "environment variables used as configuration",
            Self::ExternalMonitoring => "an external call for monitoring or logging",
            Self::TrustedUpdate => "a dependency update from a trusted source",
            Self::LegitimateAuthentication => "legitimate authentication logic",
            Self::DevelopmentOrTest => "development or test code",
        }
    }

    /// The reason called `word`.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.word() == word)
    }
}

/// How a reviewer judged one finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Disposition {
    /// It is not what the rule says.
    FalsePositive(DismissReason),
    /// It is, and that is accepted: why.
    AcceptedRisk(String),
    /// It was fixed since.
    Fixed,
}

/// Where a remark belongs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Spot {
    /// At lines of one side of the diff.
    Lines {
        /// The path on that side.
        path: RepoPath,
        /// The side.
        side: Side,
        /// The first line, from 1.
        first: u32,
        /// The last line.
        last: u32,
    },
    /// At a file as a whole.
    File(RepoPath),
    /// In the conversation of the pull.
    Pull,
    /// In the thread that begins with this remark, by the forge's numeric id.
    Reply(u64),
    /// A thread, by the forge's opaque id: settled, or open again. It needs no words.
    Thread {
        /// The thread.
        node: String,
        /// Settled or open.
        settled: bool,
    },
}

/// A remark that was written and not sent.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DraftComment {
    /// Where it belongs.
    pub spot: Spot,
    /// What it says.
    pub body: String,
    /// What would replace the lines, without the last line feed; only for lines of the new side.
    pub suggestion: Option<String>,
}

impl DraftComment {
    /// What is sent: the words, and the suggestion in a fence that its own text cannot close.
    #[must_use]
    pub fn text(&self) -> String {
        let Some(lines) = &self.suggestion else { return self.body.clone() };
        let longest = lines.split(|c| c != '`').map(str::len).max().unwrap_or(0);
        let fence = "`".repeat(longest.max(2) + 1);
        let gap = if self.body.is_empty() { "" } else { "\n\n" };
        let end = if lines.is_empty() || lines.ends_with('\n') { "" } else { "\n" };
        format!("{}{gap}{fence}suggestion\n{lines}{end}{fence}", self.body)
    }
}

/// A remark as it is kept until it is sent.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Unsent {
    /// The remark.
    pub remark: DraftComment,
    /// The lines it is about as they read when it was written, so that they are found again after the branch was rewritten.
    pub quoted: Vec<String>,
}

/// A reviewer's unsent work on one revision.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Review {
    /// Content hashes of files marked as viewed.
    pub viewed: BTreeSet<String>,
    /// Judged findings.
    pub dispositions: BTreeMap<Fingerprint, Disposition>,
    /// Remarks, in the order they were written.
    pub remarks: Vec<Unsent>,
    /// Notes to self.
    pub notes: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_suggestion_cannot_close_its_fence() {
        let draft = |body: &str, lines: &str| DraftComment { spot: Spot::Pull, body: body.to_owned(), suggestion: Some(lines.to_owned()) };
        assert_eq!(draft("use this", "let x = 1;").text(), "use this\n\n```suggestion\nlet x = 1;\n```");
        assert_eq!(draft("", "```\nx\n").text(), "````suggestion\n```\nx\n````");
        assert_eq!(draft("", "").text(), "```suggestion\n```");
    }
}
