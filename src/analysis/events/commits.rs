//! The events of commits. A change that is no commit yet, such as a bare diff, is told as one.

use std::borrow::Cow;

use super::event::{Entry, Event, Stands, Value};
use super::fields::EventKind;
use super::teller::{Teller, message};
use crate::model::pull::Commit;

impl Teller<'_> {
    /// One event for each commit, oldest first.
    #[must_use]
    pub fn commits(&self) -> Vec<Event<'_>> {
        if self.change.commits.is_empty() {
            return vec![self.uncommitted()];
        }
        let files = self.files_modified();
        let tell = |(at, commit)| self.commit(at, commit, &files);
        self.change.commits.iter().enumerate().map(tell).collect()
    }

    fn commit<'e>(&'e self, at: usize, commit: &'e Commit, files: &[Cow<'e, str>]) -> Event<'e> {
        let touched = commit.id.as_ref().and_then(|id| self.history.touched.get(id));
        let own_files = touched.map(|paths| paths.iter().map(|path| path.text()).collect());
        let mut own: Vec<Entry<'e>> = vec![
            ("commit_message", commit.message.as_str().into()),
            ("subject", commit.subject().into()),
            ("author", commit.author.name.as_str().into()),
            ("author_email", commit.author.email.as_str().into()),
            ("committer", commit.committer.name.as_str().into()),
            ("committer_email", commit.committer.email.as_str().into()),
            ("committed", commit.committed.into()),
            ("parents", commit.parents.len().into()),
            ("signed", commit.signed.into()),
            ("files_modified", Value::List(own_files.unwrap_or_else(|| files.to_vec()))),
        ];
        own.extend(commit.id.as_ref().map(|id| ("commit_hash", id.to_string().into())));
        let written = self.written.get(at);
        own.extend(written.into_iter().flat_map(|written| self.by(written)));
        let moment = written.map_or(commit.committed, |written| written.at);
        self.event(EventKind::Commit, moment, Stands::Commit(commit.id.as_ref()), own)
    }

    fn uncommitted(&self) -> Event<'_> {
        let mut own = self.code(self.last());
        own.push(("files_modified", Value::List(self.files_modified())));
        own.push(("commit_message", message(self.change).into()));
        self.event(EventKind::Commit, self.latest(), Stands::Commit(None), own)
    }

    /// The paths of the files the change touches.
    fn files_modified(&self) -> Vec<Cow<'_, str>> {
        self.change.patch.files.iter().map(|file| file.path().text()).collect()
    }
}
