//! What ties a finding to something else, and why in words. Never how ties are found.

use super::site::{Fingerprint, Where};

/// The other end of a link.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tied {
    /// Another finding of the same report.
    Finding(Fingerprint),
    /// A place of the same change at which nothing was found.
    Place(Where),
    /// A place of another change.
    Change {
        /// Its address as it is shown, such as `owner/repo#7`; outside text.
        name: String,
        /// Where in it.
        place: Where,
    },
}

/// One tie of a finding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Link {
    /// What it leads to.
    pub to: Tied,
    /// Why the two belong together: one clause without a full stop; holds outside text.
    pub why: String,
}

impl Link {
    /// The finding of the same report it leads to, if it leads to one.
    #[must_use]
    pub fn finding(&self) -> Option<&Fingerprint> {
        match &self.to {
            Tied::Finding(id) => Some(id),
            Tied::Place(_) | Tied::Change { .. } => None,
        }
    }
}
