//! Who wrote a change: a coding agent, by what evidence, and how far that evidence may be trusted.

/// How strong a claim of identity is. A claim never lowers risk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Tier {
    /// Nothing points to an agent.
    #[default]
    Unknown,
    /// A branch name or a style: anybody can have it.
    Inferred,
    /// A trailer, an address, a signature text: written by whoever made the commit.
    Claimed,
    /// The forge's own account id or a verified signature.
    Verified,
}

impl Tier {
    /// The word of report v1.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Inferred => "inferred",
            Self::Claimed => "claimed",
            Self::Verified => "verified",
        }
    }
}

/// Which agent wrote a change and why we say so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Provenance {
    /// The agent's id in `rules/agents.toml`, such as `claude-code`; `None` when nothing points to one.
    pub agent: Option<String>,
    /// The agent's name for people, such as `Claude Code`; empty when there is none.
    pub name: String,
    /// How strong the strongest evidence is.
    pub tier: Tier,
    /// What points to it, in words, strongest first.
    pub evidence: Vec<String>,
    /// The page of the agent's session, when the change names one.
    pub session: Option<String>,
}
