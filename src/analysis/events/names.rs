//! The events of names: whoever chooses a file's name, a branch's or a title writes text that other programs read.

use std::borrow::Cow;

use super::event::{Event, Stands};
use super::fields::EventKind;
use super::teller::Teller;
use crate::model::diff::FileStatus;

impl Teller<'_> {
    /// The names that the change brings: its branch, its title, those of files that are new or moved.
    #[must_use]
    pub fn names(&self) -> Vec<Event<'_>> {
        let pull = &self.change.pull;
        let own = [(Stands::Branch, "branch", &pull.branch), (Stands::Pull, "title", &pull.title)];
        let own = own.into_iter().filter(|(_, _, name)| !name.is_empty());
        let mut names: Vec<Event<'_>> = own.map(|(stands, of, name)| self.name(stands, of, Cow::Borrowed(name))).collect();
        let fresh = |status| matches!(status, FileStatus::Added | FileStatus::Renamed(_) | FileStatus::Copied(_));
        let files = self.change.patch.files.iter().filter(|file| fresh(file.status)).map(|file| file.path());
        names.extend(files.map(|path| self.name(Stands::Name(path), "file", path.text())));
        names
    }

    fn name<'e>(&'e self, stands: Stands<'e>, of: &'static str, name: Cow<'e, str>) -> Event<'e> {
        let mut own = vec![("name_of", of.into())];
        own.extend((of == "file").then(|| ("file_path", name.clone().into())));
        own.push(("name", name.into()));
        self.event(EventKind::Name, self.latest(), stands, own)
    }
}
