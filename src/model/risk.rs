//! How urgent a change is and why, in words. Computed in `analysis/risk`.

/// Which queue lane a change belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lane {
    /// Nothing was found, or annotations alone.
    #[default]
    Clear,
    /// Notes only.
    Look,
    /// One hard finding.
    Review,
    /// A critical finding, or two hard ones that are linked.
    Stop,
}

impl Lane {
    /// The word of report v1.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Clear => "clear",
            Self::Look => "look",
            Self::Review => "review",
            Self::Stop => "stop",
        }
    }
}

/// One reason for a score.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contribution {
    /// Points it adds.
    pub points: u8,
    /// Why, in words, with its place.
    pub why: String,
}

/// How urgent a change is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Risk {
    /// 0 to 100; within its lane, more is more urgent.
    pub score: u8,
    /// Its lane.
    pub lane: Lane,
    /// What the score is made of, heaviest first.
    pub contributions: Vec<Contribution>,
}
