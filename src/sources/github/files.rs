//! `/pulls/N/files` as a patch: GitHub's hunks without headers, put under headers of ours and read like any other diff.
//!
//! What GitHub leaves out becomes [`Content::Omitted`] and nothing else: large files, files taken for binary (an attribute in
//! the change can say so), lists that are cut off, hunks that hold fewer lines than GitHub counts.

use serde::Deserialize;

use super::ask::{self, Pages};
use super::route;
use crate::model::cancel::Cancel;
use crate::model::commit_id::CommitId;
use crate::model::diff::{Content, FileDiff, FileStatus, LineKind, Patch, TextDiff};
use crate::model::forge::{Forge, ForgeError};
use crate::model::path::RepoPath;
use crate::model::standing::Standing;
use crate::sources::limits::MAX_CHANGE_BYTES;
use crate::sources::{suspect, unified};

/// GitHub lists no more files of a pull than this.
pub(super) const LISTED: u64 = 3000;
/// So many files come with one page.
const PER_PAGE: u64 = 100;
/// The blob of an empty file, in both of git's hashes.
const EMPTY: [&str; 2] = ["e69de29bb2d1d6434b8b29ae775ad8c2e48c5391", "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813"];

/// One entry of the list.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Entry {
    filename: String,
    #[serde(default)]
    previous_filename: Option<String>,
    #[serde(default)]
    status: String,
    #[serde(default)]
    sha: Option<String>,
    #[serde(default)]
    additions: u64,
    #[serde(default)]
    deletions: u64,
    #[serde(default)]
    patch: Option<String>,
    #[serde(default)]
    contents_url: String,
}

/// What the list of files says.
#[derive(Debug, Default)]
pub(super) struct Files {
    /// The change. Files that GitHub does not show are [`Content::Omitted`].
    pub(super) patch: Patch,
    /// How many files are [`Content::Omitted`] although somebody may still find out what they hold.
    pub(super) gaps: usize,
    /// The commit whose files these are, when the list names one and only one.
    pub(super) head: Option<CommitId>,
    /// Whether the list names files of different commits: the head moved between two pages.
    pub(super) torn: bool,
    /// Whether the list ends before the pull does.
    pub(super) cut: bool,
    /// Added and removed lines by the list's own counts.
    lines: (u64, u64),
    /// Whether an entry does not say which commit it belongs to.
    unnamed: bool,
}

impl Files {
    /// Whether this can be the list of the pull that `standing` tells of: each entry says that it belongs to its head, and they are as
    /// many, with as many lines, as GitHub counts in the pull.
    pub(super) fn fits(&self, standing: Option<&Standing>) -> bool {
        let Some(standing) = standing else { return false };
        let listed = self.patch.files.len() as u64;
        let counted = listed == standing.files && self.lines == (standing.additions, standing.deletions);
        // Beyond what GitHub lists there is nothing to compare with.
        !self.unnamed && if standing.files > LISTED { listed >= LISTED } else { counted && !self.cut }
    }

    /// Believes no line of the list: all of them are to be read elsewhere.
    pub(super) fn doubt(&mut self) {
        for file in &mut self.patch.files {
            file.content = Content::Omitted("GitHub's list of files does not fit what it says of the pull as a whole".to_owned());
        }
        self.gaps = self.patch.files.len();
        self.cut = true;
    }
}

/// Reads the whole list of `repository`'s pull `number`.
pub(super) fn read(forge: &dyn Forge, repository: &str, number: u64, cancel: &Cancel) -> Result<Files, ForgeError> {
    let route = format!("/repos/{}/pulls/{number}/files?per_page={PER_PAGE}", route::path(repository.as_bytes()));
    let most = usize::try_from(LISTED / PER_PAGE).unwrap_or(usize::MAX) + 1;
    let pages = ask::pages::<Entry>(forge, route, &format!("the files of {repository}#{number}"), most, cancel)?;
    Ok(files(pages))
}

pub(super) fn files(Pages { items, cut }: Pages<Entry>) -> Files {
    let mut files = Files { cut, ..Files::default() };
    let mut held = 0;
    for entry in items {
        match (&files.head, entry.commit()) {
            (Some(known), Some(other)) if *known != other => files.torn = true,
            (None, Some(first)) => files.head = Some(first),
            (_, None) => files.unnamed = true,
            _ => {}
        }
        files.lines = (files.lines.0.saturating_add(entry.additions), files.lines.1.saturating_add(entry.deletions));
        let file = entry.file(held);
        held += file.text().map_or(0, TextDiff::size);
        files.gaps += usize::from(matches!(file.content, Content::Omitted(_)));
        suspect::tell_hostile_paths(&file, &mut files.patch);
        files.patch.files.push(file);
    }
    files
}

impl Entry {
    /// The commit its content is read at, from its address.
    fn commit(&self) -> Option<CommitId> {
        let (_, query) = self.contents_url.rsplit_once('?')?;
        query.split('&').find_map(|pair| pair.strip_prefix("ref=")).and_then(CommitId::parse)
    }

    /// Words that are not known mean that something changed.
    fn status(&self) -> FileStatus {
        match self.status.as_str() {
            "added" => FileStatus::Added,
            "removed" => FileStatus::Deleted,
            "renamed" if self.previous_filename.is_some() => FileStatus::Renamed(None),
            "copied" if self.previous_filename.is_some() => FileStatus::Copied(None),
            _ => FileStatus::Modified,
        }
    }

    fn file(&self, held: usize) -> FileDiff {
        let status = self.status();
        let new = RepoPath::from(self.filename.as_str());
        let old = self.previous_filename.as_deref().map_or_else(|| new.clone(), RepoPath::from);
        FileDiff {
            old_path: (status != FileStatus::Added).then_some(old),
            new_path: (status != FileStatus::Deleted).then_some(new),
            status,
            // GitHub tells no modes.
            old_mode: None,
            new_mode: None,
            content: self.content(status, held),
        }
    }

    fn content(&self, status: FileStatus, held: usize) -> Content {
        let counted = self.additions.saturating_add(self.deletions);
        let moved_only = matches!(status, FileStatus::Renamed(_) | FileStatus::Copied(_)) || self.status == "unchanged";
        let empty = self.sha.as_deref().is_some_and(|sha| EMPTY.contains(&sha));
        match &self.patch {
            Some(_) if held > MAX_CHANGE_BYTES => {
                Content::Omitted(format!("the change holds more than {MAX_CHANGE_BYTES} bytes of text; this file's lines were not read"))
            }
            Some(patch) => self.hunks(patch),
            None if counted > 0 => {
                Content::Omitted(format!("GitHub counts {counted} changed lines in it and shows none, as it does with large files"))
            }
            None if moved_only || empty => Content::Text(TextDiff::default()),
            None => Content::Omitted(
                "GitHub shows no lines of it: it is binary, called binary by an attribute, or only its mode changed".to_owned(),
            ),
        }
    }

    /// A submodule's hunk says `Subproject commit`, and so may a text file: without modes nobody can tell, so it stays text.
    fn hunks(&self, patch: &str) -> Content {
        let read = unified::hunks(patch.as_bytes());
        let count = |lines: usize| u64::try_from(lines).unwrap_or(u64::MAX);
        match read {
            Err(why) => Content::Omitted(format!("what GitHub shows of it cannot be read: {why}")),
            Ok(text) => {
                let (added, removed) = (count(text.count(LineKind::Added)), count(text.count(LineKind::Removed)));
                if added == self.additions && removed == self.deletions {
                    return Content::Text(text);
                }
                let counted = format!("{} added and {} removed lines", self.additions, self.deletions);
                Content::Omitted(format!("GitHub counts {counted} in it and shows {added} and {removed}"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(json: &str) -> FileDiff {
        serde_json::from_str::<Entry>(json).unwrap().file(0)
    }

    #[test]
    fn hunks_without_a_header_are_read() {
        let file = entry(
            r#"{"filename":"a.py","status":"modified","additions":1,"deletions":1,
                "patch":"@@ -1,2 +1,2 @@ def f():\n-x\n+y\r\n z\n\\ No newline at end of file"}"#,
        );
        let text = file.text().unwrap();
        let lines: Vec<_> = text.lines.iter().map(|line| (line.kind, text.text(line), line.no_newline)).collect();
        let expected = [(LineKind::Removed, "x", false), (LineKind::Added, "y\r", false), (LineKind::Context, "z", true)];
        assert_eq!(lines, expected);
        assert_eq!((file.old_mode, file.new_mode), (None, None));
    }

    #[test]
    fn what_is_not_shown_is_a_gap() {
        let gaps = [
            (r#"{"filename":"big","status":"modified","additions":2000,"deletions":81,"sha":null}"#, "counts 2081 changed lines"),
            (r#"{"filename":"x.js","status":"modified","sha":"1"}"#, "called binary by an attribute"),
            (
                r#"{"filename":"x","status":"modified","additions":2,"patch":"@@ -0,0 +1 @@\n+a"}"#,
                "2 added and 0 removed lines in it and shows 1 and 0",
            ),
            (r#"{"filename":"x","status":"modified","additions":1,"patch":"@@ -0,0 +1,2 @@\n+a"}"#, "cannot be read"),
            (r#"{"filename":"x","status":"modified","additions":1,"patch":"@@ -0,0 +1 @@\n+a\n+b"}"#, "cannot be read"),
            (r#"{"filename":"x","status":"modified","additions":1,"patch":"diff --git a/y b/y\n"}"#, "cannot be read"),
        ];
        for (json, why) in gaps {
            let file = entry(json);
            let Content::Omitted(says) = &file.content else { panic!("{json}") };
            assert!(says.contains(why), "{says}");
        }
    }

    #[test]
    fn what_holds_no_lines_is_no_gap() {
        let moved = entry(r#"{"filename":"b","previous_filename":"a","status":"renamed","sha":"1"}"#);
        assert_eq!((moved.status, moved.text().map(|text| text.lines.len())), (FileStatus::Renamed(None), Some(0)));
        let empty = entry(&format!(r#"{{"filename":"__init__.py","status":"added","sha":"{}"}}"#, EMPTY[0]));
        assert_eq!((empty.old_path.as_ref(), empty.text().map(|text| text.lines.len())), (None, Some(0)));
        let strange = entry(r#"{"filename":"b","status":"teleported","additions":1,"patch":"@@ -0,0 +1 @@\n+a"}"#);
        assert_eq!((strange.status, strange.added()), (FileStatus::Modified, 1));
    }

    #[test]
    fn a_list_of_two_heads_is_torn() {
        let at = |id: char| format!(r#"{{"filename":"{id}","contents_url":"https://h/contents/x?ref={}"}}"#, id.to_string().repeat(40));
        let list = |json: String| files(Pages { items: serde_json::from_str(&json).unwrap(), cut: false });
        assert!(list(format!("[{},{}]", at('a'), at('b'))).torn);
        let whole = list(format!("[{},{}]", at('a'), at('a')));
        assert!(!whole.torn && whole.head == CommitId::parse(&"a".repeat(40)));
    }
}
