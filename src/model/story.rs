//! What the message says against what the change does.

use super::rule::Severity;

/// How a claim stands against the diff. Uncheckable is shown, never hidden.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// The diff shows it.
    Supported,
    /// The diff shows otherwise.
    Contradicted,
    /// The diff cannot tell.
    Uncheckable,
}

impl Verdict {
    /// The word of report v1.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Supported => "supported",
            Self::Contradicted => "contradicted",
            Self::Uncheckable => "uncheckable",
        }
    }
}

/// One claim of title, body or commit message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The words, as written.
    pub text: String,
    /// How it stands.
    pub verdict: Verdict,
    /// What speaks for or against it: `path:line`, or a sentence.
    pub places: Vec<String>,
}

/// A risky fact of the diff that the message does not mention.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undisclosed {
    /// The fact, in one sentence.
    pub fact: String,
    /// How much it weighs, whatever is said of it.
    pub severity: Severity,
    /// Where it is: `path:line`, or a path.
    pub places: Vec<String>,
}

/// The message against the change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Story {
    /// Claims, in the order they were written.
    pub claims: Vec<Claim>,
    /// Facts left unsaid.
    pub undisclosed: Vec<Undisclosed>,
    /// Whether its forge may soon say something else of a claim. Known while it is judged, and not kept.
    pub open: bool,
}
