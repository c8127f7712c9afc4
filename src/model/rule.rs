//! What a rule is: its id, its words, its weight. The words live in `rules/`, never in code.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Mutex, PoisonError};

pub use super::examples::{Example, ExampleCommit, ExampleFile, Examples};

/// A rule's name: lower-case words joined by dashes, such as `env-gated-auth`; also its file name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId(pub &'static str);

/// Names that were read and not written in code. They live as long as the program, which reads its rules once.
static NAMES: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());

impl RuleId {
    /// The rule called `name`, for names that come from rule files and from what was kept.
    #[must_use]
    pub fn named(name: &str) -> Self {
        let mut names = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
        let known = names.get(name).copied();
        Self(known.unwrap_or_else(|| {
            let kept: &'static str = Box::leak(name.into());
            names.insert(kept);
            kept
        }))
    }
}

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// How bad it is if the finding is true.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Context for a reader; adds nothing to the risk by itself.
    Info,
    /// Worth a look.
    Low,
    /// Worth an answer.
    Medium,
    /// Must be judged before approval: a hard finding.
    High,
    /// Sabotage if true: a hard finding.
    Critical,
}

impl Severity {
    /// All, mildest first.
    pub const ALL: [Self; 5] = [Self::Info, Self::Low, Self::Medium, Self::High, Self::Critical];

    /// The word of report v1.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// The severity called `word`.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|severity| severity.word() == word)
    }

    /// Whether a finding of this severity must be judged before approval.
    #[must_use]
    pub fn is_hard(self) -> bool {
        self >= Self::High
    }
}

/// How sure the check is that it saw what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// A hint.
    Low,
    /// Likely.
    Medium,
    /// The structure says so.
    High,
}

impl Confidence {
    /// All, weakest first.
    pub const ALL: [Self; 3] = [Self::Low, Self::Medium, Self::High];

    /// The word of report v1.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }

    /// The confidence called `word`.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|confidence| confidence.word() == word)
    }
}

/// What kind of harm a finding points to. The first four are the malicious code types of seed 000 (R010 to R013).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FindingClass {
    /// A way in that should not be there.
    Backdoor,
    /// A weakness somebody can use.
    Vulnerability,
    /// Data that leaves.
    Exfiltration,
    /// A dependency that is not what it should be.
    Dependency,
    /// Automation or agent and editor configuration that runs code.
    Execution,
    /// Text made to steer an agent or to hide from a reader.
    Injection,
    /// A secret in the open.
    Secret,
    /// A test, gate or guard that no longer guards.
    Integrity,
}

impl FindingClass {
    /// All, in the order people read them.
    pub const ALL: [Self; 8] = [
        Self::Backdoor,
        Self::Vulnerability,
        Self::Exfiltration,
        Self::Dependency,
        Self::Execution,
        Self::Injection,
        Self::Secret,
        Self::Integrity,
    ];

    /// The word of report v1.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Backdoor => "backdoor",
            Self::Vulnerability => "vulnerability",
            Self::Exfiltration => "exfiltration",
            Self::Dependency => "dependency",
            Self::Execution => "execution",
            Self::Injection => "injection",
            Self::Secret => "secret",
            Self::Integrity => "integrity",
        }
    }

    /// The class called `word`.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.word() == word)
    }
}

/// Where a rule comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum RuleOrigin {
    /// Code of this program, with its words in `rules/code/`.
    #[default]
    Code,
    /// A rule file.
    File {
        /// How it is written.
        format: RuleFormat,
        /// The pack it belongs to.
        pack: String,
        /// Its path in the pack.
        path: String,
        /// The line it begins at, from 1.
        line: u32,
    },
    /// Another tool, whose results were imported.
    Tool {
        /// The tool with its version; outside text.
        tool: String,
        /// The file that was imported.
        file: String,
    },
}

/// How rules are written that people already have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RuleFormat {
    /// Sigma detection and correlation rules.
    Sigma,
    /// Rules of ast-grep: the structure of code.
    Structure,
    /// Secrets as gitleaks describes them.
    Secrets,
}

impl RuleFormat {
    /// Its name in words.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Sigma => "sigma",
            Self::Structure => "structure",
            Self::Secrets => "secrets",
        }
    }
}

/// A rule with its words, as `rules list` and `rules explain` show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its name.
    pub id: RuleId,
    /// Where it comes from.
    pub origin: RuleOrigin,
    /// One line: what was seen.
    pub title: String,
    /// What it points to.
    pub class: FindingClass,
    /// The severity a finding of it has at most.
    pub severity: Severity,
    /// How sure it usually is.
    pub confidence: Confidence,
    /// Why it matters.
    pub why: String,
    /// What would make it fine.
    pub fix: String,
    /// References such as `CWE-489`, `SAFE-T2103`, `T1556`.
    pub references: Vec<String>,
    /// The longer explanation, in Markdown.
    pub prose: String,
    /// Texts that must hit and texts that must not.
    pub examples: Examples,
}
