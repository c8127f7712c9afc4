//! What a sweep gathered over many places, as one source: each change is read from the place it was found in.

use std::sync::Arc;

use crate::model::asking::Take;
use crate::model::cancel::Cancel;
use crate::model::change::{Change, History, TextRequest, Texts};
use crate::model::commit_id::CommitId;
use crate::model::lookup::{Reviewed, Told};
use crate::model::policy::PolicyText;
use crate::model::pull::PullRef;
use crate::model::sweep::Caught;
use crate::model::talk::Talk;
use crate::model::testimony::{Question, Testimony};
use crate::sources::source::{Listing, Source, SourceError};
use crate::sources::sweep::Field;

/// A sweep's changes with their places.
pub struct Gathered {
    title: String,
    changes: Vec<(Caught, Arc<dyn Field>)>,
}

impl Gathered {
    /// The changes called `title` together.
    #[must_use]
    pub fn new(title: String, changes: Vec<(Caught, Arc<dyn Field>)>) -> Self {
        Self { title, changes }
    }

    fn find(&self, at: &PullRef) -> Option<&(Caught, Arc<dyn Field>)> {
        self.changes.iter().find(|(caught, _)| caught.pull.at == *at)
    }
}

impl Source for Gathered {
    fn title(&self) -> String {
        self.title.clone()
    }

    fn repository(&self) -> Option<std::path::PathBuf> {
        None
    }

    fn list(&self, _cancel: &Cancel) -> Result<Listing, SourceError> {
        let pulls = self.changes.iter().map(|(caught, _)| caught.pull.clone()).collect();
        Ok(Listing { pulls, ..Listing::default() })
    }

    fn change(&self, at: &PullRef, cancel: &Cancel) -> Result<Change, SourceError> {
        match self.find(at) {
            Some((caught, field)) => field.change(caught, cancel),
            None => Err(SourceError::NotFound(format!("this sweep holds no {at}; sweep again to find it"))),
        }
    }

    fn testimony(&self, change: &Change, question: &Question, cancel: &Cancel) -> Testimony {
        self.find(&change.pull.at).map(|(_, field)| field.testimony(change, question, cancel)).unwrap_or_default()
    }

    fn talk(&self, change: &Change, cancel: &Cancel) -> Talk {
        self.find(&change.pull.at).map(|(_, field)| field.talk(change, cancel)).unwrap_or_default()
    }

    /// A sweep contains; what lets something in is decided on the pull itself, under the policies of its place.
    fn policies(&self, at: &PullRef, _: Option<&CommitId>, _: &Cancel) -> Result<Vec<PolicyText>, SourceError> {
        Err(SourceError::Unreadable(format!("a sweep does not read the policies of {at}; open the pull itself")))
    }

    fn owners(&self, at: &PullRef, _: Option<&CommitId>, _: &Cancel) -> Result<Option<PolicyText>, SourceError> {
        Err(SourceError::Unreadable(format!("a sweep does not read who owns the paths of {at}; open the pull itself")))
    }

    fn history(&self, change: &Change, cancel: &Cancel) -> History {
        self.find(&change.pull.at).map(|(_, field)| field.history(change, cancel)).unwrap_or_default()
    }

    fn packages(&self, change: &Change, take: Take<'_>, cancel: &Cancel) -> Option<Told<Vec<Reviewed>>> {
        self.find(&change.pull.at).and_then(|(_, field)| field.packages(change, take, cancel))
    }

    fn texts(&self, change: &Change, wanted: &[TextRequest], cancel: &Cancel) -> Texts {
        self.find(&change.pull.at).map(|(_, field)| field.texts(change, wanted, cancel)).unwrap_or_default()
    }
}
