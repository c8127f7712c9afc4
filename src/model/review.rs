//! One reviewer's unsent work on one pull: what was seen, how findings were judged.

use std::collections::{BTreeMap, BTreeSet};

use super::finding::Fingerprint;

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

/// A reviewer's unsent work on one revision.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Review {
    /// Content hashes of files marked as viewed.
    pub viewed: BTreeSet<String>,
    /// Judged findings.
    pub dispositions: BTreeMap<Fingerprint, Disposition>,
    /// Notes to self.
    pub notes: String,
}
