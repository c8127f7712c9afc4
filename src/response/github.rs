//! The verbs at GitHub: what they need to know, and each step of a plan carried out and re-read.
//!
//! Nothing irreversible: no branch is deleted, nothing is force-pushed. Whatever is sent was planned, is in the ledger, and is read
//! again afterwards.

mod address;
mod alike;
mod ask;
mod facts;
mod fence;
mod holds;
mod look;
mod revert;
mod shapes;
mod step;
mod switches;
mod work;

use std::path::PathBuf;
use std::sync::Arc;

use crate::model::cancel::Cancel;
use crate::model::commit_id::CommitId;
use crate::model::decision::{Reviewer, Verb};
use crate::model::forge::{Account, Forge, Query};
use crate::model::objects::Objects;
use crate::model::person::Proof;
use crate::model::response::{CaseId, Plan, Step, StepOutcome, Strength};
use crate::model::time::Timestamp;
use crate::response::error::ResponseError;
use crate::response::evidence::{self, Collector};
use crate::response::github::ask::Ask;
use crate::response::github::shapes::ViewerAnswer;
use crate::response::journal::Journal;
use crate::response::lock::{self, Lock};
use crate::response::plan::forge as plans;
use crate::response::receipt::weakest;
use crate::response::request::Request;
use crate::response::responder::{Done, Materials, Overall, Responder, Turn};
use crate::response::words::{count, few};

const VIEWER: &str = include_str!("github/queries/viewer.graphql");

/// The verbs at one host. Cheap; the forge behind it is shared.
pub struct GithubResponder {
    /// Who is asked.
    pub forge: Arc<dyn Forge>,
    /// Who brings git's objects, for the evidence.
    pub objects: Arc<dyn Objects>,
    /// Where lock files lie.
    pub locks: PathBuf,
    /// Our clock.
    pub clock: fn() -> Timestamp,
    /// Whether anybody still waits.
    pub cancel: Cancel,
}

impl GithubResponder {
    fn ask(&self) -> Ask<'_> {
        Ask { forge: &*self.forge, cancel: &self.cancel }
    }

    /// Who decides: the token's own account.
    ///
    /// # Errors
    /// When the forge does not say.
    pub fn reviewer(&self) -> Result<Reviewer, ResponseError> {
        let ask = self.ask();
        let answer: ViewerAnswer = ask.query(VIEWER, &serde_json::json!({})).map_err(|error| ask.told(&error))?;
        let host = self.forge.host();
        let account = account(answer);
        Ok(Reviewer {
            identity: format!("@{}", account.login),
            by: format!("the token's account at {host}"),
            proofs: vec![Proof::Account { host, account }],
        })
    }
}

impl Responder for GithubResponder {
    /// The host: one case may be about several of its repositories.
    fn name(&self) -> String {
        self.forge.host()
    }

    fn lock(&self) -> Result<Lock, ResponseError> {
        let host: String = self.name().chars().map(|c| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' }).collect();
        lock::take(&self.locks, &format!("{host}.lock"), &self.name())
    }

    /// Whose token it is was asked before, and does not change.
    fn known(&self) -> Option<Proof> {
        let query = Query { document: VIEWER, variables: "{}".to_owned(), mutation: false };
        let kept = self.forge.query(&query, &self.cancel).ok()?;
        let answer: ViewerAnswer = serde_json::from_slice(&kept.data).ok()?;
        Some(Proof::Account { host: self.forge.host(), account: account(answer) })
    }

    fn plan(&self, request: &Request, journal: &dyn Journal) -> Result<Plan, ResponseError> {
        if request.targets.is_empty() && request.banned.is_empty() {
            return Err(ResponseError::Usage(format!("nothing to {} was named; name a pull such as owner/repo#7", request.verb.word())));
        }
        let decision = request.decided_by(self.reviewer()?);
        let facts = facts::facts(&self.ask(), request, journal)?;
        Ok(plans::plan(decision, &facts))
    }

    fn preserve(&self, plan: &Plan, _heads: &[CommitId], materials: &Materials) -> Result<Done, ResponseError> {
        let collector = Collector { forge: &*self.forge, objects: &*self.objects, clock: self.clock, cancel: &self.cancel };
        let kept = evidence::preserve_pulls(&collector, plan, &materials.evidence, &materials.reports)?;
        let mut says = format!("{} files kept and verified in {}, manifest SHA-256 {}", kept.files, kept.folder.display(), kept.digest);
        for audit in &kept.audit {
            says.push_str(&format!("; {audit}"));
        }
        if !kept.missing.is_empty() {
            says.push_str(&format!("; {} could not be had: {}", count(kept.missing.len(), "part"), few(&kept.missing, 3)));
        }
        let strength = if kept.missing.is_empty() { Strength::Enforced } else { Strength::Advisory };
        Ok(Done::new(strength, says))
    }

    fn kept(&self, case: &CaseId, materials: &Materials) -> bool {
        matches!(evidence::found(&materials.evidence, case), Ok(Some(_)))
    }

    fn apply(&self, turn: &Turn<'_>) -> Result<Done, ResponseError> {
        if self.cancel.is_cancelled() {
            return Err(ResponseError::Interrupted { case: turn.plan.case.0.clone(), step: turn.index + 1 });
        }
        match &turn.planned.step {
            Step::Forge(forge) => step::apply(self.ask(), turn, forge, (self.clock)()),
            _ => Err(ResponseError::Usage("this step belongs to a plain repository".to_owned())),
        }
    }

    /// A hold is as strong as what stands and binds when the pull is read again; other verbs are as strong as their weakest step.
    fn overall(&self, plan: &Plan, outcomes: &[StepOutcome]) -> Overall {
        let weakest = Overall { strength: weakest(outcomes), why: String::new() };
        let contained = plan.steps.iter().any(|planned| matches!(planned.step, Step::Forge(_)));
        if plan.decision.verb != Verb::Quarantine || !contained || evidence_failed(plan, outcomes) {
            return weakest;
        }
        let mut pulls = Vec::new();
        for spot in facts::spots(plan) {
            match look::around(&self.ask(), &spot.repo, spot.pull) {
                Ok((mut pull, _)) => {
                    pull.seen.clone_from(&spot.head);
                    pulls.push(pull);
                }
                Err(error) => {
                    let why = format!("{}#{} could not be read again: {}", spot.repo, spot.pull, error.says());
                    return Overall { strength: Strength::Failed, why };
                }
            }
        }
        let overall = plans::overall(&pulls);
        match plan.decision.pulls.iter().find(|pull| pull.is_bare_commit()) {
            Some(bare) if overall.strength == Strength::Enforced => Overall {
                strength: Strength::Advisory,
                why: format!("{bare} stands on its branch already; only a revert removes its effect"),
            },
            _ => overall,
        }
    }
}

fn evidence_failed(plan: &Plan, outcomes: &[StepOutcome]) -> bool {
    outcomes.iter().any(|outcome| {
        let evidence = plan.steps.get(outcome.index).is_some_and(|planned| matches!(planned.step, Step::PreserveEvidence { .. }));
        evidence && outcome.strength == Strength::Failed
    })
}

fn account(answer: ViewerAnswer) -> Account {
    let viewer = answer.viewer;
    Account { id: viewer.database_id, bot: viewer.login.ends_with("[bot]"), login: viewer.login }
}
