//! Many changes over many repositories contained in one plan: what is open is held, and for what is merged a revert is proposed;
//! or what is merged is taken back, pulls and direct commits of a repository together.
//!
//! Each repository has its own case, because each is enforced and undone by itself; the reason names the family they belong to.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::analysis::engine::Engine;
use crate::model::cancel::Cancel;
use crate::model::decision::{Decision, Verb};
use crate::model::inert;
use crate::model::pull::{Origin, PullRef};
use crate::model::response::{Plan, Receipt};
use crate::model::sweep::Member;
use crate::model::time::Timestamp;
use crate::response::journal::Case;
use crate::response::request::{Request, Target};
use crate::runtime::case_decisions::{CaseDecisions, DecisionError};
use crate::runtime::judging::caught;
use crate::runtime::seen::{kept_report, target};
use crate::sources::source::SourceError;
use crate::sources::sweep::Field;

/// Why a revert leaves something out.
const OPEN: &str = "it is not merged, so there is nothing to take back; quarantine holds it";

/// Where decisions on the changes of one place go.
pub trait Keeper: Send + Sync {
    /// Ends what an earlier run left half done.
    ///
    /// # Errors
    /// When an unfinished case cannot be ended.
    fn resume(&self) -> Result<Vec<Receipt>, DecisionError>;

    /// What `request` would do to the place as it is now; `reports` become evidence if it is carried out.
    ///
    /// # Errors
    /// When nobody is named as reviewer, or place or ledger cannot be read.
    fn plan(&self, request: &Request, reports: Vec<Vec<u8>>) -> Result<Plan, DecisionError>;

    /// Carries out a plan that was agreed to.
    ///
    /// # Errors
    /// When the plan refuses, somebody else is at work, or the ledger cannot be written.
    fn carry_out(&self, plan: &Plan, cancel: &Cancel) -> Result<Receipt, DecisionError>;

    /// The case that a plan, carried out, completed as its second.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    fn first_of(&self, plan: &Plan) -> Result<Option<Case>, DecisionError>;
}

impl Keeper for CaseDecisions {
    fn resume(&self) -> Result<Vec<Receipt>, DecisionError> {
        Self::resume(self)
    }

    fn plan(&self, request: &Request, reports: Vec<Vec<u8>>) -> Result<Plan, DecisionError> {
        self.plan_request(request, reports)
    }

    fn carry_out(&self, plan: &Plan, cancel: &Cancel) -> Result<Receipt, DecisionError> {
        self.carry_out_plan(plan, cancel)
    }

    fn first_of(&self, plan: &Plan) -> Result<Option<Case>, DecisionError> {
        Self::first_of(self, plan)
    }
}

/// A change that shall be contained, and the place to read it from again.
pub struct Chosen<'a> {
    /// The change as it was swept.
    pub member: &'a Member,
    /// Its place.
    pub field: Arc<dyn Field>,
    /// Where decisions on it go.
    pub keeper: Arc<dyn Keeper>,
}

/// What, why and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Quarantine or revert.
    pub verb: Verb,
    /// The reason, with the family's name in it.
    pub reason: String,
    /// Now.
    pub at: Timestamp,
}

/// The part of one repository.
pub struct Part {
    /// The repository.
    pub place: String,
    /// What would be done there.
    pub plan: Plan,
    /// Who does it.
    keeper: Arc<dyn Keeper>,
}

/// One plan over many repositories.
#[derive(Default)]
pub struct Joint {
    /// What would be done, repository by repository.
    pub parts: Vec<Part>,
    /// Reverts of what is merged; proposed, and no part of it.
    pub proposals: Vec<Part>,
    /// What could not be planned, and why: place and sentence.
    pub left: Vec<(String, String)>,
}

impl Joint {
    /// Parts that may be carried out and do something.
    pub fn ready(&self) -> impl Iterator<Item = &Part> {
        self.parts.iter().filter(|part| part.plan.is_allowed() && !part.plan.steps.is_empty())
    }
}

impl Part {
    /// Whether it is a clone, which commands have to name.
    #[must_use]
    pub fn is_local(&self) -> bool {
        self.plan.decision.pulls.iter().all(|pull| pull.origin == Origin::Local)
    }

    /// The command that does the same, for a shell.
    #[must_use]
    pub fn command(&self) -> String {
        let Decision { verb, pulls, .. } = &self.plan.decision;
        let names =
            |name: &dyn Fn(&PullRef) -> String| pulls.iter().map(|at| inert::word(&name(at)).into_owned()).collect::<Vec<_>>().join(" ");
        if self.is_local() {
            return format!("lazaret {} {} --repo {} --reason …", verb.word(), names(&|at| at.name.clone()), inert::word(&self.place));
        }
        format!("lazaret {} {} --reason …", verb.word(), names(&PullRef::to_string))
    }

    /// Carries it out.
    ///
    /// # Errors
    /// As [`Keeper::carry_out`].
    pub fn carry_out(&self, cancel: &Cancel) -> Result<Receipt, DecisionError> {
        self.keeper.carry_out(&self.plan, cancel)
    }

    /// What somebody had decided first, once it was carried out as the second of two.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn first(&self) -> Result<Option<Case>, DecisionError> {
        self.keeper.first_of(&self.plan)
    }
}

/// Plans the containment of `chosen`, each as it is now.
///
/// # Errors
/// When nobody waits any more. What cannot be read or planned is in [`Joint::left`]; the others go on.
pub fn plan(chosen: &[Chosen<'_>], order: &Order, engine: &Engine, cancel: &Cancel) -> Result<Joint, SourceError> {
    let mut joint = Joint::default();
    let mut by_place: BTreeMap<(&str, bool), Vec<&Chosen<'_>>> = BTreeMap::new();
    for one in chosen {
        by_place.entry((&one.member.pull().at.repo, one.member.is_merged())).or_default().push(one);
    }
    // How many are taken back at once counts over all repositories, as it does when they are named one by one.
    let taken_back = chosen.iter().filter(|one| one.member.is_merged()).count();
    for ((place, merged), some) in by_place {
        if order.verb == Verb::Revert && !merged {
            let open = |one: &&Chosen<'_>| (one.member.pull().at.to_string(), OPEN.to_owned());
            joint.left.extend(some.iter().map(open));
            continue;
        }
        let (mut targets, mut reports) = (Vec::new(), Vec::new());
        for one in &some {
            match read(one, engine, cancel) {
                Ok((target, report)) => {
                    targets.push(target);
                    reports.push(report);
                }
                Err(SourceError::Cancelled) => return Err(SourceError::Cancelled),
                Err(why) => joint.left.push((one.member.pull().at.to_string(), why.to_string())),
            }
        }
        let Some(keeper) = some.first().map(|one| one.keeper.clone()).filter(|_| !targets.is_empty()) else { continue };
        let verb = if merged { Verb::Revert } else { Verb::Quarantine };
        let among = if order.verb == Verb::Revert { taken_back } else { targets.len() };
        // What belongs together is what the sweep itself found.
        let request = Request { among, look_around: false, ..Request::new(verb, targets, order.reason.clone(), order.at) };
        match keeper.plan(&request, reports) {
            Ok(plan) if merged && order.verb != Verb::Revert => joint.proposals.push(Part { place: place.to_owned(), plan, keeper }),
            Ok(plan) => joint.parts.push(Part { place: place.to_owned(), plan, keeper }),
            Err(why) => joint.left.push((place.to_owned(), why.to_string())),
        }
    }
    Ok(joint)
}

/// The change as it is now, with the report that is kept as evidence.
fn read(one: &Chosen<'_>, engine: &Engine, cancel: &Cancel) -> Result<(Target, Vec<u8>), SourceError> {
    let change = one.field.change(&one.member.caught, cancel)?;
    let report = caught(engine, one.field.as_ref(), &change, cancel)?;
    Ok((target(&change, &report, &[]), kept_report(&change, &report, engine)))
}
