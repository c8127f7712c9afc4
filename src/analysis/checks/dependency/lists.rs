//! The words of `rules/lists/dependency.toml`.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::analysis::rules;

/// Names and words for the dependency rules.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lists {
    /// Hosts that are ordinary places to get packages from.
    pub indexes: Vec<String>,
    /// Different packages with near names.
    pub siblings: Vec<[String; 2]>,
    /// Words that make a name seem trustworthy.
    pub bait: Vec<String>,
    /// Registries of images that everybody publishes in.
    pub image_hosts: Vec<String>,
    /// Packages that are loaded for their effect.
    pub effects: Vec<String>,
}

static LISTS: LazyLock<Lists> = LazyLock::new(|| toml::from_str(rules::data("lists/dependency.toml")).unwrap_or_default());

/// The lists of this program.
#[must_use]
pub fn lists() -> &'static Lists {
    &LISTS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_can_be_read() {
        assert!(!lists().indexes.is_empty() && !lists().siblings.is_empty() && !lists().bait.is_empty() && !lists().effects.is_empty());
    }
}
