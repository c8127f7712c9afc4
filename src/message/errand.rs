//! What is handed to the reviewer's own editor, and what came of it.

use crate::model::diff::Side;
use crate::model::path::RepoPath;

/// What the editor is opened on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Errand {
    /// A file to be looked at; what is done to it is lost.
    Look(Sheet),
    /// A text to be written on.
    Write(String),
}

/// One side of a file with the line to go to. Hostile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    /// Its path on that side.
    pub path: RepoPath,
    /// The side.
    pub side: Side,
    /// The line, from 1.
    pub line: u32,
    /// Its text.
    pub text: String,
    /// Whether that is all of it; else lines that the diff does not show are empty.
    pub whole: bool,
}

/// Which side of which file is wanted, and the line to go to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The file's position in the patch.
    pub file: usize,
    /// The side.
    pub side: Side,
    /// The line, from 1.
    pub line: u32,
}

/// What came of an errand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edited {
    /// This text was written.
    Written(String),
    /// The file was shown; one sentence about the copy.
    Looked(String),
    /// It failed: one sentence with the next step. What was there is as it was.
    Failed(String),
}
