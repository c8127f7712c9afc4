//! Later commits that build on a change: those that touch lines it wrote, and those that touch its files. Read only.
//!
//! Renames of its files are not followed; using something it introduced without touching it is not seen.

use std::collections::BTreeMap;

use git2::{DiffDelta, DiffHunk, DiffOptions};

use crate::model::commit_id::CommitId;
use crate::response::error::ResponseError;
use crate::response::git::repo::{Repo, told};
use crate::response::words::one_line;

/// Later commits that are compared line by line.
const MOST: usize = 500;

/// A hunk without context: lines from 1, `start..start + lines`; a hunk of no lines sits behind line `start`.
#[derive(Clone, Copy)]
struct Hunk {
    old: (u32, u32),
    new: (u32, u32),
}

type Hunks = BTreeMap<Vec<u8>, Vec<Hunk>>;

/// One sentence for each commit of `later` (earliest first) that touches what `commit` wrote.
pub(crate) fn of(repo: &Repo, commit: &CommitId, later: &[CommitId], reverted: &[CommitId]) -> Result<Vec<String>, ResponseError> {
    let mut tracked: BTreeMap<Vec<u8>, Vec<(u32, u32)>> =
        hunks(repo, commit, None)?.into_iter().map(|(path, hunks)| (path, hunks.iter().map(|hunk| hunk.new).collect())).collect();
    let paths: Vec<Vec<u8>> = tracked.keys().cloned().collect();
    let mut says = Vec::new();
    for next in later.iter().take(MOST) {
        let touched = hunks(repo, next, Some(&paths))?;
        let mut lines = false;
        for (path, hunks) in &touched {
            let ranges = tracked.entry(path.clone()).or_default();
            lines |= follow(ranges, hunks);
        }
        if !touched.is_empty() && !reverted.contains(next) {
            says.push(sentence(repo, commit, next, touched.keys().next(), lines)?);
        }
    }
    if later.len() > MOST {
        says.push(format!("{} was followed by {} commits; only the first {MOST} were compared with it", commit.short(), later.len()));
    }
    Ok(says)
}

fn sentence(repo: &Repo, commit: &CommitId, next: &CommitId, path: Option<&Vec<u8>>, lines: bool) -> Result<String, ResponseError> {
    let later = repo.commit(next)?;
    let subject = String::from_utf8_lossy(later.message_bytes()).lines().next().map(one_line).unwrap_or_default();
    let path = path.map(|path| one_line(&crate::model::inert::decode(path))).unwrap_or_default();
    let (next, commit) = (next.short(), commit.short());
    Ok(if lines {
        format!("{next} \"{subject}\" changes lines that {commit} wrote in {path}; look whether it still makes sense without them")
    } else {
        format!("{next} \"{subject}\" also touches {path}, elsewhere than {commit}")
    })
}

/// Moves `ranges` through the hunks of one later commit; whether any was touched.
fn follow(ranges: &mut [(u32, u32)], hunks: &[Hunk]) -> bool {
    let mut touched = false;
    for range in ranges {
        let (start, end) = (i64::from(range.0), i64::from(range.0) + i64::from(range.1));
        let mut shift = 0_i64;
        let mut grow = 0_i64;
        for hunk in hunks {
            let delta = i64::from(hunk.new.1) - i64::from(hunk.old.1);
            // A pure insertion sits behind its line.
            let from = i64::from(hunk.old.0) + i64::from(hunk.old.1 == 0);
            let to = from + i64::from(hunk.old.1);
            if to < start || (to == start && hunk.old.1 > 0) {
                shift += delta;
            } else if from <= end && to >= start && !(from == end && hunk.old.1 > 0) {
                touched = true;
                grow += delta;
            }
        }
        range.0 = u32::try_from((start + shift).max(0)).unwrap_or(u32::MAX);
        range.1 = u32::try_from((end - start + grow).max(0)).unwrap_or(u32::MAX);
    }
    touched
}

/// The hunks of a commit against its first parent, by path; `only` limits the paths.
fn hunks(repo: &Repo, commit: &CommitId, only: Option<&[Vec<u8>]>) -> Result<Hunks, ResponseError> {
    let what = told(&format!("comparing {} with its parent", commit.short()));
    let commit = repo.commit(commit)?;
    let read = || -> Result<Hunks, git2::Error> {
        let before = if commit.parent_count() == 0 { None } else { Some(commit.parent(0)?.tree()?) };
        let mut options = DiffOptions::new();
        options.context_lines(0).force_text(true).disable_pathspec_match(true);
        for path in only.unwrap_or_default() {
            options.pathspec(path.as_slice());
        }
        let diff = repo.git.diff_tree_to_tree(before.as_ref(), Some(&commit.tree()?), Some(&mut options))?;
        let mut found = Hunks::new();
        let mut add = |delta: DiffDelta<'_>, hunk: DiffHunk<'_>| {
            let path = delta.new_file().path_bytes().unwrap_or_default().to_vec();
            let hunk = Hunk { old: (hunk.old_start(), hunk.old_lines()), new: (hunk.new_start(), hunk.new_lines()) };
            found.entry(path).or_default().push(hunk);
            true
        };
        diff.foreach(&mut |_, _| true, None, Some(&mut add), None)?;
        Ok(found)
    };
    read().map_err(what)
}

/// The paths a commit touches against its first parent.
pub(crate) fn paths(repo: &Repo, commit: &CommitId) -> Result<Vec<String>, ResponseError> {
    Ok(hunks(repo, commit, None)?.keys().map(|path| crate::model::inert::decode(path).into_owned()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hunk(old: (u32, u32), new: (u32, u32)) -> Hunk {
        Hunk { old, new }
    }

    #[test]
    fn ranges_follow_lines_and_tell_when_they_are_touched() {
        // (range, hunks of the later commit) -> (touched, range after)
        let cases = [
            ((10, 3), vec![hunk((2, 0), (3, 2))], (false, (12, 3))),
            ((10, 3), vec![hunk((2, 2), (1, 0))], (false, (8, 3))),
            ((10, 3), vec![hunk((20, 1), (20, 5))], (false, (10, 3))),
            ((10, 3), vec![hunk((11, 1), (11, 1))], (true, (10, 3))),
            ((10, 3), vec![hunk((11, 1), (11, 4))], (true, (10, 6))),
            ((10, 3), vec![hunk((9, 1), (9, 1))], (false, (10, 3))),
            ((10, 3), vec![hunk((13, 1), (13, 1))], (false, (10, 3))),
            ((10, 3), vec![hunk((11, 0), (12, 2))], (true, (10, 5))),
            ((10, 3), vec![hunk((1, 1), (1, 3)), hunk((12, 1), (14, 1))], (true, (12, 3))),
        ];
        for (range, hunks, (touched, after)) in cases {
            let mut ranges = [range];
            assert_eq!(follow(&mut ranges, &hunks), touched, "{range:?}");
            assert_eq!(ranges[0], after, "{range:?}");
        }
    }
}
