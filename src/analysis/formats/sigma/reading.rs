//! One document of Sigma before it becomes a rule: whether it can, and what is to be said of it.
//!
//! Every complaint has the line of the file. Whether the rule runs is decided by the parser of Sigma, never here.

use super::never;
use crate::analysis::events::fields::EventKind;
use crate::analysis::formats::yaml::{self, Refused};
use crate::model::pack::NoteKind;

/// Something to be said of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// Its line in the file, from 1.
    pub line: u32,
    /// What kind of thing it is.
    pub kind: NoteKind,
    /// One sentence.
    pub text: String,
}

/// Looks at `document`, mended, which begins at line `first` of its file.
///
/// # Errors
/// Why it can be no rule, better said than the parser of Sigma does, which knows no lines.
pub fn look(document: &str, first: u32) -> Result<Vec<Said>, Refused> {
    let tree = yaml::map(document, first)?;
    Ok(never::look(&tree, &EventKind::ALL))
}
