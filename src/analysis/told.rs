//! Rows of which registries and advisories were asked, worked out once for all rules. Never how that is done, and never what was said.

use std::sync::OnceLock;

use crate::model::lookup::Package;

/// A row of which somebody was asked.
pub struct ToldRow {
    /// The position of its file in the patch.
    pub file: usize,
    /// Its position among the rows of that file.
    pub row: usize,
    /// What was asked about.
    pub package: Package,
}

/// All of them, once a rule wanted to know.
#[derive(Default)]
pub struct ToldRows(OnceLock<Vec<ToldRow>>);

impl ToldRows {
    /// What `work` came to when it was first asked for.
    pub fn of(&self, work: impl FnOnce() -> Vec<ToldRow>) -> &[ToldRow] {
        self.0.get_or_init(work)
    }
}
