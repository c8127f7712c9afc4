//! How a repository is narrowed for everybody, by the forge's own switches. Never who may decide that.

/// Who may still open pulls, issues and comments while a limit stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Circle {
    /// Accounts that are not new.
    Existing,
    /// Who contributed to the default branch before.
    Contributors,
    /// Who may push.
    Collaborators,
}

impl Circle {
    /// All.
    pub const ALL: [Self; 3] = [Self::Existing, Self::Contributors, Self::Collaborators];

    /// GitHub's word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Existing => "existing_users",
            Self::Contributors => "contributors_only",
            Self::Collaborators => "collaborators_only",
        }
    }

    /// The circle called `word`: GitHub's, or its first part.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|circle| circle.word() == word || circle.word().split('_').next() == Some(word))
    }
}

/// How long a limit stands before the forge ends it by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lasting {
    /// A day.
    #[default]
    Day,
    /// Three.
    ThreeDays,
    /// Seven.
    Week,
    /// A month.
    Month,
    /// Six.
    SixMonths,
}

impl Lasting {
    /// All.
    pub const ALL: [Self; 5] = [Self::Day, Self::ThreeDays, Self::Week, Self::Month, Self::SixMonths];

    /// GitHub's word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Day => "one_day",
            Self::ThreeDays => "three_days",
            Self::Week => "one_week",
            Self::Month => "one_month",
            Self::SixMonths => "six_months",
        }
    }

    /// The time called `word`, with `-` for `_` if need be.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|lasting| lasting.word() == word.replace('-', "_"))
    }
}

/// Who may still take part, and how long that holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Limit {
    /// Who.
    pub circle: Circle,
    /// How long.
    pub lasting: Lasting,
}

impl Limit {
    /// The limit that `text` names: `collaborators`, or `contributors:one-week`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (circle, lasting) = text.split_once(':').map_or((text, None), |(circle, lasting)| (circle, Some(lasting)));
        let lasting = lasting.map_or(Some(Lasting::default()), Lasting::parse)?;
        Some(Self { circle: Circle::parse(circle)?, lasting })
    }
}

/// What is narrowed along with a block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Throttle {
    /// The most pulls that one account may have open.
    pub pulls: Option<u32>,
    /// Who may still take part.
    pub limit: Option<Limit>,
}
