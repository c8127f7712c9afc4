//! What drawing needs besides memory: the theme and the keys that hints name.

use ratatui::style::Style;

use crate::config::keymap::Keymap;
use crate::config::theme::{Role, Theme};
use crate::model::agent::Tier;
use crate::model::diff::FileStatus;
use crate::model::risk::Lane;
use crate::model::rule::Severity;

/// Theme and keymap.
#[derive(Clone, Copy, Debug)]
pub struct Look<'a> {
    /// Colours by meaning.
    pub theme: &'a Theme,
    /// Keys by command.
    pub keymap: &'a Keymap,
}

impl Look<'_> {
    /// The style of `role`.
    #[must_use]
    pub fn style(&self, role: Role) -> Style {
        self.theme.get(role)
    }
}

/// How a severity is shown: sign, word, role. The sign and the word alone suffice.
#[must_use]
pub fn severity(severity: Severity) -> (&'static str, &'static str, Role) {
    match severity {
        Severity::Critical => ("■", "CRITICAL", Role::Critical),
        Severity::High => ("▲", "HIGH", Role::High),
        Severity::Medium => ("◆", "MEDIUM", Role::Medium),
        Severity::Low => ("●", "LOW", Role::Low),
        Severity::Info => ("○", "INFO", Role::Info),
    }
}

/// How many findings of a severity there are, as every screen says it.
#[must_use]
pub fn counted(of: Severity, count: usize) -> String {
    format!("{} {count} {}", severity(of).0, of.word())
}

/// What every screen says of a change in which nothing was found.
pub const NOTHING_FOUND: &str = "checked, nothing found";

/// How a lane is shown: sign, word, role.
#[must_use]
pub fn lane(lane: Lane) -> (&'static str, &'static str, Role) {
    match lane {
        Lane::Stop => ("■", "STOP", Role::LaneStop),
        Lane::Review => ("▲", "REVIEW", Role::LaneReview),
        Lane::Look => ("●", "LOOK", Role::LaneLook),
        Lane::Clear => ("○", "CLEAR", Role::LaneClear),
    }
}

/// The word behind an agent's name: how far the claim goes.
#[must_use]
pub fn tier(tier: Tier) -> &'static str {
    match tier {
        Tier::Verified => "✓verified",
        Tier::Claimed => "·claimed",
        Tier::Inferred => "~inferred",
        Tier::Unknown => "",
    }
}

/// The role of a status letter.
#[must_use]
pub fn status(status: FileStatus) -> Role {
    match status {
        FileStatus::Added => Role::CountAdded,
        FileStatus::Deleted => Role::CountRemoved,
        FileStatus::Modified => Role::Text,
        FileStatus::Renamed(_) | FileStatus::Copied(_) => Role::Hunk,
    }
}
