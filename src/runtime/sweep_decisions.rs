//! Decisions on the changes of a sweep: one goes to its own repository, several are one plan over all of theirs.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::message::effect::Wish;
use crate::model::ban::Ban;
use crate::model::cancel::Cancel;
use crate::model::change::Change;
use crate::model::decision::Verb;
use crate::model::ledger::{ChainState, Record};
use crate::model::pull::PullRef;
use crate::model::report::Report;
use crate::model::response::{CaseId, People, Plan, Receipt, StepOutcome, Strength, Trace};
use crate::model::review::Review;
use crate::model::sweep::{Member, Sweep};
use crate::model::time::Timestamp;
use crate::model::waiting::Waiting;
use crate::runtime::containment::{self, Chosen, Joint, Keeper, Order};
use crate::runtime::decisions::{Decisions, Trouble};
use crate::runtime::desk_decisions::tell_first;
use crate::runtime::in_force::InForce;
use crate::sources::sweep::Field;

/// Where decisions on one place go, one by one and joined.
#[derive(Clone)]
pub struct Place {
    /// One change.
    pub single: Arc<dyn Decisions>,
    /// As a part of several.
    pub keeper: Arc<dyn Keeper>,
}

/// Decisions on a sweep.
pub struct SweepDecisions {
    sweep: Arc<Sweep>,
    fields: Vec<Arc<dyn Field>>,
    places: BTreeMap<String, Place>,
    /// Where records and drafts are kept.
    home: Arc<dyn Decisions>,
    rules: Arc<InForce>,
    clock: fn() -> Timestamp,
    /// The joint plan that was made last, by the case it is shown under.
    joint: Mutex<Option<(CaseId, Joint)>>,
}

impl SweepDecisions {
    /// Decisions on `sweep`, whose changes are read from `fields`; `places` by repository, `home` keeps records and drafts.
    #[must_use]
    pub fn new(
        sweep: Arc<Sweep>,
        fields: Vec<Arc<dyn Field>>,
        places: BTreeMap<String, Place>,
        home: Arc<dyn Decisions>,
        rules: Arc<InForce>,
        clock: fn() -> Timestamp,
    ) -> Self {
        Self { sweep, fields, places, home, rules, clock, joint: Mutex::new(None) }
    }

    fn place(&self, at: &PullRef) -> Result<&Place, Trouble> {
        self.places.get(&at.repo).ok_or_else(|| format!("{at} cannot be decided on from a sweep; open it by itself"))
    }

    fn chosen(&self, at: &PullRef) -> Result<Chosen<'_>, Trouble> {
        let member: Option<&Member> = self.sweep.members.iter().find(|member| member.pull().at == *at);
        let field = self.fields.iter().find(|field| field.holds(at)).cloned();
        match (member, field) {
            (Some(member), Some(field)) => Ok(Chosen { member, field, keeper: self.place(at)?.keeper.clone() }),
            _ => Err(format!("this sweep holds no {at}; sweep again to find it")),
        }
    }

    /// One plan over all that `wish` names.
    fn together(&self, wish: &Wish) -> Result<Plan, Trouble> {
        let (mut chosen, mut left) = (Vec::new(), Vec::new());
        for at in std::iter::once(&wish.at).chain(&wish.also) {
            match self.chosen(at) {
                Ok(one) => chosen.push(one),
                Err(why) => left.push((at.to_string(), why)),
            }
        }
        let at = (self.clock)();
        let reason = format!("{} [sweep {}]", wish.reason.trim(), self.sweep.id);
        let joint = containment::plan(&chosen, &Order { verb: wish.verb, reason, at }, &self.rules.now(), &Cancel::default());
        let mut joint = joint.map_err(|why| why.to_string())?;
        joint.left.extend(left);
        let case = CaseId(format!("{}-{}", self.sweep.id, at.0));
        let plan = joined(&joint, &case)?;
        *self.joint.lock().unwrap_or_else(PoisonError::into_inner) = Some((case, joint));
        Ok(plan)
    }
}

/// All parts as one plan to be shown.
fn joined(joint: &Joint, case: &CaseId) -> Result<Plan, Trouble> {
    let first = joint.ready().next().or(joint.parts.first()).or(joint.proposals.first());
    let Some(first) = first else {
        let why = joint.left.first().map_or("nothing was chosen", |(_, why)| why.as_str());
        return Err(format!("nothing of it can be held: {why}"));
    };
    let people = people(joint);
    let mut plan = Plan { case: case.clone(), steps: Vec::new(), refusals: Vec::new(), warnings: Vec::new(), people, ..first.plan.clone() };
    plan.conflicts.clear();
    (plan.decision.pulls, plan.decision.subjects) = (Vec::new(), Vec::new());
    for part in joint.ready() {
        plan.decision.pulls.extend(part.plan.decision.pulls.iter().cloned());
        plan.decision.subjects.extend(part.plan.decision.subjects.iter().cloned());
        let named = |step: &crate::model::response::PlannedStep| {
            let mut step = step.clone();
            step.says = format!("{}: {}", part.place, step.says);
            step
        };
        plan.steps.extend(part.plan.steps.iter().map(named));
        plan.warnings.extend(part.plan.warnings.iter().map(|warning| format!("{}: {warning}", part.place)));
    }
    for part in joint.parts.iter().filter(|part| !part.plan.is_allowed()) {
        plan.warnings.extend(part.plan.refusals.iter().map(|why| format!("{} is left as it is: {why}", part.place)));
    }
    plan.warnings.extend(joint.left.iter().map(|(place, why)| format!("{place} is left as it is: {why}")));
    for part in &joint.proposals {
        let names: Vec<String> = part.plan.decision.pulls.iter().map(ToString::to_string).collect();
        let (names, asked) = (names.join(", "), asked(&part.plan));
        plan.warnings.push(format!("{names} is merged already and is no part of this: {}{asked}", part.command()));
    }
    if joint.ready().next().is_none() {
        let what = if plan.decision.verb == Verb::Revert { "take back" } else { "hold" };
        plan.refusals.push(format!("nothing of it is left to {what}; the notes say why"));
    }
    Ok(plan)
}

/// How many people the whole takes: two where that is so of every part. Of parts that differ, each one's note says it.
fn people(joint: &Joint) -> People {
    let mut ready = joint.ready().map(|part| &part.plan.people);
    match (ready.next(), ready.next()) {
        (Some(only), None) => only.clone(),
        (Some(People::First(about)), Some(People::First(_))) if ready.all(|people| matches!(people, People::First(_))) => {
            People::First(about.clone())
        }
        _ => People::One,
    }
}

/// What the repository's own policy asks of a proposed revert, in words.
fn asked(plan: &Plan) -> String {
    match (plan.refusals.first(), &plan.people) {
        (Some(why), _) => format!("; as you it is refused: {why}"),
        (None, People::One) => String::new(),
        (None, People::First(_) | People::Second(_)) => "; it takes two people there".to_owned(),
    }
}

impl Decisions for SweepDecisions {
    fn plan(&self, wish: &Wish, change: &Change, report: &Report) -> Result<Plan, Trouble> {
        if wish.also.is_empty() { self.place(&wish.at)?.single.plan(wish, change, report) } else { self.together(wish) }
    }

    fn reads_others(&self, _wish: &Wish) -> bool {
        true
    }

    fn plan_with(&self, wish: &Wish, change: &Change, report: &Report, _others: &[(Change, Report)]) -> Result<Plan, Trouble> {
        self.plan(wish, change, report)
    }

    fn carry_out(&self, plan: &Plan) -> Result<Receipt, Trouble> {
        let joint = self.joint.lock().unwrap_or_else(PoisonError::into_inner).take_if(|(case, _)| *case == plan.case);
        let Some((case, joint)) = joint else {
            let at = plan.decision.pulls.first().ok_or("this plan names no pull")?;
            return self.place(at)?.single.carry_out(plan);
        };
        let mut whole = Receipt { case, strength: Strength::Enforced, ..empty() };
        let mut undo = Vec::new();
        for part in joint.ready() {
            let from = whole.outcomes.len();
            match part.carry_out(&Cancel::default()) {
                Ok(receipt) => {
                    tell_first(&mut whole, part.first().map_err(|error| error.to_string())?.as_ref());
                    whole.strength = whole.strength.min(receipt.strength);
                    whole
                        .outcomes
                        .extend(receipt.outcomes.into_iter().map(|outcome| StepOutcome { index: from + outcome.index, ..outcome }));
                    whole.ledger_head = receipt.ledger_head.or(whole.ledger_head);
                    let here = |undo: String| if part.is_local() { format!("{undo} --repo {}", part.place) } else { undo };
                    undo.extend(receipt.undo.map(here));
                    whole.evidence = whole.evidence.or(receipt.evidence);
                }
                Err(why) => {
                    whole.strength = Strength::Failed;
                    let says = format!("{}: {why}", part.place);
                    whole.outcomes.push(StepOutcome { index: from, strength: Strength::Failed, says, trace: Trace::default() });
                }
            }
        }
        whole.undo = (!undo.is_empty()).then(|| undo.join("; "));
        Ok(whole)
    }

    fn records(&self) -> Result<(Vec<Record>, ChainState), Trouble> {
        self.home.records()
    }

    fn draft(&self, change: &Change) -> Result<Option<Review>, Trouble> {
        self.home.draft(change)
    }

    fn keep_draft(&self, change: &Change, review: &Review) -> Result<(), Trouble> {
        self.home.keep_draft(change, review)
    }

    fn waiting(&self) -> Result<Vec<Waiting>, Trouble> {
        self.home.waiting()
    }

    fn bans(&self) -> Result<Vec<Ban>, Trouble> {
        self.home.bans()
    }

    /// What waits is looked at again at its own place, when this sweep went there.
    fn send(&self, case: &CaseId) -> Result<Receipt, Trouble> {
        let waiting = self.home.waiting()?;
        let pull = waiting.iter().find(|one| one.case == *case).and_then(|one| one.pulls.first());
        match pull.map(|pull| self.places.get(&pull.repo)) {
            Some(Some(place)) => place.single.send(case),
            // Says that nothing of that name waits, or that it waits for another place.
            Some(None) | None => self.home.send(case),
        }
    }

    fn take_back(&self, case: &CaseId) -> Result<(), Trouble> {
        self.home.take_back(case)
    }
}

fn empty() -> Receipt {
    Receipt {
        case: CaseId(String::new()),
        strength: Strength::Enforced,
        why: String::new(),
        outcomes: Vec::new(),
        evidence: None,
        undo: None,
        ledger_head: None,
    }
}
