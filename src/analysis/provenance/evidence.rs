//! Kinds of evidence and what each is worth.

use crate::model::agent::Tier;

/// Where a mark was found, strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// The forge's account that opened the pull.
    Account,
    /// An author's or committer's address or name.
    CommitAddress,
    /// A signature text or session link.
    Signature,
    /// The branch's name.
    Branch,
    /// A trailer of a commit message.
    Trailer,
}

impl Kind {
    /// How far it may be trusted.
    pub(super) fn tier(self) -> Tier {
        match self {
            Self::Account => Tier::Verified,
            Self::CommitAddress | Self::Signature | Self::Trailer => Tier::Claimed,
            Self::Branch => Tier::Inferred,
        }
    }
}

/// All marks of one kind for one agent.
#[derive(Clone, Debug)]
pub(super) struct Evidence {
    /// The first one in words.
    pub(super) says: String,
    /// How many there are.
    pub(super) times: usize,
    /// The page of the agent's session, when one of them names it.
    pub(super) session: Option<String>,
}

impl Evidence {
    /// The first mark, and how many more there are.
    pub(super) fn words(&self) -> String {
        match self.times {
            0 | 1 => self.says.clone(),
            times => format!("{}, and {} more like it", self.says, times - 1),
        }
    }
}
