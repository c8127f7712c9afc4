//! A clone on this machine as a place of a sweep: its branches, and what came into its default branch.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::model::cancel::Cancel;
use crate::model::change::{Change, History, TextRequest, Texts};
use crate::model::dossier::Link;
use crate::model::forge::Budget;
use crate::model::pull::{Origin, PullRef};
use crate::model::sweep::{Asked, Caught};
use crate::sources::local::{LocalSource, Selection, Setup};
use crate::sources::source::{Recognise, Source, SourceError};
use crate::sources::sweep::{Catch, Field};

/// A clone.
pub struct LocalClone {
    source: Arc<LocalSource>,
    name: String,
}

impl LocalClone {
    /// The clone at `folder`; `everyone`: not only what agents did.
    ///
    /// # Errors
    /// When there is no repository, or it cannot be read.
    pub fn open(folder: &Path, everyone: bool, recognise: Recognise) -> Result<Self, SourceError> {
        let selection = if everyone { Selection::AllBranches } else { Selection::AgentBranches };
        let name = folder.display().to_string();
        let setup = Setup { repo: name.clone(), origin: Origin::Local, recognise, selection, facts: std::collections::BTreeMap::new() };
        Ok(Self { source: Arc::new(LocalSource::open(folder, setup)?), name })
    }

    /// The clone as a source of changes.
    #[must_use]
    pub fn into_source(self) -> Arc<dyn Source> {
        self.source
    }
}

impl Field for LocalClone {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn list(&self, asked: &Asked, cancel: &Cancel) -> Result<Catch, SourceError> {
        let (caught, listing) = self.source.caught(asked, cancel)?;
        Ok(Catch { caught, omissions: listing.omissions, unreadable: listing.unreadable, further: Vec::new() })
    }

    fn folder(&self) -> Option<PathBuf> {
        self.source.repository()
    }

    fn holds(&self, at: &PullRef) -> bool {
        at.origin == Origin::Local && at.repo == self.name
    }

    fn change(&self, caught: &Caught, cancel: &Cancel) -> Result<Change, SourceError> {
        self.source.caught_change(caught, cancel)
    }

    fn history(&self, change: &Change, cancel: &Cancel) -> History {
        self.source.history(change, cancel)
    }

    fn texts(&self, change: &Change, wanted: &[TextRequest], cancel: &Cancel) -> Texts {
        self.source.texts(change, wanted, cancel)
    }

    fn contained_in(&self, _caught: &Caught, _cancel: &Cancel) -> Result<Vec<Link>, SourceError> {
        Ok(Vec::new())
    }

    fn reach(&self, _name: &str) -> Option<Arc<dyn Field>> {
        None
    }

    fn budget(&self) -> Option<Budget> {
        None
    }
}
