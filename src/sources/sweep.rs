//! What a sweep asks of a place with many changes. Never which place it is, and never what is found in them.

pub mod gathered;
pub mod local_clone;

use std::path::PathBuf;
use std::sync::Arc;

use crate::model::asking::Take;
use crate::model::cancel::Cancel;
use crate::model::change::{Change, History, TextRequest, Texts};
use crate::model::diff::Omission;
use crate::model::dossier::Link;
use crate::model::forge::Budget;
use crate::model::lookup::{Reviewed, Told};
use crate::model::pull::PullRef;
use crate::model::sweep::{Asked, Caught};
use crate::model::talk::Talk;
use crate::model::testimony::{Question, Testimony};
use crate::sources::source::SourceError;

/// What a place answered.
#[derive(Default)]
pub struct Catch {
    /// The changes.
    pub caught: Vec<Caught>,
    /// What was left out, and why.
    pub omissions: Vec<Omission>,
    /// How many of those should have been readable and were not.
    pub unreadable: usize,
    /// Further places that became known by asking this one; [`Field::reach`] opens them.
    pub further: Vec<String>,
}

/// A place a sweep goes over: a repository, or everything a forge finds for one question. Calls block.
pub trait Field: Send + Sync {
    /// What it is called: the same in every run, and unlike every other one.
    fn name(&self) -> String;

    /// What it holds of what is asked for. Cheap: no diffs.
    ///
    /// # Errors
    /// When it cannot be read at all.
    fn list(&self, asked: &Asked, cancel: &Cancel) -> Result<Catch, SourceError>;

    /// The folder of the repository, where it is one on this machine.
    fn folder(&self) -> Option<PathBuf> {
        None
    }

    /// Whether the change called `at` is one of its own or of a place it told of.
    fn holds(&self, at: &PullRef) -> bool;

    /// One of its changes with commits and net diff.
    ///
    /// # Errors
    /// When it is gone or cannot be read.
    fn change(&self, caught: &Caught, cancel: &Cancel) -> Result<Change, SourceError>;

    /// What single commits of `change` did that its net diff does not show.
    fn history(&self, change: &Change, cancel: &Cancel) -> History;

    /// As [`crate::sources::source::Source::packages`].
    fn packages(&self, _change: &Change, _take: Take<'_>, _cancel: &Cancel) -> Option<Told<Vec<Reviewed>>> {
        None
    }

    /// As [`crate::sources::source::Source::testimony`].
    fn testimony(&self, _change: &Change, _question: &Question, _cancel: &Cancel) -> Testimony {
        Testimony::default()
    }

    /// As [`crate::sources::source::Source::talk`].
    fn talk(&self, _change: &Change, _cancel: &Cancel) -> Talk {
        Talk::default()
    }

    /// Whole files, as far as they can be given.
    fn texts(&self, change: &Change, wanted: &[TextRequest], cancel: &Cancel) -> Texts;

    /// The tags, releases and deployments that hold a merged change, where asking is more than the listing told.
    ///
    /// # Errors
    /// When they cannot be read.
    fn contained_in(&self, caught: &Caught, cancel: &Cancel) -> Result<Vec<Link>, SourceError>;

    /// The further place called `name`, of which [`Self::list`] told now or in an earlier run.
    fn reach(&self, name: &str) -> Option<Arc<dyn Field>>;

    /// What its forge has left, when it is on one.
    fn budget(&self) -> Option<Budget>;
}
