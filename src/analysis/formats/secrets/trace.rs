//! What is kept of a secret: a salted digest, so that the same value is known again without being shown.
//!
//! The salt is drawn by chance once for each run of the program and never leaves it: nobody can try values against a report.

use std::fmt;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::LazyLock;

use sha2::{Digest as _, Sha256};

use crate::model::finding::Fingerprint;
use crate::model::rule::RuleId;

static SALT: LazyLock<[u64; 4]> = LazyLock::new(|| [0, 1, 2, 3].map(|part: u64| RandomState::new().hash_one(part)));

/// A secret without its value: equal for equal values, in this run of the program.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Trace([u8; 16]);

impl Trace {
    /// The trace of `value`.
    #[must_use]
    pub fn of(value: &str) -> Self {
        let mut hash = Sha256::new();
        SALT.iter().for_each(|part| hash.update(part.to_le_bytes()));
        hash.update(value);
        let mut kept = [0; 16];
        kept.iter_mut().zip(hash.finalize()).for_each(|(kept, byte)| *kept = byte);
        Self(kept)
    }
}

impl fmt::Debug for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Trace(…)")
    }
}

/// A secret that was found, for what looks at the change as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Which value.
    pub trace: Trace,
    /// Which rule saw it.
    pub rule: RuleId,
    /// The finding, when one is shown.
    pub finding: Option<Fingerprint>,
    /// The file's path as text.
    pub path: String,
    /// The names gitleaks has for it: `path:rule:line`, and the same behind the commit's id where that is known.
    pub names: Vec<String>,
    /// Whether an allowlist of the rule names the commit that brought it.
    pub allowed: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_are_known_again_and_nothing_is_shown() {
        assert_eq!(Trace::of("q8zt3lk9"), Trace::of("q8zt3lk9"));
        assert_ne!(Trace::of("q8zt3lk9"), Trace::of("q8zt3lk8"));
        assert_eq!(format!("{:?}", Trace::of("q8zt3lk9")), "Trace(…)");
    }
}
