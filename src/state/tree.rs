//! The file list of an opened pull: files under their folders, in the order of the patch.

use crate::model::diff::Patch;

/// One row of the file list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TreeRow {
    /// The folder of the file at this position and those that follow it.
    Folder(usize),
    /// The file at this position of the patch.
    File(usize),
}

/// The rows, and where each file is in them.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    /// The rows.
    pub rows: Vec<TreeRow>,
    places: Vec<usize>,
}

impl Tree {
    /// The file list of `patch`.
    #[must_use]
    pub fn of(patch: &Patch) -> Self {
        let mut tree = Self::default();
        let mut before: Option<&[u8]> = None;
        for (at, file) in patch.files.iter().enumerate() {
            let folder = folder(file.path().bytes());
            if before != Some(folder) && !(folder.is_empty() && before.is_none()) {
                tree.rows.push(TreeRow::Folder(at));
            }
            before = Some(folder);
            tree.places.push(tree.rows.len());
            tree.rows.push(TreeRow::File(at));
        }
        tree
    }

    /// The row of file `at`.
    #[must_use]
    pub fn row_of(&self, at: usize) -> usize {
        self.places.get(at).copied().unwrap_or(0)
    }

    /// The file at or first below row `row`.
    #[must_use]
    pub fn file_at(&self, row: usize) -> Option<usize> {
        self.rows.get(row).map(|row| match row {
            TreeRow::Folder(at) | TreeRow::File(at) => *at,
        })
    }
}

/// The part of a path up to its last slash, with it.
#[must_use]
pub fn folder(path: &[u8]) -> &[u8] {
    let end = path.iter().rposition(|byte| *byte == b'/').map_or(0, |at| at + 1);
    path.get(..end).unwrap_or(&[])
}
