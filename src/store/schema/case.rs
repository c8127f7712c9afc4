//! A case's payloads as stored: the intent with its whole plan, each step's outcome, the receipt.

use serde::{Deserialize, Serialize};

use super::decision::{self, DecisionShape, id};
use super::forge::{BannedShape, ForgeShape};
use crate::model::ban::Banned;
use crate::model::commit_id::CommitId;
use crate::model::response::{
    CaseId, DenyEntry, OnFailure, People, Plan, PlannedStep, RefUpdate, RevertTarget, Step, StepOutcome, Strength, Trace,
};

const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
struct IntentShape {
    v: u32,
    repository: String,
    case: String,
    decision: DecisionShape,
    steps: Vec<PlannedShape>,
    warnings: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    people: Option<PeopleShape>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    words: Vec<String>,
}

/// Which of two people; absent when it takes one.
#[derive(Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
enum PeopleShape {
    First { about: Vec<String> },
    Second { after: String },
}

impl PeopleShape {
    fn of(people: &People) -> Option<Self> {
        match people {
            People::One => None,
            People::First(about) => Some(Self::First { about: about.clone() }),
            People::Second(after) => Some(Self::Second { after: after.0.clone() }),
        }
    }

    fn read(self) -> People {
        match self {
            Self::First { about } => People::First(about),
            Self::Second { after } => People::Second(CaseId(after)),
        }
    }
}

#[derive(Serialize, Deserialize)]
struct PlannedShape {
    step: StepShape,
    says: String,
    strength: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    go_on: bool,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    lacks: String,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case")]
enum StepShape {
    PreserveEvidence { heads: Vec<String> },
    MoveRefs { refs: Vec<RefShape> },
    Deny { entries: Vec<DenyShape> },
    LiftDeny { case: String, entries: Vec<DenyShape> },
    Merge { ours: String, theirs: String, message: String, branch: String },
    Revert { targets: Vec<TargetShape>, onto: String, branch: String },
    Forge(ForgeShape),
    Ban { banned: Vec<BannedShape> },
    LiftBan { case: String, banned: Vec<BannedShape> },
    Record,
}

#[derive(Serialize, Deserialize)]
struct RefShape {
    name: String,
    old: Option<String>,
    new: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct DenyShape {
    commit: String,
    patch_id: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct TargetShape {
    commit: String,
    mainline: Option<u32>,
    message: String,
}

#[derive(Serialize, Deserialize)]
struct OutcomeShape {
    v: u32,
    index: usize,
    strength: String,
    says: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    trace: Option<TraceShape>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum TraceShape {
    Made(String),
    Found,
    Open,
}

/// The payload of an intent.
pub(crate) fn write_intent(repository: &str, plan: &Plan) -> Result<String, String> {
    let shape = IntentShape {
        v: VERSION,
        repository: repository.to_owned(),
        case: plan.case.0.clone(),
        decision: decision::write(&plan.decision),
        steps: plan.steps.iter().map(write_planned).collect(),
        warnings: plan.warnings.clone(),
        people: PeopleShape::of(&plan.people),
        words: plan.words.clone(),
    };
    serde_json::to_string(&shape).map_err(|e| e.to_string())
}

/// The repository and the plan of an intent's payload, or what is wrong with it.
pub(crate) fn read_intent(text: &str) -> Result<(String, Plan), String> {
    let shape: IntentShape = serde_json::from_str(text).map_err(|e| e.to_string())?;
    known(shape.v)?;
    let plan = Plan {
        steps: shape.steps.into_iter().map(read_planned).collect::<Result<_, _>>()?,
        warnings: shape.warnings,
        people: shape.people.map(PeopleShape::read).unwrap_or_default(),
        words: shape.words,
        ..Plan::new(CaseId(shape.case), decision::read(shape.decision)?)
    };
    Ok((shape.repository, plan))
}

/// The payload of an outcome.
pub(crate) fn write_outcome(outcome: &StepOutcome) -> Result<String, String> {
    let strength = outcome.strength.word().to_owned();
    let trace = match &outcome.trace {
        Trace::Planned => None,
        Trace::Made(id) => Some(TraceShape::Made(id.clone())),
        Trace::Found => Some(TraceShape::Found),
        Trace::Open => Some(TraceShape::Open),
    };
    let shape = OutcomeShape { v: VERSION, index: outcome.index, strength, says: outcome.says.clone(), trace };
    serde_json::to_string(&shape).map_err(|e| e.to_string())
}

/// The outcome in a payload, or what is wrong with it.
pub(crate) fn read_outcome(text: &str) -> Result<StepOutcome, String> {
    let shape: OutcomeShape = serde_json::from_str(text).map_err(|e| e.to_string())?;
    known(shape.v)?;
    let trace = match shape.trace {
        None => Trace::Planned,
        Some(TraceShape::Made(id)) => Trace::Made(id),
        Some(TraceShape::Found) => Trace::Found,
        Some(TraceShape::Open) => Trace::Open,
    };
    Ok(StepOutcome { index: shape.index, strength: strength(&shape.strength)?, says: shape.says, trace })
}

fn known(version: u32) -> Result<(), String> {
    if version == VERSION { Ok(()) } else { Err(format!("format {version} is not known here")) }
}

fn write_planned(planned: &PlannedStep) -> PlannedShape {
    PlannedShape {
        step: write_step(&planned.step),
        says: planned.says.clone(),
        strength: planned.strength.word().to_owned(),
        go_on: planned.on_failure == OnFailure::GoOn,
        lacks: planned.lacks.clone(),
    }
}

fn read_planned(shape: PlannedShape) -> Result<PlannedStep, String> {
    let on_failure = if shape.go_on { OnFailure::GoOn } else { OnFailure::Stop };
    let (step, strength) = (read_step(shape.step)?, strength(&shape.strength)?);
    Ok(PlannedStep { step, says: shape.says, strength, on_failure, lacks: shape.lacks })
}

fn write_step(step: &Step) -> StepShape {
    match step {
        Step::PreserveEvidence { heads } => StepShape::PreserveEvidence { heads: heads.iter().map(ToString::to_string).collect() },
        Step::MoveRefs(refs) => StepShape::MoveRefs { refs: refs.iter().map(write_ref).collect() },
        Step::Deny(entries) => StepShape::Deny { entries: entries.iter().map(write_deny).collect() },
        Step::LiftDeny { case, entries } => StepShape::LiftDeny { case: case.0.clone(), entries: entries.iter().map(write_deny).collect() },
        Step::Merge { ours, theirs, message, branch } => {
            StepShape::Merge { ours: ours.to_string(), theirs: theirs.to_string(), message: message.clone(), branch: branch.clone() }
        }
        Step::Revert { targets, onto, branch } => {
            StepShape::Revert { targets: targets.iter().map(write_target).collect(), onto: onto.to_string(), branch: branch.clone() }
        }
        Step::Forge(step) => StepShape::Forge(step.into()),
        Step::Ban(banned) => StepShape::Ban { banned: banned.iter().map(Into::into).collect() },
        Step::LiftBan { case, banned } => StepShape::LiftBan { case: case.0.clone(), banned: banned.iter().map(Into::into).collect() },
        Step::Record => StepShape::Record,
    }
}

fn read_step(shape: StepShape) -> Result<Step, String> {
    Ok(match shape {
        StepShape::PreserveEvidence { heads } => {
            Step::PreserveEvidence { heads: heads.iter().map(|hex| id(hex)).collect::<Result<_, _>>()? }
        }
        StepShape::MoveRefs { refs } => Step::MoveRefs(refs.into_iter().map(read_ref).collect::<Result<_, _>>()?),
        StepShape::Deny { entries } => Step::Deny(entries.into_iter().map(read_deny).collect::<Result<_, _>>()?),
        StepShape::LiftDeny { case, entries } => {
            Step::LiftDeny { case: CaseId(case), entries: entries.into_iter().map(read_deny).collect::<Result<_, _>>()? }
        }
        StepShape::Merge { ours, theirs, message, branch } => Step::Merge { ours: id(&ours)?, theirs: id(&theirs)?, message, branch },
        StepShape::Revert { targets, onto, branch } => {
            Step::Revert { targets: targets.into_iter().map(read_target).collect::<Result<_, _>>()?, onto: id(&onto)?, branch }
        }
        StepShape::Forge(shape) => Step::Forge(shape.read()?),
        StepShape::Ban { banned } => Step::Ban(read_banned(banned)?),
        StepShape::LiftBan { case, banned } => Step::LiftBan { case: CaseId(case), banned: read_banned(banned)? },
        StepShape::Record => Step::Record,
    })
}

fn read_banned(shapes: Vec<BannedShape>) -> Result<Vec<Banned>, String> {
    shapes.into_iter().map(BannedShape::read).collect()
}

fn write_ref(update: &RefUpdate) -> RefShape {
    let text = |id: &Option<CommitId>| id.as_ref().map(ToString::to_string);
    RefShape { name: update.name.clone(), old: text(&update.old), new: text(&update.new) }
}

fn read_ref(shape: RefShape) -> Result<RefUpdate, String> {
    let read = |text: Option<String>| text.map(|hex| id(&hex)).transpose();
    Ok(RefUpdate { name: shape.name, old: read(shape.old)?, new: read(shape.new)? })
}

fn write_deny(entry: &DenyEntry) -> DenyShape {
    DenyShape { commit: entry.commit.to_string(), patch_id: entry.patch_id.clone() }
}

fn read_deny(shape: DenyShape) -> Result<DenyEntry, String> {
    Ok(DenyEntry { commit: id(&shape.commit)?, patch_id: shape.patch_id })
}

fn write_target(target: &RevertTarget) -> TargetShape {
    TargetShape { commit: target.commit.to_string(), mainline: target.mainline, message: target.message.clone() }
}

fn read_target(shape: TargetShape) -> Result<RevertTarget, String> {
    Ok(RevertTarget { commit: id(&shape.commit)?, mainline: shape.mainline, message: shape.message })
}

fn strength(word: &str) -> Result<Strength, String> {
    let all = [Strength::Failed, Strength::Advisory, Strength::Enforced];
    all.into_iter().find(|strength| strength.word() == word).ok_or_else(|| format!("unknown strength {word:?}"))
}
