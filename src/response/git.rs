//! The verbs on a plain repository: what they need to know, and each step of a plan carried out and re-read.
//!
//! Objects and refs only, through libgit2: no program is started, no hook runs, no working tree, index or HEAD is touched.

pub mod hook;

mod approve;
mod deny;
mod dependents;
mod identity;
mod landed;
mod lock;
mod loose;
mod mainline;
mod own_file;
mod patch_id;
mod quarantine;
pub(crate) mod refs;
mod release;
pub(crate) mod repo;
mod revert;
pub(crate) mod step;
mod worktrees;

use std::path::Path;

use crate::model::commit_id::CommitId;
use crate::model::decision::{Decision, Reviewer, Verb};
use crate::model::response::{Plan, PlannedStep};
use crate::response::error::ResponseError;
use crate::response::facts::Facts;
use crate::response::git::lock::Lock;
use crate::response::git::repo::Repo;
use crate::response::git::step::Done;
use crate::response::journal::Journal;
use crate::response::plan;
use crate::response::request::Request;

/// The verbs on one repository. Opened once for each decision; cheap.
pub struct GitResponder {
    repo: Repo,
}

/// Opens the repository at `path` or above it.
///
/// # Errors
/// When there is none, or it cannot be used.
pub fn open(path: &Path) -> Result<GitResponder, ResponseError> {
    Ok(GitResponder { repo: Repo::open(path)? })
}

impl GitResponder {
    /// How journals name this repository: the folder that all its worktrees share.
    #[must_use]
    pub fn name(&self) -> String {
        self.repo.common.display().to_string()
    }

    /// Who decides here.
    ///
    /// # Errors
    /// When git's configuration names nobody.
    pub fn reviewer(&self) -> Result<Reviewer, ResponseError> {
        identity::reviewer(&self.repo)
    }

    /// What `request` would do to the repository as it is now. Writes nothing.
    ///
    /// # Errors
    /// When nobody is named as reviewer, or the repository or the journal cannot be read. Everything that speaks against
    /// the request itself is in the plan.
    pub fn plan(&self, request: &Request, journal: &dyn Journal) -> Result<Plan, ResponseError> {
        if request.targets.is_empty() {
            return Err(ResponseError::Usage(format!("nothing to {} was named; name a branch, a range or a case", request.verb.word())));
        }
        let decision = self.decision(request)?;
        let facts = self.facts(request, &decision, journal)?;
        Ok(plan::plan(decision, &facts))
    }

    fn decision(&self, request: &Request) -> Result<Decision, ResponseError> {
        let dispositions = request.targets.iter().flat_map(|target| target.dispositions.iter().cloned()).collect();
        Ok(Decision {
            verb: request.verb,
            pulls: request.targets.iter().map(|target| target.pull.clone()).collect(),
            subjects: request.targets.iter().map(|target| target.subject.clone()).collect(),
            reviewer: self.reviewer()?,
            reason: request.reason.trim().to_owned(),
            dispositions,
            at: request.at,
        })
    }

    /// The world as it is now, for `request`.
    fn facts(&self, request: &Request, decision: &Decision, journal: &dyn Journal) -> Result<Facts, ResponseError> {
        let targets = request.targets.as_slice();
        if matches!(request.verb, Verb::Quarantine | Verb::Revert) {
            loose::refuse_cut_off(&self.repo, targets)?;
        }
        match request.verb {
            Verb::Approve => approve::facts(&self.repo, targets, request.merge),
            Verb::Quarantine => quarantine::facts(&self.repo, targets),
            Verb::Release => release::facts(&self.repo, targets, journal),
            Verb::Revert => revert::facts(&self.repo, targets, &identity::signature(decision)?),
            Verb::RequestChanges | Verb::Comment | Verb::Block | Verb::Unblock => Err(ResponseError::Usage(format!(
                "a plain repository has nobody to {} with; name a pull of a forge, such as owner/repo#7",
                request.verb.word()
            ))),
        }
    }

    /// The branch that others merge into, short, as far as the repository says.
    #[must_use]
    pub fn default_branch(&self) -> Option<String> {
        let name = mainline::candidates(&self.repo).ok()?.into_iter().next()?;
        name.strip_prefix("refs/heads/").map(str::to_owned)
    }

    /// The stable patch-id of a commit, as `git patch-id --stable` says it; `None` for merges and empty commits.
    ///
    /// # Errors
    /// When the commit cannot be read.
    pub fn patch_id(&self, commit: &CommitId) -> Result<Option<String>, ResponseError> {
        patch_id::of_commit(&self.repo, commit)
    }

    /// Takes the repository for one verb; other lazarets are told to wait.
    pub(crate) fn lock(&self) -> Result<Lock, ResponseError> {
        lock::take(&self.repo)
    }

    /// Carries out one step, or finds it done, and says how strong it is after looking again.
    pub(crate) fn apply(&self, plan: &Plan, planned: &PlannedStep) -> Result<Done, ResponseError> {
        step::apply(&self.repo, plan, planned)
    }

    /// The repository, for the evidence.
    pub(crate) fn repo(&self) -> &Repo {
        &self.repo
    }
}
