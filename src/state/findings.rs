//! Which finding sits at which line, so that rows can be made without searching.

use std::collections::{BTreeMap, HashMap};

use crate::model::diff::{Patch, Side};
use crate::model::finding::{Finding, Where};
use crate::model::path::RepoPath;
use crate::model::rule::Severity;

/// Findings of one file, by position in the list they came from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileFindings {
    /// Those of the file as a whole, its name, or a line that the diff does not show.
    pub whole: Vec<u32>,
    /// Those of shown lines.
    pub lines: BTreeMap<(Side, u32), Vec<u32>>,
    /// The worst of them.
    pub worst: Option<Severity>,
}

impl FileFindings {
    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.whole.len() + self.lines.values().map(Vec::len).sum::<usize>()
    }
}

/// Findings by where they sit.
#[derive(Clone, Debug, Default)]
pub struct Placed {
    /// Those of the change as a whole: message, commits, branch, files that are not in the diff.
    pub change: Vec<u32>,
    /// Those of files, by the file's position in the patch.
    pub files: BTreeMap<usize, FileFindings>,
}

/// Where each path is in the patch. Built once for each patch.
#[derive(Debug, Default)]
pub struct Paths(HashMap<RepoPath, u32>);

impl Paths {
    /// The positions of all paths of `patch`, before and after.
    #[must_use]
    pub fn of(patch: &Patch) -> Self {
        let mut paths = HashMap::with_capacity(patch.files.len());
        for (file, at) in patch.files.iter().zip(0_u32..) {
            for path in [&file.old_path, &file.new_path].into_iter().flatten() {
                paths.insert(path.clone(), at);
            }
        }
        Self(paths)
    }

    /// The file at `path`.
    #[must_use]
    pub fn get(&self, path: &RepoPath) -> Option<usize> {
        self.0.get(path).map(|at| *at as usize)
    }
}

/// Sorts `findings` to their places in `patch`.
#[must_use]
pub fn place(findings: &[Finding], patch: &Patch, paths: &Paths) -> Placed {
    let mut placed = Placed::default();
    for (finding, number) in findings.iter().zip(0_u32..) {
        let Some(file) = finding.at.path().and_then(|path| paths.get(path)) else {
            placed.change.push(number);
            continue;
        };
        let of_file = placed.files.entry(file).or_default();
        of_file.worst = of_file.worst.max(Some(finding.severity));
        match &finding.at {
            Where::Line { place, .. } if shows(patch, file, place.side, place.line) => {
                of_file.lines.entry((place.side, place.line)).or_default().push(number);
            }
            _ => of_file.whole.push(number),
        }
    }
    placed
}

/// Whether the diff shows line `line` of `file` on `side`.
pub(crate) fn shows(patch: &Patch, file: usize, side: Side, line: u32) -> bool {
    let Some(text) = patch.files.get(file).and_then(|file| file.text()) else { return false };
    text.hunks.iter().any(|hunk| {
        let (start, len) = match side {
            Side::Old => (hunk.old_start, hunk.old_len),
            Side::New => (hunk.new_start, hunk.new_len),
        };
        (start..start.saturating_add(len)).contains(&line)
    })
}
