//! Where decisions are made good: a plain repository or a forge. Joins what `sources` connects with what `response` plans.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::model::cancel::Cancel;
use crate::model::decision::Verb;
use crate::model::forge::Forge;
use crate::model::objects::Objects;
use crate::model::pull::{Origin, PullRef};
use crate::model::time::Timestamp;
use crate::response::error::ResponseError;
use crate::response::git;
use crate::response::github::GithubResponder;
use crate::response::request::Request;
use crate::response::responder::Responder;
use crate::sources::github::address::Address;
use crate::store::paths::Paths;

/// A place.
#[derive(Clone)]
pub enum Place {
    /// A file or a folder: nothing can be decided there.
    Nowhere,
    /// A plain repository.
    Repository(PathBuf),
    /// A forge.
    Forge {
        /// Who is asked.
        forge: Arc<dyn Forge>,
        /// Who brings git's objects.
        objects: Arc<dyn Objects>,
    },
}

impl Place {
    /// The repository, where it is one.
    #[must_use]
    pub fn repository(&self) -> Option<&Path> {
        match self {
            Self::Repository(path) => Some(path),
            Self::Nowhere | Self::Forge { .. } => None,
        }
    }

    /// Whether what was decided on `pulls`, by somebody who sat in the folder `seat`, was decided here.
    #[must_use]
    pub fn holds(&self, pulls: &[PullRef], seat: &Path) -> bool {
        match self {
            Self::Nowhere => false,
            Self::Repository(path) => {
                pulls.iter().all(|pull| pull.origin != Origin::Github) && std::path::absolute(path).is_ok_and(|path| path == seat)
            }
            Self::Forge { forge, .. } => pulls
                .iter()
                .all(|pull| Address::of_repository(pull).is_some_and(|address| address.host.eq_ignore_ascii_case(&forge.host()))),
        }
    }

    /// Who acts there; `None` where nobody can.
    ///
    /// # Errors
    /// When the repository cannot be used.
    pub fn responder(&self, paths: &Paths, clock: fn() -> Timestamp, cancel: &Cancel) -> Result<Option<Box<dyn Responder>>, ResponseError> {
        Ok(match self {
            Self::Nowhere => None,
            Self::Repository(path) => Some(Box::new(git::open(path)?)),
            Self::Forge { forge, objects } => Some(Box::new(GithubResponder {
                forge: forge.clone(),
                objects: objects.clone(),
                locks: paths.data().join("locks"),
                clock,
                cancel: cancel.clone(),
            })),
        })
    }

    /// A single commit or a range names no branch it was merged into: a revert then means the default branch.
    ///
    /// # Errors
    /// When the repository cannot be used.
    pub fn based(&self, request: &Request) -> Result<Request, ResponseError> {
        let mut request = request.clone();
        if let (Verb::Revert, Self::Repository(path)) = (request.verb, self) {
            let responder = git::open(path)?;
            for target in request.targets.iter_mut().filter(|target| target.base.is_empty()) {
                target.base = responder.default_branch().unwrap_or_default();
            }
        }
        Ok(request)
    }
}
