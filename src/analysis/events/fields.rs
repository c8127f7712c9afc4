//! The fields of events, by name: which kinds of event have each, and what it holds. `docs/events.md` is written from this list.
//!
//! Never the values: those are made where a change is read.

use std::fmt;

/// What an event tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EventKind {
    /// A commit of the change.
    Commit,
    /// A changed file.
    File,
    /// A run of added lines.
    Lines,
    /// A dependency that was added, removed or moved.
    Dependency,
    /// Something that happened to the pull, in the words of GitHub's audit log.
    Pull,
    /// A name somebody chose: a file's, the branch's, the title.
    Name,
}

impl EventKind {
    /// All, in the order they are made.
    pub const ALL: [Self; 6] = [Self::Commit, Self::File, Self::Lines, Self::Dependency, Self::Pull, Self::Name];

    /// The value of the field `kind`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Commit => "commit",
            Self::File => "file",
            Self::Lines => "lines",
            Self::Dependency => "dependency",
            Self::Pull => "pull",
            Self::Name => "name",
        }
    }

    /// The value of the field `event_type`.
    #[must_use]
    pub fn event_type(self) -> &'static str {
        match self {
            Self::Commit | Self::Lines => "code_commit",
            Self::File => "file_change",
            Self::Dependency => "dependency_change",
            Self::Pull => "pull_request",
            Self::Name => "name",
        }
    }
}

impl fmt::Display for EventKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FieldType {
    /// Text.
    Text,
    /// A whole number.
    Number,
    /// True or false.
    Truth,
    /// Several texts; one that fits is enough.
    List,
    /// A moment as `2026-11-21T09:00:00Z`.
    Time,
}

impl FieldType {
    /// In words.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "number",
            Self::Truth => "true or false",
            Self::List => "list of texts",
            Self::Time => "time",
        }
    }
}

/// One field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name, exactly.
    pub name: &'static str,
    /// What it holds.
    pub holds: FieldType,
    /// The kinds of event that can have it.
    pub kinds: &'static [EventKind],
    /// What it tells, in a few words.
    pub about: &'static str,
}

/// The field called `name`, if an event can have it.
#[must_use]
pub fn field(name: &str) -> Option<&'static Field> {
    FIELDS.iter().find(|field| field.name == name)
}

const fn all(name: &'static str, holds: FieldType, about: &'static str) -> Field {
    Field { name, holds, kinds: &EventKind::ALL, about }
}

const fn of(kinds: &'static [EventKind], name: &'static str, holds: FieldType, about: &'static str) -> Field {
    Field { name, holds, kinds, about }
}

use EventKind::{Commit, Dependency, File, Lines, Name, Pull};
use FieldType::{List, Number, Text, Time, Truth};

/// Whatever sits in a commit.
const CODE: &[EventKind] = &[Commit, File, Lines, Dependency];
/// Whatever sits in one file.
const IN_FILE: &[EventKind] = &[File, Lines];

/// Every field an event can have: those of code commits, those of GitHub's audit log, and our own.
pub const FIELDS: &[Field] = &[
    all("event_type", Text, "`code_commit` for a commit and for added lines, `file_change`, `dependency_change`, `pull_request`, `name`"),
    all("source", Text, "`mcp_agent` where anything says that an agent wrote it, else `unknown`"),
    of(&[Lines], "code_content", Text, "the added lines, one after the other"),
    of(&[File, Lines, Dependency, Name], "file_path", Text, "the file's path in the repository; the old one of a deleted file"),
    of(CODE, "commit_message", Text, "the whole message; those of all commits where one cannot be told"),
    of(CODE, "commit_hash", Text, "the commit's id; of lines and files the last one that touched the file, else the last of the change"),
    all("user_id", Text, "who wrote it: the address of a commit's author, else the account"),
    all("session_id", Text, "the page of the agent's session; the pull's name where none is known"),
    all("timestamp", Time, "when: a commit was written, a pull was opened, merged, reviewed; claims, where git keeps them"),
    of(
        CODE,
        "files_modified",
        List,
        "the paths of the files it changes: the commit's own where they were read, those of the change otherwise; of lines, their file",
    ),
    of(CODE, "commit_count", Number, "how many commits of the change its author made in the hour that ends with it"),
    of(CODE, "time_window", Text, "what `commit_count` counts over: `1h`"),
    of(&[Pull], "action", Text, "such as `pull_request.create`, `pull_request.merge`, `pull_request.close`, `pull_request_review.submit`"),
    of(&[Pull], "actor", Text, "the account that did it"),
    of(&[Pull], "actor_id", Number, "its numeric id"),
    of(&[Pull], "actor_is_bot", Truth, "whether the forge says that it is a bot or an app"),
    of(&[Pull], "user", Text, "the account that opened the pull"),
    all("repo", Text, "the repository: `owner/name`, or the folder of a clone"),
    all("org", Text, "the owner in it"),
    of(&[Pull], "operation_type", Text, "`create`, `modify`"),
    of(&[Pull], "@timestamp", Number, "`timestamp` in milliseconds since 1970"),
    of(&[Pull], "created_at", Number, "the same"),
    of(&[Pull], "pull_request_id", Number, "the pull's number"),
    of(&[Pull], "pull_request_title", Text, "its title"),
    of(&[Pull], "pull_request_url", Text, "its page"),
    all("kind", Text, "`commit`, `file`, `lines`, `dependency`, `pull`, `name`"),
    all("pull", Text, "the pull's name, such as `owner/name#7` or a branch"),
    all("title", Text, "its title"),
    all("branch", Text, "the branch it comes from"),
    all("target", Text, "the branch it would merge into"),
    all("agent", Text, "the agent's short name, such as `claude-code`, where one is known"),
    of(&[Commit], "subject", Text, "the first line of the message"),
    of(&[Commit], "author", Text, "the author's name, as claimed"),
    of(&[Commit], "author_email", Text, "the author's address, as claimed"),
    of(&[Commit], "committer", Text, "the committer's name, as claimed"),
    of(&[Commit], "committer_email", Text, "the committer's address, as claimed"),
    of(&[Commit], "committed", Time, "when it was committed, as claimed"),
    of(&[Commit], "parents", Number, "how many parents it has"),
    of(&[Commit], "signed", Truth, "whether it carries a signature, right or wrong"),
    of(IN_FILE, "file_name", Text, "the path's last part"),
    of(IN_FILE, "file_extension", Text, "what follows the last dot of the name, in lower case"),
    of(IN_FILE, "old_path", Text, "the path before, where it moved"),
    of(IN_FILE, "status", Text, "`added`, `deleted`, `modified`, `renamed`, `copied`"),
    of(IN_FILE, "role", Text, "what the path says it is for, such as `workflow`, `manifest`, `test`, `instructions`"),
    of(IN_FILE, "language", Text, "its language by its path, such as `python`"),
    of(&[File], "lines_added", Number, "added lines"),
    of(&[File], "lines_removed", Number, "removed lines"),
    of(&[File], "binary", Truth, "whether it is no text"),
    of(&[File], "executable", Truth, "whether it may be run"),
    of(&[File], "symlink", Truth, "whether it is a link to another path"),
    of(&[Lines], "line", Number, "the number of the first added line"),
    of(&[Lines], "end_line", Number, "the number of the last added line"),
    of(&[Lines], "removed_content", Text, "the lines that stood there before"),
    of(&[Lines], "section", Text, "what git prints behind the hunk's head, mostly the enclosing function"),
    of(&[Dependency], "package", Text, "the package's name"),
    of(&[Dependency], "ecosystem", Text, "`cargo`, `npm`, `pypi`, `golang`, `maven`, `gem` and the other types of package URLs"),
    of(
        &[Dependency],
        "dependency_change",
        Text,
        "`added`, `removed`, `upgraded`, `downgraded`, `changed`, `source-changed`, `hash-changed`, `range-widened`, `pin-lost`, `scope-changed`",
    ),
    of(&[Dependency], "version", Text, "the requirement or version now"),
    of(&[Dependency], "old_version", Text, "the requirement or version before"),
    of(&[Dependency], "package_source", Text, "`registry`, or the address or path it comes from instead"),
    of(&[Dependency], "direct", Truth, "whether the project names it itself"),
    of(&[Dependency], "installs_code", Truth, "whether the lock file says that it runs code when installed"),
    of(&[Name], "name", Text, "the name itself"),
    of(&[Name], "name_of", Text, "`file`, `branch`, `title`"),
    of(&[Pull], "body", Text, "the description"),
    of(&[Pull], "state", Text, "`open`, `merged`, `closed`, `quarantined`"),
    of(&[Pull], "draft", Truth, "whether it is a draft"),
    of(&[Pull], "labels", List, "its labels"),
    of(&[Pull], "approvals", Number, "how many people approved its head"),
    of(&[Pull], "auto_merge", Truth, "whether it merges by itself"),
    of(&[Pull], "from_fork", Truth, "whether its branch lives in another repository"),
    of(&[Pull], "review_state", Text, "of a review: `approved`, `changes_requested`, `commented`, `dismissed`"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_stands_once_and_every_kind_has_some() {
        for (at, field) in FIELDS.iter().enumerate() {
            assert!(FIELDS[..at].iter().all(|other| other.name != field.name), "{}", field.name);
            assert!(!field.kinds.is_empty() && !field.about.is_empty(), "{}", field.name);
        }
        for kind in EventKind::ALL {
            assert!(FIELDS.iter().any(|field| field.kinds.contains(&kind)), "{kind}");
        }
    }

    #[test]
    fn the_eleven_names_of_a_code_commit_are_fields() {
        for name in [
            "event_type",
            "source",
            "code_content",
            "file_path",
            "commit_message",
            "commit_hash",
            "user_id",
            "session_id",
            "timestamp",
            "files_modified",
            "commit_count",
        ] {
            assert!(field(name).is_some(), "{name}");
        }
    }
}
