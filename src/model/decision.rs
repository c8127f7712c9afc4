//! A decision: who said what about which exact bytes, and why.

use std::collections::BTreeMap;

use super::finding::Fingerprint;
use super::person::Proof;
use super::pull::{PullRef, Revision};
use super::review::Disposition;
use super::rule::RuleId;
use super::time::Timestamp;

/// The verbs a person decides with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verb {
    /// A statement about exact bytes.
    Approve,
    /// A reversible hold with evidence.
    Quarantine,
    /// The end of a hold.
    Release,
    /// A new commit that removes the effect of merged changes.
    Revert,
    /// A review that stands in the way until its author is content.
    RequestChanges,
    /// Remarks without a verdict.
    Comment,
    /// An agent, a session or an MCP server whose later pulls are stopped.
    Block,
    /// The end of a block.
    Unblock,
}

impl Verb {
    /// Whether it says that what was found in a change is what it looks like.
    #[must_use]
    pub fn bears_out(self) -> bool {
        matches!(self, Self::Quarantine | Self::Revert | Self::RequestChanges)
    }

    /// All, as listed.
    pub const ALL: [Self; 8] =
        [Self::Approve, Self::Quarantine, Self::Release, Self::Revert, Self::RequestChanges, Self::Comment, Self::Block, Self::Unblock];

    /// The word of command line, ledger and receipts.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Quarantine => "quarantine",
            Self::Release => "release",
            Self::Revert => "revert",
            Self::RequestChanges => "request-changes",
            Self::Comment => "comment",
            Self::Block => "block",
            Self::Unblock => "unblock",
        }
    }

    /// The verb called `word`.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verb| verb.word() == word)
    }
}

/// Who decides and how we know: on a plain repository, the operating system's account and git's configured identity.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reviewer {
    /// `Name <address>` as configured in git, or the account's name.
    pub identity: String,
    /// How it was established, in words: `git user.name and user.email`, `operating system account`.
    pub by: String,
    /// What shows it; a name alone is a claim.
    pub proofs: Vec<Proof>,
}

/// What a person's key says under a decision.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signature {
    /// The key: `SHA256:…`.
    pub key: String,
    /// Whose key it was when it was made, as the file of allowed signers said; empty when that names nobody.
    pub principal: String,
    /// The armoured SSH signature.
    pub text: String,
}

/// The exact bytes a decision is about. It is stale when any of them moves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subject {
    /// Base, head and merge-base.
    pub revision: Revision,
    /// SHA-256 of the normalised diff.
    pub diff_digest: String,
    /// SHA-256 over the findings; how they were judged is each decision's own.
    pub findings_digest: String,
    /// SHA-256 of rules and program version.
    pub rules_digest: String,
    /// SHA-256 of the policy in force; empty when there is none.
    pub policy_digest: String,
}

/// What a person decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The verb.
    pub verb: Verb,
    /// The pulls it is about, in the order given.
    pub pulls: Vec<PullRef>,
    /// The exact bytes, one for each pull.
    pub subjects: Vec<Subject>,
    /// Who decided.
    pub reviewer: Reviewer,
    /// Why, in their words.
    pub reason: String,
    /// How hard findings were judged.
    pub dispositions: Vec<(Fingerprint, Disposition)>,
    /// Whose findings those are, and all other findings of a change that was held, taken back or sent back; empty in decisions of older
    /// versions.
    pub rules: BTreeMap<Fingerprint, RuleId>,
    /// SHA-256 of all rules that were in force, also where the decision is about no bytes, such as a block; empty in decisions of older
    /// versions.
    pub rules_in_force: String,
    /// Names they typed to confirm them, such as those of new packages.
    pub confirmed: Vec<String>,
    /// When.
    pub at: Timestamp,
    /// Their key's signature over all of that, when one is configured.
    pub signature: Option<Signature>,
}
