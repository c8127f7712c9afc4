//! The verbs on a plain repository: what they need to know, and each step of a plan carried out and re-read.
//!
//! Objects and refs only, through libgit2: no program is started, no hook runs, no working tree, index or HEAD is touched.

pub mod hook;

mod approve;
mod deny;
mod dependents;
mod identity;
mod landed;
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

use std::path::{Path, PathBuf};

use crate::model::commit_id::CommitId;
use crate::model::decision::{Decision, Reviewer, Verb};
use crate::model::response::{CaseId, Plan, StepOutcome, Strength};
use crate::response::bans;
use crate::response::error::ResponseError;
use crate::response::evidence;
use crate::response::facts::Facts;
use crate::response::git::repo::Repo;
use crate::response::journal::Journal;
use crate::response::lock::{self, Lock};
use crate::response::plan;
use crate::response::receipt::weakest;
use crate::response::request::Request;
use crate::response::responder::{Done, Materials, Overall, Responder, Turn};
use crate::response::signing::Signing;
use crate::response::words;

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

/// How the person at `place` signs decisions, as git's configuration there says, or the person's own outside of a repository;
/// and the file that says whose key is whose.
#[must_use]
pub fn signing(place: &Path) -> (Option<Signing>, Option<PathBuf>) {
    let config = Repo::open(place).ok().and_then(|repo| repo.git.config().ok()).or_else(|| git2::Config::open_default().ok());
    let config = config.and_then(|mut config| config.snapshot().ok());
    config.map_or((None, None), |config| (identity::signing(&config), identity::allowed_signers(&config)))
}

/// Who sits here: whom git's configuration at `place` names, else the account of the system.
#[must_use]
pub fn person(place: &Path) -> Reviewer {
    let config = Repo::open(place).ok().and_then(|repo| repo.git.config().ok()).or_else(|| git2::Config::open_default().ok());
    identity::person(config.as_ref())
}

impl GitResponder {
    /// Who decides here.
    ///
    /// # Errors
    /// When git's configuration names nobody.
    pub fn reviewer(&self) -> Result<Reviewer, ResponseError> {
        identity::reviewer(&self.repo)
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
            Verb::Block | Verb::Unblock => {
                let cases = journal.cases()?;
                if request.verb == Verb::Unblock {
                    nothing_elsewhere(&bans::used(&cases, &request.banned))?;
                }
                Ok(Facts::Block { wanted: request.banned.clone(), standing: bans::standing(&cases) })
            }
            Verb::RequestChanges | Verb::Comment => Err(ResponseError::Usage(format!(
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
}

/// An end of a block takes back all of it: its switches are reached at their forge only.
fn nothing_elsewhere(used: &[bans::Used]) -> Result<(), ResponseError> {
    let Some(first) = used.first() else { return Ok(()) };
    let (case, repo) = (&first.undone.case.0, &first.spot.repo);
    let at = if first.host == "github.com" { repo.clone() } else { format!("{}/{repo}", first.host) };
    let says = format!("case {case} also used switches of {}; take them back along with it: add --at {at}", first.host);
    Err(ResponseError::Refused(words::one_line(&says)))
}

impl Responder for GitResponder {
    /// The folder that all worktrees of the repository share.
    fn name(&self) -> String {
        self.repo.common.display().to_string()
    }

    fn lock(&self) -> Result<Lock, ResponseError> {
        lock::take(&self.repo.own_folder(), "lock", &self.name())
    }

    fn plan(&self, request: &Request, journal: &dyn Journal) -> Result<Plan, ResponseError> {
        if request.targets.is_empty() && request.banned.is_empty() {
            return Err(ResponseError::Usage(format!("nothing to {} was named; name a branch, a range or a case", request.verb.word())));
        }
        let decision = request.decided_by(self.reviewer()?);
        let facts = self.facts(request, &decision, journal)?;
        let mut plan = plan::plan(decision, &facts);
        request.targets.iter().for_each(|target| plan::block::refuse(&mut plan, &target.refused));
        Ok(plan)
    }

    fn preserve(&self, plan: &Plan, heads: &[CommitId], materials: &Materials) -> Result<Done, ResponseError> {
        let kept = evidence::preserve(&self.repo, plan, heads, &materials.evidence, &materials.reports)?;
        let says = format!("{} files kept and verified in {}, manifest SHA-256 {}", kept.files, kept.folder.display(), kept.digest);
        Ok(Done::new(Strength::Enforced, says))
    }

    fn kept(&self, case: &CaseId, materials: &Materials) -> bool {
        matches!(evidence::found(&materials.evidence, case), Ok(Some(_)))
    }

    fn apply(&self, turn: &Turn<'_>) -> Result<Done, ResponseError> {
        step::apply(&self.repo, turn.plan, turn.planned)
    }

    /// Each step looked at the repository again, so the weakest says it all.
    fn overall(&self, _plan: &Plan, outcomes: &[StepOutcome]) -> Overall {
        Overall { strength: weakest(outcomes), why: String::new() }
    }
}
