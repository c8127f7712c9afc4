//! The stable patch-id of a change, byte for byte what `git patch-id --stable` says of
//! `git diff-tree --root -p -U3 --no-renames --text --full-index`: it survives rebase, cherry-pick and whitespace.
//!
//! `--text`, because attributes of the change must not be able to hide its content from the comparison.

use git2::{Commit, Diff, DiffFormat, DiffOptions, Repository, Tree};
use sha1::{Digest as _, Sha1};

use crate::model::commit_id::CommitId;
use crate::response::error::ResponseError;
use crate::response::git::repo::{Repo, told};

/// Bytes of a SHA-1.
const WIDTH: usize = 20;

/// The patch-id of one commit against its parent; `None` for merges and commits that change nothing.
pub(crate) fn of_commit(repo: &Repo, commit: &CommitId) -> Result<Option<String>, ResponseError> {
    let what = told(&format!("reading commit {}", commit.short()));
    let commit = repo.commit(commit)?;
    let read = |commit: &Commit<'_>| -> Result<Option<String>, git2::Error> {
        if commit.parent_count() > 1 {
            return Ok(None);
        }
        let before = if commit.parent_count() == 0 { None } else { Some(commit.parent(0)?.tree()?) };
        of_trees(&repo.git, before.as_ref(), &commit.tree()?)
    };
    read(&commit).map_err(what)
}

/// The patch-id of everything between two commits, as a squash of them would have it.
pub(crate) fn of_range(repo: &Repo, from: &CommitId, to: &CommitId) -> Result<Option<String>, ResponseError> {
    let (before, after) = (repo.commit(from)?, repo.commit(to)?);
    let read = || of_trees(&repo.git, Some(&before.tree()?), &after.tree()?);
    read().map_err(told(&format!("comparing {} with {}", from.short(), to.short())))
}

fn of_trees(git: &Repository, before: Option<&Tree<'_>>, after: &Tree<'_>) -> Result<Option<String>, git2::Error> {
    let diff = git.diff_tree_to_tree(before, Some(after), Some(&mut options()))?;
    of_diff(&diff)
}

/// The options a patch-id depends on.
pub(crate) fn options() -> DiffOptions {
    let mut options = DiffOptions::new();
    options.context_lines(3).interhunk_lines(0).force_text(true).id_abbrev(40).indent_heuristic(true).show_binary(false);
    options.old_prefix("a").new_prefix("b").ignore_submodules(false);
    options
}

fn of_diff(diff: &Diff<'_>) -> Result<Option<String>, git2::Error> {
    let mut hasher = Hasher::default();
    let mut text = Vec::new();
    let mut names: Vec<u8> = Vec::new();
    diff.print(DiffFormat::Patch, |_, _, line| {
        text.clear();
        match line.origin() {
            'F' => {
                // libgit2 names the sides of an empty file too; git does only before a hunk.
                let start = line.content().windows(5).position(|part| part == b"\n--- ").map_or(line.content().len(), |at| at + 1);
                let (head, sides) = line.content().split_at(start);
                names = sides.to_vec();
                text.extend_from_slice(head);
            }
            'H' => {
                text.append(&mut names);
                text.extend_from_slice(line.content());
            }
            mark @ ('+' | '-' | ' ') => {
                text.push(u8::try_from(mark).unwrap_or(b' '));
                text.extend_from_slice(line.content());
            }
            // "No newline at end of file", which git leaves out of the sum.
            _ => {}
        }
        text.split_inclusive(|b| *b == b'\n').for_each(|line| hasher.line(line));
        true
    })?;
    Ok(hasher.finish())
}

/// git's own reading of a patch, line by line. The words of the states are git's counters of lines left in a hunk.
struct Hasher {
    buffer: Vec<u8>,
    sum: [u8; WIDTH],
    any: bool,
    before: i64,
    after: i64,
}

impl Default for Hasher {
    fn default() -> Self {
        Self { buffer: Vec::new(), sum: [0; WIDTH], any: false, before: -1, after: -1 }
    }
}

impl Hasher {
    fn line(&mut self, line: &[u8]) {
        if line.starts_with(b"\\ ") && line.len() > 12 || (!self.any && !line.starts_with(b"diff ")) {
            return;
        }
        if self.before == -1 {
            if line.starts_with(b"index ") {
                return;
            }
            if line.starts_with(b"--- ") {
                (self.before, self.after) = (1, 1);
            }
        }
        if self.before == 0 && self.after == 0 {
            if line.starts_with(b"@@ -") {
                (self.before, self.after) = counts(line);
                return;
            }
            self.flush();
            (self.before, self.after) = (-1, -1);
        }
        if matches!(line.first(), Some(b'-' | b' ')) {
            self.before -= 1;
        }
        if matches!(line.first(), Some(b'+' | b' ')) {
            self.after -= 1;
        }
        self.add(line);
    }

    /// Takes the line without its white space; git stops at a NUL.
    fn add(&mut self, line: &[u8]) {
        let line = line.split(|b| *b == 0).next().unwrap_or_default();
        let length = self.buffer.len();
        self.buffer.extend(line.iter().filter(|b| !matches!(b, b' ' | b'\t' | b'\n' | b'\r')));
        self.any |= self.buffer.len() > length;
    }

    /// Adds the digest of one file to the sum, as little-endian numbers: files may come in any order.
    fn flush(&mut self) {
        let digest = Sha1::digest(&self.buffer);
        self.buffer.clear();
        let mut carry = 0_u16;
        for (sum, byte) in self.sum.iter_mut().zip(digest) {
            carry += u16::from(*sum) + u16::from(byte);
            *sum = carry.to_le_bytes()[0];
            carry >>= 8;
        }
    }

    fn finish(mut self) -> Option<String> {
        if !self.any {
            return None;
        }
        self.flush();
        Some(self.sum.iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

/// The line counts of `@@ -a,b +c,d @@`; a missing count is 1.
fn counts(header: &[u8]) -> (i64, i64) {
    let text = String::from_utf8_lossy(header);
    let mut sides = text.split(' ').filter(|part| part.starts_with(['-', '+'])).map(|part| match part.split_once(',') {
        Some((_, count)) => count.parse().unwrap_or(0),
        None => 1,
    });
    (sides.next().unwrap_or(0), sides.next().unwrap_or(0))
}
