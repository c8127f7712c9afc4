//! Something to be said of a document of Sigma, with its line. Never how it was found.

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
