//! One document of Sigma before it becomes a rule: whether it can, and what is to be said of it.
//!
//! Every complaint has the line of the file. Whether the rule runs is decided by the parser of Sigma, never here.

use super::never;
use super::said::Said;
use crate::analysis::events::fields::EventKind;
use crate::analysis::formats::yaml::{self, Refused};

/// Looks at `document`, mended, which begins at line `first` of its file.
///
/// # Errors
/// Why it can be no rule, better said than the parser of Sigma does, which knows no lines.
pub fn look(document: &str, first: u32) -> Result<Vec<Said>, Refused> {
    let tree = yaml::map(document, first)?;
    Ok(never::look(&tree, &EventKind::ALL))
}
